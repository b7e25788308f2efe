// What the tests of a suite share.
import { apiAt } from './api.mjs';
import { launch } from './browser.mjs';
import { startCroquis, stores } from './server.mjs';

/** A store, Croquis serving it, a browser, and a client of its annotator API, which is not signed in. */
export async function setUp({ makeStore = stores.sqlite, flags } = {}) {
  const [store, browser] = await Promise.all([makeStore(), launch()]);
  const croquis = await startCroquis(store.url, { flags });
  return { store, browser, croquis, api: apiAt(croquis.url) };
}

/** Ends what of these there is. */
export async function tearDown({ store, croquis, browser }) {
  await browser?.close();
  await croquis?.stop();
  await store?.remove();
}
