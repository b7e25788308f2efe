// Taking drawings and their labels out, by the page.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';

import { apiAt } from './support/api.mjs';
import { assertAccessible, look, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

describe('the data', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
    const strokes = [[[0, 100, 50], [0, 10, 90]]];
    const leaning = 'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAUUlEQVR42pXTyQ0AIBADsem/6dDBWvADWeJKavdoCUA0iAbRIBpEg2gQDaJBNIgG0SAaRJh7of9NfW5f3a/nD/AfOgZOksPoPLsSbpWL6W6vB32K3E5pcKkmAAAAAElFTkSuQmCC';
    const answer = await fetch(`http://localhost:${croquis.ports.api}/api/v1/public/predictions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ image: leaning, strokes }),
    });
    assert.equal(answer.status, 201, await answer.text());
  });
  after(() => tearDown({ store, croquis, browser }));

  const open = async (options) => {
    const page = await openPage(browser, options);
    await page.goto(`http://localhost:${croquis.ports.portal}/#/login`);
    return page;
  };


  it('is a place of those who are signed in', async () => {
    const page = await open({ locale: 'fr-FR' });
    assert.equal(await page.locator('nav a[href="#/data"]').count(), 0);
    for (const place of ['data', 'quality']) {
      await page.goto(`http://localhost:${croquis.ports.portal}/#/${place}`);
      await page.getByRole('heading', { level: 1, name: 'Connectez-vous pour continuer' }).waitFor();
      await assertAccessible(page);
    }
    await page.goto(`http://localhost:${croquis.ports.portal}/#/login`);
    await signIn(page);
    await page.locator('nav a[href="#/data"]').click();
    await page.getByRole('heading', { level: 1, name: 'Données' }).waitFor();
    await assertAccessible(page);
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('comes as a file, chosen by keyboard alone', async () => {
    const page = await open({ locale: 'en-GB' });
    await signIn(page);
    await page.locator('nav a[href="#/data"]').focus();
    await page.keyboard.press('Enter');
    const form = page.getByTestId('export');
    // Its one drawing nobody has reviewed.
    const review = form.getByLabel('Review', { exact: true });
    assert.equal(await review.inputValue(), 'true');
    assert.equal(await form.getByText('What nobody reviewed carries the model’s tag.').count(), 0);
    await form.getByRole('button', { name: 'Download' }).press('Enter');
    await form.getByRole('alert').getByText('the file would be empty').waitFor();
    await look(page, 'data-export-empty');
    await review.focus();
    await page.keyboard.press('ArrowUp');
    await page.waitForURL(/#\/data\?reviewed=all$/);
    await form.getByText('What nobody reviewed carries the model’s tag.').waitFor();
    assert.equal(await form.getByRole('alert').count(), 0);
    await look(page, 'data-export-all');
    await page.reload();
    await form.waitFor();
    assert.equal(await review.inputValue(), '');
    await page.getByRole('radio', { name: /^A folder/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    assert.equal(download.suggestedFilename(), 'shapes.ndjson');
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 1);
    assert.deepEqual(JSON.parse(lines[0]).drawing, [[[0, 100, 50], [0, 10, 90]]]);
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('is chosen by when it was reviewed and by whom, and the choice stands in the address', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    const [{ id }] = (await api('GET', '/drawings')).drawings;
    await api('PATCH', `/drawings/${id}`, { tag: 'star' }, { 'If-Match': '"1"' });
    const page = await open({ locale: 'en-GB' });
    await signIn(page);
    await page.locator('nav a[href="#/data"]').click();
    const form = page.getByTestId('export');
    await form.getByRole('radio', { name: /^Strokes/ }).check();
    await form.getByText('More filters').click();
    await form.getByLabel('Reviewed by').fill('admin');
    await form.getByLabel('Reviewed since').fill('2026-01-31T14:07');
    await form.getByLabel('Reviewed since').blur();
    await page.waitForURL(/#\/data\?tagged_by=admin&tagged_since=2026-01-31T14%3A07&format=ndjson$/);
    await page.reload();
    await form.getByLabel('Reviewed since').waitFor();
    assert.equal(await form.getByLabel('Reviewed since').inputValue(), '2026-01-31T14:07');
    assert.ok(await form.getByRole('radio', { name: /^Strokes/ }).isChecked());
    await look(page, 'data-export');
    const lines = async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        form.getByRole('button', { name: 'Download' }).press('Enter'),
      ]);
      return (await readFile(await download.path(), 'utf8')).trim();
    };
    assert.equal(JSON.parse(await lines()).word, 'star');
    await form.getByLabel('Reviewed since').fill('2999-01-31T14:07');
    await form.getByLabel('Reviewed since').blur();
    await form.getByRole('button', { name: 'Download' }).press('Enter');
    await form.getByRole('alert').getByText('the file would be empty').waitFor();
    await page.goBack();
    assert.equal(await form.getByLabel('Reviewed since').inputValue(), '2026-01-31T14:07');
    assert.deepEqual(page.complaints(), []);
    await page.context().close();

    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const narrow = await open({ ...phone, locale: 'fr-FR', colorScheme: 'dark' });
    await signIn(narrow);
    await narrow.goto(`${croquis.url}/#/data?tagged_since=2026-01-31T14:07`);
    await narrow.getByLabel('Vérifié depuis').scrollIntoViewIfNeeded();
    await look(narrow, 'data-export-phone');
    assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await narrow.context().close();
  });

  it('goes on while one looks elsewhere in the page, which tells when it has come, and is stopped where it began', async () => {
    const page = await open({ locale: 'en-GB' });
    await signIn(page);
    let come;
    await page.route('**/api/v1/exports?*', async (route) => {
      await new Promise((resolve) => (come = resolve));
      await route.continue().catch(() => null);
    });
    await page.goto(`${croquis.url}/#/data?reviewed=all&format=ndjson&flagged=false&disputed=false`);
    const form = page.getByTestId('export');
    assert.equal(await form.getByLabel('Flags').inputValue(), 'false');
    assert.equal(await form.getByLabel('Opinions').inputValue(), 'false');
    const asked = page.waitForRequest('**/api/v1/exports?*');
    await form.getByRole('button', { name: 'Download' }).click();
    await page.getByTestId('taking').getByRole('progressbar', { name: 'Preparing the file…' }).waitFor();
    await assertAccessible(page, 'an export that is on its way');
    await look(page, 'data-export-running');
    await page.locator('nav a[href="#/labels"]').click();
    await page.locator('[data-testid=label]').first().waitFor();
    await asked;
    const [download] = await Promise.all([page.waitForEvent('download'), come()]);
    assert.equal(JSON.parse(await readFile(await download.path(), 'utf8')).word, 'star');
    await page.getByTestId('toasts').getByText('The file is in your downloads').waitFor();
    await page.getByTestId('toasts').getByRole('button', { name: 'To Data' }).click();
    await form.getByText(/^shapes\.ndjson \(.*\) is in your downloads\.$/).waitFor();
    await look(page, 'data-export-saved');
    // Stopped by who comes back to it, without a word.
    await form.getByRole('radio', { name: /^Strokes/ }).check();
    await form.getByRole('button', { name: 'Download' }).click();
    await page.getByTestId('taking').waitFor();
    await page.locator('nav a[href="#/labels"]').click();
    await page.locator('nav a[href="#/data"]').click();
    await page.getByTestId('taking').getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('taking').waitFor({ state: 'detached' });
    assert.equal(await form.getByRole('alert').count(), 0);
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });
});
