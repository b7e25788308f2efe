// The map of drawings: what a lasso, a frame moved by keys, or a tag catches is shown, tagged in one go, and taken back in
// one go. With SCREENSHOTS=FOLDER it leaves pictures there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { look, signIn, visit } from './support/browser.mjs';
import { figurePng, figures } from './support/figures.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, colorScheme: 'dark', locale: 'fr-FR' };

describe('the map of drawings', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    for (let n = 0; n < 40; ++n)
      await api('POST', '/public/predictions', { image: figurePng(figures[n % figures.length], n).toString('base64') });
  });
  after(() => tearDown({ store, croquis, browser }));

  async function open(page) {
    await signIn(page);
    await page.goto(`${croquis.url}/#/quality`);
    const map = page.getByTestId('map');
    await map.locator('canvas').waitFor();
    return map;
  }
  const reviewed = async () => (await api('GET', '/drawings?limit=200')).drawings.filter((d) => d.tagged_by !== null);
  const caught = async (map) => Number(/^\d+/.exec(await map.getByTestId('caught').locator('h3').textContent())[0]);

  it('tags what a lasso catches, but for what is left out, and takes it back', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      const map = await open(page);
      await map.getByRole('button', { name: 'Lasso' }).click();
      await map.locator('canvas').scrollIntoViewIfNeeded();
      const { x, y, width, height } = await map.locator('canvas').boundingBox();
      await page.mouse.move(x + 2, y + 2);
      await page.mouse.down();
      for (const [right, down] of [[width - 2, 2], [width - 2, height - 2], [2, height - 2]])
        await page.mouse.move(x + right, y + down, { steps: 4 });
      await page.mouse.up();
      await map.getByTestId('caught').waitFor();
      assert.equal(await caught(map), 40);
      const pictures = map.locator('.picture');
      await pictures.nth(23).waitFor();
      await pictures.nth(1).click();
      assert.equal(await pictures.nth(1).getAttribute('aria-pressed'), 'false');
      await look(page, 'map-lasso');
      await map.locator('#map-tag').selectOption('heart');
      await map.getByRole('button', { name: 'Tag 39 as heart' }).click();
      await page.getByText('39 drawings are heart now').first().waitFor();
      const tagged = await reviewed();
      assert.equal(tagged.length, 39);
      assert.ok(tagged.every(({ tag, tagged_by: by }) => tag === 'heart' && by === 'admin'));
      await page.keyboard.press('Control+z');
      while ((await reviewed()).length > 0);
      await map.getByTestId('caught').waitFor({ state: 'detached' });
    });
  });

  it('catches by keyboard alone: a frame, or all of a tag', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      const map = await open(page);
      await map.getByRole('button', { name: 'Frame by keys' }).focus();
      await page.keyboard.press('Enter');
      const frame = map.locator('.frame');
      await frame.waitFor();
      while (!(await frame.evaluate((element) => element === document.activeElement)));
      for (let n = 0; n < 12; ++n) {
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('ArrowUp');
      }
      for (let n = 0; n < 24; ++n) {
        await page.keyboard.press('Shift+ArrowRight');
        await page.keyboard.press('Shift+ArrowDown');
      }
      await map.getByText('Enter catches what is in it: 40 drawings').first().waitFor();
      await look(page, 'map-frame');
      await page.keyboard.press('Enter');
      await map.getByTestId('caught').waitFor();
      assert.equal(await caught(map), 40);
      const { drawings } = await api('GET', '/drawings?limit=200');
      const { tag } = drawings[0];
      await map.getByRole('button', { name: `Catch all: ${tag}`, exact: true }).focus();
      await page.keyboard.press('Enter');
      const of = drawings.filter((drawing) => drawing.tag === tag).length;
      const said = of === 1 ? 'One drawing caught' : `${of} drawings caught`;
      await map.getByRole('heading', { name: said }).waitFor();
    });
  });

  it('is coloured by the model that predicted, or by who reviewed', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      const map = await open(page);
      const { id } = await api('GET', '/model');
      await map.getByRole('combobox', { name: 'Coloured by' }).selectOption('model');
      await map.getByRole('button', { name: `Catch all: ${id}`, exact: true }).waitFor();
      await map.getByRole('img', { name: '40 drawings, coloured by model' }).waitFor();
      await map.getByRole('combobox', { name: 'Coloured by' }).selectOption('person');
      await map.getByRole('button', { name: 'Catch all: nobody yet', exact: true }).click();
      assert.equal(await caught(map), 40);
      await look(page, 'map-by-person');
    });
  });

  it('on a phone, in French, in the dark', async () => {
    await visit(browser, croquis.url, phone, async (page) => {
      const map = await open(page);
      await map.getByRole('button', { name: /^Tout attraper/ }).first().tap();
      await map.getByTestId('caught').waitFor();
      await map.locator('.picture').first().waitFor();
      await look(page, 'map-phone');
    });
  });
});
