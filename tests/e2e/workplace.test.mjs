// Labels of the project, hiding and deleting, taking back, one's own password: what the API and the store do with
// these is tested there; here, that a person can do it, by keyboard too, and sees what became of it.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { circle, drawByMouse, inSight, look, signIn, submit, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { until } from './support/until.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

describe('a workplace', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  const withPage = (options, steps, expected) => visit(browser, croquis.url, options, steps, expected);

  async function draw(page, options) {
    const fresh = page.getByRole('button', { name: /^(Nouveau dessin|New drawing)/ });
    if (await fresh.count()) await fresh.click();
    await drawByMouse(page, circle(options));
    return (await submit(page)).drawing;
  }

  async function signInAndGo(page, place) {
    await signIn(page);
    await page.locator('nav a[href="#/labels"]').waitFor();
    await page.locator(`nav a[href="#/${place}"]`).click();
  }

  const row = (page, tag) => page.locator(`[data-testid=label][data-tag="${tag}"]`);
  const toast = (page, text) => page.getByTestId('toasts').getByText(text).first().waitFor();
  const card = (page, { id }) => page.locator(`main [data-testid=drawing][data-id="${id}"]:visible`);
  const api = async (to, options) => (await fetch(`${croquis.url}/api/v1${to}`, options)).status;

  it('adds a label, whose key then gives it to a drawing that no model would call so', async () => {
    await withPage({}, async (page) => {
      assert.equal(await page.locator('nav a[href="#/labels"]').count(), 0);
      const drawing = await draw(page);
      await signInAndGo(page, 'labels');
      await row(page, 'circle').waitFor();
      await page.getByLabel('Name for programs').fill('moon');
      await page.getByLabel('Title (English)').fill('half moon');
      await page.getByLabel('Title (Français)').fill('demi-lune');
      await page.getByLabel('Key', { exact: true }).selectOption('m');
      await look(page, 'labels');
      await page.locator('section form button.primary').click();
      await row(page, 'moon').waitFor();
      await toast(page, '“half moon” was added');

      await page.locator('nav a[href="#/annotate"]').click();
      await card(page, drawing).locator('button.open').click();
      await page.getByTestId('labels').locator('[data-tag=moon]').waitFor();
      await page.keyboard.press('m');
      await page.getByTestId('history').getByText('Half moon').or(page.getByTestId('history').getByText('half moon')).first().waitFor();
      await page.keyboard.press('Escape');
      await page.locator('nav a[href="#/draw"]').click();
      await page.getByTestId('filter').locator('[data-tag=moon]:visible').waitFor();
    });
  });

  it('says at its field what is wrong with a label', async () => {
    await withPage({}, async (page) => {
      await signInAndGo(page, 'labels');
      await row(page, 'circle').waitFor();
      await page.getByLabel('Name for programs').fill('circle');
      await page.locator('section form button.primary').click();
      await page.getByText('There is already a label of this name.').waitFor();
      assert.equal(await page.getByLabel('Name for programs').getAttribute('aria-invalid'), 'true');
      const taken = page.getByLabel('Key', { exact: true }).locator('option[value="1"]');
      assert.match(await taken.textContent(), /1 \(circle\)/);
      assert.equal(await taken.isDisabled(), true);
    }, { failedRequests: true });
  });

  it('keeps the focus near what was acted on by keyboard when that goes', async () => {
    await withPage({}, async (page) => {
      await signInAndGo(page, 'labels');
      await row(page, 'hexagon').waitFor();
      const press = async (name) => {
        await page.getByRole('button', { name, exact: true }).focus();
        await page.keyboard.press('Enter');
      };
      const focused = (name) =>
        page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, name);
      await press('Retire hexagon');
      await focused('Offer hexagon again');
      await page.keyboard.press('Enter');
      await focused('Retire hexagon');

      await page.locator('nav a[href="#/users"]').click();
      const form = page.getByTestId('users').locator('form');
      await form.getByLabel('User name').fill('zoe');
      await form.getByLabel('Password').fill('a long pass phrase');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Delete zoe' }).waitFor();
      await press('Delete zoe');
      await page.getByTestId('ask').getByRole('button', { name: 'Delete', exact: true }).press('Enter');
      await page.getByRole('button', { name: 'Delete zoe' }).waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement?.closest('[data-testid=users] tbody'));
    });
  });

  it('edits, moves, retires and merges by keyboard alone', async () => {
    await withPage({}, async (page) => {
      const drawing = await draw(page, { x: 0.45 });
      await signInAndGo(page, 'labels');
      await row(page, 'zigzag').waitFor();
      const press = async (name) => {
        const button = page.getByRole('button', { name, exact: true });
        await button.focus();
        await page.keyboard.press('Enter');
      };
      await press('Edit zigzag');
      await page.getByLabel('Title (English)').first().focus();
      await page.locator('dialog').getByLabel('Title (English)').fill('lightning');
      await look(page, 'label-edit');
      await page.keyboard.press('Enter');
      await row(page, 'zigzag').getByText('lightning').waitFor();
      await press('Move lightning up');
      await page.waitForFunction(() => {
        const all = [...document.querySelectorAll('[data-testid=label]')].map(({ dataset }) => dataset.tag);
        return all.indexOf('zigzag') === all.indexOf('line') - 1;
      });
      await press('Move lightning down');
      await page.waitForFunction(() => {
        const all = [...document.querySelectorAll('[data-testid=label]')].map(({ dataset }) => dataset.tag);
        const { activeElement } = document;
        return all.indexOf('zigzag') === all.indexOf('line') + 1 && activeElement.ariaLabel === 'Move lightning down';
      });
      await press('Retire lightning');
      await row(page, 'zigzag').getByText('Retired', { exact: true }).waitFor();
      await press('Offer lightning again');
      await row(page, 'zigzag').getByRole('button', { name: 'Retire lightning' }).waitFor();

      await press('Merge circle into another label');
      await page.locator('dialog select').selectOption('ellipse');
      await look(page, 'label-merge');
      await page.locator('dialog select').press('Enter');
      await page.locator('dialog button.primary').press('Enter').catch(() => {});
      await row(page, 'circle').getByText('Retired', { exact: true }).waitFor();
      await page.locator('nav a[href="#/annotate"]').click();
      await page.locator(`main [data-id="${drawing.id}"][data-tag=ellipse]:visible`).waitFor();
      await page.locator('nav a[href="#/labels"]').click();
      await press('Offer circle again');
      await row(page, 'circle').getByRole('button', { name: 'Retire circle' }).waitFor();
    });
  });

  it('shows the labels on a phone, dark, in French', async () => {
    await withPage({ ...phone, locale: 'fr-FR' }, async (page) => {
      await signInAndGo(page, 'labels');
      await row(page, 'star').getByText('étoile').waitFor();
      await look(page, 'labels-phone');
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${width}`);
    });
  });

  it('deletes a drawing after one question, and it is gone everywhere', async () => {
    await withPage({}, async (page) => {
      const drawing = await draw(page, { x: 0.55 });
      await signInAndGo(page, 'annotate');
      await card(page, drawing).locator('button.open').click();
      await page.getByTestId('delete').click();
      await look(page, 'delete');
      // The question is answered first: Enter does not accept the drawing behind it.
      await page.locator('dialog[data-testid=ask] button.primary').press('Enter');
      await toast(page, '1 drawing deleted');
      await page.keyboard.press('Escape');
      assert.equal(await card(page, drawing).count(), 0);
      await page.locator('nav a[href="#/draw"]').click();
      assert.equal(await card(page, drawing).count(), 0);
      assert.equal(await api(`/public/drawings/${drawing.id}/image`), 404);
      await page.reload();
      await page.getByTestId('gallery-title').first().waitFor();
      assert.equal(await card(page, drawing).count(), 0);
    });
  });

  it('hides several, marks them, takes it back, and deletes a selection', async () => {
    await withPage({}, async (page) => {
      const drawings = [await draw(page, { radius: 0.3 }), await draw(page, { radius: 0.25 })];
      await signInAndGo(page, 'annotate');
      for (const drawing of drawings) await card(page, drawing).getByRole('checkbox').check();
      await page.getByTestId('picked').getByText('2 drawings selected').waitFor();
      await look(page, 'picked');
      await page.getByTestId('picked').getByRole('button', { name: 'Hide' }).click();
      await toast(page, '2 drawings hidden');
      // It stays while it is pointed at.
      await page.getByTestId('toasts').getByText('2 drawings hidden').hover();
      for (const drawing of drawings) {
        await card(page, drawing).getByTestId('hidden').waitFor();
        assert.equal(await api(`/public/drawings/${drawing.id}`), 404);
      }
      // Its picture comes with the token.
      await page.waitForFunction(
        (id) => document.querySelector(`main [data-id="${id}"]:not([hidden] *) img[src^="blob:"]`)?.naturalWidth > 0,
        drawings[0].id,
      );
      await look(page, 'hidden');
      await page.getByTestId('toasts').getByRole('button', { name: 'Undo' }).click();
      await toast(page, '2 drawings are as they were before');
      assert.equal(await api(`/public/drawings/${drawings[0].id}`), 200);
      for (const drawing of drawings) await card(page, drawing).getByRole('checkbox').check();
      await page.getByTestId('picked').getByRole('button', { name: 'Delete' }).click();
      await page.locator('dialog[data-testid=ask] button.primary').click();
      await toast(page, '2 drawings deleted');
      for (const drawing of drawings) assert.equal(await card(page, drawing).count(), 0);
    });
  });

  it('says of a drawing that could not be hidden nothing beside the next one', async () => {
    await withPage({}, async (page) => {
      for (const radius of [0.2, 0.22]) await draw(page, { radius });
      await signInAndGo(page, 'annotate');
      await page.locator('main [data-testid=drawing]:visible button.open').first().click();
      await inSight(page);
      let answer;
      await page.route('**/drawings:hide', (route) => (answer = () => route.fulfill({ status: 503, body: '' })));
      const detail = page.getByTestId('detail');
      await detail.getByRole('button', { name: 'Hide' }).click();
      await until('the request', () => answer);
      await page.keyboard.press('ArrowRight');
      await inSight(page);
      await answer();
      await detail.getByTestId('toasts').getByText('The server is busy or not ready.').waitFor();
      assert.equal(await detail.locator('.facts .notice.bad').count(), 0);
      await page.unroute('**/drawings:hide');
    }, { failedRequests: true });
  });

  it('brings what it may be into sight on a phone, and leaves the focus to nothing that takes back', async () => {
    await withPage({ ...phone, viewport: { width: 360, height: 640 } }, async (page) => {
      await draw(page, { y: 0.44 });
      const focused = () => page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.parentElement.dataset.testid);
      await page.getByTestId('wrong').press('Enter');
      const [choices, bar] = [page.getByTestId('suggest'), page.locator('nav')];
      await choices.waitFor();
      assert.equal(await focused(), 'suggest');
      const [first, below] = [await choices.locator('button').first().boundingBox(), await bar.boundingBox()];
      assert.ok(first.y >= 0 && first.y + first.height <= below.y, JSON.stringify({ first, below }));
      await page.keyboard.press('Enter');
      await page.getByTestId('suggested').waitFor();
      await page.waitForFunction(() => document.activeElement.dataset.testid === 'canvas');
      await page.getByTestId('take-back').press('Enter');
      await toast(page, 'Taken back');
      assert.equal(await focused(), 'canvas');
    });
  });

  it('lets a visitor say what it is, and take it back', async () => {
    await withPage({}, async (page) => {
      const drawing = await draw(page, { y: 0.45 });
      await page.getByTestId('wrong').click();
      await look(page, 'suggest');
      await page.getByTestId('suggest').locator('[data-tag=heart]').click();
      await page.getByTestId('suggested').waitFor();
      await look(page, 'suggested');
      await page.getByTestId('take-back').click();
      await toast(page, 'Taken back');
      assert.equal(await card(page, drawing).count(), 0);
      assert.equal(await api(`/public/drawings/${drawing.id}`), 404);
      // The drawing is still there, to be changed and sent again.
      await submit(page);
    });
  });

  it('shows annotators what the visitor said', async () => {
    await withPage({ ...phone, locale: 'fr-FR' }, async (page) => {
      const drawing = await draw(page);
      await page.getByTestId('wrong').click();
      await page.getByTestId('suggest').locator('[data-tag=star]').click();
      await page.getByTestId('suggested').waitFor();
      await look(page, 'suggested-phone');
      await signInAndGo(page, 'annotate');
      await card(page, drawing).locator('button.open').click();
      await page.getByTestId('detail').getByTestId('suggested').getByText('étoile').waitFor();
      await look(page, 'detail-phone');
    });
  });

  it('changes one’s own password, with what is wrong at its field', async () => {
    const password = 'violet tram at noon';
    const json = { 'Content-Type': 'application/json' };
    const signed = await fetch(`${croquis.url}/api/v1/token`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password: 'admin' }),
    });
    const { access_token } = await signed.json();
    const body = JSON.stringify({ name: 'zoe', password });
    const headers = { ...json, Authorization: `Bearer ${access_token}` };
    assert.equal(await api('/users', { method: 'POST', headers, body }), 201);
    await withPage({}, async (page) => {
      await signIn(page, { user: 'zoe', password });
      await page.locator('nav a[href="#/labels"]').click();
      await row(page, 'star').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Edit/ }).count(), 0);
      await page.getByTestId('signed-in').click();
      await page.getByTestId('change-password').click();
      const [present, fresh] = [page.locator('#present-password'), page.locator('#fresh-password')];
      await present.fill('not this one');
      await fresh.fill('another tram at dusk');
      await page.keyboard.press('Enter');
      await page.getByText('This is not your present password.').waitFor();
      assert.equal(await present.getAttribute('aria-invalid'), 'true');
      await present.fill(password);
      await fresh.fill('password1234');
      await page.keyboard.press('Enter');
      await page.locator('#fresh-wrong').waitFor();
      await look(page, 'password');
      await fresh.fill('another tram at dusk');
      await page.keyboard.press('Enter');
      await toast(page, 'Your password is changed');
      await page.locator('nav a[href="#/labels"]').click();
      await row(page, 'star').waitFor();
      await page.reload();
      await page.getByTestId('signed-in').waitFor();
    }, { failedRequests: true });
  });
});
