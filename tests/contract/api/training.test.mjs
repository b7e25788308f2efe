import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { fakeTraining } from '../../e2e/support/training.mjs';
import { until } from '../../e2e/support/until.mjs';
import { client } from './support/contract.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

for (const kind of Object.keys(stores))
  describe(`training on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    let folder;
    let flags;
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'croquis-training-'));
      const program = await fakeTraining(folder);
      await mode('succeeds');
      flags = ['--train-program', program, '--train-folder', path.join(folder, 'trainings'), '--max-train-mebibytes', '512'];
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
      await rm(folder, { recursive: true, force: true });
    });
    const mode = (word) => writeFile(path.join(folder, 'mode'), word);
    const noted = async (name) => (await readFile(path.join(folder, name), 'utf8')).trim();
    const train = (json = {}, more = {}) =>
      api.ask('POST', '/api/v1/models:train', { token, json, status: 202, ...more });
    const job = async (id) => (await api.ask('GET', `/api/v1/jobs/${id}`, { token, status: 200 })).body;
    const listed = async () => (await api.ask('GET', '/api/v1/models', { token, status: 200 })).body;
    const told = (id) => until('word of the training', async () => (await job(id)).detail);
    async function start() {
      server = await startCroquis(store.url, { ports: server.ports, flags });
      api = await client(`http://localhost:${server.ports.api}`);
      ({ access_token: token } = await api.signIn('admin', 'admin'));
      ({ access_token: annotator } = await api.signIn('marie', 'a long pass phrase'));
    }

    it('says where there is no program that trains', async () => {
      assert.equal((await listed()).training_available, false);
      const refused = await train({}, { status: 409 });
      assert.equal(refused.body.code, 'no_training');
      await server.stop();
      await start();
      assert.equal((await listed()).training_available, true);
    });

    it('checks what is asked', async () => {
      await train({}, { token: annotator, status: 403 });
      await train({}, { token: undefined, status: 401 });
      for (const [field, json] of [
        ['from', { from: 'elsewhere' }],
        ['steps', { steps: 99 }],
        ['steps', { steps: 100_001 }],
        ['sketches', { sketches: 1 }],
        ['quick', { quick: 'yes' }],
        ['other', { other: 1 }],
      ])
        await train(json, { status: 422, field });
      const { body } = await train({ steps: 100 });
      const ended = await endedJob(api, token, body.id);
      assert.equal(ended.state, 'failed');
      assert.match(ended.error, /^Two labels at least/);
    });

    it('registers what was trained, judged against the live model', async () => {
      const tags = new Map();
      for (let i = 0; i < 60; ++i) {
        const { id } = (await api.predict(circle(i), {}, { status: 201 })).body;
        const tag = i % 2 ? 'star' : 'circle';
        tags.set(id, tag);
        const headers = { 'If-Match': '"1"' };
        await api.ask('PATCH', `/api/v1/drawings/${id}`, { token: annotator, headers, json: { tag }, status: 200 });
      }
      const { id: live } = (await api.ask('GET', '/api/v1/model', { token, status: 200 })).body;
      const queued = await train({ steps: 100_000, sketches: false });
      assert.equal(queued.headers.get('location'), `/api/v1/jobs/${queued.body.id}`);
      const ended = await endedJob(api, token, queued.body.id);
      assert.equal(ended.state, 'succeeded', ended.error);
      assert.equal(ended.result.parent, live);
      const made = (await listed()).models.find(({ id }) => id === ended.result.model);
      assert.deepEqual([made.state, made.kind], ['candidate', 'trunk']);
      const { begun_with: begun, steps, sketches, drawings, curve, by } = made.lineage;
      assert.deepEqual([begun, steps, sketches, by], [live, 100_000, false, 'admin']);
      assert.deepEqual(curve, [[10, 1.1, 0.105], [20, 1.2, 0.205], [30, 1.3, 0.305]]);

      const lines = (await noted('learnt/project-alone/drawings.ndjson')).split('\n').map((line) => JSON.parse(line));
      assert.equal(lines.length, drawings);
      // One in four judges, and is in no file that is learnt from.
      assert.ok(drawings > 30 && drawings < 60, `${drawings} are learnt from`);
      assert.ok(lines.every(({ key_id: id, word, picture }) => tags.get(id) === word && picture.length > 0));

      assert.ok(Number(await noted('nice')) >= 15);
      assert.equal(await noted('memory'), String(512 * 1024));
      assert.match(await noted('calls'), /--threads 1 --begin-with \S+ --steps 100000$/);
      await assert.rejects(noted(`trainings/${queued.body.id}/lineage.json`));
    });

    it('makes a network again from its lineage', async () => {
      const before = (await listed()).models;
      const made = before.find(({ lineage }) => 'network_sha256' in lineage);
      const again = async () => {
        const { body } = await api.ask('POST', `/api/v1/models/${made.id}:remake`, { token, status: 202 });
        assert.deepEqual([body.kind, body.model], ['retrain', made.id]);
        const ended = await endedJob(api, token, body.id);
        assert.equal(ended.state, 'succeeded', ended.error);
        return ended.result;
      };
      const calls = async () => (await noted('calls')).split('\n');
      const last = async () => (await calls()).at(-1).replaceAll(/\S*trainings\/[-0-9a-f]+/g, '');
      const first = await last();
      const same = await again();
      assert.deepEqual([same.same, same.same_drawings, same.again, same.otherwise], [true, true, { same_network: true }, undefined]);
      assert.deepEqual([same.learnt, same.found, same.changed_all], [made.lineage.drawings, made.lineage.drawings, 0]);
      assert.equal(await last(), first);
      const learnt = (folder) => noted(`${folder}/project-alone/drawings.ndjson`);
      assert.equal(await learnt('learnt/people'), await learnt('learnt'));

      // What was tagged otherwise since is taken as it was.
      const { key_id: id, word } = JSON.parse((await learnt('learnt')).split('\n')[0]);
      const headers = { 'If-Match': '"2"' };
      const tag = word === 'star' ? 'circle' : 'star';
      await api.ask('PATCH', `/api/v1/drawings/${id}`, { token: annotator, headers, json: { tag }, status: 200 });
      await mode('differs');
      const other = await again();
      await mode('succeeds');
      assert.deepEqual([other.same, other.same_drawings, other.again], [false, true, { same_network: false }]);
      assert.deepEqual(other.changed, [{ drawing: id, then: word, now: tag, reviewed: true, hidden: false }]);
      assert.deepEqual(other.otherwise, [{ what: 'commit', then: made.lineage.made.commit, now: 'another' }]);

      // Nothing is trained where some are gone.
      await api.ask('DELETE', `/api/v1/drawings/${id}`, { token, status: 204, headers: { 'If-Match': '"3"' } });
      const times = (await calls()).length;
      const gone = await again();
      assert.deepEqual([gone.same, gone.same_drawings, gone.again, gone.deleted], [false, false, undefined, [id]]);
      assert.equal(gone.found, gone.learnt - 1);
      assert.equal((await calls()).length, times);
      assert.equal((await listed()).models.length, before.length);

      const { id: live } = (await api.ask('GET', '/api/v1/model', { token, status: 200 })).body;
      const refused = await api.ask('POST', `/api/v1/models/${live}:remake`, { token, status: 409 });
      assert.equal(refused.body.code, 'not_taught');
    });

    it('says in the program’s words why it failed', async () => {
      await mode('fails');
      const { body } = await train({ from: 'nothing' });
      const ended = await endedJob(api, token, body.id);
      assert.equal(ended.state, 'failed');
      assert.equal(ended.error, 'The training failed: The training diverged.');
      assert.doesNotMatch((await noted('calls')).split('\n').at(-1), /--begin-with/);
    });

    it('tells how it goes, is begun once, and is stopped even where it will not end', async () => {
      await mode('hangs');
      const { body } = await train();
      assert.equal((await train()).body.id, body.id);
      assert.deepEqual((await told(body.id)).curve, [[10, 1.1, 0.105]]);
      const pid = Number(await noted('pid'));
      assert.ok(alive(pid));
      await api.ask('POST', `/api/v1/jobs/${body.id}:cancel`, { token, status: 200 });
      assert.equal((await endedJob(api, token, body.id)).state, 'cancelled');
      assert.ok(!alive(pid));
    });

    it('dies with the server, and goes on from its checkpoint', { timeout: 120_000 }, async () => {
      const { body } = await train();
      await told(body.id);
      const pid = Number(await noted('pid'));
      await server.stop('SIGKILL');
      await until('the end of the program', () => !alive(pid));
      await mode('succeeds');
      await start();
      const ended = await endedJob(api, token, body.id);
      assert.deepEqual([ended.state, ended.attempts], ['succeeded', 2]);
      assert.equal((await noted('begun')).split('\n').at(-1), '10');
      assert.deepEqual(ended.detail.curve, [[10, 1.1, 0.105], [20, 1.2, 0.205], [30, 1.3, 0.305]]);
    });
  });
