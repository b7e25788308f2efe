// The page's parts, which come when somebody goes where they are needed: kept for long, and gone after an upgrade.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, circle, drawByMouse, openPage, signIn } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

describe('the parts of the page', () => {
  let store, croquis, browser;

  before(async () => {
    ({ store, croquis, browser } = await setUp());
  });
  after(() => tearDown({ store, croquis, browser }));

  it('are asked for when they are needed, and may be kept', async () => {
    const page = await openPage(browser);
    const scripts = [];
    page.on('response', (answer) => {
      if (/\/assets\/.*\.js$/.test(answer.url())) scripts.push(answer);
    });
    await page.goto(croquis.url);
    await page.getByTestId('canvas').waitFor();
    assert.equal(scripts.length, 1);
    await signIn(page);
    await page.locator('nav a[href="#/labels"]').click();
    await page.getByTestId('label').first().waitFor();
    assert.ok(scripts.some((answer) => answer.url().includes('/assets/Labels-')));
    for (const answer of scripts)
      assert.match(answer.headers()['cache-control'], /max-age=31536000, immutable/);
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  /** Submits a drawing that is refused, and gives all that stood on the page meanwhile of what the server says. */
  async function refused(page, told) {
    await page.route('**/public/predictions', (route) =>
      route.fulfill({
        status: 422,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: '/problems/invalid',
          title: 'A value cannot be accepted',
          status: 422,
          detail: 'The picture is empty: nothing is drawn on it.',
          code: 'picture_blank',
        }),
      }),
    );
    await page.evaluate(() => {
      globalThis.inEnglish = 0;
      const look = () => document.body.innerText.includes('The picture is empty') && (globalThis.inEnglish += 1);
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await drawByMouse(page, circle());
    await page.getByTestId('submit').click();
    await page.getByText(told).first().waitFor();
    return page.evaluate(() => globalThis.inEnglish);
  }

  it('with the words of what is refused come then, and nothing is said in English before', async () => {
    const page = await openPage(browser, { locale: 'fr-FR' });
    const scripts = [];
    page.on('response', (answer) => /\/assets\/.*\.js$/.test(answer.url()) && scripts.push(answer.url()));
    // They take a while.
    await page.route(/assets\/(?!index)[^/]*\.js$/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await route.continue();
    });
    await page.goto(croquis.url);
    await page.getByTestId('canvas').waitFor();
    assert.equal(scripts.length, 1);
    assert.equal(await refused(page, 'L’image est vide'), 0);
    assert.ok(scripts.length > 1, scripts.join(' '));
    await page.context().close();
  });

  it('with the words of what is refused may not come: then it says what the server says', async () => {
    const page = await openPage(browser, { locale: 'fr-FR' });
    await page.goto(croquis.url);
    await page.getByTestId('canvas').waitFor();
    await page.route(/assets\/(?!index)[^/]*\.js$/, (route) => route.abort());
    assert.ok((await refused(page, 'Le serveur a refusé')) > 0);
    assert.deepEqual(page.complaints({ failedRequests: true }), []);
    await page.context().close();
  });

  it('that are gone after an upgrade make the page begin anew once, and then it says so', async () => {
    const page = await openPage(browser);
    await page.goto(croquis.url);
    await signIn(page);
    await page.locator('nav a[href="#/labels"]').waitFor();
    await page.route('**/assets/Labels-*.js', (route) => route.fulfill({ status: 404, body: 'gone' }));
    let loads = 0;
    page.on('load', () => ++loads);
    await page.locator('nav a[href="#/labels"]').click();
    const notice = page.getByTestId('missing-part');
    await notice.waitFor();
    assert.equal(loads, 1);
    await assertAccessible(page, 'a part that is missing');
    await page.unroute('**/assets/Labels-*.js');
    await notice.getByRole('button').click();
    await page.getByTestId('label').first().waitFor();
    assert.deepEqual(page.complaints({ failedRequests: true }), []);
    await page.context().close();
  });

  it('do not come while the server is out of reach, which the page outlives', async () => {
    const page = await openPage(browser);
    await page.goto(croquis.url);
    await page.getByTestId('canvas').waitFor();
    await page.context().setOffline(true);
    await page.locator('nav a[href="#/login"]').click();
    await page.getByTestId('missing-part').waitFor();
    await page.context().setOffline(false);
    await page.locator('nav a[href="#/draw"]').click();
    await page.getByTestId('canvas').waitFor();
    await page.locator('nav a[href="#/login"]').click();
    await page.locator('#user').waitFor();
    await page.context().close();
  });
});
