// The page itself: languages, keyboard, touch, errors, accessibility, its security policy.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, circle, corners, drawByMouse, openPage, signIn, submit, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { startCroquis } from './support/server.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

describe('the page', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  const withPage = (options, steps, expected) => visit(browser, croquis.url, options, steps, expected);

  it('follows the language of the browser, and a switch that it remembers', () =>
    withPage({ locale: 'fr-CA' }, async (page) => {
      await page.getByRole('heading', { name: 'Dessinez une forme' }).waitFor();
      assert.equal(await page.getAttribute('html', 'lang'), 'fr');
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('button', { name: 'Submit and Predict' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Draw a shape' }).waitFor();
      assert.equal(await page.getAttribute('html', 'lang'), 'en');
    }));

  it('speaks English to a browser whose languages it does not know', () =>
    withPage({ locale: 'de-DE' }, async (page) => {
      await page.getByRole('heading', { name: 'Draw a shape' }).waitFor();
    }));

  it('undoes, redoes and clears', () =>
    withPage({}, async (page) => {
      const ink = () =>
        page.getByTestId('canvas').evaluate((canvas) => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          let dark = 0;
          for (let i = 0; i < data.length; i += 4) dark += data[i] < 128 ? 1 : 0;
          return dark;
        });
      assert.equal(await ink(), 0);
      await drawByMouse(page, circle());
      const one = await ink();
      assert.ok(one > 0);
      await page.getByTestId('width').fill('24');
      await drawByMouse(page, corners([0.2, 0.2], [0.8, 0.8]));
      const two = await ink();
      assert.ok(two > one);
      const toolbar = page.getByRole('group', { name: 'Drawing tools' });
      await toolbar.getByRole('button', { name: 'Undo' }).click();
      assert.equal(await ink(), one);
      await toolbar.getByRole('button', { name: 'Redo' }).click();
      assert.equal(await ink(), two);
      await toolbar.getByRole('button', { name: 'Clear' }).click();
      assert.equal(await ink(), 0);
      await toolbar.getByRole('button', { name: 'Undo' }).click();
      assert.equal(await ink(), two);
    }));

  it('says so where nothing is drawn', () =>
    withPage({}, async (page) => {
      await page.getByTestId('submit').click();
      await page.getByTestId('toasts').getByText('Draw something first.').waitFor();
    }));

  it('can be drawn on and submitted by keyboard alone', () =>
    withPage({}, async (page) => {
      const focused = () => page.evaluate(() => document.activeElement?.dataset.testid);
      for (let tabs = 0; tabs < 40 && (await focused()) !== 'canvas'; ++tabs)
        await page.keyboard.press('Tab');
      assert.equal(await focused(), 'canvas');
      const go = async (key, times) => {
        for (let step = 0; step < times; ++step) await page.keyboard.press(`Shift+${key}`);
      };
      await go('ArrowLeft', 4);
      await go('ArrowUp', 4);
      await page.keyboard.press('Space');
      await page.getByTestId('announcer').getByText('Pen down').waitFor();
      await go('ArrowRight', 8);
      await go('ArrowDown', 8);
      await go('ArrowLeft', 8);
      await go('ArrowUp', 8);
      await page.keyboard.press('Space');
      for (let tabs = 0; tabs < 5 && (await focused()) !== 'submit'; ++tabs) await page.keyboard.press('Tab');
      const answered = page.waitForResponse((r) => r.url().endsWith('/public/predictions'));
      await page.keyboard.press('Enter');
      const drawing = await (await answered).json();
      await page.getByTestId('announcer').getByText('Prediction:').waitFor();
      if (!process.env.CROQUIS_ANY_PREDICTION) assert.equal(drawing.tag, 'square');
    }));

  it('can be drawn on by touch, without scrolling', () =>
    withPage(phone, async (page) => {
      const client = await page.context().newCDPSession(page);
      const box = await page.getByTestId('canvas').boundingBox();
      const scrolled = await page.evaluate(() => scrollY);
      const touch = (type, point) =>
        client.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: point ? [{ x: box.x + point[0] * box.width, y: box.y + point[1] * box.height }] : [],
        });
      const way = circle();
      await touch('touchStart', way[0]);
      for (const point of way.slice(1)) await touch('touchMove', point);
      await touch('touchEnd');
      assert.equal(await page.evaluate(() => scrollY), scrolled);
      const { body } = await submit(page);
      assert.equal(body.strokes.length, 1);
      assert.ok(body.strokes[0][0].length >= 10);
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(wider, false, 'nothing sticks out sideways');
    }));

  it('gives the preview while drawing, and stores nothing by it', () =>
    withPage({}, async (page) => {
      const stored = async () => {
        const answer = await fetch(`${croquis.url}/api/v1/public/drawings?limit=1`);
        return (await answer.json()).drawings[0]?.id;
      };
      const newest = await stored();
      await drawByMouse(page, circle());
      await page.getByText('Live guess').waitFor();
      await page.getByTestId('predicted-tag').waitFor();
      assert.equal(await stored(), newest);
    }));

  it('tells the demo account, and refuses a wrong password', () =>
    withPage(
      {},
      async (page) => {
        await page.locator('nav a[href="#/login"]').click();
        await page.getByTestId('demo').waitFor();
        await signIn(page, { password: 'not-it' });
        await page.getByRole('alert').getByText('User name or password is wrong.').waitFor();
        assert.equal(await page.locator('#password').inputValue(), '');
      },
      { failedRequests: true },
    ));

  it('counts down after too many tries to sign in', () =>
    withPage(
      {},
      async (page) => {
        await page.route(
          '**/api/v1/token',
          (route) =>
            route.fulfill({
              status: 429,
              headers: { 'Retry-After': '2' },
              contentType: 'application/problem+json',
              body: '{"type":"/problems/rate-limited","title":"Too many","status":429,"detail":"Slow down."}',
            }),
          { times: 1 },
        );
        await signIn(page);
        await page
          .getByTestId('waiting')
          .getByText(/Too many tries. Try again in [12] s/)
          .waitFor();
        assert.ok(await page.locator('form button.primary').isDisabled());
        await page.getByTestId('waiting').waitFor({ state: 'detached' });
        await signIn(page);
        await page.getByTestId('signed-in').waitFor();
      },
      { failedRequests: true },
    ));

  it('refreshes an access token that has run out, once', () =>
    withPage(
      {},
      async (page) => {
        await signIn(page);
        await page.getByTestId('queue').waitFor();
        let refused = 0;
        await page.route('**/api/v1/queue/claims/*', (route) =>
          ++refused === 1
            ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"status":401}' })
            : route.continue(),
        );
        const refreshed = page.waitForResponse((r) => r.url().endsWith('/token/refresh') && r.ok());
        const listed = page.waitForResponse((r) => r.url().includes('/api/v1/queue') && r.ok());
        await page.getByTestId('queue').click();
        await Promise.all([refreshed, listed]);
        assert.equal(refused, 2);
      },
      { failedRequests: true },
    ));

  it('asks to sign in again when the session has ended', () =>
    withPage(
      {},
      async (page) => {
        await signIn(page);
        await page.getByTestId('queue').waitFor();
        await page.evaluate(() => sessionStorage.setItem('croquis.refresh', 'no-such-token'));
        await page.reload();
        await page.getByText('Your session has ended').waitFor();
        await page.getByRole('link', { name: 'Go to Login' }).click();
        await page.getByText('Your session has ended').waitFor();
      },
      { failedRequests: true },
    ));

  it('shows what somebody else changed meanwhile, and lets the person decide', () =>
    withPage(
      {},
      async (page) => {
        await drawByMouse(page, circle());
        const { drawing } = await submit(page);
        await signIn(page);
        const card = page.locator(`main [data-testid=drawing][data-id="${drawing.id}"]:visible`);
        await card.waitFor();

        const [mine, theirs] = ['heart', 'star', 'cross'].filter((tag) => tag !== drawing.tag);
        const { access_token } = await (
          await fetch(`${croquis.url}/api/v1/token`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ username: 'admin', password: 'admin' }),
          })
        ).json();
        const other = await fetch(`${croquis.url}/api/v1/drawings/${drawing.id}`, {
          method: 'PATCH',
          headers: {
            'Content-Type': 'application/json',
            'If-Match': '"1"',
            Authorization: `Bearer ${access_token}`,
          },
          body: JSON.stringify({ tag: theirs }),
        });
        assert.equal(other.status, 200);

        await card.getByTestId('tag-select').selectOption(mine);
        await card.getByRole('button', { name: 'Save' }).click();
        await card.getByTestId('conflict').waitFor();
        assert.equal(await card.getAttribute('data-tag'), theirs);
        await card.getByRole('button', { name: `Set “${mine}”` }).click();
        await page
          .locator(`[data-testid=drawing][data-id="${drawing.id}"][data-tag=${mine}]:visible`)
          .waitFor();
        assert.equal(await card.getByTestId('conflict').count(), 0);
      },
      { failedRequests: true },
    ));

  it('waits as long as a busy server asks, then goes on by itself', () =>
    withPage(
      {},
      async (page) => {
        const keys = [];
        await page.route('**/public/predictions', (route) => {
          keys.push(route.request().headers()['idempotency-key']);
          if (keys.length > 1) return route.continue();
          return route.fulfill({
            status: 503,
            headers: { 'Retry-After': '2' },
            contentType: 'application/problem+json',
            body: '{"type":"/problems/unavailable","title":"Unavailable","status":503,"detail":"Full."}',
          });
        });
        await drawByMouse(page, circle());
        const stored = submit(page);
        await page
          .getByTestId('waiting')
          .getByText(/not ready. Trying again in [12] s/)
          .waitFor();
        await stored;
        assert.equal(keys.length, 2);
        assert.equal(keys[0], keys[1], 'one key for one submission');
      },
      { failedRequests: true },
    ));

  it("shows the server's own words for what it refuses", () =>
    withPage(
      {},
      async (page) => {
        await page.route('**/public/predictions', (route) =>
          route.fulfill({
            status: 422,
            contentType: 'application/problem+json',
            body: '{"type":"/problems/invalid","title":"Invalid","status":422,"detail":"The picture is empty."}',
          }),
        );
        await drawByMouse(page, circle());
        await page.getByTestId('submit').click();
        await page.getByRole('alert').getByText('The picture is empty.').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
      },
      { failedRequests: true },
    ));

  it('sends what was drawn without a connection once it is back, and stores it once', () =>
    withPage(
      {},
      async (page) => {
        await drawByMouse(page, circle());
        await page.context().setOffline(true);
        await page.getByTestId('submit').click();
        await page.getByTestId('waiting').getByText('You seem to be offline. Trying again in').waitFor();
        const stored = page.waitForResponse((r) => r.url().endsWith('/public/predictions') && r.ok());
        await page.context().setOffline(false);
        const drawing = await (await stored).json();
        await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).waitFor();
      },
      { failedRequests: true },
    ));

  it('takes a change back by keyboard, shows it in every list, and gives the focus back', () =>
    withPage({}, async (page) => {
      await drawByMouse(page, circle());
      const { drawing } = await submit(page);
      await signIn(page);
      const card = page.locator(`main [data-testid=drawing][data-id="${drawing.id}"]:visible`);
      const wanted = drawing.tag === 'heart' ? 'star' : 'heart';
      const select = card.getByTestId('tag-select');
      await select.selectOption(wanted);
      await card.getByRole('button', { name: 'Save' }).press('Enter');
      await card.getByTestId('tagged').waitFor();
      assert.equal(await card.getAttribute('data-tag'), wanted);
      await page.waitForFunction(() => document.activeElement?.dataset.testid === 'tag-select');

      await page.locator('nav a[href="#/draw"]').click();
      await card.getByTestId('tagged').waitFor();
      assert.equal(await card.getAttribute('data-tag'), wanted);

      await page.locator('nav a[href="#/annotate"]').click();
      await select.selectOption('cross');
      await card.getByRole('button', { name: 'Save' }).press('Enter');
      await page.locator(`main [data-id="${drawing.id}"][data-tag=cross]:visible`).waitFor();
      await page.keyboard.press('Control+z');
      await page.locator(`main [data-id="${drawing.id}"][data-tag=${wanted}]:visible`).waitFor();

      const open = card.locator('button.open');
      for (const close of [
        () => page.keyboard.press('Escape'),
        () => page.getByTestId('detail').getByRole('button', { name: 'Close' }).press('Enter'),
      ]) {
        await open.press('Enter');
        await page.getByTestId('detail').waitFor();
        await close();
        await page.getByTestId('detail').waitFor({ state: 'detached' });
        assert.ok(await open.evaluate((button) => button === document.activeElement));
      }
    }));

  it('accepts what the queue shows, all at once', () =>
    withPage({}, async (page) => {
      await drawByMouse(page, circle());
      await submit(page);
      await signIn(page);
      await page.evaluate(() => {
        window.moved = [];
        new PerformanceObserver((list) => {
          for (const { sources } of list.getEntries())
            window.moved.push(...sources.map(({ node }) => node?.closest?.('[data-testid=drawing]')?.dataset.id ?? ''));
        }).observe({ type: 'layout-shift' });
      });
      await page.getByTestId('queue').click();
      const all = page.getByTestId('accept-all');
      await all.waitFor();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      assert.deepEqual(
        await page.evaluate(() => window.moved.filter((id) => id !== '')),
        [],
        'nothing moves under a click as the button comes',
      );
      const shown = await page.locator('main [data-testid=drawing]:visible').count();
      await all.click();
      const accepted = page.waitForResponse((r) => r.url().endsWith('/drawings:accept') && r.ok());
      await page.getByTestId('ask').getByRole('button', { name: 'Accept' }).click();
      const { results } = await (await accepted).json();
      assert.equal(results.length, shown);
      assert.ok(results.every(({ drawing }) => drawing.tagged_by === 'admin'));
      await page.getByText('The queue is empty').waitFor();
    }));

  it('adds, changes, disables and deletes users', () =>
    withPage(
      {},
      async (page) => {
        await signIn(page);
        await page.getByTestId('queue').waitFor();
        await page.locator('nav a[href="#/users"]').click();
        const users = page.getByTestId('users');
        const ask = page.getByTestId('ask');
        const add = async (name) => {
          await users.getByLabel('User name').fill(name);
          await users.locator('#new-password').fill('a-long-enough-one');
          await users.getByRole('button', { name: 'Add' }).click();
        };
        await add('marie');
        const row = users.getByRole('row', { name: /marie/ });
        await row.waitFor();
        await add('Marie');
        await users.getByRole('alert').getByText('There is already a user of this name.').waitFor();
        await add('-marie');
        await users.getByRole('alert').getByText('A user name has letters A to Z, digits').waitFor();

        await row.getByRole('button', { name: 'New password' }).click();
        await ask.getByLabel('New password', { exact: true }).fill('another-long-one');
        await ask.getByRole('button', { name: 'Set password' }).click();
        await ask.waitFor({ state: 'detached' });
        const other = await openPage(browser);
        await other.goto(croquis.url);
        await signIn(other, { user: 'marie', password: 'another-long-one' });
        await other.getByTestId('signed-in').getByText('marie').waitFor();
        await other.locator('nav a[href="#/models"]').click();
        await other.getByTestId('model').first().waitFor();
        assert.equal(await other.locator('nav a[href="#/users"]').count(), 0);
        assert.equal(await other.getByTestId('teach').count(), 0);
        await other.goto(`${croquis.url}/#/users`);
        await other.getByText('Only admins look after users.').waitFor();
        assert.equal(await other.getByTestId('users').count(), 0);
        await assertAccessible(other, 'Users, for an annotator');
        await other.context().close();

        await row.getByRole('button', { name: 'Disable' }).click();
        await row.getByRole('button', { name: 'Enable' }).waitFor();
        await row.getByRole('button', { name: 'Delete' }).click();
        await ask.getByRole('button', { name: 'Delete' }).click();
        await row.waitFor({ state: 'detached' });
      },
      { failedRequests: true },
    ));

  it('tells what went wrong with what was confirmed to whoever has closed the question meanwhile', () =>
    withPage(
      {},
      async (page) => {
        await signIn(page);
        await page.locator('nav a[href="#/users"]').click();
        await page.locator('#new-name').fill('late');
        await page.locator('#new-password').fill('a long pass phrase');
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('button', { name: 'Delete late' }).click();
        let answer;
        await page.route('**/api/v1/users/*', (route) => (answer = () => route.fulfill({ status: 503, body: '' })));
        const ask = page.getByTestId('ask');
        await ask.getByRole('button', { name: 'Delete' }).click();
        await until('the request', () => answer);
        await page.keyboard.press('Escape');
        await ask.waitFor({ state: 'detached' });
        await answer();
        await page.getByTestId('toasts').getByText('The server is busy or not ready.').waitFor();
        await page.unroute('**/api/v1/users/*');
      },
      { failedRequests: true },
    ));

  it('reads the users again on request where they did not come, and shows no form that they would move', () =>
    withPage(
      {},
      async (page) => {
        await signIn(page);
        let answer;
        await page.route('**/api/v1/users', (route) => (answer = () => route.fulfill({ status: 503, body: '' })));
        await page.locator('nav a[href="#/users"]').click();
        await until('the request', () => answer);
        assert.equal(await page.locator('#new-name').isVisible(), false);
        await answer();
        const users = page.getByTestId('users');
        await users.getByText('The server is busy or not ready.').waitFor();
        await page.unroute('**/api/v1/users');
        await users.getByRole('button', { name: 'Try again' }).click();
        await users.getByRole('rowheader', { name: /admin/ }).waitFor();
        await page.locator('#new-name').waitFor();
        assert.equal(await users.getByRole('alert').count(), 0);
      },
      { failedRequests: true },
    ));

  it('lists the models, and puts another to work', () =>
    withPage({}, async (page) => {
      const id = await croquis.addModel('another');
      await signIn(page);
      await page.getByTestId('queue').waitFor();
      await page.locator('nav a[href="#/models"]').click();
      const models = page.getByTestId('model');
      const candidate = models.filter({ hasText: id });
      await candidate.waitFor();
      assert.equal(await candidate.getAttribute('data-state'), 'candidate');
      await candidate.getByRole('button', { name: `Make ${id} live` }).click();
      await page.getByTestId('ask').getByRole('button', { name: 'Make live' }).click();
      await page.locator('[data-testid=model][data-state=live]').filter({ hasText: id }).waitFor();
      const answer = await fetch(`${croquis.url}/api/v1/public/model`);
      assert.equal((await answer.json()).id, id);
    }));

  it('hands out a model and its card, and removes one that is not live', () =>
    withPage({}, async (page) => {
      const id = await croquis.addModel('leaving');
      await signIn(page);
      await page.getByTestId('queue').waitFor();
      await page.locator('nav a[href="#/models"]').click();
      const model = page.getByTestId('model').filter({ hasText: id });
      for (const [button, name] of [['download-model', `${id}.onnx`], ['download-card', `${id}.json`]]) {
        const [file] = await Promise.all([page.waitForEvent('download'), model.getByTestId(button).click()]);
        assert.equal(file.suggestedFilename(), name);
      }
      const live = page.locator('[data-testid=model][data-state=live]');
      assert.equal(await live.getByTestId('download-model').count(), 1);
      assert.equal(await live.getByTestId('remove-model').count(), 0);
      await model.getByTestId('remove-model').click();
      await page.getByTestId('ask').getByRole('button', { name: 'Remove' }).click();
      await model.waitFor({ state: 'detached' });
    }));

  it('has models and users in places of their own, which a link, a reload and Back lead to', async () => {
    const page = await openPage(browser, { locale: 'fr-FR' });
    const title = (text) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
    await page.goto(`${croquis.url}/#/users`);
    await page.getByRole('heading', { name: 'Connectez-vous pour continuer' }).waitFor();
    assert.equal(await page.locator('nav a').count(), 3, 'no place of those signed in');
    await signIn(page);
    await page.getByTestId('queue').waitFor();
    const places = ['draw', 'annotate', 'review', 'labels', 'data', 'models', 'quality', 'users', 'projects', 'login'];
    assert.deepEqual(
      await page.locator('nav a').evaluateAll((all) => all.map((link) => link.hash.slice(2))),
      places,
    );
    await page.locator('nav a[href="#/models"]').press('Enter');
    await title('Modèles');
    assert.equal(await page.title(), 'Modèles · Croquis');
    await page.locator('nav a[href="#/users"]').press('Enter');
    await title('Utilisateurs');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await page.getByTestId('audit').waitFor();
    await page.reload();
    await title('Utilisateurs');
    await page.goBack();
    await title('Modèles');
    assert.equal(await page.locator('nav [aria-current=page]').innerText(), 'Modèles');
    await page.getByTestId('model').first().waitFor();
    await page.locator('nav a[href="#/login"]').click();
    await page.getByTestId('sign-out').waitFor();
    assert.equal(await page.getByTestId('model').count() + (await page.getByTestId('users').count()), 0);
    for (const width of [390, 360, 320]) {
      await page.setViewportSize({ width, height: 844 });
      for (const place of places) {
        await page.locator(`nav a[href="#/${place}"]`).click();
        await page.locator(`nav a[href="#/${place}"][aria-current=page]`).waitFor();
        const boxes = await page
          .locator('nav a')
          .evaluateAll((all) => all.map((link) => link.getBoundingClientRect().toJSON()));
        assert.ok(
          boxes.every(({ left, right, height }) => left >= 0 && right <= width && right - left >= 24 && height >= 44),
          `${width} at ${place}: ${JSON.stringify(boxes.map(({ left, right, height }) => [left, right, height]))}`,
        );
        if (place === 'review') await page.evaluate(() => (location.hash = '#/annotate'));
      }
    }
    assert.deepEqual(page.complaints({ failedRequests: true }), []);
    await page.context().close();
  });

  it('explains the API in Swagger UI, where one can sign in and try it', () =>
    withPage({}, async (page) => {
      await page.getByRole('link', { name: 'API' }).click();
      const operation = page.locator('#operations-sign-in-getMe');
      // Of both APIs together Swagger UI draws only what is in sight.
      await page.locator('select').first().selectOption({ label: 'Annotator API' });
      await operation.waitFor({ timeout: 60_000 });
      await page.locator('.btn.authorize').first().click();
      const form = page.locator('.auth-container').filter({ hasText: 'password' }).last();
      await form.locator('#oauth_username').fill('admin');
      await form.locator('#oauth_password').fill('admin');
      await form.locator('.btn.authorize').click();
      await form.getByText('Logout').waitFor();
      await form.locator('.btn-done').click();
      await operation.locator('.opblock-summary-control').click();
      await operation.locator('.try-out__btn').click();
      const answered = page.waitForResponse((r) => r.url().endsWith('/api/v1/me'));
      await operation.locator('.execute').click();
      assert.equal((await (await answered).json()).name, 'admin');
    }));

  for (const [what, options] of Object.entries({
    'light, wide': {},
    'dark, phone': { colorScheme: 'dark', ...phone },
  }))
    it(`is accessible in every place, ${what}`, () =>
      withPage(options, async (page) => {
        await drawByMouse(page, circle());
        await submit(page);
        await assertAccessible(page, 'Unauthenticated');
        await page.locator('[data-testid=drawing]:visible button.open').first().click();
        await page.getByTestId('detail').getByText('Runners-up').waitFor();
        await assertAccessible(page, 'the detail');
        await page.keyboard.press('Escape');
        await page.locator('nav a[href="#/annotate"]').click();
        await assertAccessible(page, 'the invitation to sign in');
        await page.locator('nav a[href="#/login"]').click();
        await assertAccessible(page, 'Login');
        await signIn(page);
        await page.locator('[data-testid=tag-select]').first().waitFor();
        await assertAccessible(page, 'Authenticated');
        await page.locator('[data-testid=drawing]:visible button.open').first().click();
        await page.getByTestId('history').waitFor();
        await assertAccessible(page, 'the detail for annotators');
        await page.keyboard.press('Escape');
        await page.locator('nav a[href="#/login"]').click();
        await page.getByTestId('sign-out').waitFor();
        await assertAccessible(page, 'the account');
        await page.locator('nav a[href="#/models"]').click();
        await page.getByTestId('model').first().waitFor();
        await assertAccessible(page, 'Models');
        await page.locator('nav a[href="#/users"]').click();
        await page.getByTestId('users').getByRole('row').nth(1).waitFor();
        await assertAccessible(page, 'Users');
        await page.getByRole('button', { name: 'New password for admin' }).click();
        await assertAccessible(page, 'a question');
      }));

  it('says so when the backend is gone', async () => {
    const page = await openPage(browser);
    await page.goto(croquis.url);
    await drawByMouse(page, circle());
    await submit(page);
    await drawByMouse(page, corners([0.2, 0.2], [0.8, 0.8]));
    await page.route('**/public/predictions', (route) => route.abort());
    await page.getByTestId('submit').click();
    await page
      .getByTestId('waiting')
      .getByText(/cannot be reached. Trying again in/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('waiting').waitFor({ state: 'detached' });
    await croquis.stop();
    await page.locator('[data-testid=filter] button:visible').first().click();
    await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    croquis = await startCroquis(store.url, { ports: croquis.ports });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-testid=drawing]').first().waitFor();
    await page.context().close();
  });
});
