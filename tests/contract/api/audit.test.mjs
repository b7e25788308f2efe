import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { stores } from '../../e2e/support/server.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

/** A tar.gz of pictures, made by the system's tar. */
function circles(count) {
  const folder = mkdtempSync(join(tmpdir(), 'croquis-audit-'));
  try {
    mkdirSync(join(folder, 'd/circle'), { recursive: true });
    for (let n = 0; n < count; ++n) writeFileSync(join(folder, `d/circle/${n}.png`), circle(100 + n));
    execFileSync('tar', ['-C', join(folder, 'd'), '-czf', join(folder, 'a.tar.gz'), '.']);
    return readFileSync(join(folder, 'a.tar.gz'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const kind of Object.keys(stores))
  describe(`the audit log and people's data on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });

    const log = async (query = '') =>
      (await api.ask('GET', `/api/v1/audit${query}`, { token, status: 200 })).body;
    const draw = async (seed) => (await api.predict(circle(seed), {}, { status: 201 })).body;

    it('is for admins alone', async () => {
      await api.ask('GET', '/api/v1/audit', { status: 401 });
      await api.ask('GET', '/api/v1/audit', { token: annotator, status: 403 });
      await api.ask('GET', '/api/v1/people/sam', { token: annotator, status: 403 });
      await api.ask('DELETE', '/api/v1/people/sam', { token: annotator, status: 403 });
    });

    it('tells who deleted what, without its content', async () => {
      const drawing = await draw(1);
      const headers = { 'If-Match': '"1"' };
      await api.ask('DELETE', `/api/v1/drawings/${drawing.id}`, { token, headers, status: 204 });
      const { events } = await log(`?subject=${drawing.id}`);
      assert.equal(events.length, 1);
      assert.equal(events[0].action, 'drawing.deleted');
      assert.equal(events[0].actor, 'admin');
      assert.equal(events[0].project, 'shapes');
      assert.match(events[0].details.sha256, /^[0-9a-f]{64}$/);
      assert.deepEqual(Object.keys(events[0].details), ['sha256']);
    });

    it('tells of labels, projects, accounts, promotions, exports and withdrawals', async () => {
      const since = new Date().toISOString();
      await api.ask('POST', '/api/v1/labels', { token, json: { name: 'wren' }, status: 201 });
      await api.ask('PATCH', '/api/v1/labels/wren', { token, json: { retired: true }, status: 200 });
      await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'birds' }, status: 201 });
      await api.ask('PATCH', '/api/v1/projects/birds', { token, json: { retention_days: 30 }, status: 200 });
      const model = await server.addModel('another');
      await api.ask('POST', `/api/v1/models/${model}:promote`, { token, status: 200 });
      await api.ask('POST', '/api/v1/models:rollback', { token, status: 200 });
      await api.ask('GET', '/api/v1/exports?format=csv', { token: annotator, status: 200 });
      const { events } = await log(`?since=${since}`);
      assert.deepEqual(
        events.map(({ action, actor }) => `${action} ${actor}`),
        [
          'export.started marie',
          'model.rolled_back admin',
          'model.promoted admin',
          'project.changed admin',
          'project.added admin',
          'label.retired admin',
          'label.added admin',
        ],
      );
      assert.deepEqual(events[3].details, { retention_days: 30 });
      assert.equal((await log('?action=user.added&subject=marie')).events[0].actor, 'admin');
    });

    it('names every filter of an export, and no person by it', async () => {
      const [id, day] = ['019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11', '2026-01-02T00:00:00Z'];
      const plain = {
        tag: 'circle', reviewed: true, source: 'page', from: day, until: day, min_confidence: 0.35, max_confidence: 0.9,
        tagged_since: day, split: 'judge', disagreement: false, disputed: true, flagged: false, imported: true, import: id,
      };
      const names = { tagged_by: 'Marie Curie', external_id: 'marie-*', file_name: 'marie.png', name_contains: 'Curie' };
      const taken = async (filters) => {
        const query = new URLSearchParams({ format: 'coco', ...filters });
        await api.ask('GET', `/api/v1/exports?${query}`, { token: annotator, status: 200 });
        return (await log('?action=export.started&limit=1')).events[0].details;
      };
      assert.deepEqual(await taken({}), { format: 'coco' });
      const used = Object.fromEntries(Object.keys(names).map((name) => [name, true]));
      const details = await taken({ ...plain, ...names });
      for (const time of ['from', 'until', 'tagged_since']) details[time] = details[time].replace('.000000', '');
      assert.deepEqual(details, { format: 'coco', ...plain, ...used });
      // All that the document lets an export be filtered by.
      const { parameters } = api.contract.operation('get', '/api/v1/exports');
      const known = parameters.map(({ name }) => name).filter((name) => name && name !== 'project');
      assert.deepEqual(Object.keys(details).sort(), known.sort());
    });

    it('is read page by page, and refuses what it does not know', async () => {
      const all = (await log('?limit=200')).events;
      const first = await log('?limit=2');
      const second = await log(`?limit=2&cursor=${first.next}`);
      assert.deepEqual(
        [...first.events, ...second.events].map(({ id }) => id),
        all.slice(0, 4).map(({ id }) => id),
      );
      assert.equal((await log(`?limit=200`)).next, null);
      for (const [field, query] of [
        ['limit', 'limit=0'],
        ['limit', 'limit=201'],
        ['cursor', 'cursor=x'],
        ['action', 'action=drawing.drawn'],
        ['since', 'since=yesterday'],
        ['actor', `actor=${'a'.repeat(601)}`],
        ['who', 'who=admin'],
      ])
        await api.ask('GET', `/api/v1/audit?${query}`, { token, status: 422, field });
      const { body } = await api.ask('GET', '/api/v1/audit?limit=0', { token, status: 422 });
      assert.equal(body.detail, 'A page has 1 to 200 entries.');
    });

    it('refuses an address that is not UTF-8', async () => {
      const refused = { token, status: 400, kind: 'malformed' };
      for (const [path, field] of [
        ['/audit?subject=%FF', 'subject'],
        ['/audit?actor=a%C3', 'actor'],
        ['/drawings?tag=%FF', 'tag'],
        ['/drawings?tagged_by=%FF', 'tagged_by'],
        ['/exports?format=csv&tag=%FF', 'tag'],
        ['/people/%FF', 'path'],
        ['/projects/%FF', 'path'],
        ['/projects/%FF/labels', 'path'],
        ['/models/%FF/card', 'path'],
        ['/drawings/%FF', 'path'],
      ])
        await api.ask('GET', `/api/v1${path}`, { ...refused, field });
      await api.ask('DELETE', '/api/v1/people/%FF', { ...refused, field: 'path' });
      await api.ask('POST', '/api/v1/imports?pseudonym=%FF', { ...refused, field: 'pseudonym' });
      const form = (body) => ({ headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body });
      await api.ask('POST', '/api/v1/token', {
        ...form('username=%FF&password=x'),
        status: 400,
        kind: 'malformed',
        field: 'username',
      });
    });

    it('refuses unknown query parameters everywhere', async () => {
      for (const path of [
        '/api/v1/public/drawings',
        '/api/v1/public/labels',
        '/api/v1/public/projects',
        '/api/v1/public/model',
        '/api/v1/public/service',
        '/api/v1/drawings',
        '/api/v1/queue',
        '/api/v1/jobs',
        '/api/v1/exports',
        '/api/v1/users',
        '/api/v1/me',
        '/api/v1/models',
        '/api/v1/quality',
        '/api/v1/quality/suspects',
        '/api/v1/quality/recheck',
      ])
        await api.ask('GET', `${path}?lmit=5`, { token, status: 422, field: 'lmit' });
      // What annotators filter by, nobody else does.
      for (const name of ['reviewed', 'tagged_by', 'source', 'order', 'disputed'])
        await api.ask('GET', `/api/v1/public/drawings?${name}=true`, { status: 422, field: name });
    });

    it('hands out what is kept of a person, and erases it', async () => {
      const name = 'Sam Ö./?';
      const path = `/api/v1/people/${encodeURIComponent(name)}`;
      const queued = await api.ask('POST', `/api/v1/imports?pseudonym=${encodeURIComponent(name)}`, {
        token: annotator,
        headers: { 'Content-Type': 'application/gzip' },
        body: circles(3),
        status: 202,
      });
      assert.equal(queued.body.project, 'shapes');
      const job = await endedJob(api, token, queued.body.id);
      assert.equal(job.state, 'succeeded', JSON.stringify(job));
      const jobs = (await api.ask('GET', '/api/v1/jobs', { token, status: 200 })).body.jobs;
      assert.equal(jobs[0].project, 'shapes');
      assert.equal((await log(`?subject=${job.id}`)).events[0].action, 'import.started');

      const { bytes, type } = await api.ask('GET', path, { token, status: 200 });
      assert.equal(type, 'application/x-ndjson');
      const kept = String(bytes).trim().split('\n').map(JSON.parse);
      assert.equal(kept.length, 3);
      for (const drawing of kept) {
        assert.equal(drawing.pseudonym, name);
        assert.equal(Buffer.from(drawing.image, 'base64').subarray(1, 4).toString(), 'PNG');
        assert.equal(drawing.history[0].event, 'predicted');
      }
      const steps = [];
      do steps.push((await api.ask('DELETE', path, { token, status: 200 })).body);
      while (!steps.at(-1).done);
      assert.deepEqual(steps, [
        { drawings: 3, events: 0, done: false },
        { drawings: 0, events: 0, done: true },
      ]);
      for (const { id } of kept) await api.ask('GET', `/api/v1/public/drawings/${id}`, { status: 404 });
      assert.equal((await api.ask('GET', path, { token, status: 200 })).bytes.length, 0);
      const [erased] = (await log('?action=person.erased')).events;
      assert.match(erased.subject, /^sha256:[0-9a-f]{64}$/);
      assert.ok(!JSON.stringify((await log('?limit=200')).events).includes('Sam'));
      const most = `/api/v1/people/${'a'.repeat(512)}`;
      await api.ask('GET', most, { token, status: 200 });
      await api.ask('GET', `${most}a`, { token, status: 422, field: 'pseudonym' });
    });
  });
