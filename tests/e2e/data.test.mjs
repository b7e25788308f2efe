// Taking drawings and their labels out, by the page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, launch, openPage, signIn } from './support/browser.mjs';
import { startCroquis, stores } from './support/server.mjs';

describe('the data', () => {
  let store, croquis, browser;

  before(async () => {
    [store, browser] = await Promise.all([stores.sqlite(), launch()]);
    croquis = await startCroquis(store.url);
    const strokes = [[[0, 100, 50], [0, 10, 90]]];
    const leaning = 'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAUUlEQVR42pXTyQ0AIBADsem/6dDBWvADWeJKavdoCUA0iAbRIBpEg2gQDaJBNIgG0SAaRJh7of9NfW5f3a/nD/AfOgZOksPoPLsSbpWL6W6vB32K3E5pcKkmAAAAAElFTkSuQmCC';
    const answer = await fetch(`http://localhost:${croquis.ports.api}/api/v1/public/predictions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ image: leaning, strokes }),
    });
    assert.equal(answer.status, 201, await answer.text());
  });
  after(async () => {
    await browser?.close();
    await croquis?.stop();
    await store?.remove();
  });

  const open = async (options) => {
    const page = await openPage(browser, options);
    await page.goto(`http://localhost:${croquis.ports.portal}/#/login`);
    return page;
  };

  it('is a place of those who are signed in', async () => {
    const page = await open({ locale: 'fr-FR' });
    assert.equal(await page.locator('nav a[href="#/data"]').count(), 0);
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
});
