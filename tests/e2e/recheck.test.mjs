// The random audit: what a person meets who looks once more at drawings that were accepted together with others.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { doubleClick, look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { isPicked } from './support/judging.mjs';
import { greyPng } from './support/png.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

describe('the random audit', () => {
  let store, croquis, browser, api;
  let picked = 0;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    const drawings = [];
    for (let n = 0; picked < 5; ++n) {
      const image = greyPng(48, (x, y) => Math.abs(Math.hypot(x - 24, y - 24) - 12 - (n % 7)) < 1 && x + y !== n);
      const { id, version } = await api('POST', '/public/predictions', { image });
      drawings.push({ id, version });
      picked += isPicked(id) ? 1 : 0;
    }
    for (let at = 0; at < drawings.length; at += 100)
      await api('POST', '/drawings:accept', { drawings: drawings.slice(at, at + 100) });
  });
  after(() => tearDown({ store, croquis, browser }));

  const inSight = (page) =>
    page.waitForFunction(() => {
      const { inSight } = document.querySelector('[data-testid=recheck]').dataset;
      return inSight !== '' && document.querySelector('[data-testid=recheck] .picture > img').src.includes(inSight);
    });

  it('asks what a drawing is without saying what was said, on a phone and in French', async () => {
    await visit(browser, croquis.url, phone, async (page) => {
      await page.getByRole('button', { name: 'Français' }).click();
      await signIn(page);
      await page.goto(`${croquis.url}/#/quality`);
      const card = page.getByTestId('recheck-findings');
      await card.getByTestId('in_bulk').waitFor();
      assert.match(await card.innerText(), /ne juge(nt)? pas/);
      await look(page, 'recheck-findings-phone');
      await card.getByTestId('recheck-start').click();
      const screen = page.getByTestId('recheck');
      await screen.getByTestId('labels').getByRole('button').first().waitFor();
      // Nothing on the screen tells which label it has.
      assert.equal(await screen.locator('[aria-pressed=true]').count(), 0);
      await look(page, 'recheck-phone');
      await screen.locator('[data-tag=star]').click();
      await screen.getByTestId('done').getByText('1 réponse').waitFor();
    });
    const { in_bulk } = await api('GET', '/quality/recheck');
    assert.deepEqual([in_bulk.agreement.of, in_bulk.waiting], [1, picked - 1]);
  });

  it('takes a click on a label, and a double click on Skip, for the drawing that stood there alone', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.goto(`${croquis.url}/#/review?view=recheck`);
      const screen = page.getByTestId('recheck');
      const at = () => screen.locator('.picture > img').getAttribute('src');
      await screen.waitFor();
      const first = await at();
      await doubleClick(page, screen.getByRole('button', { name: 'Skip' }), () =>
        until('the next one', async () => (await at()) !== first),
      );
      await inSight(page);
      const patched = [];
      page.on('request', (request) => request.method() === 'PATCH' && patched.push(request.url()));
      await screen.locator('[data-tag=star]').click();
      await page.getByTestId('toasts').getByText('You said “star”').waitFor();
      await inSight(page);
      const third = await at();
      // On the button the space bar would say the same of this one, which it skips.
      await page.keyboard.press('Space');
      await until('the one after it', async () => (await at()) !== third);
      await inSight(page);
      assert.equal(patched.length, 1);
      const undone = page.waitForResponse((answer) => answer.url().endsWith('/undo'));
      await page.keyboard.press('u');
      assert.equal((await undone).status(), 200);
    });
  });

  it('goes on by the keyboard until nothing is left, and tells it in Quality', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.goto(`${croquis.url}/#/quality`);
      await page.getByTestId('recheck-start').click();
      const screen = page.getByTestId('recheck');
      await screen.getByTestId('labels').getByRole('button').first().waitFor();
      await look(page, 'recheck');
      for (let done = 1; done < picked; ++done) {
        const key = await screen.locator('[data-tag=circle]').getAttribute('aria-keyshortcuts');
        await inSight(page);
        const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH');
        await page.keyboard.press(key);
        assert.equal((await saved).status(), 200);
      }
      // The last answer is taken back by its key, and given again: nothing tells what was said before.
      await page.getByTestId('rechecked').getByTestId('recheck-undo').waitFor();
      const before = await api('GET', '/quality/recheck');
      const undone = page.waitForResponse((answer) => answer.url().endsWith('/undo'));
      await page.keyboard.press('u');
      assert.equal((await undone).status(), 200);
      await screen.getByTestId('labels').getByRole('button').first().waitFor();
      await page.getByTestId('toasts').getByText('Undone: say again what it is').waitFor();
      assert.equal(await screen.locator('[aria-pressed=true]').count(), 0);
      await look(page, 'recheck-undone');
      const between = await api('GET', '/quality/recheck');
      assert.deepEqual(
        [between.in_bulk.agreement.of, between.in_bulk.waiting],
        [before.in_bulk.agreement.of - 1, before.in_bulk.waiting + 1],
      );
      await screen.locator('[data-tag=circle]').click();
      await page.getByTestId('toasts').getByText('You said “circle”').waitFor();
      await page.getByTestId('rechecked').getByRole('link').click();
      const told = page.getByTestId('recheck-findings').getByTestId('in_bulk');
      await told.getByText('too few to tell').waitFor();
      assert.equal(await page.getByTestId('recheck-start').count(), 0);
      await look(page, 'recheck-findings');
    });
  });
});
