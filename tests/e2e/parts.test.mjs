// The page's parts, which come when somebody goes where they are needed: kept for long, and gone after an upgrade.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assertAccessible, openPage, signIn } from './support/browser.mjs';
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
