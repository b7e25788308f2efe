// Croquis under a path of somebody else's site: a proxy passes /croquis/… on and answers the rest itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';

import { circle, drawByMouse, openPage, signIn, submit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';

/** Passes what is under `base` to `target` as it came; whatever else is asked for is noted in `strayed`. */
async function proxyUnder(base, target) {
  const strayed = [];
  const server = http.createServer((request, response) => {
    if (request.url !== base && !request.url.startsWith(`${base}/`)) {
      strayed.push(request.url);
      response.writeHead(404).end('another program');
      return;
    }
    const passed = http.request(
      new URL(request.url, target),
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return { server, strayed, url: `http://localhost:${server.address().port}${base}/` };
}

describe('under a path of its own', () => {
  let store, croquis, browser, proxy, page;

  before(async () => {
    ({ store, croquis, browser } = await setUp({ flags: ['--base-path', '/croquis'] }));
    proxy = await proxyUnder('/croquis', croquis.url);
    page = await openPage(browser);
    await page.goto(proxy.url);
  });
  after(async () => {
    proxy?.server.close();
    await tearDown({ store, croquis, browser });
  });

  it('draws, predicts and shows the stored picture', async () => {
    await drawByMouse(page, circle());
    const { drawing } = await submit(page);
    assert.match(drawing.image_url, /^\/croquis\/api\/v1\/public\/drawings\//);
    const picture = page.locator(`[data-testid=drawing][data-id="${drawing.id}"] img`).first();
    await picture.waitFor();
    await page.waitForFunction((img) => img.complete && img.naturalWidth > 0, await picture.elementHandle());
  });

  it('signs in, and stays so in an address that is opened again', async () => {
    await signIn(page);
    await page.locator('nav a[href="#/annotate"][aria-current=page]').waitFor();
    assert.match(page.url(), /\/croquis\/#\/annotate$/);
    await page.reload();
    await page.locator('nav a[href="#/annotate"][aria-current=page]').waitFor();
  });

  it('opens a drawing, corrects it, and comes back to it by its address', async () => {
    await page.locator('main [data-testid=drawing]:visible').first().click();
    await page.locator('dialog[open]').waitFor();
    const address = page.url();
    await page.reload();
    await page.locator('dialog[open]').waitFor();
    assert.equal(page.url(), address);
  });

  it('asks for nothing beside its path, and complains of nothing', () => {
    // A browser asks for a site's icon at its root where the page names none in time.
    assert.deepEqual(
      proxy.strayed.filter((url) => url !== '/favicon.ico'),
      [],
    );
    assert.deepEqual(page.complaints(), []);
  });
});
