import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { program, startCroquis, stores } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { client } from './support/contract.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';
import { entryOf } from './support/zip.mjs';

const most = 300_000;

/** A tar.gz of files by name, made by the system's tar. */
function archiveOf(files) {
  const folder = mkdtempSync(join(tmpdir(), 'croquis-import-'));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, 'd', name, '..'), { recursive: true });
      writeFileSync(join(folder, 'd', name), bytes);
    }
    execFileSync('tar', ['-C', join(folder, 'd'), '-czf', join(folder, 'a.tar.gz'), '.']);
    return readFileSync(join(folder, 'a.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A tar.gz with a link of that name to `target` alone. */
function linking(target, name) {
  const folder = mkdtempSync(join(tmpdir(), 'croquis-import-'));
  try {
    mkdirSync(join(folder, 'd', name, '..'), { recursive: true });
    symlinkSync(target, join(folder, 'd', name));
    execFileSync('tar', ['-C', join(folder, 'd'), '-czf', join(folder, 'a.tar.gz'), '.']);
    return readFileSync(join(folder, 'a.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const circles = (count, label = 'circle') =>
  archiveOf(Object.fromEntries(Array.from({ length: count }, (_, i) => [`${label}/${i}.png`, circle(i)])));

/** A form of files by name and fields. */
const form = (files, fields = {}) => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  for (const [name, bytes] of Object.entries(files)) made.append('file', new Blob([bytes]), name);
  return made;
};

/** What a server says to these bytes, whatever it waits for. */
function said(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, 'localhost', () => socket.write(bytes));
    let text = '';
    socket.on('data', (part) => {
      text += part;
      if (!text.includes('\r\n\r\n')) return;
      resolve(text);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}

for (const kind of Object.keys(stores))
  describe(`imports on ${kind}`, () => {
    let store, server, api, token, annotator, uploads;
    before(async () => {
      uploads = mkdtempSync(join(tmpdir(), 'croquis-uploads-'));
      const flags = ['--max-import-bytes', String(most), '--upload-folder', join(uploads, 'here')];
      ({ store, server, api, token, annotator } = await startWithPeople(kind, { flags }));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
      rmSync(uploads, { recursive: true, force: true });
    });

    const path = '/api/v1/imports';
    const send = (body, { type = 'application/gzip', query = '', ...options } = {}) =>
      api.ask('POST', path + query, {
        token: annotator,
        headers: { 'Content-Type': type },
        body,
        status: 202,
        ...options,
      });
    const ended = async ({ body: job, headers }) => {
      assert.equal(headers.get('location'), `/api/v1/jobs/${job.id}`);
      return endedJob(api, annotator, job.id);
    };
    const report = async (answer) => {
      const { state, error, result } = await ended(answer);
      assert.equal(state, 'succeeded', error);
      assert.ok(api.contract.holds('ImportReport', result));
      return result;
    };
    /** Waits until no upload is kept: a refused one is removed after its answer. */
    const nothingLeft = () =>
      until('the uploads to be removed', () => !existsSync(join(uploads, 'here')) || readdirSync(join(uploads, 'here')).length === 0);

    it('bring an archive in, signed by whoever sent it, once', async () => {
      const archive = circles(3);
      const first = await report(await send(archive));
      assert.deepEqual([first.stored, first.reviewed, first.rejected], [3, 3, 0]);
      const { body } = await api.ask('GET', '/api/v1/drawings?limit=10', { token, status: 200 });
      assert.deepEqual(new Set(body.drawings.map(({ tagged_by: by }) => by)), new Set(['marie']));
      assert.deepEqual(new Set(body.drawings.map(({ source }) => source)), new Set(['import']));
      const again = await report(await send(archive));
      assert.deepEqual([again.stored, again.already_there], [0, 3]);
    });

    it('tell annotators alone what drawings were called in the data, and by which pseudonym they were drawn', async () => {
      const drawn = { key_id: '5152802567921664', word: 'circle', drawing: [[[0, 90, 45], [0, 0, 77]]] };
      const body = form({ 'class.ndjson': JSON.stringify(drawn) }, { pseudonym: 'class 4b' });
      const sent = await send(undefined, { form: body, headers: {} });
      assert.equal((await report(sent)).stored, 1);
      const list = `/api/v1/drawings?import=${sent.body.id}`;
      const { body: there } = await api.ask('GET', list, { token, status: 200 });
      const [{ id, external_id: called, pseudonym }] = there.drawings;
      assert.deepEqual([called, pseudonym], ['5152802567921664', 'class 4b']);
      const { body: open } = await api.ask('GET', `/api/v1/drawings/${id}`, { token, status: 200 });
      assert.equal(open.pseudonym, 'class 4b');
      const { body: seen } = await api.ask('GET', `/api/v1/public/drawings/${id}`, { status: 200 });
      assert.deepEqual([seen.external_id, seen.pseudonym, seen.file_name], [undefined, undefined, undefined]);
      const pictures = await send(archiveOf({ 'circle/named.png': circle(70) }));
      await ended(pictures);
      const { body: named } = await api.ask('GET', `/api/v1/drawings?import=${pictures.body.id}`, { token, status: 200 });
      assert.equal(named.drawings[0].file_name, 'named.png');
    });

    it('list and export drawings by the names that they had in the data, for annotators alone', async () => {
      const table = 'path,label,external_id\nimages/one.png,circle,scan-1\nimages/two.png,circle,scan-2\n';
      const archive = archiveOf({ 'labels.csv': table, 'images/one.png': circle(71), 'images/two.png': circle(72) });
      assert.equal((await report(await send(archive))).stored, 2);
      const listed = async (query) => {
        const { body } = await api.ask('GET', `/api/v1/drawings?${query}`, { token, status: 200 });
        return body.drawings.map(({ external_id: called }) => called).sort();
      };
      assert.deepEqual(await listed('file_name=two.png'), ['scan-2']);
      assert.deepEqual(await listed('file_name=images/*&order=most_telling_first'), ['scan-1', 'scan-2']);
      assert.deepEqual(await listed('external_id=scan-1'), ['scan-1']);
      assert.deepEqual(await listed('external_id=scan-*&file_name=two.png&reviewed=true'), ['scan-2']);
      assert.deepEqual(await listed('external_id=scan-*&reviewed=false'), []);
      const options = { token, status: 200 };
      assert.deepEqual(await listed('name_contains=SCAN-2'), ['scan-2']);
      assert.deepEqual(await listed('name_contains=ages/On'), ['scan-1']);
      assert.deepEqual(await listed('name_contains=scan-%25'), []);
      assert.deepEqual(await listed('name_contains=scan-&file_name=two.png&order=most_telling_first'), ['scan-2']);
      assert.deepEqual(await listed(`name_contains=${'x'.repeat(128)}`), []);
      const { bytes } = await api.ask('GET', '/api/v1/exports?format=csv&file_name=images/*&external_id=scan-2', options);
      const { drawings, chosen } = JSON.parse(entryOf(bytes, 'manifest.json'));
      assert.deepEqual([drawings, chosen], [1, { external_id: 'scan-2', file_name: 'images/*' }]);
      const part = await api.ask('GET', '/api/v1/exports?format=csv&name_contains=Can-1', options);
      const manifest = JSON.parse(entryOf(part.bytes, 'manifest.json'));
      assert.deepEqual([manifest.drawings, manifest.chosen], [1, { name_contains: 'Can-1' }]);
      for (const [field, most] of [['file_name', 1025], ['external_id', 1025], ['name_contains', 128]]) {
        await api.ask('GET', `/api/v1/drawings?${field}=`, { token, status: 422, field });
        await api.ask('GET', `/api/v1/drawings?${field}=${'x'.repeat(most + 1)}`, { token, status: 422, field });
        await api.ask('GET', `/api/v1/exports?format=csv&${field}=${'é'.repeat((most + 1) >> 1)}x`, { token, status: 422, field });
        await api.ask('GET', `/api/v1/public/drawings?${field}=two.png`, { status: 422, field });
      }
    });

    it('give drawings that are there the labels that were annotated in an export of them', async () => {
      const sent = await send(archiveOf({ '81.png': circle(81), '82.png': circle(82) }));
      assert.equal((await report(sent)).reviewed, 0);
      const list = `/api/v1/drawings?import=${sent.body.id}`;
      const { body: before } = await api.ask('GET', list, { token, status: 200 });
      const tagged = before.drawings[0];
      await api.ask('PATCH', `/api/v1/drawings/${tagged.id}`, {
        token,
        headers: { 'If-Match': '"1"' },
        json: { tag: 'star' },
        status: 200,
      });
      const answer = await fetch(`http://localhost:${server.ports.api}/api/v1/exports?format=labelstudio`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      const zip = Buffer.from(await answer.arrayBuffer());
      const ids = before.drawings.map(({ id }) => id);
      const tasks = JSON.parse(entryOf(zip, 'tasks.json').toString()).filter(({ meta }) => ids.includes(meta.croquis.id));
      assert.equal(tasks.length, 2);
      const files = {};
      for (const task of tasks) {
        const value = { choices: ['heart'] };
        task.annotations = [{ result: [{ from_name: 'choice', to_name: 'image', type: 'choices', value }] }];
        files[task.data.image] = entryOf(zip, task.data.image);
      }
      files['tasks.json'] = JSON.stringify(tasks);
      const counts = async (query) => {
        const { stored, already_there: there, labelled, kept } = await report(await send(archiveOf(files), { query }));
        return [stored, there, labelled, kept];
      };
      assert.deepEqual(await counts('?dry_run=true'), [0, 2, 1, 1]);
      assert.deepEqual(await counts(''), [0, 2, 1, 1]);
      assert.deepEqual(await counts(''), [0, 2, 0, 1]);
      const { body: after } = await api.ask('GET', list, { token, status: 200 });
      for (const { id, tag, tagged_by: by, version } of after.drawings)
        assert.deepEqual([tag, by, version], id === tagged.id ? ['star', 'admin', 2] : ['heart', 'marie', 2]);
    });

    it('keep what the data suggests, whatever a model says', async () => {
      const sent = await send(archiveOf({ 'star/71.png': circle(71) }), { query: '?labels_as=suggested' });
      assert.equal((await report(sent)).suggested, 1);
      const { body: retag } = await api.ask('POST', '/api/v1/models:retag', { token, status: 202 });
      assert.equal((await endedJob(api, token, retag.id)).state, 'succeeded');
      const { body } = await api.ask('GET', `/api/v1/drawings?import=${sent.body.id}`, { token: annotator, status: 200 });
      assert.deepEqual(body.drawings.map(({ tag, tagged_by: by, version }) => [tag, by, version]), [['star', null, 1]]);
    });

    it('are signed with the data’s names where an admin sends them, and with the sender’s else', async () => {
      const lines = (picture) =>
        `path,label,croquis_id,reviewed,tagged_by,tagged_at\n${picture},circle,,true,zoe,2020-02-03T04:05:06Z\n`;
      const signed = async (sender, seed) => {
        const files = { 'labels.csv': lines('a.png'), 'a.png': circle(seed) };
        const sent = await send(undefined, { form: form(files), headers: {}, token: sender });
        const { problems } = await report(sent);
        const { body } = await api.ask('GET', `/api/v1/drawings?import=${sent.body.id}`, { token, status: 200 });
        const [{ tagged_by: by, tagged_at: at }] = body.drawings;
        return [by, at.slice(0, 4) === '2020', problems.map(({ reason }) => reason).join()];
      };
      assert.deepEqual(await signed(token, 72), ['zoe', true, '']);
      const [by, long, why] = await signed(annotator, 73);
      assert.deepEqual([by, long], ['marie', false]);
      assert.match(why, /signed by marie/);
    });

    it('reject a record with a reviewer whose name is no text, alone', async () => {
      const row = (picture, by) => Buffer.concat([Buffer.from(`${picture},circle,,true,`), by, Buffer.from('\n')]);
      const table = Buffer.concat([
        Buffer.from('path,label,croquis_id,reviewed,tagged_by\n'),
        row('a.png', Buffer.from([0x4d, 0xff])),
        row('b.png', Buffer.from('z'.repeat(513))),
        row('c.png', Buffer.from('Zoé')),
      ]);
      const files = { 'labels.csv': table, 'a.png': circle(74), 'b.png': circle(75), 'c.png': circle(76) };
      const sent = await send(undefined, { form: form(files), headers: {}, token });
      const { stored, rejected } = await report(sent);
      assert.deepEqual([stored, rejected], [1, 2]);
      const { body } = await api.ask('GET', `/api/v1/drawings?import=${sent.body.id}`, { token, status: 200 });
      assert.deepEqual(body.drawings.map(({ tagged_by: by }) => by), ['Zoé']);
    });

    it('take a form with options, and leave nothing behind', async () => {
      const archive = circles(2, 'Rond');
      const options = { labels_as: 'suggested', map: 'Rond=circle', dry_run: 'true' };
      const tried = await report(
        await send(undefined, { form: form({ 'x.tar.gz': archive }, options), headers: {} }),
      );
      assert.deepEqual([tried.dry_run, tried.stored + tried.already_there], [true, 2]);
      const { body: before } = await api.ask('GET', '/api/v1/drawings?limit=200', { token, status: 200 });
      assert.ok(before.drawings.every(({ file_name: name }) => name !== 'Rond/0.png'));
      await nothingLeft();
    });

    it('are reviewed one at a time', async () => {
      const queries = { query: '?labels_as=suggested', token: annotator };
      const brought = [];
      for (const seed of [61, 62]) {
        const sent = await send(archiveOf({ [`circle/${seed}.png`]: circle(seed) }), queries);
        assert.equal((await report(sent)).stored, 1);
        brought.push(sent.body.id);
      }
      const ask = async (method, to, options = {}) =>
        (await api.ask(method, `/api/v1/queue${to}`, { token: annotator, status: 200, ...options })).body;
      const claim = `/claims/${randomUUID()}`;
      const seen = new Set();
      for (const job of brought) {
        const { drawings } = await ask('GET', `?import=${job}`);
        assert.equal(drawings.length, 1);
        seen.add(drawings[0].id);
        for (const filters of ['', '&reviewed=false&order=most_telling_first', '&source=import&order=oldest_first']) {
          const list = `/api/v1/drawings?import=${job}${filters}`;
          const { body } = await api.ask('GET', list, { token: annotator, status: 200 });
          assert.deepEqual(body.drawings.map(({ id }) => id), [drawings[0].id], filters);
        }
        assert.equal((await ask('GET', `/progress?import=${job}`)).waiting, 1);
        const held = (await ask('PUT', claim, { json: { import: job } })).drawings;
        assert.ok(held.some(({ id }) => id === drawings[0].id));
        await ask('DELETE', claim, { status: 204 });
      }
      assert.equal(seen.size, 2);
      assert.equal((await ask('GET', `/progress?import=${randomUUID()}`)).waiting, 0);
      await ask('GET', '?import=x', { status: 422, field: 'import' });
      await ask('PUT', claim, { json: { import: 'x' }, status: 422, field: 'import' });
    });

    it('are ended by who sent them, and by no other annotator', async () => {
      const noor = { name: 'noor', password: 'a long pass phrase' };
      await api.ask('POST', '/api/v1/users', { token, json: noor, status: 201 });
      const { access_token: other } = await api.signIn(noor.name, noor.password);
      const many = Array.from({ length: 3000 }, (_, i) =>
        JSON.stringify({ key_id: `stop-${i}`, word: 'line', drawing: [[[0, 90, i % 250], [0, 9, i >> 4]]] }));
      const sent = await send(many.join('\n'), { type: 'application/x-ndjson' });
      const cancel = (by, status) => api.ask('POST', `/api/v1/jobs/${sent.body.id}:cancel`, { token: by, status });
      await cancel(other, 403);
      await cancel(annotator, 200);
      assert.equal((await ended(sent)).state, 'cancelled');
      assert.equal((await cancel(annotator, 409)).body.code, 'job_ended');
      const retry = (by, status) => api.ask('POST', `/api/v1/jobs/${sent.body.id}:retry`, { token: by, status });
      await retry(other, 403);
      for (const by of [annotator, token]) assert.equal((await retry(by, 409)).body.code, 'upload_gone');
    });

    it('name each bad record and bring in the rest', async () => {
      const archive = archiveOf({ 'star/1.png': circle(21), 'star/2.png': circle(22).subarray(0, 60), 'boat/3.png': circle(23) });
      const result = await report(await send(archive));
      assert.deepEqual([result.stored, result.rejected], [1, 2]);
      assert.deepEqual(result.problems.map(({ place }) => place).sort(), ['boat/3.png', 'star/2.png']);
      assert.deepEqual([result.unknown_labels, result.unknown_labels_left_out], [{ boat: 1 }, 0]);
      const [damaged] = result.problems.filter(({ place }) => place === 'star/2.png');
      assert.deepEqual([damaged.code, damaged.parameters], ['picture_damaged', { format: 'PNG' }]);
      assert.equal(damaged.reason, 'The PNG picture is damaged or cut short.');
    });

    it('take tables, lines, pictures, and a table with its pictures', async () => {
      const line = '{"key_id":"5","word":"line","drawing":[[[0,90],[0,9],[0,5]]]}\n';
      assert.equal((await report(await send(line, { type: 'application/x-ndjson' }))).stored, 1);
      assert.equal((await report(await send(circle(31), { type: 'image/png' }))).stored, 1);
      const files = { 'labels.csv': 'path,label\na.png,circle\nb.png,star\n', 'a.png': circle(32), 'b.png': circle(33) };
      const result = await report(await send(undefined, { form: form(files), headers: {} }));
      assert.deepEqual([result.stored, result.reviewed], [2, 2]);
      const job = await ended(await send('no data', { type: 'application/octet-stream', query: '?filename=a.docx' }));
      assert.equal(job.state, 'failed');
      assert.match(job.error, /none of what is read/);
      assert.deepEqual([job.error_code, job.error_parameters], ['format_unknown', { file: 'a.docx' }]);
    });

    it('take folders, in which names may be alike', async () => {
      const files = { 'shapes/circle/1.png': circle(41), 'shapes/star/1.png': circle(42), 'shapes/star/.DS_Store': 'x' };
      const result = await report(await send(undefined, { form: form({ ...files, 'shapes/star/2.png': '' }), headers: {} }));
      assert.deepEqual([result.format, result.stored, result.reviewed], ['imagefolder', 2, 2]);
      assert.deepEqual(result.labels, { circle: 1, star: 1 });
      assert.equal(result.system_files, 1);
      assert.deepEqual(result.problems.map(({ place }) => place), ['shapes/star/2.png']);
      await nothingLeft();
    });

    it('take a table and the archive of its pictures', async () => {
      const media = archiveOf({ 'a/1.png': circle(43), 'b/1.png': circle(44) });
      const files = { 'media.tar.gz': media, 'labels.csv': 'path,label\na/1.png,circle\nb/1.png,star\n' };
      const result = await report(await send(undefined, { form: form(files), headers: {} }));
      assert.deepEqual([result.format, result.labels], ['csv', { circle: 1, star: 1 }]);
      const two = await ended(await send(undefined, { form: form({ 'a.tar.gz': media, 'b.tar.gz': media }), headers: {} }));
      assert.match(two.error, /several archives/);
    });

    it('refuse names that lead elsewhere, and follow no link', async () => {
      const names = ['../1.png', 'circle/../../1.png', '/etc/1.png', 'C:/1.png', '//host/1.png', `${'d/'.repeat(17)}1.png`];
      for (const name of names) {
        await send(undefined, { form: form({ 'circle/0.png': circle(45), [name]: circle(46) }), headers: {}, status: 422, field: 'file' });
        await send(circle(46), { type: 'image/png', query: `?filename=${encodeURIComponent(name)}`, status: 422, field: 'file' });
      }
      for (const name of ['..\\1.png', '\\\\host\\1.png', 'C:\\1.png'])
        await send(circle(46), { type: 'image/png', query: `?filename=${encodeURIComponent(name)}`, status: 422, field: 'file' });
      for (const names of [['circle/1.png', 'circle/./1.png'], ['circle', 'circle/1.png'], ['circle/1.png', 'circle']])
        await send(undefined, { form: form(Object.fromEntries(names.map((name) => [name, circle(46)]))), headers: {}, status: 422 });
      await nothingLeft();
      const result = await report(await send(linking('/etc/hostname', 'circle/1.png')));
      assert.deepEqual([result.stored, result.rejected], [0, 1]);
    });

    it('ask in the words of a request', async () => {
      const table = 'path,class,category\n1.png,circle,round\n';
      const asked = await ended(await send(table, { type: 'text/csv' }));
      assert.match(asked.error, /"class" and "category" could both be meant: say which with label_column\./);
      const files = { 'labels.csv': table, '1.png': circle(47) };
      const told = await report(await send(undefined, { form: form(files, { label_column: 'class' }), headers: {} }));
      assert.deepEqual(told.labels, { circle: 1 });
    });

    it('come through the page\'s server too', async () => {
      const answer = await fetch(`http://localhost:${server.ports.portal}${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${annotator}` },
        body: form({ 'x.tar.gz': circles(4) }),
      });
      assert.equal(answer.status, 202);
      const result = await report({ body: await answer.json(), headers: answer.headers });
      assert.equal(result.stored + result.already_there, 4);
    });

    it('let an admin alone make labels', async () => {
      const archive = circles(1, 'boat');
      await send(archive, { query: '?new_labels=make', status: 403, kind: 'forbidden' });
      await send(undefined, { form: form({ 'x.tar.gz': archive }, { new_labels: 'make' }), headers: {}, status: 403 });
      const result = await report(await send(archive, { query: '?new_labels=make', token }));
      assert.deepEqual(result.new_labels, ['boat']);
      await nothingLeft();
    });

    it('are refused with the field at fault', async () => {
      const archive = circles(1);
      const refused = (query, field) => send(archive, { query, status: 422, field });
      await refused('?colour=red', 'colour');
      await refused('?labels_as=right', 'labels_as');
      await refused('?new_labels=yes', 'new_labels');
      await refused('?dry_run=1', 'dry_run');
      await refused('?format=docx', 'format');
      await refused('?map=circle', 'map');
      await refused(`?pseudonym=${'x'.repeat(1025)}`, 'pseudonym');
      await refused(`?pseudonym=${'x'.repeat(513)}`, 'pseudonym');
      await send(undefined, { form: form({}, { labels_as: 'reviewed' }), headers: {}, status: 422, field: 'file' });
      await send(undefined, { form: form({ 'a.zip': '' }), headers: {}, status: 422, field: 'file' });
      await send(undefined, { form: form({ 'a.zip': 'x' }, { colour: 'red' }), headers: {}, status: 422, field: 'colour' });
      await send('text', { type: 'text/plain', status: 415 });
      await send('--x\r\ncut', { type: 'multipart/form-data; boundary=x', status: 400 });
      await send(archive, { token: undefined, status: 401 });
      await nothingLeft();
    });

    it('hold to their limit at its edge', async () => {
      const lines = (bytes) => `${'#'.repeat(bytes - 1)}\n`;
      const taken = await ended(await send(lines(most), { type: 'application/x-ndjson' }));
      assert.equal(taken.state, 'succeeded', taken.error);
      await send(lines(most + 1), { type: 'application/x-ndjson', status: 413 });
    });

    it('are refused where whoever sends one may not any more once it has come', async () => {
      const paul = { name: 'paul', password: 'a long pass phrase', role: 'admin' };
      const { body: user } = await api.ask('POST', '/api/v1/users', { token, json: paul, status: 201 });
      const bytes = circles(1, 'boat');
      /** Sends half, has `meanwhile` happen, and then the rest. */
      const interrupted = async (query, meanwhile) => {
        const { access_token: own } = await api.signIn(paul.name, paul.password);
        const halves = new ReadableStream({
          async start(body) {
            body.enqueue(bytes.subarray(0, 100));
            await until('the upload to begin', () => readdirSync(join(uploads, 'here')).some((name) => name.startsWith('incoming')));
            await meanwhile();
            body.enqueue(bytes.subarray(100));
            body.close();
          },
        });
        const answer = await fetch(`${api.url}${path}${query}`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${own}`, 'Content-Type': 'application/gzip' },
          body: halves,
          duplex: 'half',
        });
        await answer.arrayBuffer();
        return answer.status;
      };
      const change = (json) => api.ask('PATCH', `/api/v1/users/${user.id}`, { token, json, status: 200 });
      const make = '?new_labels=make';
      assert.equal(await interrupted(make, () => change({ role: 'annotator' })), 403);
      await change({ role: 'admin' });
      assert.equal(await interrupted('', () => change({ disabled: true })), 401);
      await change({ disabled: false });
      assert.equal(await interrupted('?labels_as=ignore', () => change({ role: 'annotator' })), 202);
      await api.ask('DELETE', `/api/v1/users/${user.id}`, { token, status: 204 });
    });

    it('are taken away in one act, where they were wrong', async () => {
      const right = await send(archiveOf({ 'star/1.png': circle(229) }), { query: '?labels_as=suggested' });
      assert.equal((await report(right)).stored, 1);
      const wrong = await send(circles(230, 'star'), { query: '?labels_as=suggested' });
      const { stored } = await report(wrong);
      assert.ok(stored > 200, 'more than go in one transaction');
      const run = (...words) => promisify(execFile)(program, ['drawing', ...words, '--store', store.url]);
      await assert.rejects(run('delete', '--import', wrong.body.id), /say so with --yes/);
      await assert.rejects(run('delete', '--yes', '--import', randomUUID()), /is no import's id/);
      const taken = (...words) =>
        promisify(execFile)(program, ['export', '--store', store.url, '--format', 'csv', '--output', '-', ...words]);
      await assert.rejects(taken('--import', randomUUID()), /is no import's id/);
      assert.match((await taken('--import', right.body.id)).stderr, /"drawings":1,/);
      await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'elsewhere', name: 'Elsewhere' }, status: 201 });
      await assert.rejects(
        taken('--project', 'elsewhere', '--import', right.body.id),
        /is an import into another project/,
      );
      assert.equal((await run('hide', '--import', wrong.body.id)).stdout, `${stored} drawings are hidden\n`);
      assert.equal((await run('delete', '--yes', '--import', wrong.body.id)).stdout, `${stored} drawings are deleted\n`);
      const left = async ({ body }) =>
        (await api.ask('GET', `/api/v1/drawings?import=${body.id}`, { token, status: 200 })).body.drawings.length;
      assert.deepEqual([await left(wrong), await left(right)], [0, 1]);
    });

    it('say no before anything is sent', async () => {
      for (const port of [server.ports.api, server.ports.portal]) {
        const ask = (more, length = 1000) =>
          said(port, `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/zip\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n${more}\r\n`);
        assert.match(await ask(''), /^HTTP\/1\.1 401 /);
        assert.match(await ask(`Authorization: Bearer ${annotator}\r\n`, most + 1), /^HTTP\/1\.1 413 /);
        assert.match(await ask(`Authorization: Bearer ${annotator}\r\n`), /^HTTP\/1\.1 100 /);
      }
      await nothingLeft();
    });
  });

describe('an import that is killed', () => {
  it('goes on where it was, and stores nothing twice', async () => {
    const store = await stores.sqlite();
    const secret = 'a secret that is the same in both lives';
    const begin = () => startCroquis(store.url, { flags: ['--secret', secret] });
    let server = await begin();
    try {
      let api = await client(`http://localhost:${server.ports.api}`);
      let token = (await api.signIn('admin', 'admin')).access_token;
      // A job says twice a second how far it is: by then so many are not all stored.
      const many = 6000;
      const strokes = (i) => [[[0, 90, i % 600], [0, 9, 50 + Math.floor(i / 600)]]];
      const lines = Array.from({ length: many }, (_, i) => JSON.stringify({ key_id: String(i), word: 'line', drawing: strokes(i) }));
      const { body: job } = await api.ask('POST', '/api/v1/imports', { token, headers: { 'Content-Type': 'application/x-ndjson' }, body: lines.join('\n'), status: 202 });
      const state = async () => (await api.ask('GET', `/api/v1/jobs/${job.id}`, { token, status: 200 })).body;
      while ((await state()).progress === 0) await sleep(20);
      assert.equal((await state()).state, 'running', 'it was too fast to be killed');
      await server.stop('SIGKILL');
      server = await begin();
      api = await client(`http://localhost:${server.ports.api}`);
      token = (await api.signIn('admin', 'admin')).access_token;
      let found;
      do {
        await sleep(200);
        found = await state();
      } while (['queued', 'running'].includes(found.state));
      assert.equal(found.state, 'succeeded', found.error);
      assert.equal(found.attempts, 2);
      assert.ok(found.result.already_there > 0);
      assert.equal(found.result.stored + found.result.already_there, many);
      const { body } = await api.ask('GET', '/api/v1/labels', { token, status: 200 });
      assert.equal(body.labels.find(({ tag }) => tag === 'line').drawings, many);
    } finally {
      await server?.stop();
      await store.remove();
    }
  });
});

/** What a form may hold has nothing to do with the store. */
describe('imports of forms', () => {
  it('take thousands of files in a form, and say how many are too many', async () => {
    const other = await startWithPeople('sqlite');
    try {
      const small = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`circle/${i}.png`, '']));
      const files = { ...small(5000), 'circle/1.png': circle(47), 'circle/4999.png': circle(48) };
      const post = (sent, options) =>
        other.api.ask('POST', '/api/v1/imports', { token: other.annotator, form: form(sent), headers: {}, ...options });
      const { body } = await post(files, { status: 202 });
      const job = await endedJob(other.api, other.annotator, body.id);
      assert.equal(job.state, 'succeeded', job.error);
      assert.deepEqual([job.result.stored, job.result.rejected], [2, 4998]);
      const refused = await post(small(10_001), { status: 422, field: 'file' });
      assert.match(refused.body.detail, /at most 10,000 files/);
    } finally {
      await other.server.stop();
      await other.store.remove();
    }
  });
});
