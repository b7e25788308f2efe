// The clock is set back, or forward and corrected, under a running program (libfaketime).
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { ask, submit, tell, tempFolder } from './support.mjs';

const libraryPath = () =>
  readdirSync('/usr/lib')
    .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
    .find((file) => existsSync(file));

const minutes = (count) => count * 60;

describe('the clock', () => {
  it('may be set back and forth: submissions are taken, dated by it, and found by their time', async (test) => {
    const library = libraryPath();
    if (!library) return test.skip('libfaketime is not installed');
    const temp = await tempFolder();
    const store = await stores.sqlite();
    const setting = path.join(temp.folder, 'faketime');
    const set = (seconds) => writeFile(setting, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
    await set(0);
    const croquis = await startCroquis(store.url, {
      wrap: ['env', `LD_PRELOAD=${library}`],
      env: {
        FAKETIME_TIMESTAMP_FILE: setting,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0`,
      },
    });
    try {
      for (const ahead of [0, -minutes(11), 0, minutes(120), 0, -minutes(60 * 24), 0]) {
        await set(ahead);
        const expected = Date.now() + ahead * 1000;
        const answer = await submit(croquis.url);
        assert.equal(answer.status, 201, JSON.stringify(answer.body));
        const at = Date.parse(answer.body.created_at);
        tell(`clock ${ahead} s off: ${answer.status}, dated ${((at - Date.now()) / 1000).toFixed(1)} s off`);
        // Ids go on through a minute of a step back; a loaded machine takes its time too.
        assert.ok(Math.abs(at - expected) < 90_000, `${answer.body.created_at}, ${ahead} s off`);
        const from = new Date(at - 1000).toISOString();
        const until = new Date(at + 1000).toISOString();
        const found = await ask(`${croquis.url}/api/v1/public/drawings?from=${from}&until=${until}`);
        assert.ok(
          found.body.drawings.some(({ id }) => id === answer.body.id),
          'the list between two times has it',
        );
      }
    } finally {
      await croquis.stop('SIGKILL');
      await store.remove();
      await temp.remove();
    }
  });
});
