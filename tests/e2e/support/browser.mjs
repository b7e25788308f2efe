import assert from 'node:assert/strict';
import path from 'node:path';

import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: flags });

/** What a browser writes for every answer of 400 and above; a test that provokes one expects it. */
const failedRequest = /Failed to load resource/;

/**
 * A page of a browser profile of its own. `page.complaints(expected)` gives what its console said wrongly: errors,
 * uncaught exceptions and refusals of the Content-Security-Policy.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.complaints = ({ failedRequests = false } = {}) =>
    complaints.filter((text) => !(failedRequests && failedRequest.test(text)));
  return page;
}

/** Closes a page as a person does, who leaves it: a headless browser closes one without telling it. */
export async function leave(page) {
  await page.goto('about:blank').catch(() => {});
  await page.context().close();
}

/** Opens `url` in a page of its own and runs `steps` with it, then holds its console to silence. */
export async function visit(browser, url, options, steps, expected) {
  const page = await openPage(browser, options);
  try {
    await page.goto(url);
    await steps(page);
    assert.deepEqual(page.complaints(expected), []);
  } finally {
    await leave(page);
  }
}

/** Draws a polyline given in shares of the canvas by many mouse moves. */
export async function drawByMouse(page, points) {
  const box = await page.getByTestId('canvas').boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point));
  await page.mouse.up();
}

export function circle({ x = 0.5, y = 0.5, radius = 0.33, points = 40 } = {}) {
  return Array.from({ length: points + 1 }, (_, index) => {
    const angle = (index / points) * 2 * Math.PI;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}

export function line(from, to, points = 12) {
  return Array.from({ length: points + 1 }, (_, index) => {
    const share = index / points;
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  });
}

export const corners = (...points) =>
  points.slice(1).flatMap((point, index) => line(points[index], point, 10).slice(index === 0 ? 0 : 1));

export const triangle = corners([0.5, 0.15], [0.85, 0.8], [0.15, 0.8], [0.5, 0.15]);

/** Presses Submit and Predict and waits for the answer: the request's body and the stored drawing. */
export async function submit(page) {
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/public/predictions') && response.status() === 201,
  );
  await page.getByTestId('submit').click();
  const response = await answered;
  const drawing = await response.json();
  await page.locator(`[data-testid=drawing][data-id="${drawing.id}"]`).first().waitFor();
  return { body: response.request().postDataJSON(), drawing };
}

export async function signIn(page, { user = 'admin', password = 'admin' } = {}) {
  await page.locator('nav a[href="#/login"]').click();
  await page.locator('#user').fill(user);
  await page.locator('#password').fill(password);
  await page.locator('form button.primary').click();
}

/** Clicks twice at one place, as one double click whose halves have `between` in between. */
export async function doubleClick(page, target, between = async () => {}) {
  await target.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await target.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  for (const clickCount of [1, 2]) {
    await page.mouse.down({ clickCount });
    await page.mouse.up({ clickCount });
    if (clickCount === 1) await between();
  }
}

/** Waits until the drawing that the address names stands in sight: what is pressed before is not meant for it. */
export const inSight = (page) =>
  page.waitForFunction(() => {
    const open = /^#\/\w+\/([^?]+)/.exec(location.hash)?.[1];
    return open !== undefined && document.querySelector('[data-testid=detail]')?.dataset.inSight === open;
  });

export async function assertAccessible(page, what) {
  // A fade that is under way has colours that nobody reads.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((a) => a.effect?.getTiming().iterations !== Infinity)
        // One that is cut short, as its element goes, is over too.
        .map((a) => a.finished.catch(() => null)),
    ),
  );
  // Its "legacy" way differs in frames of other origins, of which the page has none, and opens no second page for each.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const told = violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((n) => n.html).join(' | ')}`,
  );
  assert.deepEqual(told, [], `${what} has accessibility violations`);
}

/** Holds what the page shows to be accessible, and leaves a picture of it in the folder that SCREENSHOTS names. */
export async function look(page, name) {
  await assertAccessible(page, name);
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
