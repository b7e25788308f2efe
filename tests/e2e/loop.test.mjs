// The loop: people review drawings of something that no model knows, a model is taught, compared, put to work, and
// answers; and the work survives whatever happens to the server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { startCroquis } from './support/server.mjs';
import { until } from './support/until.mjs';

const side = 96;

/** A picture with a pen of three pixels along `points`. */
function png(points) {
  const inked = new Set();
  for (const [x, y] of points)
    for (let dy = -1; dy <= 1; ++dy)
      for (let dx = -1; dx <= 1; ++dx) inked.add(`${Math.round(x) + dx} ${Math.round(y) + dy}`);
  return greyPng(side, (x, y) => inked.has(`${x} ${y}`));
}

/** What the shipped model has no label for, each a little different: a spiral, a comb, a pair of rings. */
const figures = {
  heart(n) {
    return Array.from({ length: 900 }, (_, i) => {
      const angle = (i / 900) * (6 + 0.05 * n) * Math.PI;
      return [48 + (4 + 0.04 * i) * Math.cos(angle), 48 + (4 + 0.04 * i) * Math.sin(angle)];
    });
  },
  zigzag(n) {
    const teeth = Array.from({ length: 7 }, (_, tooth) =>
      Array.from({ length: 50 }, (__, i) => [12 + 12 * tooth, 25 + (n % 5) + i * 0.9]),
    );
    return [...teeth.flat(), ...Array.from({ length: 80 }, (_, i) => [10 + i * 0.95, 24 + (n % 5)])];
  },
  squiggle(n) {
    return [26, 68].flatMap((x) =>
      Array.from({ length: 300 }, (_, i) => {
        const angle = (i / 150) * Math.PI;
        return [x + (15 + (n % 4)) * Math.cos(angle), 44 + (n % 3) + 18 * Math.sin(angle)];
      }),
    );
  },
};
const tags = Object.keys(figures);

describe('the loop', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  const draw = (tag, n) => api('POST', '/public/predictions', { image: png(figures[tag](n)) });
  async function ended(id) {
    return until(`job ${id}`, async () => {
      const job = await api('GET', `/jobs/${id}`);
      return ['queued', 'running'].includes(job.state) ? null : job;
    });
  }
  const openModels = async (page) => {
    await page.goto(croquis.url);
    await signIn(page);
    await page.getByTestId('queue').waitFor();
    await page.locator('nav a[href="#/models"]').click();
    await page.getByTestId('teach').waitFor();
  };

  it('says what is missing where nobody has reviewed anything', async () => {
    const page = await openPage(browser);
    await openModels(page);
    await page.getByRole('button', { name: 'Teach', exact: true }).press('Enter');
    await page.getByText('Nothing was taught.').waitFor();
    await assertAccessible(page, 'a teaching that failed');
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('learns thirty drawings of what no model knows, and answers with it', async () => {
    await api.signIn();
    const waiting = await draw('zigzag', 90);
    for (let n = 0; n < 10; ++n)
      for (const tag of tags) {
        const drawing = await draw(tag, n);
        await api('PATCH', `/drawings/${drawing.id}`, { tag }, { 'If-Match': `"${drawing.version}"` });
      }
    const page = await openPage(browser);
    await openModels(page);
    await page.getByRole('button', { name: 'Teach', exact: true }).click();
    const verdict = page.getByTestId('verdict');
    await verdict.waitFor();
    assert.match(await verdict.innerText(), /points|judging/);
    const teach = page.getByTestId('teach');
    for (const name of ['heart', 'zigzag', 'squiggle'])
      assert.match(await teach.getByRole('row').filter({ hasText: new RegExp(name, 'i') }).innerText(), /%/);
    await assertAccessible(page, 'what was taught');
    // Fourteen labels of the project have no drawings to learn from: the page says that they would be lost.
    const lost = /no longer knows .*circle, .*triangle/;
    assert.match(await teach.getByTestId('loss').innerText(), lost);
    await teach.getByRole('button', { name: /^Make .* live$/ }).click();
    assert.match(await page.getByTestId('lost').innerText(), lost);
    await assertAccessible(page, 'the question before labels are lost');
    await page.getByTestId('ask').getByRole('button', { name: 'Make live' }).click();
    const live = page.locator('[data-testid=model][data-state=live]').filter({ hasText: 'taught' });
    await live.waitFor();
    assert.match(await live.innerText(), /Taught by\s+admin/);

    for (const tag of tags) assert.equal((await draw(tag, 42)).tag, tag);
    // What was drawn before and nobody looked at gets the new answer too.
    await until('the new answer', async () => {
      const now = await api('GET', `/drawings/${waiting.id}`);
      return now.tag === 'zigzag' && now.tagged_by === null;
    });
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('finishes once what a server was killed at', async () => {
    await api.signIn();
    const { models } = await api('GET', '/models');
    const taught = models.filter(({ kind }) => kind === 'head');
    assert.equal(taught.length, 1);
    await api('POST', `/models/${taught[0].parent}:promote`);
    let retag;
    do ({ jobs: [retag] } = await api('GET', '/jobs?limit=1'));
    while (retag.kind !== 'retag' || retag.state !== 'running');
    const teach = await api('POST', '/models:teach');
    await croquis.stop('SIGKILL');
    croquis = await startCroquis(store.url, { ports: croquis.ports });
    await api.signIn();
    const [first, second] = [await ended(retag.id), await ended(teach.id)];
    assert.deepEqual([first.state, first.attempts], ['succeeded', 2]);
    assert.deepEqual([second.state, second.attempts], ['succeeded', 1]);
    assert.equal(second.result.model, taught[0].id);
    assert.equal((await api('GET', '/models')).models.filter(({ kind }) => kind === 'head').length, 1);
  });
});
