// Data in by the page: an archive or folders dropped or chosen, tried first, reviewed by keyboard, and taken out again.
// With SCREENSHOTS=FOLDER it leaves pictures of the form there, to be looked at.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { entryOf } from '../contract/api/support/zip.mjs';
import { apiAt } from './support/api.mjs';
import { assertAccessible, inSight, look, openPage, signIn, visit } from './support/browser.mjs';
import { setUp, tearDown } from './support/fixture.mjs';
import { greyPng } from './support/png.mjs';
import { zipOf } from './support/zip.mjs';

const side = 64;
const shapes = {
  circle: (n) => (x, y) => Math.abs(Math.hypot(x - 32, y - 32) - 14 - (n % 16)) < 1.6,
  line: (n) => (x, y) => y > 5 && y < 58 && Math.abs(x - 4 - (y * (10 + (n % 50))) / side) < 1.6,
};
const png = (shape, n) => Buffer.from(greyPng(side, shapes[shape](n)), 'base64');

/** `count` drawings, half of them circles; each another one. */
function drawings(count) {
  const names = Object.keys(shapes);
  const files = {};
  for (let n = 0; n < count; ++n) {
    const shape = names[n % names.length];
    // No two alike, for what is alike is stored once.
    const ink = shapes[shape](n);
    const mark = [n % side, Math.floor(n / side)];
    files[`${shape}/${String(n).padStart(3, '0')}.png`] = Buffer.from(
      greyPng(side, (x, y) => (x === mark[0] && y === mark[1]) || ink(x, y)),
      'base64',
    );
  }
  return files;
}

