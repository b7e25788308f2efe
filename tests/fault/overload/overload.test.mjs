// Crowds of uploads against the program in a memory cgroup of the size that deploy/kubernetes gives it. Needs a
// release build and, for the cgroup, root (cgroup v1 or v2); without, the program's own peak is held against the limit.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What the manifests allow a backend. */
function statedLimits() {
  const kubernetes = readFileSync(path.join(root, 'deploy/kubernetes/backend.yaml'), 'utf8');
  const compose = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
  const units = { Mi: 2 ** 20, Gi: 2 ** 30, m: 2 ** 20, g: 2 ** 30 };
  const bytes = (text, pattern) => {
    const [, number, unit] = pattern.exec(text);
    return Number(number) * units[unit];
  };
  return [bytes(kubernetes, /limits: \{ memory: (\d+)(Mi|Gi) \}/), bytes(compose, /mem_limit: (\d+)(m|g)\b/)];
}

/** A shell that joins a cgroup or lowers a limit, and becomes the program: nothing else is counted. */
const folder = mkdtempSync(path.join(tmpdir(), 'croquis-overload-'));
const wrapper = path.join(folder, 'croquis');
writeFileSync(
  wrapper,
  `#!/bin/sh
[ -z "$TEST_CGROUP" ] || echo $$ > "$TEST_CGROUP"
[ -z "$TEST_FILES" ] || ulimit -n "$TEST_FILES"
exec "${process.env.CROQUIS_BIN ?? path.join(root, 'build/release/bin/croquis')}" "$@"
`,
);
chmodSync(wrapper, 0o755);
process.env.CROQUIS_BIN = wrapper;
const { startCroquis, stores } = await import('../../e2e/support/server.mjs');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

