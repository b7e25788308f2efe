// Starts the real program, as a person would, on free ports and a store of its own.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { until } from './until.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
export const program = process.env.CROQUIS_BIN ?? path.join(root, 'build/release/bin/croquis');
const webRoot = process.env.WEB_ROOT ?? path.join(root, 'web/dist');
const postgres = path.join(root, 'tools/postgres-for-tests');

const start_timeout_ms = 60_000;

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A store that does not exist yet: its URL, and what removes it. */
export const stores = {
  async sqlite() {
    const folder = await mkdtemp(path.join(tmpdir(), 'croquis-e2e-'));
    return {
      url: `sqlite:${path.join(folder, 'croquis.db')}`,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
  async postgresql() {
    const folder = path.join(tmpdir(), `croquis-e2e-postgres-${process.pid}-${Date.now()}`);
    // Should this process be killed, the server goes with it.
    const env = { ...process.env, CROQUIS_POSTGRES_WITH: String(process.pid) };
    const { stdout } = await run(postgres, ['start', folder], { env });
    return { url: stdout.trim(), remove: () => run(postgres, ['remove', folder]) };
  },
};

async function ready(url, failed) {
  const end = Date.now() + start_timeout_ms;
  while (Date.now() < end) {
    if (failed()) throw new Error(failed());
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error(`${url} was not ready within ${start_timeout_ms / 1000} s`);
}

/** `croquis worker` on that store, once it works. */
export async function startWorker(storeUrl, { flags = [] } = {}) {
  const model = ['--model', path.join(root, 'models/shapes.onnx')];
  const child = spawn(program, ['worker', '--store', storeUrl, ...model, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => said.push(line));
  let error = '';
  child.on('error', (cause) => (error = cause.message));
  const ended = once(child, 'close');
  ended.catch(() => {});
  await until('the worker', () => {
    if (error || child.exitCode !== null) throw new Error(`croquis worker ended: ${error}\n${said.join('\n')}`);
    return said.some((line) => line.startsWith('Croquis does what is queued'));
  });
  return {
    said,
    pid: child.pid,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

/**
 * `croquis serve --demo --portal`; `ports` to come back on those of an earlier one. `wrap` is a command that runs it
 * (["prlimit", "--nofile=64"]), `env` more of its environment.
 */
export async function startCroquis(storeUrl, { ports, flags = [], wrap = [], env = {} } = {}) {
  const { api, portal } = ports ?? { api: await freePort(), portal: await freePort() };
  const given = ['--store', storeUrl, '--port', api, '--portal-port', portal, '--web-root', webRoot];
  const model = ['--model', path.join(root, 'models/shapes.onnx')];
  const serve = [program, 'serve', '--demo', '--portal', ...given.map(String), ...model, ...flags];
  const [command, ...words] = [...wrap, ...serve];
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => said.push(line));
  let error = '';
  child.on('error', (cause) => (error = `cannot start ${program}: ${cause.message}`));
  const ended = once(child, 'close');
  ended.catch(() => {});
  const failed = () =>
    error || (child.exitCode !== null ? `croquis ended (${child.exitCode}):\n${said.join('\n')}` : '');
  const url = `http://localhost:${portal}`;
  await ready(url, failed);
  return {
    url,
    apiUrl: `http://127.0.0.1:${api}`,
    pid: child.pid,
    ports: { api, portal },
    pid: child.pid,
    said,
    /** Registers the shipped model once more, under a name of its own; its id. */
    async addModel(name) {
      const card = path.join(await mkdtemp(path.join(tmpdir(), 'croquis-e2e-card-')), 'card.json');
      const shipped = JSON.parse(await readFile(path.join(root, 'models/shapes.json'), 'utf8'));
      await writeFile(card, JSON.stringify({ ...shipped, name }));
      const onnx = path.join(root, 'models/shapes.onnx');
      const { stdout } = await run(program, ['model', 'add', onnx, '--card', card, '--store', storeUrl]);
      await rm(path.dirname(card), { recursive: true });
      return /^added (\S+)/.exec(stdout)[1];
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
