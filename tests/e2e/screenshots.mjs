// Takes the README's pictures from the running program, into docs/pictures/ or the folder given:
//   node screenshots.mjs [FOLDER]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { drawByMouse, launch, openPage, signIn, submit } from './support/browser.mjs';
import { startCroquis, stores } from './support/server.mjs';
import { byHand, shapes } from './support/shapes.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const wide = { locale: 'fr-FR', viewport: { width: 1280, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

await mkdir(folder, { recursive: true });
const store = await stores.sqlite();
const croquis = await startCroquis(store.url);
const browser = await launch();

async function draw(page, name, seed) {
  const fresh = page.getByRole('button', { name: /^(Nouveau dessin|New drawing)$/ });
  if (await fresh.count()) await fresh.click();
  for (const stroke of byHand(shapes[name], seed)) await drawByMouse(page, stroke);
  await submit(page);
}

/** Waits for the pictures in sight, and for toasts to be gone, before taking it. */
async function take(page, name) {
  await page.evaluate(() =>
    Promise.all([...document.images].filter((img) => img.loading !== 'lazy').map((img) => img.decode())),
  );
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

try {
  const page = await openPage(browser, wide);
  await page.goto(croquis.url);
  let seed = 0;
  for (const name of [...Object.keys(shapes), 'heart', 'arrow', 'star']) await draw(page, name, ++seed);
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'draw');

  await page.getByRole('button', { name: 'Passer au thème sombre' }).click();
  await page
    .locator('#gallery-title:visible')
    .evaluate((title) => scrollTo(0, title.getBoundingClientRect().top - 32));
  await take(page, 'gallery-dark');
  await page.getByRole('button', { name: 'Passer au thème clair' }).click();

  await signIn(page);
  await page.locator('[data-testid=tag-select]').first().waitFor();
  if (process.argv[2]) await take(page, 'annotate-list');
  await page.locator('[data-testid=drawing]:visible button.open').nth(2).click();
  await page.getByTestId('history').waitFor();
  await take(page, 'annotate');

  const small = await openPage(browser, phone);
  await small.goto(croquis.url);
  for (const stroke of byHand(shapes.star, 40)) await drawByMouse(small, stroke);
  await submit(small);
  await small.waitForTimeout(800); // it scrolls to the answer
  await take(small, 'phone');

  if (process.argv[2]) {
    await small.evaluate(() => scrollTo(0, 700));
    await take(small, 'phone-lower');
    for (const place of ['annotate', 'login']) {
      await small.locator(`nav a[href="#/${place}"]`).click();
      await take(small, `phone-${place}`);
    }
    await page.keyboard.press('Escape');
    await page.locator('nav a[href="#/login"]').click();
    await take(page, 'account');
    await page.getByTestId('sign-out').click();
    await take(page, 'login');
  }
} finally {
  await browser.close();
  await croquis.stop();
  await store.remove();
}
