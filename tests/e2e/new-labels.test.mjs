// The whole way of a project with labels that no model knows, in the page: thirty drawings of four of them come in with
// their labels, a model is taught and put to work, a hundred more of all five come in with its suggestions and are reviewed
// by keyboard, it is taught again, is better on drawings that neither learnt from, is promoted by the gate where that can
// tell, and all of it is taken out.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';

import { entryOf } from '../contract/api/support/zip.mjs';
import { assertAccessible, inSight, openPage, signIn } from './support/browser.mjs';
import { figurePng, figures } from './support/figures.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { zipOf } from './support/zip.mjs';

const first = 30;
const more = 100;
/** What the thirty show. */
const four = figures.slice(0, 4);
const fifth = figures[4];

/** What each picture shows, and the picture, by the digest of its bytes. */
const truth = new Map();
const pictures = new Map();
function pictureOf(n, among = figures) {
  const figure = among[n % among.length];
  const bytes = figurePng(figure, n);
  const digest = createHash('sha256').update(bytes).digest('hex');
  truth.set(digest, figure);
  pictures.set(digest, bytes.toString('base64'));
  return [figure, bytes];
}
const labelled = () =>
  Object.fromEntries(Array.from({ length: first }, (_, n) => pictureOf(n, four)).map(([figure, bytes], n) => [`${figure}/${n}.png`, bytes]));
const unlabelled = () =>
  Object.fromEntries(Array.from({ length: more }, (_, n) => [`${n}.png`, pictureOf(first + n)[1]]));

