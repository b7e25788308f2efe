// The audit log in the page: admins alone see it, filter it and go back in it; and how long a project keeps its drawings.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { apiAt } from './support/api.mjs';
import { look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

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

  const withPage = (options, steps) => visit(browser, croquis.url, options, steps);

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