describe('an import', () => {
  let store, croquis, browser, api;

  before(async () => {
    ({ store, croquis, browser, api } = await setUp());
    await api.signIn();
  });
  after(() => tearDown({ store, croquis, browser }));

  const open = async (page) => {
    await signIn(page);
    await page.locator('nav a[href="#/data"]').click();
    await page.getByTestId('import').waitFor();
  };
  const chosen = (page, name, bytes) =>
    page.locator('#import-file').setInputFiles({ name, mimeType: 'application/zip', buffer: bytes });
  const outcome = (page, text) => page.getByTestId('import-outcome').filter({ hasText: text }).waitFor({ timeout: 60_000 });

  it('of two hundred is tried, done, reviewed by keyboard and exported as it was set', async () => {
    const files = drawings(200);
    const page = await openPage(browser);
    await page.goto(`${croquis.url}/#/login`);
    await open(page);
    await page.getByRole('radio', { name: /suggestions/ }).check();
    await chosen(page, 'shapes.zip', zipOf(files));
    await page.getByRole('button', { name: 'See what would happen' }).click();
    await outcome(page, '200 drawings would be stored.');
    assert.equal((await api('GET', '/drawings?limit=1')).drawings.length, 0);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await outcome(page, '200 drawings were stored.');
    await assertAccessible(page, 'a report');
    await page.getByRole('link', { name: 'Review what was imported' }).click();
    await page.getByTestId('detail').waitFor();
    assert.match(page.url(), /#\/review\/[^?]+\?import=[0-9a-f-]{36}$/);
    await page.getByTestId('progress').getByText('0 of 200').waitFor();
    const set = {};
    const thirty = 30;
    for (let n = 0; n < thirty; ++n) {
      const id = await page.evaluate(() => location.hash.split(/[/?]/)[2]);
      await inSight(page);
      const star = page.locator('[data-testid=detail] [data-tag=star]');
      const key = n % 2 === 0 ? 'Enter' : await star.getAttribute('aria-keyshortcuts');
      const before = await api('GET', `/drawings/${id}`);
      set[id] = n % 2 === 0 ? before.tag : 'star';
      await page.keyboard.press(key);
      await page.waitForFunction((old) => location.hash.split(/[/?]/)[2] !== old, id, { polling: 50 });
    }
    // What was decided elsewhere is not of this import, and stays when all of it is taken back.
    const other = await api('POST', '/public/predictions', { image: Object.values(drawings(1))[0].toString('base64') });
    await api('PATCH', `/drawings/${other.id}`, { tag: 'heart' }, { 'If-Match': '"1"' });
    await page.getByTestId('detail').getByTestId('take-back-since').click();
    await page.getByTestId('take-back-count').getByText(`You decided ${thirty} drawings since then.`).waitFor();
    assert.equal(await page.getByTestId('meant').locator('li').count(), thirty);
    await page.keyboard.press('Escape');
    await page.getByTestId('ask').waitFor({ state: 'detached' });
    await api('POST', `/drawings:delete`, { drawings: [{ id: other.id, version: 2 }] });
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => location.hash === '#/data');
    while ((await api('GET', '/drawings?limit=200')).drawings.filter((d) => d.tagged_by).length < thirty) await sleep(50);
    await page.locator('nav a[href="#/data"]').click();
    await page.getByRole('radio', { name: /^Pictures and a table/ }).check();
    await page.getByTestId('export').getByLabel('Review', { exact: true }).selectOption({ label: 'All drawings' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    const zip = await readFile(await download.path());
    const rows = entryOf(zip, 'labels.csv').toString().trim().split('\r\n').slice(1).map((row) => row.split(','));
    assert.equal(rows.length, 200);
    const column = { path: 0, label: 1, id: 2, file: 4, reviewed: 8, by: 9, predicted: 11 };
    const names = Object.fromEntries(Object.keys(files).map((name) => [name.split('/')[1], name]));
    for (const row of rows) {
      const own = names[row[column.file]];
      assert.ok(own, row.join());
      assert.ok(entryOf(zip, row[column.path]).equals(files[own]), `${own} is another picture now`);
      const id = row[column.id];
      const suggested = own.split('/')[0];
      assert.equal(row[column.label], set[id] ?? suggested, row.join());
      assert.equal(row[column.reviewed], id in set ? 'true' : 'false');
      assert.equal(row[column.by], id in set ? 'admin' : '');
      assert.equal(row[column.predicted], suggested);
    }
    assert.deepEqual(page.complaints(), []);
    await page.context().close();
  });

  it('shows what it brought in the other places and for an export without a reload', () =>
    visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
      await open(page);
      const spirals = Object.fromEntries(
        Object.entries(drawings(204)).slice(-4).map(([name, bytes]) => [`spiral/${path.basename(name)}`, bytes]),
      );
      await page.getByRole('checkbox', { name: /^Make labels/ }).check();
      await chosen(page, 'spirals.zip', zipOf(spirals));
      const label = page.getByTestId('export').getByLabel('Label', { exact: true });
      assert.equal(await label.locator('option[value=spiral]').count(), 0);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByTestId('import-outcome').waitFor({ timeout: 60_000 });
      await label.locator('option[value=spiral]').waitFor({ state: 'attached' });
      await page.locator('nav a[href="#/draw"]').click();
      await page.getByTestId('filter').locator('[data-tag=spiral]:visible').waitFor();
    }));

  it('goes on while one looks elsewhere in the page, which tells when all is sent', () =>
    visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      await page.route('**/api/v1/imports', async (route) => {
        await sleep(1500);
        await route.continue();
      });
      await chosen(page, 'three.zip', zipOf(Object.fromEntries(Object.entries(drawings(503)).slice(-3))));
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByTestId('import').getByText('Uploading…').waitFor();
      await page.locator('nav a[href="#/labels"]').click();
      await page.locator('[data-testid=label]').first().waitFor();
      await page.locator('nav a[href="#/data"]').click();
      await page.getByTestId('import').getByText('Uploading…').waitFor();
      await page.locator('nav a[href="#/labels"]').click();
      await page.getByTestId('toasts').getByText('The upload is complete').waitFor();
      await page.getByTestId('toasts').getByRole('button', { name: 'To Data' }).click();
      await outcome(page, '3 drawings were stored.');
      // All of it is taken out again.
      const job = await page.getByRole('link', { name: 'Show what was imported' }).getAttribute('href');
      const of = `/drawings?${job.split('?')[1]}`;
      assert.equal((await api('GET', of)).drawings.length, 3);
      await page.getByTestId('delete-imported').click();
      await look(page, 'import-delete');
      await page.getByTestId('ask').getByRole('button', { name: 'Delete' }).click();
      await page.getByTestId('toasts').getByText('3 drawings deleted').waitFor();
      await page.getByTestId('ask').waitFor({ state: 'detached' });
      assert.deepEqual((await api('GET', of)).drawings, []);
      // Who comes later is told too, and offered nothing that leads nowhere.
      const toldSo = async (page) => {
        await page.getByTestId('imported-gone').getByText('What it stored is deleted by now.').waitFor();
        assert.equal(await page.getByRole('link', { name: /what was imported/ }).count(), 0);
        assert.equal(await page.getByTestId('delete-imported').count(), 0);
      };
      await toldSo(page);
      await page.reload();
      await toldSo(page);
      await look(page, 'import-gone');
      await assertAccessible(page, 'an import that is gone');
      await visit(browser, croquis.url, {}, async (other) => {
        await open(other);
        await toldSo(other);
      });
    }));

  it('is found again by the names of its files, on a phone too', async () => {
    const files = Object.fromEntries(Object.entries(drawings(506)).slice(-3));
    const names = Object.keys(files).map((name) => name.split('/')[1]);
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    await visit(browser, croquis.url, { ...phone, locale: 'fr-FR', colorScheme: 'dark' }, async (page) => {
      await open(page);
      await chosen(page, 'three.zip', zipOf(files));
      await page.getByRole('button', { name: 'Importer', exact: true }).click();
      await outcome(page, '3 dessins ont été enregistrés.');
      const found = async (count) => {
        const cards = page.locator('main [data-testid=drawing]:visible');
        await page.waitForFunction((count) => document.querySelectorAll('main [data-testid=drawing]:not([hidden] *)').length === count, count);
        return cards;
      };
      await page.goto(`${croquis.url}/#/annotate?file_name=${names[1]}`);
      await found(1);
      const filters = page.locator('[data-testid=filters]:visible');
      const name = filters.getByLabel('Nom du fichier');
      assert.equal(await name.inputValue(), names[1]);
      await name.fill(`${names[0].slice(0, 2)}*`);
      await name.press('Enter');
      await page.waitForURL(/#\/annotate\?file_name=50\*$/);
      const all = (await api('GET', `/drawings?limit=200&file_name=50*`)).drawings.length;
      assert.ok(all >= 3, `${all}`);
      await found(all);
      const part = filters.getByLabel('Le nom contient');
      await part.fill(names[2].slice(1).toUpperCase());
      await part.press('Enter');
      await page.waitForURL(/#\/annotate\?file_name=50\*&name_contains=/);
      await found((await api('GET', `/drawings?limit=200&file_name=50*&name_contains=${names[2].slice(1)}`)).drawings.length);
      await page.reload();
      await part.waitFor();
      assert.equal(await part.inputValue(), names[2].slice(1).toUpperCase());
      await filters.getByLabel('Nommé dans les données').scrollIntoViewIfNeeded();
      await assertAccessible(page, 'the names in the filters');
      await look(page, 'filter-names-phone');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
  });

  it('names what is bad in it, in French too, and takes a drop', async () => {
    const files = { 'cercle/1.png': png('circle', 3), 'circle/bad.png': png('circle', 4).subarray(0, 50) };
    await visit(browser, `${croquis.url}/#/login`, { locale: 'fr-FR' }, async (page) => {
      await open(page);
      await page.getByText('Mots qui désignent une étiquette').click();
      await page.locator('#import-map').fill('cercle = circle');
      const bytes = zipOf(files).toString('base64');
      const data = await page.evaluateHandle((text) => {
        const transfer = new DataTransfer();
        const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        transfer.items.add(new File([raw], 'déposé.zip'));
        return transfer;
      }, bytes);
      await page.dispatchEvent('[data-testid=drop]', 'drop', { dataTransfer: data });
      await page.getByText('déposé.zip').waitFor();
      await page.getByRole('button', { name: 'Importer', exact: true }).click();
      await outcome(page, '1 dessin a été enregistré.');
      await page.getByRole('rowheader', { name: 'circle/bad.png' }).waitFor();
      await page.getByRole('cell', { name: 'L’image PNG est abîmée ou incomplète.' }).waitFor();
      await assertAccessible(page, 'a report with problems');
    });
  });

  it('leaves room for where a record is beside a long reason', () =>
    visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      const name = 'quotes.csv';
      const table = Buffer.from('file,label\n"1.png"x,circle\nwherever/it/may/be/it/is/not/there.png,circle\n');
      await page.locator('#import-file').setInputFiles({ name, mimeType: 'text/csv', buffer: table });
      await page.getByRole('button', { name: 'See what would happen' }).click();
      const place = page.getByRole('rowheader', { name: 'quotes.csv:2' });
      await place.waitFor();
      const { width, height } = await place.boundingBox();
      assert.ok(width >= 144 && height < 48, `${width} by ${height}`);
    }));

  /** As a person drags them: Chromium alone makes entries of folders, of what lies on the disk. */
  async function dragIn(page, paths) {
    const zone = page.getByTestId('drop');
    await zone.scrollIntoViewIfNeeded();
    const box = await zone.boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'])
      await devtools.send('Input.dispatchDragEvent', { type, x, y, data });
    await devtools.detach();
  }

  /** Two labels, files of one name, and what a system leaves. */
  async function foldersAt(place, from) {
    const files = {
      'circle/1.png': png('circle', from),
      'circle/2.png': png('circle', from + 1),
      'line/1.png': png('line', from),
      'line/.DS_Store': 'litter',
    };
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(place, name)), { recursive: true });
      await writeFile(path.join(place, name), bytes);
    }
  }

  it('of folders, dropped or chosen, has their names as labels', async () => {
    const place = await mkdtemp(path.join(tmpdir(), 'croquis-folders-'));
    try {
      await foldersAt(path.join(place, 'dropped'), 10);
      await foldersAt(path.join(place, 'chosen'), 12);
      await visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
        await open(page);
        await dragIn(page, ['circle', 'line'].map((name) => path.join(place, 'dropped', name)));
        await page.getByText('3 files, circle/1.png among them').waitFor();
        await page.getByRole('button', { name: 'Import', exact: true }).click();
        await outcome(page, '3 drawings were stored.');
        const told = () => page.getByTestId('import-report').locator('.labels').innerText();
        assert.match(await told(), /circle 2\s+line 1/);
        await page.locator('#import-folder').setInputFiles(path.join(place, 'chosen'));
        await page.getByText(/3 files, chosen\/\w+\/\d.png among them/).waitFor();
        await page.getByRole('button', { name: 'See what would happen' }).click();
        await outcome(page, '3 drawings would be stored.');
        assert.match(await told(), /circle 2\s+line 1/);
      });
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('is stopped and done again by who sent it, and by an admin alone', async () => {
    const noor = { name: 'noor', password: 'a long pass phrase' };
    await api('POST', '/users', noor);
    const job = {
      id: '0190a6c0-0000-7000-8000-000000000001', kind: 'import', project: 'shapes', state: 'running', progress: 0.5,
      cancel_requested: false, attempts: 1, by: 'leo', created_at: '2026-01-01T00:00:00Z',
      started_at: '2026-01-01T00:00:00Z', finished_at: null,
    };
    const json = (body, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });
    const seen = (who, given, shown, complaints) =>
      visit(browser, `${croquis.url}/#/login`, { locale: 'fr-FR' }, async (page) => {
        await page.route('**/api/v1/jobs?*', (route) => route.fulfill(json({ jobs: [{ ...job, ...given }], next: null })));
        await page.route((url) => url.pathname.includes(`/jobs/${job.id}`), (route) => route.fulfill(json({ ...job, ...given })));
        const gone = { status: 409, type: '/problems/conflict', title: 'Conflict', detail: 'Gone.', code: 'upload_gone' };
        await page.route('**/api/v1/jobs/*:retry', (route) => route.fulfill(json(gone, 409)));
        await signIn(page, { user: who.name, password: who.password });
        await page.locator('nav a[href="#/data"]').click();
        await shown(page.getByTestId('import'), page);
      }, complaints);
    const admin = { name: 'admin', password: 'admin' };
    const stop = (form) => form.getByRole('button', { name: 'Arrêter' });
    const progress = (form) => form.getByRole('progressbar').waitFor();
    await seen(noor, {}, async (form) => {
      await progress(form);
      assert.equal(await stop(form).count(), 0);
    });
    for (const [who, by] of [[noor, 'noor'], [admin, 'leo']])
      await seen(who, { by }, async (form) => {
        await progress(form);
        assert.equal(await stop(form).count(), 1);
      });
    const failed = { state: 'failed', error: 'The work was cut off 3 times.' };
    await seen(noor, failed, async (form) => {
      await form.getByText('L’import a échoué').waitFor();
      assert.equal(await form.getByTestId('retry').count(), 0);
    });
    await seen(noor, { ...failed, by: 'noor' }, async (form, page) => {
      await form.getByTestId('retry').focus();
      await page.keyboard.press('Enter');
      await form.getByRole('alert').filter({ hasText: 'envoyez-le à nouveau' }).waitFor();
      assert.equal(await form.getByTestId('retry').count(), 0, 'it would be refused again');
    }, { failedRequests: true });
  });

  it('that was stopped leaves what it stored to be shown, and to an admin to be deleted', () =>
    visit(browser, croquis.url, {}, async (page) => {
      await open(page);
      await chosen(page, 'three.zip', zipOf(Object.fromEntries(Object.entries(drawings(509)).slice(-3))));
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await outcome(page, '3 drawings were stored.');
      const at = await page.getByRole('link', { name: 'Show what was imported' }).getAttribute('href');
      const id = at.split('import=')[1];
      const job = { ...(await api('GET', `/jobs/${id}`)), state: 'cancelled', result: null };
      const json = (body) => ({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
      await page.route('**/api/v1/jobs?*', (route) => route.fulfill(json({ jobs: [job], next: null })));
      await page.route((url) => url.pathname.includes(`/jobs/${id}`), (route) => route.fulfill(json(job)));
      await page.reload();
      const form = page.getByTestId('import');
      await form.getByText('The import was stopped.').waitFor();
      assert.equal(await form.getByRole('link', { name: 'Show what was imported' }).getAttribute('href'), at);
      await look(page, 'import-stopped');
      await form.getByTestId('delete-imported').focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('ask').getByRole('button', { name: 'Delete' }).click();
      await page.getByTestId('toasts').getByText('3 drawings deleted').waitFor();
      await form.getByTestId('delete-imported').waitFor({ state: 'detached' });
      assert.deepEqual((await api('GET', `/drawings?import=${id}`)).drawings, []);
    }));

  it('that is dropped beside its place does not take the page away', () =>
    visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
      await open(page);
      const dropped = (at) =>
        page.locator(at).evaluate((node) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(['x'], 'x.png', { type: 'image/png' }));
          return ['dragover', 'drop'].map(
            (name) => !node.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true })),
          );
        }, at);
      assert.deepEqual(await dropped('#main'), [true, true], 'the browser opens nothing');
      await page.getByText('No file chosen').waitFor();
      await dropped('[data-testid=drop]');
      await page.getByText('x.png').waitFor();
    }));

  it('that is chosen stays so while one looks elsewhere in the page, until it is imported', () =>
    visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
      await open(page);
      const there = page.locator('#import-chosen');
      const elsewhere = async () => {
        await page.locator('nav a[href="#/labels"]').click();
        await page.getByTestId('labels-page').waitFor();
        await page.goBack();
        await there.waitFor();
      };
      await page.getByRole('radio', { name: /suggestions/ }).check();
      await chosen(page, 'kept.zip', zipOf(drawings(2)));
      await page.getByRole('button', { name: 'See what would happen' }).click();
      await page.getByTestId('import-outcome').filter({ hasText: 'would be stored' }).waitFor();
      await elsewhere();
      assert.match(await there.innerText(), /^kept\.zip/);
      assert.equal(await page.getByRole('radio', { name: /suggestions/ }).isChecked(), true);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByTestId('import-outcome').filter({ hasText: 'stored.' }).waitFor();
      await elsewhere();
      assert.equal(await there.innerText(), 'No file chosen');
    }));

  it('of too many files says what to do', async () => {
    const place = await mkdtemp(path.join(tmpdir(), 'croquis-folders-'));
    try {
      for (let n = 0; n < 10_001; ++n) await writeFile(path.join(place, `${n}.png`), 'x');
      await visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
        await open(page);
        await dragIn(page, [place]);
        // The browser hands out a folder's files a hundred at a time: on a busy machine that takes a while.
        await page.getByRole('alert').filter({ hasText: 'more than 10,000 files' }).waitFor({ timeout: 120_000 });
        await page.getByText('No file chosen').waitFor();
      });
    } finally {
      await rm(place, { recursive: true });
    }
  });

  it('that asks is told under "More", in the words of the page', async () => {
    const table = Buffer.from('path,class,category\n1.png,circle,round\n');
    const files = [
      { name: 'labels.csv', mimeType: 'text/csv', buffer: table },
      { name: 'media.zip', mimeType: 'application/zip', buffer: zipOf({ 'media/1.png': png('circle', 15) }) },
    ];
    const options = { locale: 'fr-FR', colorScheme: 'dark', viewport: { width: 390, height: 844 } };
    await visit(browser, `${croquis.url}/#/login`, options, async (page) => {
      await open(page);
      await page.locator('#import-file').setInputFiles(files);
      const importNow = page.getByRole('button', { name: 'Importer', exact: true });
      await importNow.click();
      await page.getByText('Les colonnes « class » et « category » conviennent').waitFor();
      const field = page.getByLabel('Colonne des étiquettes');
      await field.waitFor();
      await look(page, 'import-asks');
      await field.fill('class');
      await page.getByLabel('Pseudonyme').fill('4b');
      await page.getByLabel('Ce que c’est').selectOption('csv');
      await importNow.press('Enter');
      await outcome(page, '1 dessin a été enregistré.');
      const [drawing] = (await api('GET', '/drawings?limit=1')).drawings;
      assert.equal(drawing.tag, 'circle');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${wide} px wide`);
    });
    for (const colorScheme of ['light', 'dark'])
      await visit(browser, `${croquis.url}/#/login`, { colorScheme }, async (page) => {
        await open(page);
        await page.getByTestId('import-more').locator('summary').click();
        await page.locator('#import-folder').focus();
        await look(page, `import-${colorScheme}`);
      });
  });

  it('by keyboard alone, on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
    await visit(browser, `${croquis.url}/#/login`, phone, async (page) => {
      await open(page);
      await chosen(page, 'one.zip', zipOf({ 'circle/x.png': png('circle', 9) }));
      await page.locator('#import-file').focus();
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'import-folder');
      const ring = await page.locator('label[for=import-folder]').evaluate((label) => getComputedStyle(label).outlineStyle);
      assert.equal(ring, 'solid', 'what has the focus shows it');
      const wanted = page.getByRole('button', { name: 'Import', exact: true });
      for (let n = 0; n < 12 && !(await wanted.evaluate((b) => b === document.activeElement)); ++n)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await outcome(page, 'One drawing was stored.');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 390, `${wide} px wide`);
      await assertAccessible(page, 'the import on a phone');
    });
  });

  it('that fails says why', async () => {
    await visit(browser, `${croquis.url}/#/login`, {}, async (page) => {
      await open(page);
      await chosen(page, 'notes.docx', Buffer.from('no drawings'));
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByText(/The import failed: .*none of what is read/).waitFor();
    });
  });
});