describe('five labels that no model knows', () => {
  let store, croquis, browser, api, page;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
    page = await openPage(browser);
  });
  after(() => tearDown({ store, croquis, browser }));

  const inProject = (method, path, body, headers) => api(method, `/projects/figures${path}`, body, headers);
  const place = (name) => page.locator(`nav a[href="#/${name}"]`).click();

  async function bringIn(worth, name, files, makes) {
    await place('data');
    await page.getByTestId('import').waitFor();
    await page.getByRole('radio', { name: worth }).check();
    if (makes) await page.getByRole('checkbox', { name: /Make labels/ }).check();
    await page
      .locator('#import-file')
      .setInputFiles({ name, mimeType: 'application/zip', buffer: zipOf(files) });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page
      .getByTestId('import-outcome')
      .filter({ hasText: `${Object.keys(files).length} drawings were stored.` })
      .waitFor({ timeout: 60_000 });
  }

  /** Presses Teach, and gives what came of it once the page shows it. */
  async function teach() {
    await place('models');
    await page.getByTestId('teach').waitFor();
    await page.getByRole('checkbox', { name: /better beyond chance/ }).check();
    const queued = page.waitForResponse((response) => /models:teach$/.test(response.url()));
    await page.getByRole('button', { name: 'Teach', exact: true }).click();
    const { id } = await (await queued).json();
    let job;
    do job = await api('GET', `/jobs/${id}`);
    while (['queued', 'running'].includes(job.state));
    assert.equal(job.state, 'succeeded', job.error);
    const verdict = page.getByTestId('verdict');
    const said = {
      better: /is better by \S+ points \(/,
      worse: /is worse by/,
      uneven: /points as a whole/,
      undecided: /Too early to tell|could not be compared/,
    };
    await verdict.filter({ hasText: said[job.result.gate.verdict] }).waitFor();
    assert.equal(/It is live now/.test(await verdict.innerText()), job.result.promoted);
    assert.equal(job.result.promoted, job.result.gate.verdict === 'better');
    for (const { label, learnt } of job.result.labels)
      await page.getByTestId('teach').getByRole('row').filter({ hasText: label }).filter({ hasText: String(learnt) }).waitFor();
    return job.result;
  }

  /** By the gate where it could tell, else by a person, who is told that it could not. */
  async function putToWork(result) {
    const state = page.locator('[data-testid=model][data-state=live]').filter({ hasText: result.model });
    if (!result.promoted) {
      await page.getByTestId('teach').getByRole('button', { name: `Make ${result.model} live` }).click();
      await page.getByTestId('ask').getByRole('button', { name: 'Make live' }).click();
    }
    await state.waitFor();
  }

  /** What the project's live model says of the drawings kept back to judge: how many it names, of how many. */
  async function onJudging(model) {
    const { drawings } = await inProject('GET', '/drawings?limit=200');
    const judging = drawings.filter(({ id }) => createHash('sha256').update(id).digest()[0] % 4 === 0);
    let [right, ofFifth] = [0, 0];
    for (const { sha256 } of judging) {
      const answer = await api('POST', '/public/projects/figures/predictions:preview', { image: pictures.get(sha256) });
      assert.equal(answer.model, model);
      right += answer.tag === truth.get(sha256) ? 1 : 0;
      ofFifth += truth.get(sha256) === fifth ? 1 : 0;
    }
    return { right, of: judging.length, ofFifth };
  }

  it('are brought in by the page, with thirty drawings', async () => {
    await page.goto(croquis.url);
    await signIn(page);
    await page.locator('nav a[href="#/projects"]').click();
    const form = page.getByTestId('add-project');
    await form.getByLabel('Name', { exact: true }).fill('Figures');
    await form.locator('button.primary').click();
    await page.locator('[data-testid=projects] [data-slug=figures]').waitFor();
    await page.getByTestId('toasts').getByRole('button', { name: 'Open it' }).click();
    await page.waitForURL(/\/p\/figures#\/labels/);
    await bringIn(/^Are right/, 'thirty.zip', labelled(), true);
    const { labels } = await inProject('GET', '/labels');
    assert.deepEqual(labels.map(({ tag }) => tag).sort(), [...four].sort());
  });

  it('are taught from them', async () => {
    const result = await teach();
    const named = [...result.labels, ...result.too_few].map(({ label }) => label);
    assert.deepEqual(named.sort(), [...four].sort());
    assert.equal(result.gate.only_live_right, 0, 'the general model knows none of them');
    await assertAccessible(page, 'a project taught for the first time');
    await putToWork(result);
  });

  it('are suggested for a hundred more, which are reviewed by keyboard', async () => {
    await inProject('POST', '/labels', { name: fifth });
    await bringIn(/^Are not read/, 'hundred.zip', unlabelled());
    const { drawings } = await inProject('GET', '/queue?limit=200');
    assert.equal(drawings.length, more);
    const right = drawings.filter(({ tag, sha256 }) => tag === truth.get(sha256)).length;
    assert.ok(right > more / 2, `${right} of ${more} suggestions were right`);

    await place('annotate');
    await page.getByTestId('queue').click();
    await page.locator('main [data-testid=drawing]:visible').first().locator('button.open').click();
    await page.getByTestId('detail').waitFor();
    const open = () => page.evaluate(() => location.hash.split(/[/?]/)[2] ?? '');
    for (let n = 0; n < more; ++n) {
      await inSight(page);
      const id = await open();
      const { sha256, tag } = await inProject('GET', `/drawings/${id}`);
      const shows = truth.get(sha256);
      const key = page.locator(`[data-testid=detail] [data-tag="${shows}"]`);
      await page.keyboard.press(tag === shows ? 'Enter' : await key.getAttribute('aria-keyshortcuts'));
      if (n + 1 < more)
        await page.waitForFunction((old) => location.hash.split(/[/?]/)[2] !== old, id, { polling: 20 });
    }
    let left;
    do left = (await inProject('GET', '/queue?limit=1')).drawings.length;
    while (left > 0);
    await page.keyboard.press('Escape');
  });

  it('are taught again, judged on what was never learnt from, and promoted by the gate', async () => {
    const { id: live } = await inProject('GET', '/model');
    const before = await onJudging(live);
    const result = await teach();
    assert.deepEqual(result.labels.map(({ label }) => label).sort(), [...figures].sort());
    const learnt = result.labels.reduce((sum, label) => sum + label.learnt, 0);
    const { drawings } = await inProject('GET', '/drawings?limit=200');
    assert.equal(drawings.length, first + more);
    assert.ok(learnt < drawings.length && learnt > drawings.length / 2);
    assert.ok(result.cross_validated.accuracy > 0.8, JSON.stringify(result.cross_validated));
    if (result.gate.verdict === 'undecided') assert.ok(result.gate.drawings_needed > result.gate.drawings);
    await putToWork(result);
    const fresh = figurePng('ladder', 1000).toString('base64');
    // A promotion by the gate is taken up within seconds.
    let answer;
    do answer = await api('POST', '/public/projects/figures/predictions:preview', { image: fresh });
    while (answer.model !== result.model);
    assert.equal(answer.tag, 'ladder');
    // On what neither learnt from, the second model is better.
    assert.equal(result.parent, live);
    const now = await onJudging(result.model);
    assert.deepEqual([now.of, now.ofFifth], [before.of, before.ofFifth]);
    assert.ok(now.right > 0.8 * now.of, JSON.stringify({ before, now }));
    // By chance, once in three hundred runs, none of the twenty drawings of the fifth label judges.
    if (now.ofFifth > 0) assert.ok(now.right > before.right, JSON.stringify({ before, now }));
    // The gate counted the same drawings, from embeddings in 8 bits a number: one may fall on the other side.
    const { gate } = result;
    assert.equal(gate.drawings, now.of);
    const won = gate.only_candidate_right - gate.only_live_right;
    assert.ok(Math.abs(won - (now.right - before.right)) <= 1, JSON.stringify({ before, now, gate }));
    assert.deepEqual(gate.lost, []);
  });

  it('are taken out as people set them', async () => {
    await place('data');
    await page.getByRole('radio', { name: /^Pictures and a table/ }).check();
    await page.locator('#export-reviewed').selectOption('true');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    const zip = await readFile(await download.path());
    const rows = entryOf(zip, 'labels.csv').toString().trim().split('\r\n').slice(1).map((row) => row.split(','));
    assert.equal(rows.length, first + more);
    for (const [path, label] of rows) {
      const digest = createHash('sha256').update(entryOf(zip, path)).digest('hex');
      assert.equal(label, truth.get(digest), path);
    }
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });
});
