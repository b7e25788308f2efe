import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { isPicked } from '../../e2e/support/judging.mjs';
import { program, stores } from '../../e2e/support/server.mjs';
import { startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

for (const kind of Object.keys(stores))
  describe(`the random audit on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    const picked = [];
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const recheck = async () => (await api.ask('GET', '/api/v1/quality/recheck', { token: annotator, status: 200 })).body;
    const claim = async (id, options = {}) =>
      (await api.ask('PUT', `/api/v1/quality/recheck/claims/${id}`, { token: annotator, json: {}, status: 200, ...options })).body;
    const says = (drawing, tag) =>
      api.ask('PATCH', `/api/v1/drawings/${drawing.id}`, {
        token: annotator,
        headers: { 'If-Match': `"${drawing.version}"` },
        json: { tag },
        status: 200,
      });

    it('concludes nothing where there is nothing', async () => {
      const found = await recheck();
      assert.deepEqual([found.level, found.fewest, found.probability], [0.9, 50, 0.0625]);
      assert.deepEqual([found.in_bulk.verdict, found.in_bulk.judges], ['undecided', false]);
      assert.deepEqual([found.imported.verdict, found.imported.judges], ['undecided', true]);
      assert.equal(found.in_bulk.agreement.of, 0);
      await api.ask('GET', '/api/v1/quality/recheck', { status: 401 });
      await api.ask('GET', '/api/v1/quality/recheck?limit=1', { token: annotator, status: 422, field: 'limit' });
      await api.ask('GET', '/api/v1/projects/none/quality/recheck', { token: annotator, status: 404 });
      assert.deepEqual((await claim(randomUUID())).drawings, []);
    });

    it('asks about what was accepted together, by chance, and tells no tag', async () => {
      const drawn = [];
      while (picked.length < 2 || drawn.length < 4) {
        const { body } = await api.predict(circle(drawn.length), {}, { status: 201 });
        drawn.push(body);
        if (isPicked(body.id)) picked.push(body.id);
      }
      for (let at = 0; at < drawn.length; at += 100) {
        const drawings = drawn.slice(at, at + 100).map(({ id, version }) => ({ id, version }));
        await api.ask('POST', '/api/v1/drawings:accept', { token: annotator, json: { drawings }, status: 200 });
      }
      const page = randomUUID();
      const { drawings } = await claim(page);
      assert.deepEqual(new Set(drawings.map(({ id }) => id)), new Set(picked));
      for (const each of drawings)
        assert.deepEqual(Object.keys(each).sort(), ['height', 'id', 'image_url', 'version', 'width']);
      await api.ask('GET', new URL(drawings[0].image_url, 'http://here').pathname, { status: 200 });
      assert.equal((await recheck()).in_bulk.waiting, picked.length);
      // Nobody else is given them, until they are let go.
      assert.deepEqual((await claim(randomUUID(), { token })).drawings, []);
      const others = await claim(page, { json: { limit: 1, passed: [drawings[0].id] } });
      assert.equal(others.drawings[0].id, drawings[1].id);
      await api.ask('DELETE', `/api/v1/queue/claims/${page}`, { token: annotator, status: 204 });
      for (const [json, field] of [
        [{ limit: 0 }, 'limit'],
        [{ limit: 51 }, 'limit'],
        [{ passed: 1 }, 'passed'],
        [{ passed: ['x'] }, 'passed/0'],
        [{ import: null }, 'import'],
      ])
        await claim(page, { json, status: 422, field });
      await claim('x', { status: 422, field: 'id' });
      await claim(page, { token: undefined, status: 401 });
    });

    it('counts who says the same again, and takes back what is undone', async () => {
      const page = randomUUID();
      const { drawings } = await claim(page);
      const { body: known } = await api.ask('GET', `/api/v1/drawings/${drawings[0].id}`, { token, status: 200 });
      await says(drawings[0], known.tag);
      const { body: changed } = await says(drawings[1], known.tag === 'star' ? 'heart' : 'star');
      let { in_bulk: bulk } = await recheck();
      assert.deepEqual([bulk.agreement.agreed, bulk.agreement.of, bulk.waiting], [1, 2, picked.length - 2]);
      assert.ok(bulk.agreement.low < 0.5 && bulk.agreement.high > 0.5);
      const path = `/api/v1/drawings/${changed.id}`;
      const { events } = (await api.ask('GET', `${path}/history`, { token: annotator, status: 200 })).body;
      const last = events.at(-1);
      assert.deepEqual([last.kind, last.asked, last.probability, last.bulk], ['corrected', 'random', 0.0625, false]);
      const { stdout } = await promisify(execFile)(program, ['project', 'recheck', 'shapes', '--store', store.url]);
      assert.match(stdout, new RegExp(`^in bulk +2 +1 .*%.* ${picked.length - 2} +\\d+ +do not judge$`, 'm'));
      assert.match(stdout, /^by import +0 +0 .* judge$/m);
      await api.ask('POST', `${path}/undo`, { token: annotator, headers: { 'If-Match': `"${changed.version}"` }, status: 200 });
      ({ in_bulk: bulk } = await recheck());
      assert.deepEqual([bulk.agreement.of, bulk.waiting], [1, picked.length - 1]);
    });
  });