describe('strokes', () => {
  let store, croquis, browser;
  const strokes = [[[10, 240, 120], [10, 20, 200], [0, 300, 600]], [[30, 200], [220, 230], [900, 1200]]];

  before(async () => {
    ({ store, croquis, browser } = await setUp());
    await apiAt(croquis.url)('POST', '/public/predictions', { image: greyPng(side, shapes.line(7)), strokes });
  });
  after(() => tearDown({ store, croquis, browser }));

  const paths = (page) =>
    page.locator('[data-testid=strokes] path').evaluateAll((all) => all.map((path) => path.getAttribute('d')));
  const whole = ['M10 10L240 20L120 200', 'M30 220L200 230'];

  for (const reducedMotion of ['no-preference', 'reduce'])
    it(`are shown sharp and replayed as they were drawn, motion: ${reducedMotion}`, async () => {
      await visit(browser, `${croquis.url}/`, { reducedMotion }, async (page) => {
        await page.getByTestId('drawing').first().click();
        await page.getByTestId('strokes').waitFor();
        assert.deepEqual(await paths(page), whole);
        await assertAccessible(page, 'an open drawing');
        const replay = page.getByTestId('replay');
        await replay.focus();
        // What the second stroke was meanwhile, however late the test looks.
        await page.evaluate(() => {
          const second = document.querySelector('[data-testid=strokes] path:nth-child(2)');
          window.shown = [];
          new MutationObserver(() => window.shown.push(second.getAttribute('d'))).observe(second, { attributes: true });
        });
        await page.keyboard.press('Enter');
        await page.waitForFunction((d) => window.shown.length > 1 && window.shown.at(-1) === d, whole[1]);
        await page.getByRole('button', { name: 'Replay as it was drawn' }).waitFor();
        const shown = await page.evaluate(() => window.shown);
        assert.equal(shown[0], '');
        if (reducedMotion === 'reduce') assert.deepEqual([...new Set(shown)], ['', whole[1]], 'a whole stroke at once');
      });
    });
});
