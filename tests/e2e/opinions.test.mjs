// Several people about one drawing, and marks for attention, as people meet them in the page.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { inSight, look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  colorScheme: 'dark',
  locale: 'fr-FR',
};
const password = 'a long pass phrase';

describe('several people', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    for (const name of ['marie', 'paul', 'anna']) await api('POST', '/users', { name, password });
  });
  after(() => tearDown({ store, croquis, browser }));

  let drawn = 0;
  async function draw() {
    const lean = ++drawn * 3;
    const image = greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (20 + lean)) / 64) < 2);
    return api('POST', '/public/predictions', { image });
  }
  const detail = (page) => page.getByTestId('detail');
  const shows = async (page, { id }) => {
    await page.waitForFunction((id) => location.hash.split('?')[0].endsWith(id), id);
    await inSight(page);
  };
  const labelOf = (page, tag) => detail(page).locator(`[data-testid=labels] [data-tag="${tag}"]`);

  /** A page on which `user` has the queue open. */
  const reviewing = (user, options, steps, where = '') =>
    visit(browser, croquis.url, options, async (page) => {
      await signIn(page, user === 'admin' ? {} : { user, password });
      await page.locator('nav a[href="#/review"]').first().waitFor();
      await page.evaluate((where) => (location.hash = `#/review${where}`), where);
      await steps(page);
    });

  it('asks each once and tells nobody what the others said, until somebody has to decide', async () => {
    await api('PATCH', '/projects/shapes', { opinions_wanted: 2 });
    const drawing = await draw();
    const now = () => api('GET', `/drawings/${drawing.id}`);
    await reviewing('marie', {}, async (page) => {
      await shows(page, drawing);
      await labelOf(page, 'star').click();
      await detail(page).getByText('Your opinion: “star”. Others are asked as well.').waitFor();
      await page.getByTestId('finished').waitFor();
      assert.equal(await labelOf(page, 'star').getAttribute('aria-pressed'), 'true');
      await look(page, 'opinion-given');
      // Her own is hers to take back, and to give again.
      await page.keyboard.press('u');
      await detail(page).getByTestId('opinion').waitFor({ state: 'detached' });
      assert.equal((await now()).tagged_by, null);
      await labelOf(page, 'star').click();
      await detail(page).getByTestId('opinion').waitFor();
    });
    // A list tells hers, to her alone.
    for (const user of ['marie', 'anna'])
      await visit(browser, croquis.url, {}, async (page) => {
        await signIn(page, { user, password });
        await page.locator('nav a[href="#/annotate"]').click();
        const card = page.locator(`main [data-testid=drawing][data-id="${drawing.id}"]:visible`);
        const select = card.getByTestId('tag-select');
        await select.waitFor();
        assert.equal(await card.getByTestId('own-opinion').count(), user === 'marie' ? 1 : 0);
        assert.equal(await select.inputValue(), user === 'marie' ? 'star' : drawing.tag);
        assert.equal(await card.getByRole('button', { name: 'Accept' }).count(), user === 'marie' ? 0 : 1);
        await look(page, `opinion-in-the-list-of-${user}`);
      });
    await reviewing('paul', phone, async (page) => {
      await shows(page, drawing);
      assert.equal(await detail(page).getByTestId('opinion').count(), 0);
      const history = detail(page).getByTestId('history');
      await history.waitFor();
      assert.equal(await history.getByText('marie').count(), 0);
      await labelOf(page, 'heart').tap();
      await detail(page).getByText('Votre avis').first().waitFor();
      await history.getByText('marie').first().waitFor();
      await look(page, 'opinion-given-phone-fr');
    });
    await reviewing('marie', {}, (page) => page.getByTestId('nothing-waits').waitFor());
    await reviewing('anna', {}, async (page) => {
      await shows(page, drawing);
      await labelOf(page, 'cross').click();
      await detail(page).getByTestId('disputed').waitFor();
      await look(page, 'disputed');
    });
    assert.equal((await now()).disputed, true);
    await reviewing('marie', {}, async (page) => {
      await page.getByTestId('nothing-waits').waitFor();
      await page.evaluate(() => (location.hash = '#/annotate?disputed=true'));
      const card = page.locator(`main [data-testid=drawing][data-id="${drawing.id}"]:visible`);
      await card.getByTestId('disputed').waitFor();
      // What she said herself would decide it.
      assert.equal(await card.getByTestId('tag-select').inputValue(), 'star');
      await card.getByRole('button', { name: 'Accept' }).waitFor();
      assert.equal(await card.getByTestId('own-opinion').count(), 0);
      await look(page, 'disputed-in-the-list');
      await card.locator('button.open').click();
      await inSight(page);
      await labelOf(page, 'star').click();
      await detail(page).getByTestId('disputed').waitFor({ state: 'detached' });
    });
    assert.deepEqual([(await now()).tag, (await now()).tagged_by], ['star', 'marie']);
    await api('PATCH', '/projects/shapes', { opinions_wanted: 1 });
  });

  it('are given of several at once too, told as opinions, and taken back', async () => {
    await api('PATCH', '/projects/shapes', { opinions_wanted: 2 });
    const drawn = [await draw(), await draw()];
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page, { user: 'marie', password });
      await page.getByTestId('queue').click();
      const cards = drawn.map(({ id }) => page.locator(`main [data-testid=drawing][data-id="${id}"]:visible`));
      for (const card of cards) await card.getByRole('checkbox').check();
      await page.getByTestId('tag-for-all').selectOption('star');
      await page.getByTestId('picked').getByRole('button', { name: 'Tag', exact: true }).click();
      await page.getByTestId('toasts').getByText('2 opinions given: others are asked as well').waitFor();
      for (const card of cards) {
        await card.getByTestId('own-opinion').waitFor();
        assert.equal(await card.getByTestId('tag-select').inputValue(), 'star');
        assert.equal(await card.getByRole('button', { name: 'Accept' }).count(), 0);
      }
      await look(page, 'opinions-in-the-list');
      await page.keyboard.press('Control+Z');
      await page.getByTestId('toasts').getByText('2 drawings are as they were before').waitFor();
      await cards[0].getByRole('button', { name: 'Accept' }).waitFor();
    });
    await api('PATCH', '/projects/shapes', { opinions_wanted: 1 });
    for (const { id } of drawn) {
      const { tag, version } = await api('GET', `/drawings/${id}`);
      await api('PATCH', `/drawings/${id}`, { tag }, { 'If-Match': `"${version}"` });
    }
  });

  it('flags by key with a comment, finds it by the filter, and takes it back', async () => {
    const drawing = await draw();
    const now = () => api('GET', `/drawings/${drawing.id}`);
    await reviewing('marie', {}, async (page) => {
      await shows(page, drawing);
      await page.keyboard.press('f');
      const ask = page.getByTestId('ask');
      await ask.waitFor();
      // Signs are text here, not tags.
      await page.keyboard.type('1 or 2 shapes?');
      await look(page, 'flag-dialog');
      await page.keyboard.press('Escape');
      await ask.waitFor({ state: 'detached' });
      await detail(page).waitFor();
      assert.equal((await now()).version, 1);
      await page.keyboard.press('f');
      await page.keyboard.type('1 or 2 shapes?');
      await page.keyboard.press('Enter');
      await detail(page).getByTestId('flagged').getByText('1 or 2 shapes?').waitFor();
      await look(page, 'flagged');
      assert.deepEqual([(await now()).flag, (await now()).tagged_by], ['1 or 2 shapes?', null]);
      await page.keyboard.press('u');
      await detail(page).getByTestId('flagged').waitFor({ state: 'detached' });
      assert.equal((await now()).flag, undefined);
      await page.keyboard.press('f');
      await page.keyboard.press('Enter');
      await detail(page).getByTestId('flagged').waitFor();
      assert.equal((await now()).flag, '');
    });
    await reviewing('paul', phone, async (page) => {
      await shows(page, drawing);
      await detail(page).getByTestId('flagged').waitFor();
      await look(page, 'flagged-phone-fr');
      await page.getByTestId('flag').tap();
      await detail(page).getByTestId('flagged').waitFor({ state: 'detached' });
      assert.equal((await now()).flag, undefined);
      // Two taps at once are one act.
      await sleep(800);
      await page.getByTestId('flag').tap();
      await page.getByTestId('ask').getByLabel('Commentaire (facultatif)').fill('é'.repeat(251));
      await page.getByTestId('ask').getByRole('button', { name: 'Signaler' }).tap();
      await page.getByTestId('ask').getByLabel('Commentaire (facultatif)').fill('é'.repeat(250));
      await page.getByTestId('ask').getByRole('button', { name: 'Signaler' }).tap();
      await detail(page).getByTestId('flagged').waitFor();
    });
    assert.equal((await now()).flag, 'é'.repeat(250));
    await reviewing('marie', {}, async (page) => {
      await page.evaluate(() => (location.hash = '#/annotate?flagged=true'));
      const cards = page.locator('main [data-testid=drawing]:visible');
      await cards.getByTestId('flagged').waitFor();
      assert.equal(await cards.count(), 1);
      await look(page, 'flagged-in-the-list');
    });
  });
});
