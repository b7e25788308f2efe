// Takes the README's pictures from the running program, into docs/pictures/ or the folder given:
//   node screenshots.mjs [FOLDER]
// With a folder it takes every place in both themes, for whoever works on the page to look at.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { drawByMouse, launch, openPage, signIn, submit } from './support/browser.mjs';
import { startCroquis, stores } from './support/server.mjs';
import { byHand, leaningDiamond, shapes } from './support/shapes.mjs';

const everything = process.argv[2] !== undefined;
const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const wide = { locale: 'fr-FR', viewport: { width: 1280, height: 860 } };
const phone = {
  colorScheme: 'dark',
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

await mkdir(folder, { recursive: true });
const store = await stores.sqlite();
const croquis = await startCroquis(store.url);
const browser = await launch();

async function draw(page, name, seed, strokes = shapes[name]) {
  const fresh = page.getByRole('button', { name: /^(Nouveau dessin|New drawing)$/ });
  if (await fresh.count()) await fresh.click();
  for (const stroke of byHand(strokes, seed)) await drawByMouse(page, stroke);
  return (await submit(page)).drawing;
}

/** Waits for the pictures in sight and dismisses the toasts before taking it. */
async function take(page, name) {
  await page.evaluate(() =>
    Promise.all([...document.images].filter((img) => img.loading !== 'lazy').map((img) => img.decode())),
  );
  await page.waitForLoadState('networkidle');
  const dismiss = page.locator('dialog[open] .toast .close, body:not(:has(dialog[open])) .toast .close');
  while (await dismiss.count()) await dismiss.first().click();
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function takeAccounts(page, which) {
  for (const [place, part] of [
    ['login', page.getByTestId('sign-out')],
    ['models', page.getByTestId('model').first()],
    ['users', page.getByTestId('users').getByRole('row').nth(1)],
  ]) {
    await page.locator(`nav a[href="#/${place}"]`).click();
    await part.waitFor();
    await page.screenshot({ path: path.join(folder, `${place}${which}.png`), fullPage: true });
  }
}

async function takeTheRest(page, small) {
  await page.getByTestId('queue').click();
  await page.getByTestId('accept-all').click();
  await take(page, 'queue');
  await page.keyboard.press('Escape');
  await takeAccounts(page, '');
  await page.getByRole('button', { name: 'Passer au thème sombre' }).click();
  await takeAccounts(page, '-dark');
  await page.locator('nav a[href="#/draw"]').click();
  await take(page, 'draw-dark');
  await page
    .locator('[data-testid=gallery-title]:visible')
    .evaluate((title) => scrollTo(0, title.getBoundingClientRect().top - 32));
  await take(page, 'gallery-dark');
  await page.locator('nav a[href="#/annotate"]').click();
  await page.locator('[data-testid=drawing]:visible button.open').nth(2).click();
  await page.getByTestId('history').waitFor();
  await take(page, 'annotate-dark');
  await page.keyboard.press('Escape');
  await page.locator('nav a[href="#/login"]').click();
  await page.getByTestId('sign-out').click();
  await take(page, 'login-dark');

  await small.evaluate(() => scrollTo(0, 700));
  await take(small, 'phone-lower');
  await small.locator('nav a[href="#/annotate"]').click();
  await take(small, 'phone-invite');
  await small.locator('nav a[href="#/login"]').click();
  await take(small, 'phone-login');
  await signIn(small);
  await small.locator('[data-testid=tag-select]').first().waitFor();
  await take(small, 'phone-annotate');
  await small.locator('[data-testid=drawing]:visible button.open').nth(1).click();
  await small.getByTestId('history').waitFor();
  await take(small, 'phone-detail');
  await small.keyboard.press('Escape');
  await small.getByRole('button', { name: 'Use the light theme' }).click();
  await takeAccounts(small, '-phone-light');
  await small.locator('nav a[href="#/draw"]').click();
  await take(small, 'phone-light');
}

try {
  const page = await openPage(browser, wide);
  await page.goto(croquis.url);
  let seed = 0;
  for (const name of Object.keys(shapes)) await draw(page, name, ++seed);
  const doubtful = await draw(page, 'diamond', ++seed, leaningDiamond);
  for (const name of ['heart', 'arrow', 'star']) await draw(page, name, ++seed);
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'draw');

  await signIn(page);
  await page.locator('[data-testid=tag-select]').first().waitFor();
  if (everything) await take(page, 'annotate-list');
  await page.locator(`[data-testid=drawing][data-id="${doubtful.id}"]:visible button.open`).click();
  await page.getByTestId('history').waitFor();
  await page.getByTestId('labels').locator('[data-tag=diamond]').click();
  await page.getByTestId('history').locator('li').nth(1).waitFor();
  await take(page, 'annotate');
  await page.keyboard.press('Escape');

  const small = await openPage(browser, phone);
  await small.goto(croquis.url);
  for (const stroke of byHand(shapes.heart, 40)) await drawByMouse(small, stroke);
  await submit(small);
  await small.waitForTimeout(800); // it scrolls to the answer
  await small
    .getByTestId('canvas')
    .evaluate((canvas) => scrollBy(0, canvas.getBoundingClientRect().top - 12));
  await take(small, 'phone');

  if (everything) await takeTheRest(page, small);
} finally {
  await browser.close();
  await croquis.stop();
  await store.remove();
}
