// A full disk and a database that may not be written: said as what they are, and not ready.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { startCroquis } from '../../e2e/support/server.mjs';
import { ask, expectStored, list, postgresIn, smallDisk, submit, tell, tempFolder, until } from './support.mjs';

async function fillUp(croquis, disk) {
  const stored = [];
  await disk.fill();
  await until('a submission is refused', async () => {
    const answer = await submit(croquis.url);
    if (answer.status === 201) stored.push(answer.body.id);
    return answer.status !== 201;
  });
  const refused = await submit(croquis.url);
  tell(`${stored.length} more were stored, then ${refused.status}: ${refused.body.detail}`);
  return stored;
}

async function expectFull(croquis) {
  const refused = await submit(croquis.url);
  assert.equal(refused.status, 503);
  assert.match(refused.body.detail, /disk is full/);
  await until('it is not ready', async () => (await ask(`${croquis.url}/readyz`)).status === 503);
  for (let i = 0; i < 3; i += 1) {
    const ready = await ask(`${croquis.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(ready.body.detail, /disk is full/);
  }
  assert.equal((await list(croquis.url)).status, 200, 'reading goes on');
  assert.equal((await ask(`${croquis.url}/healthz`)).status, 200);
}

async function expectRecovery(croquis, stored) {
  await until('it is ready again', async () => (await ask(`${croquis.url}/readyz`)).status === 200);
  assert.equal((await submit(croquis.url)).status, 201);
  await expectStored(croquis.url, stored);
}

describe('the disk is full', () => {
  it('under SQLite', async (test) => {
    const disk = await smallDisk(6);
    if (!disk) return test.skip('this account may not mount a file system');
    const croquis = await startCroquis(`sqlite:${path.join(disk.folder, 'croquis.db')}`);
    try {
      const stored = await fillUp(croquis, disk);
      await expectFull(croquis);
      await disk.empty();
      await expectRecovery(croquis, stored);
    } finally {
      await croquis.stop('SIGKILL');
      await disk.remove();
    }
  });

  it('under PostgreSQL', async (test) => {
    const disk = await smallDisk(160);
    if (!disk) return test.skip('this account may not mount a file system');
    const postgres = await postgresIn(path.join(disk.folder, 'postgres'));
    const croquis = await startCroquis(postgres.url);
    try {
      const stored = await fillUp(croquis, disk);
      await expectFull(croquis);
      await disk.empty();
      await expectRecovery(croquis, stored);
    } finally {
      await croquis.stop('SIGKILL');
      await postgres.remove();
      await disk.remove();
    }
  });
});

describe('the database is read-only', () => {
  it('is said, and is not ready until it may be written again', async () => {
    const temp = await tempFolder();
    const postgres = await postgresIn(path.join(temp.folder, 'postgres'));
    const croquis = await startCroquis(postgres.url);
    const set = async (on) => {
      await postgres.sql(`ALTER SYSTEM SET default_transaction_read_only = ${on}`);
      await postgres.sql('SELECT pg_reload_conf()');
    };
    try {
      assert.equal((await submit(croquis.url)).status, 201);
      await set('on');
      await until('it is not ready', async () => (await ask(`${croquis.url}/readyz`)).status === 503);
      for (const answer of [await submit(croquis.url), await ask(`${croquis.url}/readyz`)]) {
        tell(`${answer.status}: ${answer.body.detail}`);
        assert.equal(answer.status, 503);
        assert.match(answer.body.detail, /read-only/);
      }
      assert.equal((await list(croquis.url)).status, 200);
      await set('off');
      await expectRecovery(croquis, []);
    } finally {
      await croquis.stop('SIGKILL');
      await postgres.remove();
      await temp.remove();
    }
  });
});
