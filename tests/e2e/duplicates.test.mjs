// Drawings that are nearly the same are shown in groups, tagged alike, hidden and deleted, and taken back in one go, by
// mouse, by keyboard and on a phone. With SCREENSHOTS=FOLDER it leaves pictures there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { look, signIn, visit } from './support/browser.mjs';
import { figurePng, figures } from './support/figures.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true };

describe('near duplicates', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
  });
  after(() => tearDown({ store, croquis, browser }));

  const groups = (page) => page.getByTestId('duplicates');
  const draw = (figure, seed) =>
    api('POST', '/public/predictions', { image: figurePng(figure, seed).toString('base64') });
  const tag = ({ id, version }, as) => api('PATCH', `/drawings/${id}`, { tag: as }, { 'If-Match': `"${version}"` });
  const shown = async (id) => (await api('GET', `/drawings/${id}`)).hidden !== true;
  async function open(page) {
    await signIn(page);
    await page.locator('nav a[href="#/quality"]').click();
    await page.locator('main a[href="#/duplicates"]').click();
  }
  const drawn = [];

  it('are none where no drawing is like another', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      await page.getByText('No drawing is nearly the same as another, among 0.').waitFor();
      await look(page, 'duplicates-none');
    });
  });

  it('are tagged alike and hidden, each taken back in one go', async () => {
    for (const seed of [1, 1, 1]) drawn.push(await draw(figures[0], seed));
    for (const seed of [2, 2]) drawn.push(await draw(figures[1], seed));
    await tag(drawn[3], 'heart');
    await tag(drawn[4], 'star');
    await visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      await groups(page).nth(1).waitFor();
      const [first, second] = [groups(page).first(), groups(page).nth(1)];
      await first.getByText('labels disagree').waitFor();
      await look(page, 'duplicates');
      await first.locator('select').selectOption('heart');
      await first.getByRole('button', { name: 'Tag one as heart' }).click();
      await first.getByRole('button', { name: 'All are heart' }).waitFor();
      await first.getByText('labels disagree').waitFor({ state: 'detached' });
      assert.equal((await api('GET', `/drawings/${drawn[4].id}`)).tag, 'heart');

      await second.getByRole('checkbox').nth(1).uncheck();
      await second.getByRole('button', { name: 'Hide the extra ones (1)' }).click();
      await page.getByText('1 drawing hidden').first().waitFor();
      assert.equal(await second.getByRole('listitem').count(), 2);
      assert.deepEqual([await shown(drawn[1].id), await shown(drawn[2].id)], [true, false]);
      await page.keyboard.press('Control+z');
      await until('the hidden one', () => shown(drawn[2].id));
      await page.keyboard.press('Control+z');
      await until('the tag', async () => (await api('GET', `/drawings/${drawn[4].id}`)).tag === 'star');
      await first.getByText('labels disagree').waitFor();
    });
  });

  it('are said to be none, by whoever is signed in, and brought back', async () => {
    await api('POST', '/users', { name: 'marie', password: 'a long pass phrase' });
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page, { user: 'marie', password: 'a long pass phrase' });
      await page.goto(`${croquis.url}/#/duplicates`);
      await groups(page).nth(1).waitFor();
      const press = () => groups(page).first().getByRole('button', { name: 'Not duplicates' }).press('Enter');
      await press();
      await until('one group', async () => (await groups(page).count()) === 1);
      await until('the focus', () => page.evaluate(() => document.activeElement.dataset.testid === 'tag-all'));
      await page.keyboard.press('Control+z');
      await until('two groups', async () => (await groups(page).count()) === 2);
      await press();
      const dismissed = page.getByTestId('dismissed');
      await dismissed.getByText('One group that people said is not of duplicates').click();
      await dismissed.getByText(/^marie, /).waitFor();
      await look(page, 'duplicates-dismissed');
      await dismissed.getByRole('button', { name: 'Bring back' }).click();
      await until('two groups again', async () => (await groups(page).count()) === 2);
      await dismissed.waitFor({ state: 'detached' });
    });
  });

  it('are opened, deleted and left by keyboard alone', async () => {
    await visit(browser, `${croquis.url}/#/duplicates`, {}, async (page) => {
      await signIn(page);
      await page.goto(`${croquis.url}/#/duplicates`);
      await groups(page).nth(1).waitFor();
      await groups(page).first().getByRole('link').first().press('Enter');
      await page.waitForURL((url) => url.hash === `#/annotate/${drawn[3].id}`);
      await page.getByRole('dialog').waitFor();
      await page.goBack();
      await groups(page).nth(1).waitFor();
      const button = groups(page).first().getByRole('button', { name: 'Delete the extra ones (1)' });
      await button.press('Enter');
      const ask = page.getByTestId('ask');
      await ask.waitFor();
      await look(page, 'duplicates-delete');
      await ask.getByRole('button', { name: 'Delete' }).press('Enter');
      await until('one group', async () => (await groups(page).count()) === 1);
      // The next group has the focus.
      await until('the focus', () => page.evaluate(() => document.activeElement.dataset.testid === 'tag-all'));
      assert.equal((await api('GET', '/quality/duplicates')).found, 1);
    });
  });

  it('on a phone, dark, in French', async () => {
    await visit(browser, croquis.url, { ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await open(page);
      await groups(page).first().waitFor();
      await look(page, 'duplicates-phone-fr-dark');
      const [inside, wide] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inside <= wide, `${inside} on ${wide}`);
      await groups(page).first().getByRole('button', { name: 'Masquer ceux en trop (2)' }).tap();
      await page.getByTestId('no-duplicates').waitFor();
      assert.deepEqual(await Promise.all(drawn.slice(0, 3).map(({ id }) => shown(id))), [true, false, false]);
    });
  });
});