async function startWith(variables, url) {
  Object.assign(process.env, variables);
  try {
    return await startCroquis(url);
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}

const limit = Math.min(...statedLimits());

/** A memory cgroup without swap; null where none can be made. */
function makeCgroup() {
  const name = `croquis-overload-${process.pid}`;
  const attempts = [
    { folder: `/sys/fs/cgroup/memory/${name}`, max: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes', events: 'memory.oom_control', parent: '/sys/fs/cgroup/memory' },
    { folder: `/sys/fs/cgroup/${name}`, max: 'memory.max', peak: 'memory.peak', events: 'memory.events', parent: '/sys/fs/cgroup/cgroup.controllers' },
  ];
  for (const { folder, max, peak, events, parent } of attempts) {
    if (!existsSync(parent)) continue;
    try {
      mkdirSync(folder);
      writeFileSync(path.join(folder, max), String(limit));
      return {
        members: path.join(folder, 'cgroup.procs'),
        peak: () => Number(readFileSync(path.join(folder, peak), 'utf8')),
        wasKilled: () => /oom_kill [1-9]/.test(readFileSync(path.join(folder, events), 'utf8')),
        remove: () => rmdirSync(folder),
      };
    } catch {
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  return null;
}

/** Bytes of the pictures that an attacker sends. */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(zlib.crc32 ? zlib.crc32(body) : crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc32 = (bytes) => (bytes.reduce((sum, byte) => table[(sum ^ byte) & 255] ^ (sum >>> 8), ~0) ^ ~0) >>> 0;

function png({ width, height, depth, colour, interlaced, pixels, level = 9 }) {
  const ihdr = Buffer.alloc(13);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  ihdr.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = zlib.deflateSync(pixels, { level });
  return Buffer.concat([signature, chunk('IHDR', ihdr), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Adam7 (PNG specification, section 8.1): the bytes of all passes, zero. */
function interlacedZeros(width, height, pixelBytes) {
  const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];
  const bytes = passes.map(([x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    return rows * (1 + columns * pixelBytes);
  });
  return Buffer.alloc(bytes.reduce((a, b) => a + b));
}

const bomb = () =>
  png({ width: 4096, height: 1950, depth: 16, colour: 6, interlaced: true, pixels: interlacedZeros(4096, 1950, 8) });

/** Noise that nothing compresses: about 1.9 MB, 2.5 MB in base64. */
function noise() {
  const [width, height] = [1600, 1180];
  const pixels = Buffer.alloc((width + 1) * height);
  let seed = 1;
  for (let i = 0; i < pixels.length; i += 1) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    pixels[i] = i % (width + 1) === 0 ? 0 : seed >>> 24;
  }
  return png({ width, height, depth: 8, colour: 0, interlaced: false, pixels, level: 1 });
}

function square() {
  const pixels = Buffer.alloc(129 * 128, 255);
  for (let y = 0; y < 128; y += 1) pixels[y * 129] = 0;
  for (let i = 30; i < 100; i += 1)
    for (const [x, y] of [[i, 30], [i, 99], [30, i], [99, i]]) pixels[y * 129 + 1 + x] = 0;
  return png({ width: 128, height: 128, depth: 8, colour: 0, interlaced: false, pixels });
}

function previewRequest(file) {
  const body = JSON.stringify({ image: file.toString('base64') });
  return Buffer.from(
    'POST /api/v1/public/predictions:preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** Sends from an address of this machine and gives the answer's status; 0 where the connection ended. */
function send(port, bytes, from = '127.0.0.1') {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(bytes));
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
  });
}

/** Sends all of it and hangs up at once. */
function sendAndHangUp(port, bytes) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(bytes, () => socket.destroy()));
    socket.on('error', () => {});
    socket.on('close', resolve);
  });
}

describe('a crowd of uploads', () => {
  let store;
  let server;
  let cgroup;

  before(async () => {
    cgroup = makeCgroup();
    store = await stores.sqlite();
    server = await startWith({ TEST_CGROUP: cgroup?.members ?? '' }, store.url);
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
    cgroup?.remove();
  });

  const visitor = () => send(server.ports.api, previewRequest(square()), '127.0.0.9');

  it('of 72 KB that decode to 8 megapixels, given up at once, keeps nobody waiting', async () => {
    const file = bomb();
    assert.ok(file.length < 100_000, `${file.length}`);
    const bytes = previewRequest(file);
    assert.equal(await visitor(), 200);
    const alone = performance.now();
    assert.equal(await send(server.ports.api, bytes), 422, 'an empty picture, decoded whole');
    const one = performance.now() - alone;
    await Promise.all(Array.from({ length: 60 }, () => sendAndHangUp(server.ports.api, bytes)));
    const began = performance.now();
    assert.equal(await visitor(), 200);
    const waited = performance.now() - began;
    console.log(`one such picture takes ${one.toFixed(0)} ms; the next visitor waited ${waited.toFixed(0)} ms`);
    // Sixty of them one after another would be thirty times this.
    assert.ok(waited < 4 * one + 500, `${waited} ms`);
  });

  it('of 2.5 MB each stays within the memory that the manifests give', async () => {
    const bytes = previewRequest(noise());
    assert.ok(bytes.length > 2_400_000 && bytes.length < 2_800_000, `${bytes.length}`);
    const statuses = {};
    for (const count of [300, 700]) {
      const crowd = Array.from({ length: count }, (_, i) => send(server.ports.api, bytes, `127.0.1.${i % 100 + 1}`));
      for (const status of await Promise.all(crowd)) statuses[status] = (statuses[status] ?? 0) + 1;
    }
    console.log('answers', JSON.stringify(statuses));
    for (const status of Object.keys(statuses)) assert.ok(['0', '200', '422', '503'].includes(status), status);
    assert.ok((statuses[200] ?? 0) + (statuses[422] ?? 0) > 0);
    assert.equal(await visitor(), 200, 'and goes on');
    const own = execFileSync('sh', ['-c', `cat /proc/${server.pid}/status`]).toString();
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(own)[1]) * 1024;
    if (cgroup) assert.ok(!cgroup.wasKilled(), 'the kernel had to kill');
    console.log(`peak of the program ${(peak / 2 ** 20).toFixed(0)} MiB, limit ${limit / 2 ** 20} MiB, ${cgroup ? `of its cgroup with the store's pages ${(cgroup.peak() / 2 ** 20).toFixed(0)} MiB` : 'no cgroup'}`);
    assert.ok(peak < 0.9 * limit, `${peak} of ${limit}`);
  });
});

describe('64 file descriptors', () => {
  it('are warned of at the start, and past them a client is told or let go, not left to wait', async () => {
    const store = await stores.sqlite();
    const server = await startWith({ TEST_FILES: '64' }, store.url);
    try {
      assert.ok(server.said.some((line) => line.includes('may have 64 files open')), server.said.join('\n'));
      for (const port of [server.ports.api, server.ports.portal]) {
        const held = [];
        const outcomes = await Promise.all(
          Array.from({ length: 200 }, () => {
            const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
            return new Promise((resolve) => {
              const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(request));
              held.push(socket);
              socket.once('data', (part) => resolve(part.toString('latin1').slice(9, 12)));
              socket.on('error', () => resolve('closed'));
              socket.on('close', () => resolve('closed'));
            });
          }),
        );
        const counts = {};
        for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
        console.log(`200 connections: ${JSON.stringify(counts)}`);
        assert.deepEqual(Object.keys(counts).filter((outcome) => !['200', '503', 'closed'].includes(outcome)), []);
        assert.ok(counts[200] >= 4 && counts[503] > 0, JSON.stringify(counts));
        for (const socket of held) socket.destroy();
        let status = 0;
        while (status !== 200)
          status = await send(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      }
    } finally {
      await server.stop();
      await store.remove();
    }
  });
});

describe('a stop', () => {
  it('is over within its limit though a client is stuck in the middle of a body', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url);
    const stuck = Object.values(server.ports).map((port) => {
      const socket = net.connect({ port, host: '127.0.0.1' });
      socket.on('error', () => {});
      socket.write('POST /api/v1/public/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nab');
      return socket;
    });
    await send(server.ports.api, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const began = performance.now();
    await server.stop();
    const took = (performance.now() - began) / 1000;
    console.log(`the stop took ${took.toFixed(1)} s`);
    for (const socket of stuck) socket.destroy();
    await store.remove();
    // The grace that docker-compose.yml gives.
    assert.ok(took < 20, `${took} s`);
  });
});
