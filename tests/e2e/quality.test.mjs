// Two people on one queue, what the model is measured by, look-alikes, and the way back to the model before. What the
// API and the store do with these is tested there; here, that a person meets it.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { inSight, look, openPage, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { shapes } from './support/shapes.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };
const marie = { name: 'marie', password: 'a long pass phrase' };

/** A picture of strokes that are given in shares of its side. */
function png(strokes, side = 96) {
  const ink = new Set();
  const dot = (x, y) => {
    for (const dx of [0, 1]) for (const dy of [0, 1]) ink.add((Math.floor(y) + dy) * side + Math.floor(x) + dx);
  };
  for (const stroke of strokes)
    for (let i = 1; i < stroke.length; ++i)
      for (let part = 0; part <= 1; part += 1 / side) {
        const [from, to] = [stroke[i - 1], stroke[i]];
        dot((from[0] + (to[0] - from[0]) * part) * side, (from[1] + (to[1] - from[1]) * part) * side);
      }
  return greyPng(side, (x, y) => ink.has(y * side + x));
}

describe('a queue and its quality', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    await api('POST', '/users', marie);
    for (let n = 0; n < 40; ++n)
      for (const tag of ['circle', 'star'])
        await api('POST', '/public/predictions', { image: png(moved(shapes[tag], n)) });
  });
  after(() => tearDown({ store, croquis, browser }));

  /** The same shape, a little elsewhere and of another size, so that no two are alike. */
  function moved(strokes, n) {
    const size = 0.8 + 0.005 * n;
    return strokes.map((stroke) => stroke.map(([x, y]) => [0.02 + x * size, 0.01 + y * size]));
  }

  async function openQueue(page, who) {
    await page.goto(croquis.url);
    await signIn(page, who);
    await page.getByTestId('queue').click();
    await page.locator('main [data-testid=drawing]:visible').first().waitFor();
  }
  const shown = (page) =>
    page
      .locator('main [data-testid=drawing]:visible')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')));

  it('gives two people different drawings, and what one leaves to the other', async () => {
    const [first, second] = await Promise.all([openPage(browser), openPage(browser)]);
    await openQueue(first);
    await openQueue(second, { user: marie.name, password: marie.password });
    const [mine, theirs] = [await shown(first), await shown(second)];
    assert.ok(mine.length >= 24 && theirs.length >= 24);
    assert.deepEqual(
      mine.filter((id) => theirs.includes(id)),
      [],
    );
    await look(first, 'queue');
    const released = first.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await first.getByTestId('queue').locator('xpath=preceding-sibling::button').click();
    assert.equal((await released).status(), 204);
    // Leaving the page altogether lets go too.
    await second.goto('about:blank');
    let free = [];
    for (let tries = 0; tries < 50 && !mine.concat(theirs).every((id) => free.includes(id)); ++tries) {
      const claim = crypto.randomUUID();
      free = (await api('PUT', `/queue/claims/${claim}`, { limit: 50 })).drawings.map(({ id }) => id);
      const rest = crypto.randomUUID();
      free.push(...(await api('PUT', `/queue/claims/${rest}`, { limit: 50 })).drawings.map(({ id }) => id));
      for (const id of [claim, rest])
        await fetch(`${croquis.url}/api/v1/queue/claims/${id}`, {
          method: 'DELETE',
          headers: { Authorization: `Bearer ${(await signedIn()).access_token}` },
        });
    }
    for (const id of [...mine, ...theirs]) assert.ok(free.includes(id));
    for (const page of [first, second]) {
      assert.deepEqual(page.complaints(), []);
      await page.context().close();
    }
  });

  async function signedIn() {
    const answer = await fetch(`${croquis.url}/api/v1/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: 'admin' }),
    });
    return answer.json();
  }

  let mistake;

  /** Reviews everything through the queue as it was drawn, but for a star asked about at random, which it calls a circle. */
  async function reviewAll() {
    const claim = crypto.randomUUID();
    for (;;) {
      const { drawings } = await api('PUT', `/queue/claims/${claim}`, { limit: 50 });
      if (drawings.length === 0) return;
      for (const { id, version, predicted_tag: tag, asked } of drawings) {
        const wrong = !mistake && tag === 'star' && asked === 'random';
        if (wrong) mistake = id;
        await api('PATCH', `/drawings/${id}`, { tag: wrong ? 'circle' : tag }, { 'If-Match': `"${version}"` });
      }
    }
  }

  it('shows how the model does, and opens a likely mistake to be looked at again', async () => {
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/quality"]').click();
      await page.getByTestId('figures').waitFor();
      await page.getByText('Nothing to measure yet.').first().waitFor();
      await look(page, 'quality-empty');

      await reviewAll();
      await page.reload();
      const row = page.getByTestId('by-label').getByRole('row').filter({ hasText: 'star' });
      // What all rows say they say in two words.
      assert.match(await row.getByRole('cell').last().innerText(), /^(at random|all reviewed)$/);
      assert.match(await row.innerText(), /%/);
      assert.match(await page.getByTestId('figures').innerText(), /Drawings to review\s+0/);
      assert.ok((await page.locator('.plot canvas').count()) >= 3);
      const link = page.getByTestId('suspects').locator(`a[href="#/review/${mistake}?view=suspects"]`);
      await link.waitFor();
      assert.match(await link.innerText(), /looks like star/i);
      await page.getByTestId('training-drift').getByText('keeps nothing of the drawings').waitFor();
      await look(page, 'quality');

      await link.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Find similar' }).click();
      const similar = dialog.getByTestId('similar').getByRole('listitem');
      await similar.nth(11).waitFor();
      assert.match((await similar.first().innerText()).trim(), /star/i);
      await look(page, 'similar');
      const before = page.url();
      await similar.first().getByRole('button').press('Enter');
      await page.waitForURL((url) => url.href !== before);
    });
  });

  it('has each day and week below it, and written in the person’s way, wherever they are', async () => {
    const labelled = async (timezoneId, locale) => {
      let told;
      await visit(browser, croquis.url, { timezoneId, locale }, async (page) => {
        await page.addInitScript(() => {
          const { fillText } = CanvasRenderingContext2D.prototype;
          window.said = [];
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
            window.said.push(`${text} ${Math.round(this.getTransform().e + x)} ${y}`);
            return fillText.call(this, text, x, y);
          };
        });
        await page.reload();
        await signIn(page);
        await page.goto(`${croquis.url}/#/quality`);
        await page.locator('[aria-labelledby=answers-title] canvas').waitFor();
        told = await until('the axes', () => page.evaluate(() => window.said.length > 10 && [...new Set(window.said)].sort()));
      });
      return told;
    };
    const here = await labelled('UTC', 'en-GB');
    for (const zone of ['Europe/Paris', 'America/New_York', 'Pacific/Auckland'])
      assert.deepEqual(await labelled(zone, 'en-GB'), here, zone);
    assert.ok(here.some((text) => /^\d+ [A-Z][a-z]{2,3} /.test(text)), here.join());
  });

  it('looks at the likely mistakes one after another, and lists no more what was confirmed', async () => {
    const { suspects } = await api('GET', '/quality/suspects');
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/quality"]').click();
      // Their pictures stand at the end of the page, the way to them is in sight.
      const above = page.getByTestId('suspected');
      await above.getByText(String(suspects.length)).waitFor();
      const way = await above.getByRole('link', { name: 'Look at them one by one' }).boundingBox();
      assert.ok(way.y + way.height <= page.viewportSize().height, JSON.stringify(way));
      await look(page, 'quality-suspects');
      await above.getByRole('link').click();
      const dialog = page.getByRole('dialog');
      for (const [done, suspect] of suspects.entries()) {
        await page.waitForURL((url) => url.hash === `#/review/${suspect.id}?view=suspects`);
        await dialog.getByTestId('looks-like').waitFor();
        await dialog.getByTestId('progress').getByText(`${done} of ${suspects.length}`).waitFor();
        if (done === 0) await look(page, 'suspects-one-by-one');
        await inSight(page);
        await page.keyboard.press('Enter');
      }
      await dialog.getByTestId('finished').waitFor();
      await page.keyboard.press('Escape');
      await page.getByTestId('suspects').getByText('Nothing stands out.').waitFor();
      assert.deepEqual((await api('GET', '/quality/suspects')).suspects, []);
      // Taken back, it is one again.
      const { version } = await api('GET', `/drawings/${suspects[0].id}`);
      await api('POST', `/drawings/${suspects[0].id}/undo`, undefined, { 'If-Match': `"${version}"` });
    });
  });

  it('is the same on a phone, in the dark and in French', async () => {
    await visit(browser, croquis.url, phone, async (page) => {
      await page.getByRole('button', { name: 'Français' }).click();
      await signIn(page);
      const held = { '/quality': {}, '/quality/suspects': {} };
      for (const hold of Object.values(held)) hold.until = new Promise((go) => (hold.release = go));
      await page.route(/\/api\/v1\/quality(\/suspects)?(\?|$)/, async (route) => {
        const { pathname } = new URL(route.request().url());
        await held[pathname.replace('/api/v1', '')].until;
        await route.continue();
      });
      await page.locator('nav a[href="#/quality"]').click();
      await page.getByRole('heading', { name: 'Qualité' }).waitFor();
      await page.getByTestId('loading').getByText('Chargement…').waitFor();
      held['/quality'].release();
      await page.getByTestId('suspects').getByText('Recherche des erreurs probables').waitFor();
      await look(page, 'quality-loading-phone');
      held['/quality/suspects'].release();
      await page.getByTestId('suspects').getByRole('listitem').first().waitFor();
      await look(page, 'quality-phone');
    });
  });

  it('goes back to the model before with one press', async () => {
    await api('POST', '/models:teach');
    const models = await until('a taught model', async () => {
      const { models: known } = await api('GET', '/models');
      return known.some(({ kind }) => kind === 'head') ? known : null;
    });
    const [was] = models.filter(({ state }) => state === 'live');
    await api('POST', `/models/${models.find(({ kind }) => kind === 'head').id}:promote`);
    for (const n of [41, 42, 43]) await api('POST', '/public/predictions', { image: png(moved(shapes.star, n)) });
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.getByTestId('queue').waitFor();
      // Its card keeps what the newer ones are held against.
      await page.locator('nav a[href="#/quality"]').click();
      const drift = page.getByTestId('training-drift').getByRole('listitem');
      await drift.filter({ hasText: 'Looks:' }).getByText('Nothing to measure yet.').waitFor();
      await drift.filter({ hasText: 'Labels:' }).getByText(/Stability index .*\(drawings: 3, beside \d+\)/).waitFor();
      assert.equal(await drift.count(), 3);
      await look(page, 'quality-taught');
      await page.locator('nav a[href="#/models"]').click();
      // Its answers are more than a layer away from what is stored.
      const shadow = page
        .getByTestId('model')
        .filter({ has: page.getByRole('heading', { name: was.id, exact: true }) })
        .getByTestId('shadow');
      const compare = shadow.getByRole('button', { name: `Compare ${was.id} with the live model` });
      await compare.press('Enter');
      await shadow.getByText(/^It says what the live model says: .*%.* of \d+/).waitFor({ timeout: 60_000 });
      await shadow.getByRole('progressbar').waitFor({ state: 'detached' });
      await look(page, 'shadow');
      await page.getByTestId('roll-back').click();
      await look(page, 'roll-back');
      await page.getByTestId('ask').getByRole('button', { name: 'Back to the model before' }).click();
      await page.locator('[data-testid=model][data-state=live]').filter({ hasText: was.id }).waitFor();
      const queued = page.waitForResponse((answer) => answer.url().endsWith('/models:retag'));
      await page.getByTestId('toasts').getByRole('button', { name: /anew/ }).click();
      assert.equal((await queued).status(), 202);
    }, { failedRequests: true }); // what is stored does not tell
  });

  it('takes up a comparison and a teaching that were begun elsewhere, before and after the page was loaded', async () => {
    const { models } = await api('GET', '/models');
    const [first, second] = models.filter(({ state }) => state !== 'live').map(({ id }) => id);
    const jobOf = (id, more) => ({
      id: `0190a6c0-0000-7000-8000-00000000000${id}`, project: 'shapes', state: 'running', progress: 0.5,
      cancel_requested: false, attempts: 1, by: 'admin', created_at: '2030-01-01T00:00:00Z',
      started_at: '2030-01-01T00:00:00Z', finished_at: null, ...more,
    });
    const shadow = jobOf(1, { kind: 'shadow', model: first });
    const teach = jobOf(2, { kind: 'teach' });
    let jobs = [shadow];
    const json = (body) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
    await visit(browser, croquis.url, {}, async (page) => {
      await page.route('**/api/v1/jobs?*', (route) => route.fulfill(json({ jobs, next: null })));
      for (const job of [shadow, teach])
        await page.route((url) => url.pathname.includes(`/jobs/${job.id}`), (route) => route.fulfill(json(job)));
      await signIn(page);
      await page.getByTestId('queue').waitFor();
      await page.locator('nav a[href="#/models"]').click();
      const of = (id) =>
        page.getByTestId('shadow').filter({ has: page.getByRole('button', { name: `Compare ${id} with the live model` }) });
      await of(first).getByRole('progressbar').waitFor();
      await of(first).getByText('its network is run over the newest drawings').waitFor();
      assert.equal(await page.getByTestId('shadow').getByRole('progressbar').count(), 1);
      assert.equal(await of(first).getByRole('button', { name: /^Compare/ }).getAttribute('aria-disabled'), 'true');
      if (second) assert.equal(await of(second).getByRole('progressbar').count(), 0);
      await look(page, 'shadow-elsewhere');

      jobs = [shadow, teach];
      assert.equal(await page.getByTestId('teach').getByRole('progressbar').count(), 0);
      await page.getByTestId('teach').getByRole('progressbar').waitFor(); // within ten seconds
      assert.equal(
        await page.getByTestId('teach').getByRole('button', { name: 'Teach', exact: true }).getAttribute('aria-disabled'),
        'true',
      );

      // The real one ends before a test could stop it.
      await page.route(`**/api/v1/jobs/${shadow.id}:cancel`, (route) =>
        route.fulfill(json({ ...shadow, state: 'cancelled', finished_at: '2030-01-01T00:00:01Z' })),
      );
      await of(first).getByRole('button', { name: 'Stop' }).press('Enter');
      await of(first).getByText('The comparison was stopped.').waitFor();
      assert.equal(await of(first).getByRole('progressbar').count(), 0);
      await look(page, 'shadow-stopped');
    });
  });

  it('shows how a model does on what judges, and two models side by side', async () => {
    const { models } = await api('GET', '/models');
    const [live] = models.filter(({ state }) => state === 'live');
    const taught = models.find(({ kind }) => kind === 'head');
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/models"]').click();
      await page.getByRole('link', { name: `Report on ${live.id}` }).click();
      await page.getByRole('heading', { level: 1, name: `Report on ${live.id}` }).waitFor();
      assert.match(await page.getByTestId('report-moment').innerText(), /As of .*: \d+ such drawings/);
      const figures = page.getByTestId('report-figures');
      assert.match(await figures.getByRole('row', { name: /^Right on these/ }).innerText(), /% \(.* to .*\) of \d+/);
      assert.match(await figures.innerText(), /by chance alone/);
      const link = page.getByTestId('report-mistakes').locator(`a[href="#/annotate/${mistake}"]`);
      assert.match(await link.innerText(), /circle → star/);
      await look(page, 'report');

      await page.getByTestId('beside').selectOption(taught.id);
      await page.getByTestId('compared').getByText('drawings that both answered').waitFor();
      assert.equal(await figures.getByRole('columnheader').count(), 3);
      const star = page.getByTestId('report-labels').getByRole('row').filter({ hasText: 'star' });
      assert.deepEqual((await star.getByRole('cell').allInnerTexts()).map((text) => /%.* of \d+/.test(text)), [true, true]);
      assert.match(await page.getByTestId('report-confusion').innerText(), /circle → star/);
      await look(page, 'reports');
      await page.reload();
      await page.getByTestId('compared').waitFor();
      await page.goBack();
      await figures.getByRole('columnheader').nth(2).waitFor({ state: 'detached' });
      await link.click();
      await page.getByRole('dialog').waitFor();
    });
    await visit(browser, croquis.url, phone, async (page) => {
      await page.getByRole('button', { name: 'Français' }).click();
      await signIn(page);
      await page.goto(`${croquis.url}/#/models?report=${live.id}&against=${taught.id}`);
      await page.getByTestId('compared').getByText('auxquels les deux ont répondu').waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      await look(page, 'reports-phone');
    });
  });

  it('makes a taught model again with one press, and shows which drawings changed since', async () => {
    const { models } = await api('GET', '/models');
    const { id } = models.find(({ kind }) => kind === 'head');
    const remakeOf = (page) =>
      page
        .getByTestId('model')
        .filter({ has: page.getByRole('heading', { name: id, exact: true }) })
        .getByTestId('remake');
    await visit(browser, croquis.url, {}, async (page) => {
      await signIn(page);
      await page.locator('nav a[href="#/models"]').click();
      const inTurn = { timeout: 60_000 }; // the retagging comes before it
      const remake = remakeOf(page);
      const button = remake.getByRole('button', { name: `Make ${id} again from what it learnt from` });
      await button.press('Enter');
      await remake.getByTestId('remade').getByText(/^Made again .*: the same to the byte\./).waitFor(inTurn);
      await look(page, 'remake');

      const { drawings } = await api('GET', '/drawings?reviewed=true&tag=star&limit=200');
      for (const { id: star, version } of drawings)
        await api('PATCH', `/drawings/${star}`, { tag: 'heart' }, { 'If-Match': `"${version}"` });
      await button.press('Enter');
      await remake.getByTestId('remade').getByText(/the same to the byte\. .* changed since/).waitFor(inTurn);
      await remake.getByText('Which drawings').press('Enter');
      await remake.getByRole('link', { name: /star → heart/ }).first().locator('img').waitFor();
      await look(page, 'remake-changed');
    });
    // Whoever looks later finds what came of it; an annotator begins none.
    await visit(browser, croquis.url, phone, async (page) => {
      await page.getByRole('button', { name: 'Français' }).click();
      await signIn(page, { user: marie.name, password: marie.password });
      await page.goto(`${croquis.url}/#/models`);
      const remake = remakeOf(page);
      await remake.getByTestId('remade').getByText(/^Refait le .* identique à l’octet près/).waitFor();
      assert.equal(await remake.getByRole('button').count(), 0);
      await remake.getByText('Quels dessins').click();
      await remake.getByRole('link', { name: 'étoile → cœur' }).first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      await look(page, 'remake-phone');
    });
  });
});
