// The audit log in the page: admins alone see it, filter it and go back in it; and how long a project keeps its drawings.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { apiAt } from './support/api.mjs';
import { look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { program } from './support/server.mjs';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };

describe('the audit log', () => {
  let store, croquis, browser;
  before(async () => {
    ({ store, croquis, browser } = await setUp());
    const api = apiAt(croquis.url);
    await api.signIn();
    for (let n = 0; n < 60; ++n) await api('POST', '/labels', { name: `label ${n}` });
    await api('POST', '/users', { name: 'marie', password: 'a long pass phrase' });
  });
  after(() => tearDown({ store, croquis, browser }));

  const withPage = (options, steps, expected) => visit(browser, croquis.url, options, steps, expected);

  /** The place with the accounts; signing in leads elsewhere first. */
  async function accounts(page) {
    await page.getByTestId('queue').waitFor();
    await page.locator('nav a[href="#/users"]').click();
  }

  async function opened(page, title = 'Audit log') {
    await accounts(page);
    await page.getByTestId('audit').locator('summary', { hasText: title }).press('Enter');
    await page.getByTestId('audit').locator('li').first().waitFor();
    return page.getByTestId('audit');
  }

  it('is opened by the keyboard, filtered, and read further back', () =>
    withPage({}, async (page) => {
      await signIn(page);
      const log = await opened(page);
      assert.equal(await log.locator('li').count(), 50);
      assert.match(await log.locator('li').first().innerText(), /User added\s+admin\s+marie/);
      await look(page, 'audit');
      // What was chosen but not asked for yet is none of the list that goes on.
      await log.getByLabel('What').selectOption('model.promoted');
      await log.getByRole('button', { name: 'Earlier ones' }).click();
      await log.locator('li').nth(60).waitFor();
      await log.getByLabel('What').selectOption('user.added');
      await log.getByLabel('Who').fill('admin');
      await log.getByRole('button', { name: 'Filter' }).click();
      await log.locator('li').nth(1).waitFor({ state: 'detached' });
      assert.match(await log.locator('li').innerText(), /marie/);
      await log.getByLabel('About').fill('nobody');
      await log.getByRole('button', { name: 'Filter' }).click();
      await log.getByText('Nothing is written down.').waitFor();
      await log.getByLabel('About').fill('');
      await log.getByLabel('Who').fill('');
      await log.getByLabel('What').selectOption('model.promoted');
      await log.getByRole('button', { name: 'Filter' }).click();
      await log.locator('li').filter({ hasText: 'Model promoted' }).first().waitFor();
      assert.doesNotMatch(await log.innerText(), /null/);
    }));

  it('fits a phone, dark, in French', () =>
    withPage({ ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await signIn(page);
      await accounts(page);
      await page.getByTestId('audit').getByText('Journal', { exact: true }).click();
      await page.getByTestId('audit').locator('li').first().waitFor();
      const added = page.getByTestId('audit').locator('li').first();
      assert.match(await added.innerText(), /Utilisateur ajouté[^]*marie[^]*Rôle\s: Annotateur/);
      await look(page, 'audit-phone-dark-fr');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wide, 'nothing sticks out');
    }));

  it('has what is kept of a person beside it, to be handed out and erased', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'croquis-person-'));
    const line = (n) => JSON.stringify({ key_id: `${n}`, word: 'line', drawing: [[[0, 90], [0, n]]] });
    const file = path.join(folder, 'class.ndjson');
    await writeFile(file, [line(1), line(2)].join('\n'));
    const asked = ['--store', store.url, '--pseudonym', 'class 4b', '--as', 'admin'];
    await promisify(execFile)(program, ['import', file, ...asked]);
    await rm(folder, { recursive: true });
    await withPage({ ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await signIn(page);
      await accounts(page);
      const person = page.getByTestId('person');
      await person.locator('summary').press('Enter');
      await person.getByLabel('Pseudonyme').fill('class 4a');
      await person.getByRole('button', { name: 'Télécharger' }).click();
      await person.getByText('Rien n’est gardé sous ce pseudonyme.').waitFor();
      await look(page, 'person-phone-dark-fr');
      await person.getByLabel('Pseudonyme').fill('class 4b');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        person.getByRole('button', { name: 'Télécharger' }).click(),
      ]);
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n').map((text) => JSON.parse(text));
      assert.deepEqual(lines.map(({ kind }) => kind), ['drawing', 'drawing']);
      await person.getByTestId('erase').click();
      await page.getByTestId('ask').getByText('Effacer ce qui est gardé de « class 4b » ?').waitFor();
      await look(page, 'person-erase-phone-dark-fr');
      await page.getByTestId('ask').getByRole('button', { name: 'Effacer' }).press('Enter');
      await page.getByTestId('toasts').getByText('2 dessins supprimés').waitFor();
      await page.getByTestId('ask').waitFor({ state: 'detached' });
      await person.getByLabel('Pseudonyme').fill('class 4b');
      await person.getByTestId('erase').click();
      await page.getByTestId('ask').getByRole('button', { name: 'Effacer' }).click();
      await person.getByText('Rien n’est gardé sous ce pseudonyme.').waitFor();
    });
  });

  it('asks again who somebody is whose role was changed, and says it', () =>
    withPage({}, async (page) => {
      const api = apiAt(croquis.url);
      await api.signIn();
      const { users } = await api('GET', '/users');
      const marie = users.find(({ name }) => name === 'marie');
      await api('PATCH', `/users/${marie.id}`, { role: 'admin' });
      await signIn(page, { user: 'marie', password: 'a long pass phrase' });
      await accounts(page);
      await page.getByTestId('users').getByText('marie').first().waitFor();
      await api('PATCH', `/users/${marie.id}`, { role: 'annotator' });
      await page.getByTestId('users').locator('#new-name').fill('paul');
      await page.getByTestId('users').locator('#new-password').fill('another long phrase');
      await page.getByTestId('users').locator('form button.primary').click();
      await page.getByText('Only admins look after users.').waitFor();
      await page.getByTestId('toasts').getByText('Your role has changed: Annotator').waitFor();
      assert.equal(await page.locator('nav a[href="#/users"]').count(), 0);
    }, { failedRequests: true }));

  it('is not for annotators', () =>
    withPage({}, async (page) => {
      await signIn(page, { user: 'marie', password: 'a long pass phrase' });
      await page.getByTestId('queue').waitFor();
      assert.equal(await page.locator('nav a[href="#/users"]').count(), 0);
      await page.goto(`${croquis.url}/#/users`);
      await page.getByText('Only admins look after users.').waitFor();
      assert.equal(await page.getByTestId('audit').count(), 0);
    }));

  it('says for how long a project keeps its drawings', () =>
    withPage({}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/projects"]').click();
      const row = page.locator('[data-testid=projects] [data-slug="shapes"]');
      await row.getByRole('button', { name: /Edit/ }).click();
      const days = page.getByRole('dialog').getByLabel('Days that drawings are kept');
      await days.fill('30');
      await look(page, 'retention');
      const changed = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await page.getByRole('dialog').locator('button.primary').click();
      assert.equal((await (await changed).json()).retention_days, 30);
      await row.getByRole('button', { name: /Edit/ }).click();
      assert.equal(await days.inputValue(), '30');
      await days.fill('');
      const taken = page.waitForResponse((response) => response.request().method() === 'PATCH');
      await page.getByRole('dialog').locator('button.primary').click();
      assert.equal((await (await taken).json()).retention_days, null);
    }));
});
