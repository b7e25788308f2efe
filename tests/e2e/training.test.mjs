// Training from the page: what is said where the program for it is missing, how a training is watched and stopped.
// With SCREENSHOTS=FOLDER it leaves a picture of each view there, to be looked at.
import assert from 'node:assert/strict';
import { copyFile, link, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { apiAt } from './support/api.mjs';
import { launch, look, signIn, visit } from './support/browser.mjs';
import { greyPng } from './support/png.mjs';
import { program, startCroquis, startWorker, stores } from './support/server.mjs';
import { fakeTraining } from './support/training.mjs';

describe('training', () => {
  let store, croquis, browser, folder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'croquis-e2e-training-'));
    [store, browser] = await Promise.all([stores.sqlite(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await croquis?.stop();
    await store?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const mode = (word) => writeFile(path.join(folder, 'mode'), word);
  /** Runs `steps` where models are taught and trained. */
  const withModels = (options, steps, { url } = croquis) =>
    visit(browser, url, options, async (page) => {
      await signIn(page);
      await page.getByTestId('start-review').waitFor();
      await page.locator('nav a[href="#/models"]').click();
      await steps(page, page.getByTestId('train'));
    });

  it('says in a sentence what to install where there is no program that trains', async () => {
    // Where croquis-train is built, it lies beside the program: one that lies elsewhere has none.
    const alone = path.join(folder, 'croquis');
    await link(program, alone).catch(() => copyFile(program, alone));
    croquis = await startCroquis(store.url, { wrap: ['bash', '-c', `shift; exec ${alone} "$@"`, 'alone'] });
    await withModels({}, async (page, train) => {
      assert.match(await train.getByTestId('no-training').innerText(), /cannot train.*--with-training/);
      assert.equal(await train.getByRole('button', { name: 'Train', exact: true }).count(), 0);
      await look(page, 'no-training');
    });
    await withModels({ locale: 'fr-FR' }, async (page, train) => {
      assert.match(await train.getByTestId('no-training').innerText(), /--with-training/);
    });
  });

  it('shows step, loss and curve as the training goes, stops it, and tells what came of the next', async () => {
    await croquis.stop();
    const flags = ['--train-program', await fakeTraining(folder), '--train-folder', path.join(folder, 'trainings')];
    croquis = await startCroquis(store.url, { flags });
    const api = apiAt(croquis.url);
    await api.signIn();
    for (let n = 0; n < 60; ++n) {
      const image = greyPng(64, (x, y) => y > 5 && y < 58 && Math.abs(x - 3 - (y * n) / 64) < 2);
      const { id } = await api('POST', '/public/predictions', { image });
      await api('PATCH', `/drawings/${id}`, { tag: n % 2 ? 'star' : 'circle' }, { 'If-Match': '"1"' });
    }
    await mode('waits-at-20');
    await withModels({}, async (page, train) => {
      const button = train.getByRole('button', { name: 'Train', exact: true });
      await button.press('Enter');
      const loss = train.getByTestId('loss');
      await loss.getByText('Step 20 of 30, loss 1.2').waitFor();
      await train.locator('progress').waitFor();
      await train.locator('.plot canvas').first().waitFor();
      await train.getByTestId('accuracy').getByText(/^2\d(\.5)?% of the samples/).waitFor();
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      await mode('waits-at-30');
      await loss.getByText('Step 30 of 30, loss 1.3').waitFor();
      await look(page, 'training');

      await train.getByRole('button', { name: 'Stop' }).press('Enter');
      await train.getByText('The training was stopped.').waitFor();
      assert.equal(await train.locator('progress').count(), 0);

      await mode('succeeds');
      await button.press('Enter');
      await train.getByTestId('train-verdict').waitFor();
      await look(page, 'trained');
      await mode('fails');
      await button.press('Enter');
      await train.getByText('The training diverged.').waitFor();
    });
  });

  it('puts the curves of what was trained beside one another', async () => {
    const api = apiAt(croquis.url);
    await api.signIn();
    const { models } = await api('GET', '/models');
    const trained = models.find(({ lineage }) => lineage.curve);
    const live = models.find(({ state }) => state === 'live');
    for (const options of [{}, { locale: 'fr-FR', colorScheme: 'dark', viewport: { width: 390, height: 844 } }])
      await withModels(options, async (page) => {
        await page.goto(`${croquis.url}/#/models?report=${live.id}`);
        await page.getByTestId('report-figures').waitFor();
        assert.equal(await page.getByTestId('report-curves').count(), 0, 'the shipped one has no curve');
        await page.goto(`${croquis.url}/#/models?report=${live.id}&against=${trained.id}`);
        const curves = page.getByTestId('report-curves');
        await curves.getByRole('img').nth(1).locator('canvas').waitFor();
        assert.deepEqual(await curves.getByRole('listitem').allInnerTexts(), [trained.id]);
        assert.match(await curves.getByRole('img').first().getAttribute('aria-label'), new RegExp(trained.id));
        await curves.scrollIntoViewIfNeeded();
        await look(page, `curves${options.locale ?? ''}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      });
  });

  it('says of a network that an earlier program trained that it cannot be made again', async () => {
    const earlier = async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      for (const { lineage } of json.models) delete lineage.network_sha256;
      await route.fulfill({ response, json });
    };
    const phone = { locale: 'fr-FR', colorScheme: 'dark', viewport: { width: 390, height: 844 } };
    for (const [options, said] of [
      [{}, /^Too little was written down .* cannot be made again/],
      [phone, /^Trop peu a été noté .* ne peut pas être refait/],
    ])
      await visit(browser, croquis.url, options, async (page) => {
        await page.route('**/api/v1/models', earlier);
        await signIn(page);
        await page.getByTestId('start-review').waitFor();
        await page.locator('nav a[href="#/models"]').click();
        const sentence = page.getByTestId('model').getByText(said);
        await sentence.waitFor();
        assert.equal(await sentence.count(), 1, 'the shipped one was not trained here');
        assert.equal(await page.getByTestId('remake').count(), 0);
        await sentence.scrollIntoViewIfNeeded();
        await look(page, `earlier${options.locale ?? ''}`);
      });
  });

  it('says what a training waits for that no worker has begun, and shows it once one has', async () => {
    const shared = await stores.postgresql();
    const uploads = ['--upload-folder', path.join(folder, 'uploads')];
    const leaves = await startCroquis(shared.url, { flags: ['--no-jobs', ...uploads] });
    let worker;
    try {
      await withModels({}, async (page, train) => {
        await train.getByRole('button', { name: 'Train', exact: true }).press('Enter');
        await train.getByText('The training is queued.').waitFor();
        const waiting = train.getByRole('status').getByTestId('waiting');
        await waiting.getByText(/Nobody has begun it since it was queued, .*croquis-train/).waitFor();
        assert.equal(await waiting.locator('code').innerText(), 'croquis worker --train-program FILE');
        await look(page, 'waiting');
        await page.getByTestId('teach').getByRole('button', { name: 'Teach', exact: true }).click();
        await page.getByTestId('teach').getByTestId('waiting').getByText(/It waits for a worker\./).waitFor();
        await page.getByTestId('workers').getByText(/No server or worker .* does any/).waitFor();
      }, leaves);
      const phone = { locale: 'fr-FR', colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
      await withModels(phone, async (page, train) => {
        await train.getByTestId('waiting').getByText(/Personne ne l’a commencé .*croquis-train/).waitFor();
        await train.scrollIntoViewIfNeeded();
        await look(page, 'waiting-phone');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        // One that has no croquis-train does the rest.
        worker = await startWorker(shared.url, { flags: uploads });
        await page.getByTestId('teach').getByTestId('waiting').waitFor({ state: 'detached' });
        await train.getByTestId('waiting').getByText(/croquis-train/).waitFor();
        const listed = page.getByTestId('workers').locator('li[data-process="worker"]');
        await listed.getByText('se charge de : importations, reconstruction de modèles, mise à jour des prédictions, comparaisons, enseignement').waitFor();
        assert.match(await listed.innerText(), new RegExp(`:${worker.pid}[^]*processus de travail[^]*libre`));
        await listed.scrollIntoViewIfNeeded();
        await look(page, 'workers-phone');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await worker.stop();
        const trainer = ['--train-program', await fakeTraining(folder), '--train-folder', path.join(folder, 'elsewhere')];
        worker = await startWorker(shared.url, { flags: [...uploads, ...trainer] });
        await train.getByText(/^Rien n’a été entraîné/).waitFor();
        assert.equal(await train.getByTestId('waiting').count(), 0);
      }, leaves);
    } finally {
      await worker?.stop();
      await leaves.stop();
      await shared.remove();
    }
  });
});
