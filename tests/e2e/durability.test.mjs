// kill -9 straight after an answer: what was answered is there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { circle, drawByMouse, openPage, submit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { startCroquis, stores } from './support/server.mjs';

for (const [kind, makeStore] of Object.entries(stores)) {
  describe(`a server killed straight after the answer, on ${kind}`, () => {
    let store, croquis, browser;
    before(async () => {
      ({ store, croquis, browser } = await setUp({ makeStore }));
    });
    after(() => tearDown({ store, croquis, browser }));

    it('has the drawing when it is back', async () => {
      const page = await openPage(browser);
      await page.goto(croquis.url);
      await drawByMouse(page, circle());
      const { body, drawing } = await submit(page);
      await croquis.stop('SIGKILL');
      croquis = await startCroquis(store.url, { ports: croquis.ports });
      await page.reload();
      await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).waitFor();
      const picture = await fetch(croquis.url + drawing.image_url);
      assert.deepEqual(Buffer.from(await picture.arrayBuffer()), Buffer.from(body.image, 'base64'));
    });
  });
}
