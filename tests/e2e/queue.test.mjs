// The review's own screen: its address, what keys, clicks and fingers write there, the way back from each decision.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertAccessible, inSight, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/** A leaning line of its own for each `n`. */
const lineAsPng = (n) =>
  greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 6 - (y * (20 + (n % 32))) / 64) < 2);

describe('the review screen', () => {
  let store, croquis, browser, api;
  let drawn = 0;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
  });
  after(() => tearDown({ store, croquis, browser }));

  /** Leaves `count` drawings in the queue, and none besides. */
  async function queueOf(count) {
    const { drawings } = await api('GET', '/queue?limit=200');
    const seen = drawings.map(({ id, version }) => ({ id, version }));
    if (seen.length > 0) await api('POST', '/drawings:accept', { drawings: seen });
    for (let n = 0; n < count; ++n) await api('POST', '/public/predictions', { image: lineAsPng(++drawn) });
  }

  const now = (id) => api('GET', `/drawings/${id}`);
  const screen = (page) => page.getByTestId('detail');
  const toast = (page, text) => screen(page).getByTestId('toasts').getByText(text);
  const shown = (page) => page.evaluate(() => /^#\/review\/([^?]+)/.exec(location.hash)?.[1] ?? null);
  const another = async (page, id) => {
    await page.waitForFunction(
      (id) => /^#\/review\/./.test(location.hash) && !location.hash.endsWith(id),
      id,
    );
    await inSight(page);
    return shown(page);
  };
  /** In the order of the strip. */
  const order = (page) =>
    screen(page)
      .locator('[data-testid=strip] li')
      .evaluateAll((all) => all.map((one) => one.dataset.id));
  const state = (page, id, state) =>
    screen(page).locator(`[data-testid=strip] [data-id="${id}"][data-state=${state}]`).waitFor();

  async function withReview(count, options, steps, expected) {
    await queueOf(count);
    const page = await openPage(browser, options);
    try {
      await page.goto(croquis.url);
      await signIn(page);
      await page.getByTestId('start-review').click();
      await screen(page).waitFor();
      await page.waitForFunction(
        (count) => document.querySelectorAll('[data-testid=strip] li').length === count,
        count,
      );
      await inSight(page);
      await steps(page, await order(page));
      assert.deepEqual(page.complaints(expected), []);
    } finally {
      await page.context().close();
    }
  }

  it('has an address of its own, which a reload keeps and Back leaves', () =>
    withReview(3, {}, async (page, [first, second]) => {
      assert.equal(await shown(page), first);
      await page.keyboard.press('ArrowRight');
      assert.equal(await another(page, first), second);
      await page.reload();
      await screen(page).waitFor();
      assert.equal(await shown(page), second);
      await page.goBack();
      await screen(page).waitFor({ state: 'detached' });
      assert.ok(page.url().endsWith('#/annotate'), page.url());
      await page.goForward();
      await screen(page).waitFor();
      await page.keyboard.press('Escape');
      await screen(page).waitFor({ state: 'detached' });
      await page.waitForFunction(() => location.hash === '#/annotate');
      for (const { version } of (await api('GET', '/queue')).drawings) assert.equal(version, 1);
    }));

  const typed = (page) => page.getByTestId('filter-labels');
  const offered = (page) =>
    page.getByTestId('labels').locator('[data-tag]').evaluateAll((all) => all.map(({ dataset }) => dataset.tag));
  const focusedOn = (page, testid) =>
    page.waitForFunction((testid) => document.activeElement?.dataset.testid === testid, testid);

  it('finds a label by its name, which takes no keys from the labels', () =>
    withReview(3, {}, async (page, [first, second]) => {
      const all = await offered(page);
      await page.keyboard.press('/');
      await focusedOn(page, 'filter-labels');
      await page.keyboard.type('hea');
      assert.deepEqual(await offered(page), ['heart']);
      await assertAccessible(page, 'labels that are looked for');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Escape');
      assert.equal(await typed(page).inputValue(), '');
      assert.deepEqual(await offered(page), all);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement?.matches('[data-testid=detail] .inside'));
      assert.deepEqual([await shown(page), (await now(first)).version], [first, 1]);

      await page.keyboard.press('/');
      await page.keyboard.type('zzz');
      await page.getByText('No label has this in its name.').waitFor();
      await page.keyboard.press('Enter');
      await typed(page).fill('hea');
      await page.keyboard.press('Enter');
      assert.equal(await another(page, first), second);
      assert.equal((await now(first)).tag, 'heart');
      assert.deepEqual([await typed(page).inputValue(), await offered(page)], ['', all]);
      const star = screen(page).locator('[data-tag=star]');
      await page.keyboard.press(await star.getAttribute('aria-keyshortcuts'));
      await another(page, second);
      assert.equal((await now(second)).tag, 'star');
    }));

  it('keeps telling what was not saved, until it is', () =>
    withReview(2, {}, async (page, [first, second]) => {
      await page.route('**/api/v1/drawings/*', (route) =>
        route.request().method() === 'PATCH'
          ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503}' })
          : route.continue(),
      );
      await page.keyboard.press('Enter');
      assert.equal(await another(page, first), second);
      await toast(page, 'was not saved').waitFor();
      await state(page, first, 'failed');
      // On a phone its words have the width to themselves.
      await page.setViewportSize({ width: 360, height: 740 });
      const words = await toast(page, 'was not saved').boundingBox();
      assert.ok(words.width > 250, JSON.stringify(words));
      await page.setViewportSize({ width: 1280, height: 900 });
      // Whoever loads the page anew is asked first.
      const asked = page.waitForEvent('dialog');
      void page.evaluate(() => location.reload());
      const question = await asked;
      assert.equal(question.type(), 'beforeunload');
      await question.dismiss();
      await page.unroute('**/api/v1/drawings/*');
      await page.keyboard.press('Enter');
      await toast(page, /accepted/).waitFor();
      // What was not saved comes back, with why.
      assert.equal(await another(page, second), first);
      await page.getByTestId('not-saved').waitFor();
      await assertAccessible(page, 'two notices');
      assert.ok((await now(second)).tagged_by);
      await toast(page, 'was not saved').waitFor();
      await page.getByTestId('not-saved').getByRole('button', { name: 'Try again' }).click();
      await toast(page, 'was not saved').waitFor({ state: 'detached' });
      await state(page, first, 'reviewed');
      assert.ok((await now(first)).tagged_by);
    }, { failedRequests: true }));

  /** Holds back what is written to drawings until the result is called; `refused` are answered 503 then. */
  async function holdBack(page, refused = []) {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route('**/api/v1/drawings/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      await released;
      return refused.some((id) => route.request().url().endsWith(id))
        ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503}' })
        : route.continue();
    });
    return release;
  }
  const keyFor = (page, tag) => screen(page).locator(`[data-tag=${tag}]`).getAttribute('aria-keyshortcuts');
  const savesOf = (page) => {
    const all = [];
    page.on('request', (r) => r.method() === 'PATCH' && all.push(r.url().split('/').at(-1)));
    return all;
  };

  it('goes on at once while answers are being saved, each of which belongs to its drawing', () =>
    withReview(6, {}, async (page, ids) => {
      const written = savesOf(page);
      const release = await holdBack(page);
      const tags = ['star', 'heart', 'cross', 'star'];
      const keys = await Promise.all(tags.map((tag) => keyFor(page, tag)));
      for (const [n, key] of keys.entries()) {
        assert.equal(await shown(page), ids[n]);
        await page.keyboard.press(key);
        await another(page, ids[n]);
      }
      assert.equal(await page.getByTestId('decisions').count(), 0, 'nothing was saved by then');
      await state(page, ids[3], 'saving');
      await assertAccessible(page, 'a review whose answers are being saved');
      release();
      await state(page, ids[3], 'reviewed');
      await page.getByTestId('progress').getByText('4 of 6').waitFor();
      assert.deepEqual(written, ids.slice(0, 4));
      assert.deepEqual(
        await Promise.all(ids.map(async (id) => (await now(id)).version)),
        [2, 2, 2, 2, 1, 1],
      );
      assert.deepEqual(await Promise.all(ids.slice(0, 4).map(async (id) => (await now(id)).tag)), tags);
      assert.equal(await shown(page), ids[4]);
    }));

  it('takes back the answer that was given last, saved or not, and no other', () =>
    withReview(4, {}, async (page, [first, second, third]) => {
      const key = await keyFor(page, 'star');
      const release = await holdBack(page, [second]);
      await page.keyboard.press(key);
      await another(page, first);
      await page.keyboard.press(key);
      assert.equal(await another(page, second), third);
      await page.keyboard.press('u');
      release();
      assert.equal(await another(page, third), second);
      await state(page, first, 'reviewed');
      assert.deepEqual([(await now(first)).tag, (await now(second)).version], ['star', 1]);
      assert.equal(await page.getByTestId('not-saved').count(), 0);
      assert.equal(await toast(page, 'was not saved').count(), 0);
      await page.keyboard.press('u');
      assert.equal(await another(page, second), first);
      await toast(page, 'to be reviewed').waitFor();
      assert.equal((await now(first)).tagged_by, null);
    }, { failedRequests: true }));

  it('says that all is done once the last answer is saved, and keeps answers that the page left behind', () =>
    withReview(2, {}, async (page, [first, second]) => {
      const release = await holdBack(page);
      await page.keyboard.press('Enter');
      await another(page, first);
      const key = await keyFor(page, 'star');
      await page.keyboard.press('Enter');
      await page.keyboard.press(key);
      await toast(page, 'still being saved').waitFor();
      assert.equal(await page.getByTestId('finished').count(), 0);
      await page.keyboard.press('Escape');
      await screen(page).waitFor({ state: 'detached' });
      release();
      for (const id of [first, second]) {
        for (let left = 40; (await now(id)).tagged_by === null && left > 0; --left) await sleep(100);
        const { events } = await api('GET', `/drawings/${id}/history`);
        assert.equal(events.length, 2);
        assert.ok(events[1].asked, 'it is known why the queue asked');
      }
    }));

  it('keeps the last decisions, to be taken back, for whoever leaves and comes again', () =>
    withReview(3, {}, async (page, [first, second]) => {
      await page.keyboard.press('Enter');
      await another(page, first);
      await state(page, first, 'reviewed');
      await page.keyboard.press('Escape');
      await screen(page).waitFor({ state: 'detached' });
      await page.getByTestId('start-review').click();
      await screen(page).waitFor();
      await inSight(page);
      await page.getByTestId('progress').getByText('0 of 2').waitFor();
      await page.getByTestId('decisions').locator(`[data-id="${first}"]`).waitFor();
      await page.keyboard.press('u');
      await toast(page, 'to be reviewed').waitFor();
      assert.deepEqual([(await now(first)).tagged_by, (await now(second)).version], [null, 1]);
    }));

  it('writes nothing of a drawing whose picture has not come', () =>
    withReview(3, {}, async (page, [, second]) => {
      const written = savesOf(page);
      let release;
      const released = new Promise((resolve) => (release = resolve));
      await page.route('**/drawings/*/image*', async (route) => {
        if (route.request().url().includes(second)) return route.abort();
        await released;
        return route.continue();
      });
      await page.reload({ waitUntil: 'domcontentloaded' });
      await screen(page).locator('[data-tag=star]').waitFor();
      const key = await keyFor(page, 'star');
      const opened = await shown(page);
      if (opened !== second) {
        await page.keyboard.press('Enter');
        await toast(page, 'The picture was not there yet').waitFor();
        await screen(page).getByRole('button', { name: 'Accept' }).click();
        assert.deepEqual([await shown(page), written], [opened, []]);
      }
      release();
      const toSecond = page.getByTestId('strip').locator(`[data-id="${second}"] button`);
      await toSecond.click();
      await page.getByTestId('picture-lost').waitFor();
      await assertAccessible(page, 'a picture that did not come');
      await page.keyboard.press(key);
      await sleep(200);
      assert.deepEqual([await shown(page), written], [second, []]);
      await page.getByTestId('skip').click();
      await another(page, second);
      await toSecond.click();
      await page.getByTestId('picture-lost').waitFor();
      await page.unroute('**/drawings/*/image*');
      await page.getByTestId('picture-lost').getByRole('button', { name: 'Try again' }).click();
      await inSight(page);
      await page.keyboard.press('Enter');
      await another(page, second);
      assert.deepEqual(written, [second]);
    }, { failedRequests: true }));

  it('finds a label on a phone, in sight above its keyboard', () =>
    withReview(2, { ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page, [first]) => {
      await typed(page).tap();
      await typed(page).pressSequentially('etoi');
      assert.deepEqual(await offered(page), ['star']);
      const star = screen(page).locator('[data-tag=star]');
      const { y, height } = await star.boundingBox();
      assert.ok(y + height < phone.viewport.height / 2, `${y}`);
      await assertAccessible(page, 'labels that are looked for, on a phone');
      await star.tap();
      await another(page, first);
      assert.equal((await now(first)).tag, 'star');
    }));

  for (const [held, viewport] of [['upright', { width: 360, height: 740 }], ['sideways', { width: 740, height: 360 }]])
    it(`has labels in sight below or beside the picture of a phone that is held ${held}`, () =>
      withReview(2, { ...phone, viewport, deviceScaleFactor: 1, locale: 'fr-FR' }, async (page) => {
        const boxOf = (what) => what.boundingBox();
        const below = await boxOf(screen(page).locator('.said'));
        for (const tag of ['circle', 'ellipse']) {
          const { y, height } = await boxOf(page.getByTestId('labels').locator(`[data-tag=${tag}]`));
          assert.ok(y >= 0 && y + height <= below.y, JSON.stringify({ tag, y, height, below }));
        }
        const acts = screen(page).getByRole('button', { name: /^(Accepter|Passer|Signaler|Annuler le dernier changement)$/ });
        assert.equal(await acts.count(), 4);
        const tops = new Set();
        for (const one of await acts.all()) tops.add(Math.round((await boxOf(one)).y));
        if (held === 'upright') assert.equal(tops.size, 1, [...tops].join());
        const title = screen(page).getByRole('heading', { level: 2 });
        assert.ok(await title.evaluate((one) => one.scrollWidth <= one.clientWidth), await title.innerText());
        await assertAccessible(page, `the review on a phone held ${held}`);
      }));

  it('shows how far one is, and what one decided last, to be changed or taken back', () =>
    withReview(4, {}, async (page, [first, second, third]) => {
      const progress = page.getByTestId('progress');
      const decisions = page.getByTestId('decisions').locator('li');
      await progress.getByText('0 of 4').waitFor();
      await page.keyboard.press('Enter');
      await another(page, first);
      const star = screen(page).locator('[data-tag=star]');
      await page.keyboard.press(await star.getAttribute('aria-keyshortcuts'));
      await another(page, second);
      await progress.getByText('2 of 4').waitFor();
      assert.deepEqual(await decisions.evaluateAll((all) => all.map(({ dataset }) => dataset.id)), [
        second,
        first,
      ]);
      await state(page, second, 'reviewed');
      await assertAccessible(page, 'the review');

      // Opened again and changed, it goes on with what waits.
      await decisions.nth(1).locator('.again').click();
      assert.equal(await another(page, third), first);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      await sleep(200);
      assert.equal((await now(first)).version, 2, 'the key pressed Next, and wrote nothing');
      await decisions.nth(1).locator('.again').click();
      await page.waitForFunction((id) => location.hash.endsWith(id), first);
      await screen(page).locator('[data-tag=heart]').click();
      await page.waitForFunction((id) => location.hash.endsWith(id), third);
      assert.deepEqual([(await now(first)).tag, (await now(first)).version], ['heart', 3]);
      await progress.getByText('2 of 4').waitFor();

      await decisions.filter({ has: page.getByRole('button', { name: 'Take back: star' }) }).waitFor();
      await page.getByRole('button', { name: 'Take back: star' }).click();
      await toast(page, 'to be reviewed').waitFor();
      await page.keyboard.press('Enter');
      await sleep(200);
      await progress.getByText('1 of 4').waitFor();
      await state(page, second, 'waits');
      assert.deepEqual([(await now(second)).tagged_by, (await now(third)).version], [null, 1]);
    }));

  it('skips once however long the space bar is held, and the drawing goes to somebody else', () =>
    withReview(4, {}, async (page, [first, second, third]) => {
      const passed = page.waitForResponse(
        (r) => r.request().method() === 'PUT' && r.url().includes('/queue/claims/'),
      );
      for (let press = 0; press < 10; ++press) await page.keyboard.down('Space');
      await page.keyboard.up('Space');
      await passed;
      assert.equal(await shown(page), second);
      await state(page, first, 'skipped');
      await page.getByTestId('skip').dblclick({ delay: 60 });
      assert.equal(await another(page, second), third);
      const claim = '/queue/claims/019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11';
      const { drawings } = await api('PUT', claim, { limit: 10 });
      const given = drawings.map(({ id }) => id);
      assert.ok(given.includes(first) && !given.includes(third), 'what is skipped is free, the rest is held');
      for (const id of [first, second, third]) assert.equal((await now(id)).version, 1);
      // What was skipped can be decided all the same.
      await page.getByTestId('strip').locator(`[data-id="${first}"] button`).click();
      await another(page, third);
      await screen(page).getByRole('button', { name: 'Accept' }).click();
      await state(page, first, 'reviewed');
    }));

  it('says that all is done, where one may still change one’s mind', () =>
    withReview(2, {}, async (page, [first, second]) => {
      await page.keyboard.press('Enter');
      await another(page, first);
      await page.keyboard.press('Enter');
      await page.getByTestId('finished').waitFor();
      assert.equal(await shown(page), second);
      await assertAccessible(page, 'the finished review');
      await page.keyboard.press('Enter');
      await toast(page, 'Already reviewed').waitFor();
      assert.equal((await now(second)).version, 2);
      await page.keyboard.press('u');
      await toast(page, 'to be reviewed').waitFor();
      await page.getByTestId('finished').waitFor({ state: 'detached' });
      await page.keyboard.press('Enter');
      await page.getByTestId('finished').waitFor();
      await page.keyboard.press('Escape');
      await screen(page).waitFor({ state: 'detached' });
      await page.goto(`${croquis.url}/#/review`);
      await page.getByTestId('nothing-waits').waitFor();
      await assertAccessible(page, 'an empty queue');
    }));

  it('tells what others hold from what is done, and goes on when it comes free', () =>
    withReview(1, {}, async (page, [first]) => {
      const claim = '/queue/claims/019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e12';
      for (let n = 0; n < 2; ++n) await api('POST', '/public/predictions', { image: lineAsPng(++drawn) });
      const { drawings } = await api('PUT', claim, { limit: 10 });
      assert.equal(drawings.length, 2);
      await page.keyboard.press('Enter');
      const finished = page.getByTestId('finished');
      await finished.getByText('2 drawings are being looked at elsewhere.').waitFor();
      assert.equal(await finished.getByText('Well done').count(), 0);
      await assertAccessible(page, 'a review whose drawings are held elsewhere');
      await finished.getByTestId('look-again').click();
      await sleep(200);
      assert.equal(await shown(page), first);
      // The same where the review is opened meanwhile.
      await page.keyboard.press('Escape');
      await screen(page).waitFor({ state: 'detached' });
      await page.goto(`${croquis.url}/#/review`);
      await page.getByTestId('nothing-waits').getByText('2 drawings are being looked at elsewhere.').waitFor();
      assert.equal(await page.getByTestId('nothing-waits').locator('svg').count(), 0, 'nothing is done that waits');
      await assertAccessible(page, 'a queue that is held elsewhere');
      await api('DELETE', claim);
      await screen(page).waitFor();
      await inSight(page);
      const freed = await shown(page);
      await page.keyboard.press('Enter');
      await another(page, freed);
      await page.keyboard.press('Enter');
      await page.getByTestId('finished').getByText('Well done').waitFor();
    }));

  it('keeps the end of the queue in sight on a phone, and the way on in it', () =>
    withReview(1, { viewport: { width: 360, height: 560 }, hasTouch: true, isMobile: true }, async (page) => {
      const claim = '/queue/claims/019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e14';
      await api('POST', '/public/predictions', { image: lineAsPng(++drawn) });
      assert.equal((await api('PUT', claim, { limit: 10 })).drawings.length, 1);
      await page.keyboard.press('Enter');
      const again = page.getByTestId('finished').getByTestId('look-again');
      await again.waitFor();
      await sleep(300);
      const [button, strip] = [await again.boundingBox(), await page.getByTestId('strip').boundingBox()];
      assert.ok(button.y >= 0 && button.y + button.height <= strip.y, JSON.stringify({ button, strip }));
      await api('DELETE', claim);
      await page.keyboard.press('Escape');
    }));

  it('goes on by itself from the last drawing when others come free', () =>
    withReview(1, {}, async (page, [first]) => {
      const claim = '/queue/claims/019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e13';
      await api('POST', '/public/predictions', { image: lineAsPng(++drawn) });
      const [held] = (await api('PUT', claim, { limit: 10 })).drawings;
      await page.keyboard.press('Enter');
      await page.getByTestId('finished').getByText('1 drawing is being looked at elsewhere.').waitFor();
      await api('DELETE', claim);
      assert.equal(await another(page, first), held.id);
      assert.equal((await now(held.id)).version, 1);
    }));

  it('is worked with by swipes too, each of which belongs to its drawing', () =>
    withReview(
      4,
      { ...phone, locale: 'fr-FR', colorScheme: 'dark' },
      async (page, [first, second, third]) => {
        await page.getByText('Accepter →').waitFor();
        await assertAccessible(page, 'the review on a phone');
        const cdp = await page.context().newCDPSession(page);
        const touch = (type, x, y) =>
          cdp.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
        async function swipe(across, down = 0) {
          const box = await screen(page).locator('.picture').boundingBox();
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
          await touch('touchStart', x, y);
          for (let step = 1; step <= 6; ++step)
            await touch('touchMove', x + (across * step) / 6, y + (down * step) / 6);
          await touch('touchEnd');
        }
        await swipe(140);
        assert.equal(await another(page, first), second);
        assert.equal((await now(first)).tagged_by, 'admin');
        await swipe(-140);
        assert.equal(await another(page, second), third);
        await state(page, second, 'skipped');
        await swipe(40);
        await swipe(20, -160);
        await sleep(200);
        assert.equal(await shown(page), third);
        for (const id of [second, third]) assert.equal((await now(id)).version, 1);
      },
    ));

  it('is a project’s own, with its guidelines beside the work', async () => {
    await api('POST', '/projects', { slug: 'birds', name: 'Birds', guidelines: '**Beaks** count.' });
    await api('POST', '/projects/birds/labels', { name: 'robin' });
    for (const n of [1, 2]) await api('POST', '/public/projects/birds/predictions', { image: lineAsPng(n) });
    const page = await openPage(browser);
    await page.goto(`${croquis.url}/p/birds#/login`);
    await signIn(page);
    await page.getByTestId('start-review').click();
    await screen(page).locator('[data-testid=guidelines] strong').getByText('Beaks').waitFor();
    const robin = screen(page).locator('[data-tag=robin]');
    assert.equal(await robin.locator('img').count(), 0);
    await robin.click();
    // What was said of the first is the example for the next.
    await robin.locator('img').waitFor();
    await robin.click();
    await page.getByTestId('finished').waitFor();
    const { drawings } = await api('GET', '/projects/birds/drawings');
    assert.deepEqual(
      drawings.map(({ tag }) => tag),
      ['robin', 'robin'],
    );
    await assertAccessible(page, 'the review of a project');
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });
});
