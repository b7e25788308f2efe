// The drawing that an admin chooses to show a label by, as it stands in the page.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const password = 'a long pass phrase';

describe('the example of a label', () => {
  let store, croquis, browser, api;
  let drawn = 0;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    await api('POST', '/users', { name: 'marie', password });
  });
  after(() => tearDown({ store, croquis, browser }));

  const now = (id) => api('GET', `/drawings/${id}`);
  const inLabels = async (name) => (await api('GET', '/labels')).labels.find(({ tag }) => tag === name).example;
  async function draw(tag) {
    const lean = ++drawn * 3;
    const image = greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (10 + lean)) / 64) < 2);
    const drawing = await api('POST', '/public/predictions', { image });
    return tag ? api('PATCH', `/drawings/${drawing.id}`, { tag }, { 'If-Match': '"1"' }) : drawing;
  }
  async function change(verb, { id }) {
    const { version } = await now(id);
    await api('POST', `/drawings:${verb}`, { drawings: [{ id, version }] });
  }
  const label = (page, tag) => page.locator(`[data-testid=label][data-tag="${tag}"]`);
  const shown = (within, id) => within.locator(`[data-testid=example][data-id="${id}"] img`);
  /** Its bytes came, not the sign of a picture that is missing. */
  const loaded = (image) =>
    until('the picture', () => image.evaluate(({ complete, naturalWidth }) => complete && naturalWidth > 0));
  async function openLabels(page, options) {
    await signIn(page, options);
    await page.getByTestId('queue').waitFor();
    await page.locator('nav a[href="#/labels"]').click();
    await label(page, 'star').waitFor();
  }

  it('is chosen by keyboard, shown to visitors and beside the review, and gives way when it goes', async () => {
    const [first, second] = [await draw('star'), await draw('star')];
    await draw('heart');
    await draw();
    await visit(browser, croquis.url, {}, async (page) => {
      await openLabels(page);
      assert.equal(await label(page, 'star').getByTestId('example').count(), 0);
      await label(page, 'star').getByRole('button', { name: 'Edit Star' }).press('Enter');
      const choice = page.getByTestId('ask').getByTestId('example-choice');
      await choice.locator('[data-id]').nth(1).waitFor();
      assert.deepEqual(
        await choice.locator('[data-id]').evaluateAll((all) => all.map(({ dataset }) => dataset.id)),
        [second.id, first.id],
        'the reviewed ones alone, newest first',
      );
      await choice.getByRole('radio', { name: 'None' }).focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      assert.ok(await choice.getByRole('radio', { name: 'Drawing 2' }).isChecked());
      await loaded(choice.locator('img').first());
      await look(page, 'example-choice');
      await page.keyboard.press('Enter');
      await page.getByTestId('ask').waitFor({ state: 'detached' });
      await loaded(shown(label(page, 'star'), first.id));
      assert.equal(await inLabels('star'), first.id);
      await look(page, 'example-labels');

      await page.locator('nav a[href="#/draw"]').click();
      const hint = page.getByTestId('known').locator('[data-tag=star]');
      await loaded(shown(hint, first.id));
      assert.equal((await hint.innerText()).toLowerCase(), 'star');
      assert.equal(await page.getByTestId('known').locator('[data-tag=heart] svg').count(), 1);
      await page.locator('nav a[href="#/review"]').click();
      const tags = page.getByTestId('detail').getByTestId('labels');
      await loaded(shown(tags.locator('[data-tag=star]'), first.id));
      await look(page, 'example-review');
    });

    await visit(browser, croquis.url, { ...phone, colorScheme: 'dark', locale: 'fr-FR' }, async (page) => {
      const hint = page.getByTestId('known').locator('[data-tag=star]');
      await loaded(shown(hint, first.id));
      await hint.scrollIntoViewIfNeeded();
      await look(page, 'example-hint-phone');
      await openLabels(page);
      await label(page, 'star').getByRole('button', { name: 'Modifier Étoile' }).click();
      const choice = page.getByTestId('ask').getByTestId('example-choice');
      await choice.locator('[data-id]').nth(1).waitFor();
      assert.ok(await choice.getByRole('radio', { name: 'Dessin 1', exact: true }).isChecked(), 'the chosen one first');
      await choice.scrollIntoViewIfNeeded();
      await look(page, 'example-choice-phone');
      const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!sticksOut);
    });

    await change('hide', first);
    await visit(browser, croquis.url, {}, async (page) => {
      const hint = page.getByTestId('known').locator('[data-tag=star]');
      await hint.locator('svg').waitFor();
      assert.equal(await page.getByTestId('known').getByTestId('example').count(), 0);
      await openLabels(page);
      await label(page, 'star').getByRole('button', { name: 'Edit Star' }).click();
      const choice = page.getByTestId('ask').getByTestId('example-choice');
      await choice.locator('[data-id]').first().waitFor();
      assert.equal(await choice.locator('[data-id]').count(), 1, 'what is hidden is not offered');
      await change('delete', second);
      await choice.locator(`[data-id="${second.id}"] input`).check();
      await page.getByTestId('ask').getByRole('button', { name: 'Save' }).click();
      await choice.getByRole('alert').getByText('This drawing is hidden or gone').waitFor();
      await look(page, 'example-gone');
    }, { failedRequests: true });
    await change('show', first);
    assert.equal(await inLabels('star'), first.id);
  });

  it('is taken away again, and is an admin’s to choose', async () => {
    const chosen = await draw('heart');
    await api('PATCH', '/labels/heart', { example: chosen.id });
    await visit(browser, croquis.url, {}, async (page) => {
      await openLabels(page, { user: 'marie', password });
      await loaded(shown(label(page, 'heart'), chosen.id));
      assert.equal(await label(page, 'heart').getByRole('button').count(), 0);
    });
    await visit(browser, croquis.url, {}, async (page) => {
      await openLabels(page);
      await label(page, 'heart').getByRole('button', { name: 'Edit Heart' }).click();
      await page.getByTestId('ask').getByRole('radio', { name: 'None' }).check();
      await page.getByTestId('ask').getByRole('button', { name: 'Save' }).click();
      await label(page, 'heart').locator('svg').first().waitFor();
      await shown(label(page, 'heart'), chosen.id).waitFor({ state: 'detached' });
    });
    assert.equal(await inLabels('heart'), null);
  });

  it('is any of them: the list goes on, and is narrowed', async () => {
    const oldest = await draw('square');
    for (let n = 0; n < 25; ++n) await draw('square');
    await visit(browser, croquis.url, {}, async (page) => {
      await openLabels(page);
      await label(page, 'square').getByRole('button', { name: 'Edit Square' }).click();
      const choice = page.getByTestId('ask').getByTestId('example-choice');
      await choice.locator('[data-id]').nth(23).waitFor();
      assert.equal(await choice.locator('[data-id]').count(), 24);
      await choice.getByRole('button', { name: 'Load more' }).press('Enter');
      await choice.locator(`[data-id="${oldest.id}"]`).waitFor();
      assert.equal(await choice.getByRole('button', { name: 'Load more' }).count(), 0);
      await choice.locator(`[data-id="${oldest.id}"] input`).check();

      await choice.getByText('Filters').click();
      await choice.getByLabel('Confidence from (%)').fill('100');
      await choice.getByLabel('Confidence from (%)').press('Enter');
      await choice.getByText('No reviewed drawing with this label is like that.').waitFor();
      assert.ok(await choice.locator(`[data-id="${oldest.id}"] input`).isChecked(), 'what is picked stays in sight');
      assert.equal(await choice.locator('[data-id]').count(), 1);
      await look(page, 'example-narrowed');
      await page.getByTestId('ask').getByRole('button', { name: 'Save' }).click();
      await loaded(shown(label(page, 'square'), oldest.id));
    });
    assert.equal(await inLabels('square'), oldest.id);
    await visit(browser, croquis.url, { ...phone, colorScheme: 'dark', locale: 'fr-FR' }, async (page) => {
      await openLabels(page);
      await label(page, 'square').getByRole('button', { name: /^Modifier/ }).click();
      const choice = page.getByTestId('ask').getByTestId('example-choice');
      await choice.locator('[data-id]').nth(23).waitFor();
      await choice.getByText('Filtres').click();
      await choice.getByLabel('Dessinés à partir du').scrollIntoViewIfNeeded();
      await look(page, 'example-narrowed-phone');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
  });
});
