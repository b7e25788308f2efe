// Look-alikes: drawings that wait for review are shown in clusters, tagged in one go with exceptions left out, and taken
// back in one go, by mouse, by keyboard and on a phone. With SCREENSHOTS=FOLDER it leaves pictures there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { doubleClick, look, signIn, visit } from './support/browser.mjs';
import { figurePng, figures } from './support/figures.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };

describe('look-alikes', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    for (let n = 0; n < 100; ++n)
      await api('POST', '/public/predictions', { image: figurePng(figures[n % figures.length], n).toString('base64') });
  });
  after(() => tearDown({ store, croquis, browser }));

  const clusters = (page) => page.getByTestId('cluster');
  async function open(page) {
    await signIn(page);
    await page.locator('main a[href="#/clusters"]').click();
    await clusters(page).first().waitFor();
  }
  const reviewed = async () => (await api('GET', '/drawings?limit=200')).drawings.filter((d) => d.tagged_by !== null);

  it('are tagged in one go but for what was left out, and taken back in one go', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      await look(page, 'clusters');
      const first = clusters(page).first();
      const pictures = first.locator('ul button');
      const all = await pictures.count();
      assert.ok(all >= 3);
      await pictures.nth(1).click();
      assert.equal(await pictures.nth(1).getAttribute('aria-pressed'), 'false');
      await first.locator('select').selectOption('heart');
      await look(page, 'clusters-left-out');
      await first.getByRole('button', { name: `Tag ${all - 1} as heart` }).click();
      await page.getByText(`${all - 1} drawings are heart now`).first().waitFor();
      const tagged = await reviewed();
      assert.equal(tagged.length, all - 1);
      assert.ok(tagged.every(({ tag, tagged_by: by }) => tag === 'heart' && by === 'admin'));
      const { events } = await api('GET', `/drawings/${tagged[0].id}/history`);
      assert.equal(events.at(-1).bulk, true);
      await page.keyboard.press('Control+z');
      await page.getByText(/unreviewed again|as they were|back/i).first().waitFor();
      while ((await reviewed()).length > 0);
    });
  });

  it('are tagged by a double click as by one: it means nothing to the cluster that comes up under it', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      const before = await clusters(page).count();
      const size = await clusters(page).first().locator('ul button').count();
      const asked = [];
      page.on('request', (request) => request.url().includes('drawings:') && asked.push(request.url().split(':').at(-1)));
      await doubleClick(page, clusters(page).first().getByTestId('tag-all'), () =>
        until('the next cluster', async () => (await clusters(page).count()) < before),
      );
      await doubleClick(page, page.getByRole('button', { name: 'Undo' }).first(), () =>
        until('none reviewed', async () => (await reviewed()).length === 0),
      );
      assert.deepEqual(asked, ['tag', 'undo']);
      assert.ok(size > 0);
    });
  });

  it('leave the focus where somebody has gone on to before the answer came', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      let go;
      await page.route('**/drawings:tag', (route) => (go = () => route.continue()));
      await clusters(page).first().getByTestId('tag-all').press('Enter');
      await until('the request', () => go);
      const picture = clusters(page).nth(1).locator('ul button').first();
      await picture.focus();
      const before = await clusters(page).count();
      await go();
      await until('the next cluster', async () => (await clusters(page).count()) < before);
      await page.keyboard.press('Space');
      assert.equal(await clusters(page).first().locator('ul button').first().getAttribute('aria-pressed'), 'false');
      await page.keyboard.press('u');
      await until('none reviewed', async () => (await reviewed()).length === 0);
    });
  });

  it('by keyboard alone', async () => {
    await visit(browser, `${croquis.url}/#/clusters`, {}, async (page) => {
      await signIn(page);
      await page.goto(`${croquis.url}/#/clusters`);
      const first = clusters(page).first();
      await first.waitFor();
      const before = await clusters(page).count();
      const picture = first.locator('ul button').first();
      await picture.focus();
      await page.keyboard.press('Space');
      assert.equal(await picture.getAttribute('aria-pressed'), 'false');
      await page.keyboard.press('Enter');
      assert.equal(await picture.getAttribute('aria-pressed'), 'true');
      const count = await first.locator('ul button').count();
      await page.keyboard.press('Shift+Tab');
      assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'tag-all');
      await page.keyboard.press('Enter');
      while ((await clusters(page).count()) === before);
      assert.equal((await reviewed()).length, count);
      // The next cluster has the focus, so that Enter goes on.
      assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'tag-all');
      await page.keyboard.press('u');
      while ((await reviewed()).length > 0);
      await clusters(page).nth(before - 1).waitFor();
    });
  });

  it('on a phone, dark, in French', async () => {
    await visit(browser, croquis.url, { ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await open(page);
      await look(page, 'clusters-phone-fr-dark');
      const [inside, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inside <= shown, `${inside} on ${shown}`);
      await clusters(page).first().locator('ul button').first().tap();
      await page.getByText('Laissé', { exact: true }).waitFor();
    });
  });
});
