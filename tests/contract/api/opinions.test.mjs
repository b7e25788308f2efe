import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { program, stores } from '../../e2e/support/server.mjs';
import { startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

for (const kind of Object.keys(stores))
  describe(`several opinions, and marks, on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    const people = {};
    before(async () => {
      let annotator;
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
      people.marie = annotator;
      for (const name of ['paul', 'anna', 'theo']) {
        const person = { name, password: 'a long pass phrase' };
        await api.ask('POST', '/api/v1/users', { token, json: person, status: 201 });
        people[name] = (await api.signIn(name, person.password)).access_token;
      }
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });

    let seed = 0;
    const project = async (slug, opinions_wanted) => {
      await api.ask('POST', '/api/v1/projects', { token, json: { slug, opinions_wanted }, status: 201 });
      for (const name of ['circle', 'star', 'square'])
        await api.ask('POST', `/api/v1/projects/${slug}/labels`, { token, json: { name }, status: 201 });
      const at = `/api/v1/projects/${slug}`;
      const draw = async () =>
        (
          await api.ask('POST', `/api/v1/public/projects/${slug}/predictions`, {
            json: { image: circle(++seed).toString('base64') },
            status: 201,
          })
        ).body;
      const ask = async (who, method, path, options = {}) =>
        (await api.ask(method, at + path, { token: people[who], status: 200, ...options })).body;
      /** What this person's queue gives them: ids and versions. */
      const queue = async (who, page = randomUUID()) => {
        const { drawings } = await ask(who, 'PUT', `/queue/claims/${page}`, { json: {} });
        await ask(who, 'DELETE', `/queue/claims/${page}`, { status: 204 });
        return drawings;
      };
      const says = (who, { id, version }, tag, options) =>
        ask(who, 'PATCH', `/drawings/${id}`, {
          headers: { 'If-Match': `"${version}"` },
          json: { tag },
          ...options,
        });
      const events = async (who, { id }) => (await ask(who, 'GET', `/drawings/${id}/history`)).events;
      return { draw, ask, queue, says, events };
    };

    it('tells of one drawing what one said oneself, with an ETag of its own', async () => {
      const { draw, ask, says } = await project('own', 3);
      const drawing = await draw();
      const seen = (who, headers = {}, status = 200) =>
        api.ask('GET', `/api/v1/projects/own/drawings/${drawing.id}`, { token: people[who], headers, status });
      await says('marie', drawing, 'star');
      const [hers, his] = [await seen('marie'), await seen('paul')];
      assert.deepEqual([hers.body.opinion, 'opinion' in his.body], ['star', false]);
      const [etag, other] = [hers, his].map(({ headers }) => headers.get('etag'));
      assert.notEqual(etag, other);
      for (const { headers } of [hers, his]) {
        assert.equal(headers.get('cache-control'), 'private, no-cache');
        assert.match(headers.get('vary'), /^Authorization/);
      }
      await seen('marie', { 'If-None-Match': etag }, 304);
      await seen('paul', { 'If-None-Match': etag });
      // What one holds is what a change is asked with. Others' opinions and one's own make it no older, a flag does.
      const change = (held, tag, status = 200) =>
        says('marie', drawing, tag, { headers: { 'If-Match': held }, status });
      assert.equal((await change(etag, 'circle')).opinion, 'circle');
      await ask('paul', 'PUT', `/drawings/${drawing.id}/flag`, { json: {}, headers: { 'If-Match': '"3"' } });
      await change(etag, 'square', 412);
      const again = await seen('marie');
      assert.equal(again.body.opinion, 'circle');
      await ask('paul', 'PATCH', `/drawings/${drawing.id}`, {
        json: { tag: 'star' },
        headers: { 'If-Match': (await seen('paul')).headers.get('etag') },
      });
      assert.equal((await seen('paul')).body.opinion, 'star');
      assert.equal((await seen('marie')).body.opinion, 'circle');
    });

    it('asks a second person, who is told nothing, and reviews what both say', async () => {
      const { draw, ask, queue, says, events } = await project('two', 2);
      const drawing = await draw();
      const [asked] = await queue('marie');
      assert.equal(asked.id, drawing.id);
      const said = await says('marie', asked, 'star');
      assert.deepEqual([said.opinion, said.tag, said.tagged_by], ['star', drawing.tag, null]);
      assert.deepEqual(await queue('marie'), []);
      assert.equal((await ask('marie', 'GET', '/queue/progress')).waiting, 0);
      assert.deepEqual((await ask('marie', 'GET', '/queue')).drawings, []);
      assert.equal((await ask('paul', 'GET', '/queue/progress')).waiting, 1);
      const [second] = await queue('paul');
      assert.equal(second.id, drawing.id);
      assert.equal('opinion' in second, false);
      const listed = async (who) => (await ask(who, 'GET', '/drawings')).drawings.map(({ opinion }) => opinion);
      assert.deepEqual(await listed('marie'), ['star']);
      assert.deepEqual(await listed('paul'), [undefined]);
      const everyone = await api.ask('GET', '/api/v1/public/projects/two/drawings', { status: 200 });
      assert.equal('opinion' in everyone.body.drawings[0], false);
      assert.deepEqual(
        (await events('paul', drawing)).map(({ kind: what }) => what),
        ['predicted'],
      );
      assert.deepEqual(
        (await events('marie', drawing)).map(({ opinion }) => opinion),
        [null, 'star'],
      );
      const reviewed = await says('paul', second, 'star');
      assert.deepEqual([reviewed.tag, reviewed.tagged_by], ['star', 'paul']);
      assert.deepEqual(await listed('marie'), [undefined]);
      assert.deepEqual(await queue('anna'), []);
      const told = await events('anna', drawing);
      assert.deepEqual(
        told.slice(1).map(({ by, opinion }) => [by, opinion]),
        [
          ['marie', 'star'],
          ['paul', 'star'],
        ],
      );
    });

    it('asks a third where two do not agree, and takes what two of three say', async () => {
      const { draw, queue, says, events } = await project('third', 2);
      const drawing = await draw();
      await says('marie', drawing, 'star');
      await says('paul', (await queue('paul'))[0], 'square');
      for (const who of ['marie', 'paul']) assert.deepEqual(await queue(who), []);
      const decided = await says('anna', (await queue('anna'))[0], 'square');
      assert.deepEqual([decided.tag, decided.tagged_by], ['square', 'anna']);
      assert.equal((await events('theo', drawing)).at(-1).kind, 'adjudicated');
    });

    it('is disputed where three say three things, until somebody decides', async () => {
      const { draw, ask, queue, says } = await project('disputed', 2);
      const drawing = await draw();
      await says('marie', drawing, 'star');
      await says('paul', (await queue('paul'))[0], 'square');
      const last = await says('anna', (await queue('anna'))[0], 'circle');
      assert.equal(last.disputed, true);
      assert.deepEqual(await queue('theo'), []);
      const disputed = (await ask('theo', 'GET', '/drawings?disputed=true')).drawings;
      assert.deepEqual(
        disputed.map(({ id }) => id),
        [drawing.id],
      );
      assert.deepEqual((await ask('theo', 'GET', '/drawings?disputed=false')).drawings, []);
      await ask('theo', 'GET', '/drawings?disputed=1', { status: 422, field: 'disputed' });
      const open = await api.ask('GET', `/api/v1/public/projects/disputed/drawings/${drawing.id}`, {
        status: 200,
      });
      assert.equal('disputed' in open.body, false);
      const decided = await says('theo', disputed[0], 'star');
      assert.deepEqual([decided.tag, decided.tagged_by, decided.disputed], ['star', 'theo', undefined]);
    });

    it('says how far people agree, beyond chance', async () => {
      const { draw, ask, says } = await project('agreement', 2);
      const measured = async () => (await ask('theo', 'GET', '/quality')).people;
      assert.deepEqual(await measured(), {
        drawings: 0, people: 0, opinions: 0, agreed: 0, alpha: null, low: null, high: null,
      });
      const both = async (first, second) => {
        const drawing = await draw();
        await says('marie', drawing, first);
        await says('paul', drawing, second);
      };
      for (let i = 0; i < 5; ++i) await both('star', 'star');
      const { alpha: undefined_, agreed: all, drawings } = await measured();
      assert.deepEqual([undefined_, all, drawings], [null, 1, 5]);
      for (let i = 0; i < 4; ++i) await both('square', 'square');
      await both('star', 'square');
      const { people, opinions, agreed, alpha, low, high } = await measured();
      assert.deepEqual([people, opinions, agreed], [2, 20, 0.9]);
      // 11 stars and 9 squares: 1 - 19 · 2 / (400 - 121 - 81).
      assert.ok(Math.abs(alpha - (1 - 38 / 198)) < 1e-9, alpha);
      assert.ok(low < alpha && alpha < high && high <= 1, `${low} to ${high}`);
      const { stdout } = await promisify(execFile)(program, ['project', 'agreement', 'agreement', '--store', store.url]);
      assert.match(stdout, /^10 drawings with 20 opinions of 2 people$/m);
      assert.match(stdout, /^Krippendorff's alpha +0\.808 \(\d\.\d{3} to \d\.\d{3}\)$/m);
      await ask('theo', 'PATCH', '', { token, json: { opinions_wanted: 1 } });
      assert.equal(await measured(), null);
    });

    it('takes back one’s own opinion, whatever others said since', async () => {
      const { draw, ask, queue, says } = await project('undo', 3);
      const drawing = await draw();
      const mine = await says('marie', drawing, 'star');
      await says('paul', (await queue('paul'))[0], 'star');
      const undo = (who, version, options) =>
        ask(who, 'POST', `/drawings/${drawing.id}/undo`, {
          headers: { 'If-Match': `"${version}"` },
          ...options,
        });
      await undo('theo', mine.version + 1, { status: 409, code: 'nothing_to_undo' });
      const undone = await undo('marie', mine.version);
      assert.equal(undone.tagged_by, null);
      assert.equal((await queue('marie'))[0].id, drawing.id);
      assert.deepEqual(await queue('paul'), []);
    });

    it('takes as long as several people at once need, and never asks one twice', { timeout: 120_000 }, async () => {
      const { draw, ask, says } = await project('together', 3);
      const drawn = [];
      for (let i = 0; i < 12; ++i) drawn.push((await draw()).id);
      const seen = Object.fromEntries(Object.keys(people).map((who) => [who, []]));
      // One holds a drawing at a time: whoever gets none asks again until all that is wanted has been said.
      const count = () => Object.values(seen).reduce((sum, ids) => sum + ids.length, 0);
      await Promise.all(
        Object.keys(people).map(async (who) => {
          const page = randomUUID();
          while (count() < 3 * drawn.length) {
            const { drawings } = await ask(who, 'PUT', `/queue/claims/${page}`, { json: { limit: 2 } });
            if (drawings.length === 0) await setTimeout(20);
            for (const drawing of drawings) {
              await says(who, drawing, 'star');
              seen[who].push(drawing.id);
            }
          }
        }),
      );
      for (const who of Object.keys(people)) assert.equal(new Set(seen[who]).size, seen[who].length);
      const counts = drawn.map((id) => Object.values(seen).filter((ids) => ids.includes(id)).length);
      assert.deepEqual(
        counts,
        drawn.map(() => 3),
      );
      const all = (await ask('marie', 'GET', '/drawings?reviewed=true')).drawings;
      assert.equal(all.length, 12);
      assert.ok(all.every(({ tag }) => tag === 'star'));
    });

    it('marks for attention with a comment, which anybody takes away', async () => {
      const { draw, ask, events } = await project('marks', 1);
      const drawing = await draw();
      const at = `/drawings/${drawing.id}/flag`;
      const match = (version) => ({ headers: { 'If-Match': `"${version}"` } });
      await ask('marie', 'PUT', at, { json: {}, status: 428 });
      await ask('marie', 'PUT', at, {
        json: { comment: 'é'.repeat(250) + 'x' },
        ...match(1),
        status: 422,
        field: 'comment',
      });
      await ask('marie', 'PUT', at, {
        json: { comment: 'a\u0000' },
        ...match(1),
        status: 422,
        field: 'comment',
      });
      await ask('marie', 'PUT', at, { json: { word: 'a' }, ...match(1), status: 422, field: 'word' });
      await api.ask('PUT', `/api/v1/projects/marks${at}`, { json: {}, ...match(1), status: 401 });
      const longest = 'é'.repeat(250);
      const marked = await ask('marie', 'PUT', at, { json: { comment: longest }, ...match(1) });
      assert.deepEqual([marked.flag, marked.version, marked.tagged_by], [longest, 2, null]);
      assert.equal((await ask('marie', 'PUT', at, { json: { comment: longest }, ...match(2) })).version, 2);
      const listed = async (flagged) => (await ask('paul', 'GET', `/drawings?flagged=${flagged}`)).drawings;
      assert.deepEqual(
        (await listed(true)).map(({ flag }) => flag),
        [longest],
      );
      assert.deepEqual(await listed(false), []);
      await ask('paul', 'DELETE', at, { ...match(1), status: 412 });
      const plain = await ask('paul', 'DELETE', at, match(2));
      assert.equal('flag' in plain, false);
      assert.deepEqual(
        (await events('paul', drawing)).map(({ kind: what, by }) => [what, by]),
        [
          ['predicted', null],
          ['flagged', 'marie'],
          ['unflagged', 'paul'],
        ],
      );
      assert.deepEqual(await listed(true), []);
    });
  });
