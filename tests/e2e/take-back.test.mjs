// What a person decided since a time, taken back in one go.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { apiAt } from './support/api.mjs';
import { inSight, look, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { stores } from './support/server.mjs';
import { until } from './support/until.mjs';

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  colorScheme: 'dark',
  locale: 'fr-FR',
};
const password = 'a long pass phrase';

for (const [kind, makeStore] of Object.entries(stores)) {
  describe(`taking back all since a time, on ${kind}`, () => {
    let store, croquis, browser, api, marie;

    before(async () => {
      ({ store, croquis, browser, api } = await setUp({ makeStore }));
      await api.signIn();
      await api('POST', '/users', { name: 'marie', password });
      marie = apiAt(croquis.url);
      await marie.signIn('marie', password);
    });
    after(() => tearDown({ store, croquis, browser }));

    let drawn = 0;
    async function draw() {
      const lean = ++drawn * 2;
      const image = greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (20 + lean)) / 64) < 2);
      return api('POST', '/public/predictions', { image });
    }
    const now = (id) => api('GET', `/drawings/${id}`);
    /** `who` gives it the tag, or accepts the one that it has. */
    async function decide(who, { id }, tag) {
      const { version, tag: before } = await now(id);
      return who('PATCH', `/drawings/${id}`, { tag: tag ?? before }, { 'If-Match': `"${version}"` });
    }
    const ask = (page) => page.getByTestId('ask');
    const count = (page, text) => page.getByTestId('take-back-count').getByText(text, { exact: true }).waitFor();
    /** As the field has it, in the page's own time zone: without seconds where they are 0. */
    const local = (page, time) =>
      page.evaluate((time) => {
        const at = new Date(time);
        return new Date(time - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace(/:00$/, '');
      }, time);

    it('says how many there are, restores each as it was then, and leaves what others decided', async () => {
      const [early, twice, taken, theirs] = [await draw(), await draw(), await draw(), await draw()];
      const first = await decide(api, early);
      const since = Math.floor(Date.parse(first.tagged_at) / 1000) * 1000 + 1000;
      await sleep(1100);
      await decide(api, twice, 'star');
      await decide(api, twice, 'heart');
      await decide(api, taken);
      await decide(api, theirs);
      await decide(marie, theirs, 'cross');

      await visit(browser, croquis.url, {}, async (page) => {
        await signIn(page);
        const card = ({ id }) => page.locator(`main [data-testid=drawing][data-id="${id}"]:visible`);
        await card(twice).getByTestId('tagged').waitFor();
        await page.getByTestId('take-back-since').click();
        const field = ask(page).getByLabel('Since');
        assert.match(await field.inputValue(), /T00:00$/);
        await count(page, 'You decided 3 drawings since then.');
        await field.fill(await local(page, Date.now() + 3_600_000));
        await count(page, 'You decided nothing since then.');
        await page.keyboard.press('Enter');
        assert.equal((await now(twice.id)).tag, 'heart', 'nothing was asked for');
        await field.fill(await local(page, since));
        await count(page, 'You decided 2 drawings since then.');
        await look(page, `${kind}-asked`);

        await decide(marie, taken, 'cross');
        await field.press('Enter');
        await page
          .getByTestId('toasts')
          .getByText('1 drawing is as it was before · Not undone: somebody changed it meanwhile.')
          .waitFor();
        await ask(page).waitFor({ state: 'detached' });
        await card(twice).getByTestId('tagged').waitFor({ state: 'detached' });
        await card(taken).getByText('marie').waitFor();
      });
      const { tag, predicted_tag, tagged_by } = await now(twice.id);
      assert.deepEqual([tag, tagged_by], [predicted_tag, null]);
      assert.equal((await now(early.id)).tagged_by, 'admin');
      for (const { id } of [taken, theirs])
        assert.deepEqual([(await now(id)).tag, (await now(id)).tagged_by], ['cross', 'marie']);
    });

    it('touches what the list shows alone, and shows it beforehand', async () => {
      const [star, heart, before] = [await draw(), await draw(), await draw()];
      await decide(api, before, 'star');
      await sleep(1100);
      const at = Math.floor(Date.parse((await decide(api, star, 'star')).tagged_at) / 1000) * 1000;
      await decide(api, heart, 'heart');
      await visit(browser, croquis.url, { viewport: { width: 1280, height: 900 } }, async (page) => {
        await signIn(page);
        await page.evaluate(() => (location.hash = '#/annotate?tag=star'));
        const card = ({ id }) => page.locator(`main [data-testid=drawing][data-id="${id}"]:visible`);
        await card(star).waitFor();
        await page.getByTestId('take-back-since').click();
        const field = ask(page).getByLabel('Since');
        await field.fill(await local(page, at));
        await count(page, 'You decided 1 drawing since then.');
        assert.equal(await page.getByTestId('take-back-filtered').count(), 1);
        assert.deepEqual(
          await page.getByTestId('meant').locator('li').evaluateAll((all) => all.map(({ dataset }) => dataset.id)),
          [star.id],
        );
        await look(page, `${kind}-filtered`);

        await page.getByTestId('take-back-list').click();
        await ask(page).waitFor({ state: 'detached' });
        const inList = `#/annotate?${new URLSearchParams({ tag: 'star', tagged_by: 'admin', tagged_since: await local(page, at) })}`;
        assert.equal(await page.evaluate(() => location.hash), inList);
        await card(before).waitFor({ state: 'detached' });
        await card(star).waitFor();
        assert.equal(await page.getByLabel('Reviewed since').inputValue(), await local(page, at));
        await look(page, `${kind}-in-list`);

        await page.getByTestId('take-back-since').click();
        assert.equal(await field.inputValue(), await local(page, at));
        await ask(page).getByRole('button', { name: 'Take back 1 drawing' }).click();
        await ask(page).waitFor({ state: 'detached' });
        await card(star).waitFor({ state: 'detached' });
        await page.goBack();
        await card(before).waitFor();
      });
      const reviewed = async ({ id }) => (await now(id)).tagged_by !== null;
      assert.deepEqual(await Promise.all([star, heart, before].map(reviewed)), [false, true, true]);
      for (const { id } of [heart, before])
        await api('POST', `/drawings/${id}/undo`, undefined, { 'If-Match': '*' });
    });

    it('stands beside the last decisions as well, by keyboard and on a phone', async () => {
      for (let n = 0; n < 3; ++n) await draw();
      await visit(browser, croquis.url, phone, async (page) => {
        await signIn(page);
        await page.locator('nav a[href="#/review"]').first().waitFor({ state: 'attached' });
        await page.evaluate(() => (location.hash = '#/review'));
        const decisions = page.getByTestId('detail').getByTestId('decisions').locator('li');
        await page.waitForFunction(() => /^#\/review\/./.test(location.hash));
        for (const decided of [1, 2]) {
          await inSight(page);
          const before = await page.evaluate(() => location.hash);
          await page.keyboard.press('Enter');
          await page.waitForFunction((before) => location.hash !== before, before);
          await until('the decision', async () => (await decisions.count()) === decided);
        }
        const own = async () => (await api('GET', '/drawings?tagged_by=admin&limit=200')).drawings.length;
        const all = await own();
        const opener = page.getByTestId('detail').getByTestId('take-back-since');
        await opener.focus();
        await page.keyboard.press('Enter');
        await count(page, `Vous avez vérifié ${all} dessins depuis.`);
        await look(page, `${kind}-phone`);
        await page.keyboard.press('Escape');
        await ask(page).waitFor({ state: 'detached' });
        assert.equal(await own(), all, 'nothing was taken back');

        await opener.click();
        await count(page, `Vous avez vérifié ${all} dessins depuis.`);
        await ask(page).getByRole('button', { name: `Revenir sur ${all} décisions` }).click();
        await page
          .getByTestId('detail')
          .getByTestId('toasts')
          .getByText(`${all} dessins sont comme avant`)
          .waitFor();
        await until('no decision', async () => (await decisions.count()) === 0);
        await look(page, `${kind}-taken-back`);
      });
      assert.deepEqual((await api('GET', '/drawings?tagged_by=admin')).drawings, []);
    });
  });
}
