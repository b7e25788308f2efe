// What the fault tests share: a small client that never waits without end, load, and a ledger of what was answered.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { circle } from '../../contract/api/support/pictures.mjs';

export const run = promisify(execFile);
export const root = fileURLToPath(new URL('../../..', import.meta.url));
const postgresForTests = path.join(root, 'tools/postgres-for-tests');

/** More than any answer may take, with room for a slow machine under sanitizers. */
export const patience_ms = 40_000;

/** Says what a test does and finds, in the run's output. */
export const tell = (text) => console.log(`    ${text}`);

/** An answer, or what kept it from coming; never waits past `patience_ms`. */
export async function ask(url, options = {}) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patience_ms), ...options });
    const text = await response.text();
    const body = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
    return { status: response.status, body, headers: response.headers, seconds: seconds() };
  } catch (failed) {
    return { status: 0, body: String(failed.cause ?? failed), seconds: seconds() };
  }
}

const pictures = Array.from({ length: 20 }, (_, i) => circle(i).toString('base64'));
let count = 0;

/** Submits a drawing; `key` makes it repeatable. */
export function submit(url, key) {
  count += 1;
  return ask(`${url}/api/v1/public/predictions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key ? { 'Idempotency-Key': key } : {}) },
    body: JSON.stringify({ image: pictures[count % pictures.length] }),
  });
}

export const list = (url) => ask(`${url}/api/v1/public/drawings`);

/** Keeps `clients` submitting until stop(), which returns the ids that were answered and how often each status was. */
export function load(url, clients = 8) {
  const stored = [];
  const statuses = {};
  let going = true;
  const client = async () => {
    while (going) {
      const answer = await submit(url);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status === 201) stored.push(answer.body.id);
      else await sleep(20);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    stored,
    statuses,
    async stop() {
      going = false;
      await all;
      return { stored, statuses };
    },
  };
}

/** Every id is there, with its picture. */
export async function expectStored(url, ids) {
  const left = [...ids];
  const reader = async () => {
    for (let id = left.pop(); id; id = left.pop()) {
      const { status } = await ask(`${url}/api/v1/public/drawings/${id}/image`);
      assert.equal(status, 200, `${id} was answered as stored and is not there`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, reader));
}

export async function until(what, condition, limit_ms = patience_ms) {
  const end = Date.now() + limit_ms;
  while (Date.now() < end) {
    if (await condition()) return;
    await sleep(100);
  }
  assert.fail(`not within ${limit_ms / 1000} s: ${what}`);
}

export async function tempFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'croquis-fault-'));
  await chmod(folder, 0o755); // PostgreSQL runs as another user where root runs the tests
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A PostgreSQL of its own in `folder`, which must not be there yet. */
export async function postgresIn(folder) {
  const env = { ...process.env, CROQUIS_POSTGRES_WITH: String(process.pid) };
  const command = (...words) => run(postgresForTests, words, { env });
  const { stdout } = await command('start', folder);
  return {
    url: stdout.trim(),
    start: () => command('start', folder),
    stop: (how) => command('stop', folder, how),
    freeze: () => command('freeze', folder),
    thaw: () => command('thaw', folder),
    remove: () => command('remove', folder),
    sql: (text, database = 'croquis') => run('psql', ['-qAt', `postgresql://croquis@/${database}?host=${folder}`, '-c', text]),
  };
}

/** A disk of so many MiB, in memory; null where this account may not mount one. */
export async function smallDisk(mebibytes) {
  const { folder, remove } = await tempFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=1777`, 'tmpfs', folder]);
  } catch {
    await remove();
    return null;
  }
  return {
    folder,
    /** Leaves about `kibibytes` free. */
    async fill(kibibytes = 0) {
      const { stdout } = await run('df', ['--output=avail', '-k', folder]);
      const free = Number(stdout.split('\n')[1]) - kibibytes;
      if (free > 0) await run('fallocate', ['-l', `${free}KiB`, path.join(folder, 'filler')]);
    },
    empty: () => rm(path.join(folder, 'filler'), { force: true }),
    async remove() {
      await run('umount', ['-l', folder]);
      await remove();
    },
  };
}
