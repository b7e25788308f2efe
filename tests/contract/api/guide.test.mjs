// The script of the user guide that goes the whole way, taken out of the guide and run as it is written.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { figurePng, figures } from '../../e2e/support/figures.mjs';
import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { zipOf } from '../../e2e/support/zip.mjs';
import { client } from './support/contract.mjs';
import { entryOf } from './support/zip.mjs';

const run = promisify(execFile);
const guide = new URL('../../../docs/user-guide.md', import.meta.url);

async function script() {
  const text = await readFile(guide, 'utf8');
  const found = /### The whole loop in ten lines\n[^]*?```sh\n([^]*?)```/.exec(text);
  assert.ok(found, 'the guide has the script');
  return found[1];
}

/** Drawings from one number to another by name: `nameOf(figure, n)`. */
const drawings = (from, to, nameOf) =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, i) => {
      const figure = figures[(from + i) % figures.length];
      return [nameOf(figure, from + i), figurePng(figure, from + i)];
    }),
  );

for (const kind of Object.keys(stores))
  describe(`the guide's loop on ${kind}`, () => {
    let store, server, folder;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'croquis-guide-'));
      store = await stores[kind]();
      server = await startCroquis(store.url);
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
      await rm(folder, { recursive: true, force: true });
    });

    it('has ten lines', async () => {
      assert.equal((await script()).trim().split('\n').length, 10);
    });

    it('teaches five labels that no model knows, and takes them out', async () => {
      await writeFile(join(folder, 'thirty.zip'), zipOf(drawings(0, 30, (figure, n) => `${figure}/${n}.png`)));
      await writeFile(join(folder, 'hundred.zip'), zipOf(drawings(30, 130, (_, n) => `${n}.png`)));
      const url = `http://localhost:${server.ports.api}`;
      await run('bash', ['-euo', 'pipefail', '-c', await script()], {
        cwd: folder,
        env: { ...process.env, CROQUIS_API: `${url}/api/v1` },
        maxBuffer: 64 << 20,
      });
      const api = await client(url);
      const { access_token: token } = await api.signIn('admin', 'admin');
      const taught = JSON.parse(await readFile(join(folder, 'taught.json'), 'utf8'));
      assert.ok(api.contract.holds('Teaching', taught), JSON.stringify(taught));
      // One in four judges, by chance: of six drawings of a label, too few may be left to learn from.
      const named = [...taught.labels, ...taught.too_few].map(({ label }) => label).sort();
      assert.deepEqual(named, [...figures].sort());
      assert.equal(taught.promoted, taught.gate.verdict === 'better');
      const about = await api.ask('GET', '/api/v1/projects/figures/model', { token, status: 200 });
      assert.equal(about.body.id, taught.promoted ? taught.model : taught.parent);
      // Thirty reviewed drawings by themselves, and what was accepted of the hundred.
      const table = entryOf(await readFile(join(folder, 'figures.zip')), 'labels.csv').toString();
      const rows = table.trim().split('\r\n').slice(1);
      const { body: left } = await api.ask('GET', '/api/v1/projects/figures/queue?limit=200', { token, status: 200 });
      assert.equal(rows.length, 130 - left.drawings.length);
      assert.ok(rows.length > 80, `${rows.length} were reviewed`);
      // What was accepted at once judges nothing, also where the queue had picked it at random.
      const { body: kept } = await api.ask('GET', '/api/v1/projects/figures/exports?format=csv&split=judge&reviewed=true', {
        token,
        status: 200,
      });
      const numbers = entryOf(kept, 'labels.csv').toString().trim().split('\r\n').slice(1).map((row) => parseInt(row.split(',')[4]));
      assert.ok(numbers.some((n) => n >= 30), 'some of the hundred are kept back');
      assert.equal(taught.gate.drawings, numbers.filter((n) => n < 30).length);
    });
  });
