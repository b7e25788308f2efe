// PostgreSQL standing still (SIGSTOP), crashing and coming back, under a running program.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startCroquis } from '../../e2e/support/server.mjs';
import { ask, expectStored, list, load, postgresIn, submit, tell, tempFolder, until } from './support.mjs';

/** What is promised is a few seconds; a loaded machine under sanitizers gets more. */
const few_seconds = 20;

describe('PostgreSQL stands still', () => {
  let temp, postgres, croquis;
  before(async () => {
    temp = await tempFolder();
    postgres = await postgresIn(path.join(temp.folder, 'postgres'));
    croquis = await startCroquis(postgres.url);
  });
  after(async () => {
    await postgres?.thaw().catch(() => {});
    await croquis?.stop('SIGKILL');
    await postgres?.remove();
    await temp?.remove();
  });

  it('is answered 503 within seconds by lists, submissions and /readyz, while /healthz lives', async () => {
    assert.equal((await submit(croquis.url)).status, 201);
    await postgres.freeze();
    const key = randomUUID();
    const first = await Promise.all([list(croquis.url), submit(croquis.url, key)]);
    const then = [await list(croquis.url), await submit(croquis.url), await ask(`${croquis.url}/readyz`)];
    for (const answer of [...first, ...then]) {
      tell(`${answer.status} after ${answer.seconds.toFixed(1)} s: ${answer.body.detail}`);
      assert.equal(answer.status, 503);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      assert.ok(answer.seconds < few_seconds);
    }
    assert.equal((await ask(`${croquis.url}/healthz`)).status, 200);
    await postgres.thaw();
    await until('ready again', async () => (await ask(`${croquis.url}/readyz`)).status === 200);
    const retried = await submit(croquis.url, key);
    assert.equal(retried.status, 201, 'the key makes the retry safe');
    const again = await submit(croquis.url, key);
    assert.equal(again.body.id ?? retried.body.id, retried.body.id);
  });

  it('does not keep a crowd waiting one after another', async () => {
    await postgres.freeze();
    const answers = await Promise.all(Array.from({ length: 60 }, () => list(croquis.url)));
    await postgres.thaw();
    const slowest = Math.max(...answers.map(({ seconds }) => seconds));
    tell(`60 lists at once: the slowest answer after ${slowest.toFixed(1)} s`);
    for (const { status } of answers) assert.equal(status, 503);
    assert.ok(slowest < few_seconds);
    await until('ready again', async () => (await ask(`${croquis.url}/readyz`)).status === 200);
  });

  it('does not keep SIGTERM from ending the program within 25 s', async () => {
    await postgres.freeze();
    const waiting = Array.from({ length: 40 }, () => submit(croquis.url));
    await sleep(1000);
    const start = performance.now();
    const code = await croquis.stop('SIGTERM');
    const seconds = (performance.now() - start) / 1000;
    await postgres.thaw();
    tell(`ended with ${code} after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 30);
    for (const answer of await Promise.all(waiting)) assert.notEqual(answer.status, 201);
  });
});

describe('PostgreSQL crashes under load', () => {
  it('loses nothing that was answered, and the program comes back by itself', async () => {
    const temp = await tempFolder();
    const postgres = await postgresIn(path.join(temp.folder, 'postgres'));
    const croquis = await startCroquis(postgres.url);
    try {
      const work = load(croquis.url);
      for (let round = 0; round < 3; round += 1) {
        const enough = work.stored.length + 30;
        await until('30 more are stored', () => work.stored.length >= enough);
        await postgres.stop('immediate');
        await until('a refusal', () => (work.statuses[503] ?? 0) > round);
        await postgres.start();
      }
      const enough = work.stored.length + 30;
      await until('30 more are stored', () => work.stored.length >= enough);
      const { stored, statuses } = await work.stop();
      tell(`three crashes: ${stored.length} stored; answers ${JSON.stringify(statuses)}`);
      assert.deepEqual(Object.keys(statuses).sort(), ['201', '503']);
      await expectStored(croquis.url, stored);
    } finally {
      await croquis.stop('SIGKILL');
      await postgres.remove();
      await temp.remove();
    }
  });
});
