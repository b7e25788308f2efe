// The program itself is killed, told to stop under load, or short of file descriptors.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { ask, expectStored, load, submit, tell, until } from './support.mjs';

for (const [kind, makeStore] of Object.entries(stores)) {
  describe(`the program, on ${kind}`, () => {
    it('loses nothing that it answered when it is killed at random moments under load', async () => {
      const store = await makeStore();
      let croquis = await startCroquis(store.url);
      const stored = [];
      try {
        for (let round = 0; round < 5; round += 1) {
          const work = load(croquis.url);
          const enough = 1 + Math.floor(Math.random() * 60);
          await until(`${enough} are stored`, () => work.stored.length >= enough);
          await croquis.stop('SIGKILL');
          stored.push(...(await work.stop()).stored);
          croquis = await startCroquis(store.url, { ports: croquis.ports });
        }
        tell(`five kills: ${stored.length} answered`);
        await expectStored(croquis.url, stored);
      } finally {
        await croquis.stop('SIGKILL');
        await store.remove();
      }
    });

    it('answers what it has taken when it is told to stop, and ends with 0', async () => {
      const store = await makeStore();
      let croquis = await startCroquis(store.url);
      try {
        const work = load(croquis.url);
        await until('20 are stored', () => work.stored.length >= 20);
        const start = performance.now();
        const code = await croquis.stop('SIGTERM');
        const seconds = (performance.now() - start) / 1000;
        const { stored, statuses } = await work.stop();
        tell(`ended with ${code} after ${seconds.toFixed(1)} s; answers ${JSON.stringify(statuses)}`);
        assert.equal(code, 0);
        assert.ok(seconds < 30);
        croquis = await startCroquis(store.url, { ports: croquis.ports });
        await expectStored(croquis.url, stored);
      } finally {
        await croquis.stop('SIGKILL');
        await store.remove();
      }
    });
  });
}

describe('the program told to stop', () => {
  it('ends within its limit though a client is stuck in the middle of a body', async () => {
    const store = await stores.sqlite();
    const croquis = await startCroquis(store.url);
    const stuck = connect(croquis.ports.api, '127.0.0.1');
    stuck.on('error', () => {});
    await once(stuck, 'connect');
    stuck.write('POST /api/v1/public/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc');
    await sleep(300);
    const start = performance.now();
    const code = await croquis.stop('SIGTERM');
    const seconds = (performance.now() - start) / 1000;
    tell(`ended with ${code} after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 30);
    stuck.destroy();
    await store.remove();
  });

  it('ends at once when it is told so again', async () => {
    const store = await stores.sqlite();
    const croquis = await startCroquis(store.url);
    const stuck = connect(croquis.ports.api, '127.0.0.1');
    stuck.on('error', () => {});
    await once(stuck, 'connect');
    stuck.write('POST /api/v1/public/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc');
    await sleep(300);
    process.kill(croquis.pid, 'SIGTERM');
    await until('it says so', () => croquis.said.some((line) => line.includes('stopping')));
    const start = performance.now();
    await croquis.stop('SIGTERM');
    tell(`ended ${((performance.now() - start) / 1000).toFixed(1)} s after the second time`);
    assert.ok(performance.now() - start < 10_000);
    stuck.destroy();
    await store.remove();
  });
});

describe('64 file descriptors', () => {
  it('are answered with 503 or turned away, never kept waiting, and the program lives on', async () => {
    const store = await stores.sqlite();
    const croquis = await startCroquis(store.url, { wrap: ['prlimit', '--nofile=64:64'] });
    try {
      const idle = Array.from({ length: 100 }, () => connect(croquis.ports.api, '127.0.0.1'));
      for (const socket of idle) socket.on('error', () => {});
      await sleep(1000);
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask(`${croquis.apiUrl}/healthz`)));
      tell(`with 100 connections held: ${answers.map(({ status, seconds }) => `${status} (${seconds.toFixed(1)} s)`)}`);
      for (const socket of idle) socket.destroy();
      await until('it serves again', async () => (await submit(croquis.url)).status === 201);
    } finally {
      await croquis.stop('SIGKILL');
      await store.remove();
    }
  });
});
