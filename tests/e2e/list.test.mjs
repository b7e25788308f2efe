// The list of drawings: filters that stand in the address, and what is done to several at once.
// With SCREENSHOTS=FOLDER it leaves a picture of the bar of those picked there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import path from 'node:path';

import { assertAccessible, doubleClick, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';

const count = 12;
const folder = process.env.SCREENSHOTS;

/** A leaning line of its own for each `n`. */
const lineAsPng = (n) =>
  greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (20 + (n % 32))) / 64) < 2);

describe('the list of drawings', () => {
  let store, croquis, browser, api, drawings;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    for (let n = 0; n < count; ++n)
      await api('POST', '/public/predictions', { image: lineAsPng(n), source: n < 4 ? 'phone' : 'api' });
    ({ drawings } = await api('GET', '/drawings?limit=50'));
  });
  after(() => tearDown({ store, croquis, browser }));

  const now = (id) => api('GET', `/drawings/${id}`);
  const tag = (drawing, to) =>
    api('PATCH', `/drawings/${drawing.id}`, { tag: to }, { 'If-Match': `"${drawing.version}"` });
  const cards = (page) => page.locator('main [data-testid=drawing]:visible');
  const box = (page, { id }) => page.locator(`main [data-id="${id}"]:visible input[type=checkbox]`);
  const toasts = (page) => page.getByTestId('toasts');
  const shown = (page, wanted) =>
    page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('main [data-testid=drawing]')].filter((card) => card.checkVisibility())
          .length === wanted,
      wanted,
    );

  async function withList(options, steps, at = '/#/annotate') {
    const page = await openPage(browser, options);
    try {
      await page.goto(croquis.url);
      await signIn(page);
      await page.getByTestId('signed-in').waitFor({ state: 'attached' });
      await page.goto(`${croquis.url}${at}`);
      await cards(page).first().waitFor();
      await steps(page);
      assert.deepEqual(page.complaints(), []);
    } finally {
      await page.context().close();
    }
  }

  it('keeps its filters in the address: a link, Back and a reload show the same', () =>
    withList({}, async (page) => {
      await shown(page, count);
      const filters = page.locator('[data-testid=filters]:visible');
      await filters.locator('summary').click();
      await assertAccessible(page, 'the filters');
      await filters.getByLabel('Came from').fill('phone');
      await filters.getByLabel('Came from').press('Enter');
      await shown(page, 4);
      assert.ok(page.url().endsWith('#/annotate?source=phone'), page.url());
      await filters.getByLabel('Order').selectOption('oldest_first');
      await page.waitForFunction(
        (id) => document.querySelector('main [data-testid=drawing]:not([hidden] *)')?.dataset.id === id,
        drawings.at(-1).id,
      );
      await page.goBack();
      await page.waitForFunction(() => location.hash === '#/annotate?source=phone');
      await shown(page, 4);
      await page.reload();
      await shown(page, 4);
      assert.equal(await filters.getByLabel('Came from').inputValue(), 'phone');
      await filters.getByRole('button', { name: 'Clear the filters' }).click();
      await shown(page, count);
      assert.ok(page.url().endsWith('#/annotate'), page.url());
    }));

  it('opens a link to what somebody reviewed otherwise than the model, with a drawing over it', async () => {
    const [first, second] = drawings;
    await tag(first, 'star');
    await tag(second, second.tag);
    await withList(
      { locale: 'fr-FR' },
      async (page) => {
        await shown(page, 1);
        await page.locator(`[data-testid=drawing][data-id="${first.id}"]:visible button.open`).click();
        await page.getByTestId('detail').waitFor();
        assert.ok(
          page.url().endsWith(`#/annotate/${first.id}?reviewed=true&tagged_by=admin&disagreement=true`),
          page.url(),
        );
        await page.goBack();
        await page.getByTestId('detail').waitFor({ state: 'detached' });
        await shown(page, 1);
        await page.goto(`${croquis.url}/#/annotate?reviewed=true`);
        await shown(page, 2);
        await page.goto(`${croquis.url}/#/annotate?reviewed=true&min_confidence=1&until=2020-01-01`);
        await page.getByText('Aucun dessin ne correspond à ces filtres.').waitFor();
        await page.getByRole('button', { name: 'Tout afficher' }).click();
        await shown(page, count);
      },
      '/#/annotate?reviewed=true&tagged_by=admin&disagreement=true',
    );
    for (const { id } of [first, second])
      await api('POST', '/drawings:undo', { drawings: [{ id, version: 2 }] });
    ({ drawings } = await api('GET', '/drawings?limit=50'));
  });

  it('opens a drawing by a double click too, which closes nothing beside the dialog', async () => {
    const page = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    await page.goto(`${croquis.url}/#/draw`);
    await cards(page).first().waitFor();
    const detail = page.getByTestId('detail');
    const boxes = await cards(page).evaluateAll((all) => all.map((card) => card.getBoundingClientRect().right));
    const atEdge = cards(page).nth(boxes.indexOf(Math.max(...boxes)));
    await doubleClick(page, atEdge.locator('button.open'), () => detail.waitFor());
    const [card, dialog] = [await atEdge.boundingBox(), await detail.boundingBox()];
    assert.ok(card.x > dialog.x + dialog.width, 'the card lies beside the dialog');
    assert.equal(await detail.count(), 1);
    await page.mouse.click(5, 5);
    await detail.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('filters for everyone by tag and date', async () => {
    const page = await openPage(browser);
    await page.goto(`${croquis.url}/#/draw?until=2020-01-01`);
    await page.getByText('No drawing is as asked for.').waitFor();
    const filters = page.locator('[data-testid=filters]:visible');
    assert.equal(await filters.getByLabel('Came from').count(), 0);
    await filters.getByLabel('Drawn until').fill('');
    await shown(page, count);
    await page.locator(`[data-testid=filter] [data-tag=${drawings[0].tag}]`).click();
    await page.waitForFunction(() => location.hash.startsWith('#/draw?tag='));
    await assertAccessible(page, 'the filters of everyone');
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('leaves Ctrl+Z to whoever types a filter, and takes back what was tagged elsewhere in the list', () =>
    withList({}, async (page) => {
      const [first] = drawings;
      const card = page.locator(`main [data-id="${first.id}"]:visible`);
      const wanted = first.tag === 'heart' ? 'star' : 'heart';
      await card.getByTestId('tag-select').selectOption(wanted);
      await card.getByRole('button', { name: 'Save' }).click();
      await card.getByTestId('tagged').waitFor();
      await page.locator('[data-testid=filters]:visible summary').click();
      const field = page.getByLabel('Came from');
      await field.pressSequentially('phone');
      await field.press('Control+z');
      await page.waitForFunction((field) => field.value !== 'phone', await field.elementHandle());
      assert.equal((await now(first.id)).tag, wanted);
      await card.getByTestId('tag-select').press('Control+z');
      await card.getByTestId('tagged').waitFor({ state: 'detached' });
      assert.equal((await now(first.id)).tag, first.tag);
    }));

  it('picks by click, range and keyboard, tags them all, and one undo restores each as it was', () =>
    withList({}, async (page) => {
      await shown(page, count);
      const [a, b, c, d, e] = drawings;
      await tag(b, 'heart');
      await page.reload();
      await shown(page, count);
      await box(page, a).click();
      await box(page, d).click({ modifiers: ['Shift'] });
      await page.getByTestId('picked').getByText('4 drawings selected').waitFor();
      await box(page, c).focus();
      await page.keyboard.press('Space');
      await box(page, e).focus();
      await page.keyboard.press('Space');
      await page.getByTestId('picked').getByText('4 drawings selected').waitFor();
      await assertAccessible(page, 'the selection');
      await page.getByTestId('tag-for-all').selectOption('star');
      await page.getByTestId('picked').getByRole('button', { name: 'Tag', exact: true }).click();
      await toasts(page).getByText('4 drawings tagged “star”').waitFor();
      assert.deepEqual(await Promise.all([a, b, c, d, e].map(async ({ id }) => (await now(id)).tag)), [
        'star',
        'star',
        c.tag,
        'star',
        'star',
      ]);
      // Also for whoever looked elsewhere in between.
      await page.locator('nav a[href="#/labels"]').click();
      await page.locator('[data-testid=label]').first().waitFor();
      await page.locator('nav a[href="#/annotate"]').click();
      await shown(page, count);
      await page.keyboard.press('Control+Z');
      await toasts(page).getByText('4 drawings are as they were before').waitFor();
      assert.deepEqual(
        await Promise.all(
          [a, b, c, d, e].map(async ({ id }) => {
            const { tag, tagged_by } = await now(id);
            return [tag, tagged_by];
          }),
        ),
        [a, b, c, d, e].map((drawing) => (drawing === b ? ['heart', 'admin'] : [drawing.tag, null])),
      );
    }));

  it('tells how many were changed or deleted meanwhile, and the rest goes through', () =>
    withList({}, async (page) => {
      await shown(page, count);
      ({ drawings } = await api('GET', '/drawings?limit=50'));
      const [, , c, , , f, g] = drawings;
      for (const drawing of [c, f, g]) await box(page, drawing).click();
      await tag(f, 'heart');
      await api('POST', '/drawings:delete', { drawings: [{ id: g.id, version: g.version }] });
      await page.getByTestId('tag-for-all').selectOption('cross');
      await page.getByTestId('picked').getByRole('button', { name: 'Tag', exact: true }).click();
      await toasts(page)
        .getByText(
          '1 drawing tagged “cross” · 1 was changed by somebody else meanwhile · 1 was deleted meanwhile',
        )
        .waitFor();
      await shown(page, count - 1);
      await page.locator(`[data-id="${f.id}"][data-tag=heart]:visible`).waitFor();
      assert.deepEqual([(await now(c.id)).tag, (await now(f.id)).tag], ['cross', 'heart']);
    }));

  it('hides several, of which some were hidden already, and Ctrl+Z shows the others again', () =>
    withList({ viewport: { width: 390, height: 844 } }, async (page) => {
      ({ drawings } = await api('GET', '/drawings?limit=50'));
      const [a, b] = drawings;
      await api('POST', '/drawings:hide', { drawings: [{ id: a.id, version: a.version }] });
      await page.reload();
      await shown(page, drawings.length);
      await page.getByTestId('select-all').click();
      await page.getByTestId('picked').getByText(`${drawings.length} chosen`).waitFor();
      await assertAccessible(page, 'the selection on a phone');
      await page.getByTestId('picked').getByRole('button', { name: 'Hide' }).click();
      await toasts(page).getByText(`${drawings.length} drawings hidden`).waitFor();
      assert.equal((await now(b.id)).hidden, true);
      await page.keyboard.press('Control+Z');
      await toasts(page)
        .getByText(`${drawings.length - 1} drawings are as they were before`)
        .waitFor();
      assert.deepEqual([(await now(a.id)).hidden, (await now(b.id)).hidden], [true, undefined]);
    }));

  for (const [locale, colorScheme, width, height] of [
    ['fr-FR', 'dark', 360, 640],
    ['en-GB', 'light', 360, 640],
    ['fr-FR', 'light', 412, 915],
    ['en-GB', 'dark', 412, 915],
  ])
    it(`takes two rows of a phone for those that are picked (${locale}, ${colorScheme}, ${width}x${height})`, () =>
      withList({ viewport: { width, height }, hasTouch: true, isMobile: true, colorScheme, locale }, async (page) => {
        const bar = page.getByTestId('picked');
        for (const nth of [0, 1]) await page.locator('main [data-id] input[type=checkbox]:visible').nth(nth).click();
        await bar.getByTestId('tag-for-all').selectOption('star');
        const measured = await bar.evaluate((element) => {
          const box = element.getBoundingClientRect();
          const inside = [...element.querySelectorAll('button, select, strong')].map((one) => one.getBoundingClientRect());
          return {
            rows: new Set(inside.map(({ top, height }) => Math.round((top + height / 2 - box.top) / 12))).size,
            sticksOut: inside.some(({ left, right }) => left < box.left || right > box.right),
            narrowest: Math.min(...inside.map((one) => one.width)),
          };
        });
        assert.ok(measured.rows <= 2 && !measured.sticksOut && measured.narrowest >= 24, JSON.stringify(measured));
        await assertAccessible(page, 'those that are picked, on a phone');
        if (folder) await page.screenshot({ path: path.join(folder, `picked-${width}-${colorScheme}-${locale}.png`) });
      }));
});

describe('an empty demo', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  it('offers to fill itself with sketches, which say what they are', async () => {
    const page = await openPage(browser);
    await page.goto(croquis.url);
    await page.getByText('This is a demo: signed in as admin').waitFor();
    await assertAccessible(page, 'an empty gallery');
    await signIn(page);
    await page.getByTestId('start-review').waitFor();
    await page.locator('[data-testid=fill]:visible').click();
    await page.getByTestId('toasts').getByText('200 sketches stored').waitFor({ timeout: 60_000 });
    const cards = page.locator('main [data-testid=drawing]:visible');
    await cards.nth(23).waitFor();
    await cards.first().locator('button.open').click();
    await page.getByTestId('detail').getByText('generated by the sketcher').waitFor();
    await page.getByTestId('detail').getByTestId('strokes').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('nav a[href="#/draw"]').click();
    await cards.nth(23).waitFor();
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });
});
