// Jobs that a backend leaves to `croquis worker`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort, program, startWorker } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { fakeTraining } from '../../e2e/support/training.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';

// A job says twice a second how far it is: by then so many are not all stored.
const many = 3000;

describe('workers on postgresql', () => {
  let store, server, api, token, annotator, uploads, watched;
  const workers = [];
  before(async () => {
    uploads = mkdtempSync(join(tmpdir(), 'croquis-uploads-'));
    watched = await freePort();
    const flags = ['--no-jobs', '--upload-folder', join(uploads, 'here'), '--metrics-port', String(watched)];
    ({ store, server, api, token, annotator } = await startWithPeople('postgresql', { flags }));
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await server?.stop();
    await store?.remove();
    rmSync(uploads, { recursive: true, force: true });
  });

  const work = async (more = []) => {
    const worker = await startWorker(store.url, { flags: ['--upload-folder', join(uploads, 'here'), ...more] });
    workers.push(worker);
    return worker;
  };
  const found = async (id) => (await api.ask('GET', `/api/v1/jobs/${id}`, { token, status: 200 })).body;
  const begun = (process, id) => process.said.some((line) => line.includes(`job ${id}: import begins`));
  const stored = async (word) => {
    const { body } = await api.ask('GET', '/api/v1/labels', { token, status: 200 });
    return body.labels.find(({ tag }) => tag === word).drawings;
  };

  /** What a process measures, by name and labels as Prometheus writes them. */
  async function measured(port) {
    const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
    return new Map([...text.matchAll(/^(croquis_(?:job|workers)\S+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  }
  const jobs = async (...words) =>
    (await promisify(execFile)(program, ['job', ...words, '--store', store.url])).stdout;

  const there = async () => (await api.ask('GET', '/api/v1/workers', { token, status: 200 })).body.workers;
  const named = (workers, { pid }) => workers.find(({ name }) => name.endsWith(`:${pid}`));

  /** Queues an import of so many drawings of `word`, none like another. */
  const queue = async (word, slant) => {
    const strokes = (i) => [[[0, 90, i % 600], [0, slant, 50 + Math.floor(i / 600)]]];
    const lines = Array.from({ length: many }, (_, i) => JSON.stringify({ key_id: `${word}-${i}`, word, drawing: strokes(i) }));
    const headers = { 'Content-Type': 'application/x-ndjson' };
    return (await api.ask('POST', '/api/v1/imports', { token, headers, body: lines.join('\n'), status: 202 })).body;
  };

  /** The worker that has the job, in its midst. */
  const atWork = async (id) => {
    await until('the job to get on', async () => (await found(id)).progress > 0);
    assert.equal((await found(id)).state, 'running', 'it was too fast to be cut off');
    return workers.find((worker) => begun(worker, id));
  };

  it('take what the backend leaves, and over from one that is killed', async () => {
    const job = await queue('line', 9);
    await sleep(1500); // longer than any process goes without looking for jobs
    const left = await found(job.id);
    assert.equal(left.state, 'queued');
    assert.deepEqual([left.waiting.for, left.waiting.since], ['worker', left.created_at]);
    assert.match(left.waiting.reason, /^No server or worker .* does such jobs\. It waits for a server that does jobs, or a worker/);
    assert.deepEqual(await there(), [], 'the backend does none');
    assert.equal(await jobs('workers'), '');
    assert.equal((await measured(watched)).get('croquis_jobs_running{kind="import"}'), undefined, 'it does none');
    await Promise.all([work(), work()]);
    const killed = await atWork(job.id);
    const listed = await there();
    assert.equal(listed.length, 2);
    for (const { process, kinds, jobs: at, name, since, seen_at } of listed) {
      assert.deepEqual([process, kinds], ['worker', ['import', 'remake', 'retag', 'shadow', 'teach']]);
      assert.ok(since <= seen_at);
      const isAtIt = name.endsWith(`:${killed.pid}`);
      assert.deepEqual(at, isAtIt ? [{ id: job.id, kind: 'import', project: 'shapes' }] : [], name);
    }
    await killed.stop('SIGKILL');
    workers.splice(workers.indexOf(killed), 1);
    const done = await endedJob(api, token, job.id);
    assert.equal(done.state, 'succeeded', done.error);
    assert.equal(done.attempts, 2);
    assert.ok(begun(workers[0], job.id));
    await until('the killed one to be gone', async () => named(await there(), killed) === undefined);
    assert.deepEqual(named(await there(), workers[0]).jobs, []);
    const line = String.raw`\S+:${workers[0].pid} +worker +\S+ +import,remake,retag,shadow,teach +\S+Z  seen \d+ s ago  idle\n`;
    assert.match(await jobs('workers'), new RegExp(`^${line}$`));
    await api.ask('GET', '/api/v1/workers', { token: annotator, status: 403 });
    assert.ok(done.result.already_there > 0);
    assert.equal(done.result.stored + done.result.already_there, many);
    assert.equal(await stored('line'), many);
    assert.equal(begun(server, job.id), false, 'the backend took it');
  });

  it('leave a training to one that has the program for it', async () => {
    const { body: models } = await api.ask('GET', '/api/v1/models', { token, status: 200 });
    assert.equal(models.training_available, true);
    const { body: job } = await api.ask('POST', '/api/v1/models:train', { token, json: {}, status: 202 });
    // Those without the program do what comes after it.
    const { body: later } = await api.ask('POST', '/api/v1/models:teach', { token, json: {}, status: 202 });
    await endedJob(api, token, later.id);
    await sleep(1500);
    const left = await found(job.id);
    assert.deepEqual([left.state, left.attempts], ['queued', 0]);
    assert.deepEqual([left.waiting.for, left.waiting.since], ['worker', left.created_at]);
    assert.match(left.waiting.reason, /croquis worker --train-program FILE/);
    const { body: listed } = await api.ask('GET', '/api/v1/jobs', { token, status: 200 });
    assert.equal(listed.jobs.find(({ id }) => id === job.id).waiting.for, 'worker');
    assert.equal(listed.jobs.find(({ id }) => id === later.id).waiting, undefined);
    const told = await jobs('list', '--open');
    assert.match(told, new RegExp(`^${job.id}  train .* queued .*\n  waits for \\d+ s: no server or worker .* does such jobs; needed is .*croquis-train`));
    assert.equal(told.trim().split('\n').length, 2, told);
    await until('the backend to count it', async () => (await measured(watched)).get('croquis_jobs_waiting{kind="train"}') === 1);
    const waiting = await measured(watched);
    assert.ok(waiting.get('croquis_jobs_waiting_seconds{kind="train"}') > 0);
    assert.equal(waiting.get('croquis_workers{kind="train"}'), 0);
    assert.equal(waiting.get('croquis_workers{kind="teach"}'), 1);

    const port = await freePort();
    const trainer = ['--train-program', await fakeTraining(uploads), '--train-folder', join(uploads, 'trainings')];
    const able = await work([...trainer, '--metrics-port', String(port)]);
    const done = await endedJob(api, token, job.id);
    assert.equal(done.waiting, undefined);
    await until('the worker to count it', async () => {
      const counts = await measured(port);
      return counts.get('croquis_jobs_ended_total{kind="train",outcome="failed"}') === 1;
    });
    const counts = await measured(port);
    assert.equal(counts.get('croquis_jobs_running{kind="train"}'), 0);
    assert.equal(counts.get('croquis_job_seconds_count{kind="train"}'), 1);
    assert.equal(await jobs('list', '--open'), '');
    assert.match(await jobs('show', job.id), /train .* failed .*\n  Two labels at least/);
    assert.match(done.error, /^Two labels at least/, 'it looked for drawings to train on');
    assert.ok(able.said.some((line) => line.includes(`job ${job.id}: train begins`)), able.said.join('\n'));
  });

  it('hand their job back when they are told to stop', async () => {
    // One alone: another would have the job again before one can look.
    while (workers.length > 1) await workers.pop().stop();
    const job = await queue('square', 30);
    const told = await atWork(job.id);
    assert.equal(await told.stop(), 0);
    assert.equal(named(await there(), told), undefined, 'it took itself off the list');
    workers.splice(workers.indexOf(told), 1);
    assert.equal((await found(job.id)).state, 'queued');
    await work();
    const done = await endedJob(api, token, job.id);
    assert.equal(done.state, 'succeeded', done.error);
    assert.equal(done.result.stored + done.result.already_there, many);
    assert.equal(await stored('square'), many);
  });

  it('leave to be cancelled at once what nobody is at', async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    const { body: job } = await api.ask('POST', '/api/v1/models:train', { token, json: {}, status: 202 });
    assert.match(await jobs('cancel', job.id), / is cancelled\n$/);
    assert.equal((await found(job.id)).state, 'cancelled');
  });
});

describe('a server on sqlite', () => {
  let store, server, api, token;
  before(async () => {
    ({ store, server, api, token } = await startWithPeople('sqlite'));
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
  });

  it('does the jobs itself, and says so', async () => {
    const { body } = await api.ask('GET', '/api/v1/workers', { token, status: 200 });
    const [{ process, kinds, jobs }, ...others] = body.workers;
    assert.deepEqual([process, jobs, others], ['server', [], []]);
    assert.ok(['import', 'remake', 'retag', 'shadow', 'teach'].every((kind) => kinds.includes(kind)), kinds.join());
  });
});
