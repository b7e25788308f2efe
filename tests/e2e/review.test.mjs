// Reviewing: what a key or a click writes, and to which drawing, also where the server takes its time; the way back
// from each change; several tabs; the browser's Back.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertAccessible, inSight, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};
const slow_ms = 800;

/** A leaning line of its own for each `n`. */
function lineAsPng(n) {
  const side = 64;
  return greyPng(side, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (20 + (n % 32))) / side) < 2);
}

describe('reviewing', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  let drawn = 0;

  /** Leaves `count` drawings in the queue, and none besides. */
  async function queueOf(count) {
    await api.signIn();
    for (;;) {
      const { drawings } = await api('GET', '/queue?limit=100');
      if (drawings.length === 0) break;
      await api('POST', '/drawings:accept', {
        drawings: drawings.map(({ id, version }) => ({ id, version })),
      });
    }
    for (let n = 0; n < count; ++n) await api('POST', '/public/predictions', { image: lineAsPng(++drawn) });
    return (await api('GET', `/queue?limit=100`)).drawings;
  }

  const now = (id) => api('GET', `/drawings/${id}`);
  const historyOf = async (id) => (await api('GET', `/drawings/${id}/history`)).events;

  const cards = (page) => page.locator('main [data-testid=drawing]:visible');

  /** As the page has them: what is asked at random stands elsewhere each time. Those further down follow in any order. */
  async function inOrder(page, drawings) {
    if (drawings.length > 0) await cards(page).nth(Math.min(drawings.length, 24) - 1).waitFor();
    const shown = await cards(page).evaluateAll((all) => all.map((card) => card.dataset.id));
    const place = ({ id }) => (shown.includes(id) ? shown.indexOf(id) : shown.length);
    return drawings.toSorted((a, b) => place(a) - place(b));
  }

  /** Runs `steps` with a page that has somebody signed in and the queue in sight. */
  async function withQueue(count, options, steps, expected) {
    const drawings = await queueOf(count);
    const page = await openPage(browser, options);
    try {
      await page.goto(croquis.url);
      await signIn(page);
      await page.getByTestId('queue').click();
      await steps(page, await inOrder(page, drawings));
      assert.deepEqual(page.complaints(expected), []);
    } finally {
      await page.context().close();
    }
  }

  const cardOf = (page, { id }) => page.locator(`main [data-testid=drawing][data-id="${id}"]:visible`);
  const open = async (page, drawing) => {
    await cardOf(page, drawing).locator('button.open').click();
    await inSight(page);
  };
  const detail = (page) => page.getByTestId('detail');
  const shows = async (page, { id }) => {
    await page.waitForFunction((id) => location.hash.split('?')[0].endsWith(id), id);
    await inSight(page);
  };
  const toast = (page, text) => detail(page).getByTestId('toasts').getByText(text);

  /** Holds back every write for a while, as a busy server or a far one does. */
  const delay = (page, ms = slow_ms) =>
    page.route('**/api/v1/drawings/**', async (route) => {
      if (route.request().method() !== 'GET') await sleep(ms);
      await route.continue();
    });
  const writes = (page) => {
    const all = [];
    page.on('request', (r) => {
      if (r.method() !== 'GET' && r.url().includes('/api/v1/drawings')) all.push(`${r.method()} ${r.url()}`);
    });
    return all;
  };
  /** A key that is held down: the first press, then its repeats. */
  async function hold(page, key, presses = 20) {
    for (let press = 0; press < presses; ++press) {
      await page.keyboard.down(key);
      await sleep(20);
    }
    await page.keyboard.up(key);
  }
  const other = ({ tag }, tags = ['heart', 'star', 'cross']) => tags.find((known) => known !== tag);

  for (const press of ['Enter', 'Space'])
    it(`after a click on a tag, ${press} does nothing to the next drawing`, () =>
      withQueue(3, {}, async (page, [first, second, third]) => {
        await open(page, first);
        const written = writes(page);
        await detail(page)
          .locator(`[data-tag=${other(first)}]`)
          .click();
        await shows(page, second);
        await page.keyboard.press(press);
        await page.keyboard.press(press);
        await sleep(200);
        assert.equal(written.length, 1);
        for (const { id } of [second, third]) assert.equal((await now(id)).version, 1);
        assert.equal((await now(first.id)).tag, other(first));
      }));

  it('after a click on Accept, neither', () =>
    withQueue(2, {}, async (page, [first, second]) => {
      await open(page, first);
      await detail(page).getByRole('button', { name: 'Accept' }).click();
      await shows(page, second);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      await sleep(200);
      assert.deepEqual([(await now(first.id)).version, (await now(second.id)).version], [2, 1]);
    }));

  it('a double click tags one drawing', () =>
    withQueue(2, {}, async (page, [first, second]) => {
      await open(page, first);
      await detail(page)
        .locator(`[data-tag=${other(first)}]`)
        .dblclick({ delay: 60 });
      await shows(page, second);
      await sleep(200);
      assert.equal((await now(second.id)).version, 1);
    }));

  for (const key of ['Enter', '1'])
    it(`a held ${key} writes once`, () =>
      withQueue(4, {}, async (page, [first, ...others]) => {
        await open(page, first);
        const written = writes(page);
        await hold(page, key);
        await shows(page, others[0]);
        assert.equal(written.length, 1);
        assert.equal((await historyOf(first.id)).length, 2);
        for (const { id } of others) assert.equal((await now(id)).version, 1);
      }));

  it('a held Enter on a button presses it once, in the dialog and in the list', () =>
    withQueue(3, {}, async (page, [first, second, third]) => {
      await open(page, first);
      await detail(page)
        .locator(`[data-tag=${other(first)}]`)
        .focus();
      await hold(page, 'Enter');
      await shows(page, second);
      await page.keyboard.press('Escape');
      await cardOf(page, third).getByRole('button', { name: 'Accept' }).focus();
      await hold(page, 'Enter');
      await cardOf(page, third).getByTestId('tagged').waitFor();
      for (const [{ id }, events] of [
        [first, 2],
        [second, 1],
        [third, 2],
      ])
        assert.equal((await historyOf(id)).length, events);
    }));

  it('accepting what is reviewed already writes nothing, by key or button, in any view', () =>
    withQueue(1, {}, async (page, [first]) => {
      await page.getByRole('button', { name: 'All drawings' }).click();
      await open(page, first);
      await page.keyboard.press('Enter');
      await toast(page, 'accepted').waitFor();
      for (let press = 0; press < 5; ++press) await page.keyboard.press('Enter');
      await toast(page, 'Already reviewed').waitFor();
      assert.equal((await historyOf(first.id)).length, 2);
    }));

  it('a slow save belongs to its drawing, and moves nobody who has gone on', () =>
    withQueue(4, {}, async (page, [first, second, third]) => {
      await delay(page);
      await open(page, first);
      await page.keyboard.press('2');
      await shows(page, second);
      await page.keyboard.press('3');
      const { labels } = await api('GET', '/labels');
      const [two, three] = ['2', '3'].map((sign) => labels.find(({ key }) => key === sign).tag);
      await page.waitForResponse((r) => r.request().method() === 'PATCH' && r.url().includes(second.id));
      await shows(page, third);
      await sleep(2 * slow_ms);
      await shows(page, third);
      assert.deepEqual(await Promise.all([first, second, third].map(async ({ id }) => (await now(id)).tag)), [
        two,
        three,
        third.tag,
      ]);
    }));

  it('a slow save moves nobody who went on and came back, and opens nothing that was closed', () =>
    withQueue(3, {}, async (page, [first]) => {
      await delay(page);
      await open(page, first);
      let saved = page.waitForResponse((r) => r.request().method() === 'PATCH');
      await page.keyboard.press('2');
      await page.keyboard.press('ArrowLeft');
      await saved;
      await sleep(200);
      await shows(page, first);
      saved = page.waitForResponse((r) => r.request().method() === 'PATCH');
      await page.keyboard.press('3');
      await page.keyboard.press('Escape');
      await saved;
      await sleep(200);
      assert.equal(await detail(page).count(), 0);
    }));

  it('U takes back what was done last, after the step to the next drawing too, and shows it', () =>
    withQueue(3, {}, async (page, [first, second]) => {
      await open(page, first);
      await page.keyboard.press('u');
      await toast(page, 'There is nothing to undo.').waitFor();
      await page.keyboard.press('Enter');
      await shows(page, second);
      await page.keyboard.press('u');
      await shows(page, first);
      await toast(page, 'to be reviewed').waitFor();
      const again = await now(first.id);
      assert.deepEqual([again.tag, again.tagged_by], [first.tag, null]);
      assert.ok((await api('GET', '/queue?limit=100')).drawings.some(({ id }) => id === first.id));

      await detail(page)
        .locator(`[data-tag=${other(first)}]`)
        .click();
      await shows(page, second);
      await detail(page)
        .getByRole('button', { name: /^Undo the/ })
        .click();
      await shows(page, first);
      await toast(page, 'to be reviewed').waitFor();
      assert.deepEqual([(await now(first.id)).tag, (await now(first.id)).tagged_by], [first.tag, null]);
      await page.keyboard.press('u');
      await toast(page, 'There is nothing to undo.').waitFor();
    }));

  it('U right after a slow save takes back that save', () =>
    withQueue(3, {}, async (page, [first, second]) => {
      await open(page, first);
      await page.keyboard.press('Enter');
      await shows(page, second);
      await delay(page);
      await page.keyboard.press('Enter');
      await page.keyboard.press('u');
      await toast(page, 'to be reviewed').waitFor();
      await shows(page, second);
      assert.deepEqual([(await now(first.id)).tagged_by, (await now(second.id)).tagged_by], ['admin', null]);
    }));

  it('a held U takes one change back', () =>
    withQueue(3, {}, async (page, [first, second, third]) => {
      await open(page, first);
      await page.keyboard.press('Enter');
      await shows(page, second);
      await page.keyboard.press('Enter');
      await shows(page, third);
      await hold(page, 'u');
      await toast(page, 'to be reviewed').waitFor();
      await sleep(200);
      assert.deepEqual([(await now(first.id)).tagged_by, (await now(second.id)).tagged_by], ['admin', null]);
    }));

  it('shows what the labels want, and counts what is decided, without moving what acts', () =>
    withQueue(4, {}, async (page, [first]) => {
      const line = /^(\d+) reviewed/;
      const panel = detail(page).getByTestId('label-progress');
      const reviewed = async () => {
        const told = await panel.locator(`[data-label=heart] .facts`).innerText();
        return Number(line.exec(told)[1]);
      };
      await open(page, first);
      await panel.locator('[data-label=heart]').waitFor();
      const before = await reviewed();
      // What stands below it are the decisions, to be taken back.
      const still = detail(page).locator('[data-tag], .bar .button, [data-testid=label-progress]');
      const places = () => still.evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
      const stood = await places();
      await detail(page).locator('[data-tag=heart]').click();
      await page.waitForFunction(
        (expected) =>
          document
            .querySelector('[data-testid=label-progress] [data-label=heart] .facts')
            ?.textContent.trim()
            .startsWith(`${expected} reviewed`),
        before + 1,
      );
      assert.deepEqual(await places(), stood);
      const { labels, examples_needed: needed } = await api('GET', '/quality/labels');
      const { wanted, reviewed: all } = labels.find(({ label }) => label === 'heart');
      assert.equal(all, before + 1);
      const wants = await panel.locator('[data-label=heart] .wanted').allInnerTexts();
      assert.deepEqual(wants, wanted > 0 ? [`${wanted} more`] : []);
      assert.ok(wanted <= needed);
      await assertAccessible(page, 'what the labels want');
      await panel.getByRole('link', { name: 'Teach' }).click();
      await page.getByTestId('teach').waitFor();
    }));

  it('keeps what the labels want closed on a phone, with what is wanted in sight', () =>
    withQueue(1, phone, async (page, [first]) => {
      await open(page, first);
      const panel = detail(page).getByTestId('label-progress');
      await panel.getByTestId('label-progress-state').getByText(/more of|want examples|enough/).waitFor();
      assert.equal(await panel.locator('[data-label]').first().isVisible(), false);
      await panel.locator('summary').tap();
      await panel.locator('[data-label]').first().waitFor();
      await assertAccessible(page, 'what the labels want, on a phone');
    }));

  it('accepts at once what stood in sight, of a page at most, names it, and takes all of it back', () =>
    withQueue(60, {}, async (page, drawings) => {
      const all = page.getByTestId('accept-all');
      await all.waitFor();
      const atFirst = Number(/\d+/.exec(await all.innerText())[0]);
      assert.ok(atFirst < 24, `${atFirst}: what is below the window was not seen`);
      for (let n = 0; n < 50; ++n) {
        await cards(page).nth(n).waitFor();
        await cards(page).nth(n).scrollIntoViewIfNeeded();
      }
      await all.getByText('Accept the first 24').waitFor();
      await all.click();
      const ask = page.getByTestId('ask');
      await ask.getByText('Accept these 24 drawings?').waitFor();
      const named = await ask
        .locator('[data-testid=asked] li')
        .evaluateAll((li) => li.map((one) => one.dataset.id));
      assert.deepEqual(
        named,
        drawings.slice(0, 24).map(({ id }) => id),
      );
      await assertAccessible(page, 'the question');
      await ask.getByRole('button', { name: 'Cancel' }).click();
      assert.equal((await now(named[0])).version, 1);

      await all.click();
      await ask.getByRole('button', { name: 'Accept' }).click();
      await page.getByTestId('toasts').getByText('24 drawings accepted').waitFor();
      assert.equal((await api('GET', '/queue?limit=100')).drawings.length, 36);
      await page.getByTestId('toasts').getByRole('button', { name: 'Undo' }).click();
      await page.getByTestId('toasts').getByText('24 drawings are as they were before').waitFor();
      const queue = (await api('GET', '/queue?limit=100')).drawings;
      assert.deepEqual(
        queue.map(({ id }) => id).sort(),
        drawings.map(({ id }) => id).sort(),
      );
      // Which of them come first, chance has a say in: a tenth of what the queue gives is at random.
      await page.waitForFunction(
        (ids) =>
          [...document.querySelectorAll('main [data-testid=drawing]')].some(({ dataset }) => ids.includes(dataset.id)),
        named,
      );
    }));

  it('Back closes the open drawing, wherever one has gone from it, and Forward opens it again', () =>
    withQueue(3, {}, async (page, [first, second]) => {
      await open(page, first);
      await page.keyboard.press('ArrowRight');
      await shows(page, second);
      await page.goBack();
      await detail(page).waitFor({ state: 'detached' });
      await cardOf(page, first).waitFor();
      await page.goForward();
      await detail(page).waitFor();
      await page.keyboard.press('Escape');
      await detail(page).waitFor({ state: 'detached' });
      assert.ok(page.url().endsWith('#/annotate?view=queue'));
      await page.goBack();
      await page.waitForFunction(() => location.hash === '#/annotate');
      await page.goBack();
      await page.locator('#password, [data-testid=sign-out]').waitFor();
    }));

  it('a drawing has an address, which a reload and another tab open', () =>
    withQueue(2, {}, async (page, [first]) => {
      await open(page, first);
      await shows(page, first);
      await page.reload();
      await detail(page).waitFor();
      const card = () =>
        page.waitForFunction((id) => document.activeElement.closest('li[data-id]')?.dataset.id === id, first.id);
      await cardOf(page, first).waitFor();
      await page.keyboard.press('Escape');
      await detail(page).waitFor({ state: 'detached' });
      await card();
      // By the browser's Back too.
      await page.keyboard.press('Enter');
      await page.reload();
      await detail(page).waitFor();
      await cardOf(page, first).waitFor();
      await page.goBack();
      await detail(page).waitFor({ state: 'detached' });
      await card();
      const second = await page.context().newPage();
      await second.goto(`${croquis.url}/#/draw/${first.id}`);
      await detail(second).waitFor();
      await second.keyboard.press('Escape');
      await detail(second).waitFor({ state: 'detached' });
      assert.ok(second.url().endsWith('#/draw'));
    }));

  it('a second tab is signed in, a duplicated one too, and one refresh serves all', () =>
    withQueue(1, {}, async (page) => {
      const second = await page.context().newPage();
      await second.goto(`${croquis.url}/#/annotate`);
      await second.getByTestId('signed-in').getByText('admin').waitFor();
      const [duplicate] = await Promise.all([
        page.waitForEvent('popup'),
        page.evaluate(() => void window.open(location.href)),
      ]);
      await duplicate.getByTestId('signed-in').getByText('admin').waitFor();
      const tabs = [page, second, duplicate];
      await Promise.all(tabs.map((tab) => tab.reload()));
      for (const tab of tabs) await tab.getByTestId('signed-in').getByText('admin').waitFor();
      for (const tab of tabs) {
        await tab.reload();
        await tab.getByTestId('signed-in').getByText('admin').waitFor();
      }
      await page.locator('nav a[href="#/login"]').click();
      await page.getByTestId('sign-out').click();
      for (const tab of tabs) await tab.getByTestId('signed-in').waitFor({ state: 'detached' });
    }));

  it('what is said in the dialog covers nothing of it', () =>
    withQueue(4, {}, async (page, drawings) => {
      await page.getByRole('button', { name: 'All drawings' }).click();
      await open(page, drawings[0]);
      for (const key of ['1', '2', '3']) {
        const saved = page.waitForResponse((r) => r.request().method() === 'PATCH' && r.ok());
        await page.keyboard.press(key);
        await saved;
        // A key that comes before the page has taken the answer in writes nothing.
        await detail(page).getByTestId('history').locator('li').nth(Number(key)).waitFor();
      }
      const inside = await detail(page).locator('.inside').boundingBox();
      const toasts = await detail(page).locator('.toast').all();
      assert.equal(toasts.length, 1);
      const box = await toasts[0].boundingBox();
      assert.ok(box.y >= inside.y + inside.height, 'it stands below');
    }));

  it('a card names its tag once', () =>
    withQueue(1, {}, async (page, [first]) => {
      const text = await cardOf(page, first)
        .locator('.caption')
        .evaluate((caption) => {
          const copy = caption.cloneNode(true);
          copy.querySelectorAll('option').forEach((option) => option.remove());
          return copy.textContent;
        });
      assert.doesNotMatch(text.toLowerCase(), new RegExp(first.tag));
      assert.equal(await cardOf(page, first).getByTestId('tag-select').inputValue(), first.tag);
    }));

  it('offers the tags that the project has, and the one that a drawing carries already', () =>
    withQueue(2, { locale: 'fr-FR' }, async (page, [first]) => {
      const labels = {
        labels: [
          { tag: 'spirale', drawings: 0, assignable: true },
          { tag: first.tag, drawings: 2, assignable: false },
        ],
      };
      await page.route('**/public/labels', (route) => route.fulfill({ json: labels }));
      await page.getByTestId('queue').click();
      await cardOf(page, first).waitFor();
      await page.waitForFunction(
        () => document.querySelector('[data-testid=tag-select]:not([hidden] *)')?.length === 2,
      );
      await open(page, first);
      const tags = await detail(page)
        .locator('[data-tag]')
        .evaluateAll((all) => all.map((one) => one.dataset.tag));
      assert.deepEqual(tags, ['spirale', first.tag]);
    }));

  it('tells in French that a label is gone', () =>
    withQueue(
      1,
      { locale: 'fr-FR' },
      async (page, [first]) => {
        await page.route('**/api/v1/drawings/*', (route) =>
          route.request().method() === 'PATCH'
            ? route.fulfill({
                status: 422,
                contentType: 'application/problem+json',
                body: '{"type":"/problems/invalid","status":422,"detail":"This tag is not one of the labels.","field":"tag"}',
              })
            : route.continue(),
        );
        await open(page, first);
        await page.keyboard.press('1');
        await toast(page, 'Les étiquettes ont changé').waitFor();
        assert.equal(await detail(page).getByText('This tag').count(), 0);
      },
      { failedRequests: true },
    ));

  for (const [what, options] of Object.entries({
    'in French at 1440 px': {
      locale: 'fr-FR',
      viewport: { width: 1440, height: 900 },
    },
    'in French at 1280 px': {
      locale: 'fr-FR',
      viewport: { width: 1280, height: 900 },
    },
    'on a phone': { locale: 'fr-FR', ...phone },
    'on a small phone, in English': {
      ...phone,
      viewport: { width: 320, height: 640 },
    },
  }))
    it(`users and what can be done to them are all in sight ${what}`, async () => {
      await queueOf(0);
      const name = `annotatrice-${what.replace(/\W/g, '')}`;
      await api('POST', '/users', {
        name,
        password: 'a-long-enough-one',
        role: 'annotator',
      });
      const page = await openPage(browser, options);
      await page.goto(croquis.url);
      await signIn(page);
      await page.getByTestId('queue').waitFor();
      await page.locator('nav a[href="#/users"]').click();
      const row = page.getByTestId('users').getByRole('row', { name: new RegExp(name) });
      await row.waitFor();
      const { width } = options.viewport;
      for (const button of await row.locator('button, select').all()) {
        const box = await button.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= width, await button.innerText());
      }
      const cut = await page
        .getByTestId('users')
        .evaluate((users) =>
          [users, ...users.querySelectorAll('*')]
            .filter(
              (node) =>
                node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === 'auto',
            )
            .map((node) => node.className),
        );
      assert.deepEqual(cut, []);
      await assertAccessible(page, 'the account');
      await page.context().close();
    });
});
