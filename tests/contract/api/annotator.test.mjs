import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { client } from './support/contract.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';
import { entryOf } from './support/zip.mjs';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (token, part) => JSON.parse(Buffer.from(token.split('.')[part], 'base64url'));

/** Whether a drawing is kept for judging models. */
const judges = (id) => createHash('sha256').update(id).digest()[0] % 4 === 0;

/** The token with another header or other claims, signed with a key of the forger's. */
function forged(token, { header = {}, claims = {}, secret = 'a guess' } = {}) {
  const text = `${encode({ ...decode(token, 0), ...header })}.${encode({ ...decode(token, 1), ...claims })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

for (const kind of Object.keys(stores))
  describe(`the annotator API on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const draw = async (seed) => (await api.predict(circle(seed), {}, { status: 201 })).body;
    const at = (drawing) => `/api/v1/drawings/${drawing.id}`;
    const patch = (drawing, tag, options) =>
      api.ask('PATCH', at(drawing), {
        token: annotator,
        headers: { 'If-Match': '"1"' },
        json: { tag },
        ...options,
      });

    const undo = (drawing, version, options) =>
      api.ask('POST', `${at(drawing)}/undo`, {
        token: annotator,
        headers: version === undefined ? {} : { 'If-Match': version },
        ...options,
      });
    const queued = async (drawing) => {
      const { body } = await api.ask('GET', '/api/v1/queue?limit=200', { token, status: 200 });
      return body.drawings.some(({ id }) => id === drawing.id);
    };

    it('changes a tag, says who and when, and takes it back', async () => {
      const drawing = await draw(1);
      const { body, headers } = await patch(drawing, 'star', { status: 200 });
      assert.equal(body.tag, 'star');
      assert.equal(body.predicted_tag, 'circle');
      assert.equal(body.tagged_by, 'marie');
      assert.ok(Math.abs(Date.parse(body.tagged_at) - Date.now()) < 60_000);
      assert.equal(headers.get('etag'), '"2"');
      assert.equal(await queued(drawing), false);
      const undone = await undo(drawing, '"2"', { status: 200 });
      assert.equal(undone.headers.get('etag'), '"3"');
      const { body: history } = await api.ask('GET', body.links.history, { token, status: 200 });
      const me = (await api.ask('GET', '/api/v1/me', { token: annotator, status: 200 })).body;
      const unasked = [null, null, false, null];
      assert.deepEqual(
        history.events.map(({ at: _, ...event }) => Object.values(event)),
        [
          [null, 'circle', null, null, 'predicted', 'predicted', 1, null, ...unasked],
          ['circle', 'star', 'marie', me.id, 'corrected', 'corrected', 2, null, ...unasked],
          ['star', 'circle', 'marie', me.id, 'undone', 'undone', 3, 2, ...unasked],
        ],
      );
      const seen = await api.ask('GET', drawing.links.self, { status: 200 });
      for (const answer of [undone.body, seen.body]) {
        assert.equal(answer.tag, 'circle');
        assert.equal(answer.version, 3);
        assert.equal(answer.tagged_by, null);
        assert.equal(answer.tagged_at, null);
      }
      assert.equal(await queued(drawing), true);
    });

    it('flags and unflags the version that was seen', async () => {
      const drawing = await draw(27);
      const path = `/api/v1/drawings/${drawing.id}/flag`;
      const put = { token: annotator, json: { comment: 'odd' } };
      for (const [method, options] of [['PUT', put], ['DELETE', { token: annotator }]]) {
        await api.ask(method, path, { ...options, status: 428, field: 'If-Match' });
        await api.ask(method, path, { ...options, headers: { 'If-Match': '"7"' }, status: 412 });
      }
      const flagged = await api.ask('PUT', path, { ...put, headers: { 'If-Match': '"1"' }, status: 200 });
      assert.deepEqual([flagged.body.flag, flagged.headers.get('etag')], ['odd', '"2"']);
      const plain = await api.ask('DELETE', path, { token: annotator, headers: { 'If-Match': '"2"' }, status: 200 });
      assert.deepEqual(['flag' in plain.body, plain.body.version], [false, 3]);
      assert.equal(await queued(drawing), true);
    });

    it('undoes step by step, to what each person said', async () => {
      const drawing = await draw(21);
      await patch(drawing, 'circle', { status: 200 });
      const star = await patch(drawing, 'star', { token, headers: { 'If-Match': '"2"' }, status: 200 });
      await patch(drawing, 'heart', { headers: { 'If-Match': '"3"' }, status: 200 });
      await undo(drawing, '"3"', { status: 412, kind: 'precondition-failed' });
      await undo(drawing, undefined, { status: 428, field: 'If-Match' });
      await undo(drawing, 'W/"4"', { status: 412 });
      const first = await undo(drawing, '"9", "4"', { status: 200 });
      assert.equal(first.body.tag, 'star');
      assert.equal(first.body.tagged_by, 'admin');
      assert.equal(first.body.tagged_at, star.body.tagged_at);
      const second = await undo(drawing, '*', { status: 200 });
      assert.equal(second.body.tagged_by, 'marie');
      assert.equal(await queued(drawing), false);
      const third = await undo(drawing, '"6"', { status: 200 });
      assert.equal(third.body.tagged_by, null);
      assert.equal(await queued(drawing), true);
      const none = await undo(drawing, '"7"', { status: 409, kind: 'conflict' });
      assert.equal(none.body.code, 'nothing_to_undo');
      await undo({ id: randomUUID() }, '"1"', { status: 404 });
      await undo(drawing, '"7"', { token: undefined, status: 401 });
      const { body } = await api.ask('GET', `${at(drawing)}/history`, { token, status: 200 });
      assert.deepEqual(
        body.events.map(({ kind: eventKind, undoes }) => [eventKind, undoes]),
        [
          ['predicted', null],
          ['accepted', null],
          ['corrected', null],
          ['corrected', null],
          ['undone', 4],
          ['undone', 3],
          ['undone', 2],
        ],
      );
    });

    it('lets one of two people at once undo, and the other see that it was done', async () => {
      const drawing = await draw(22);
      await patch(drawing, 'star', { status: 200 });
      const answers = await Promise.all([undo(drawing, '"2"'), undo(drawing, '"2"', { token })]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    });

    it('takes back what was accepted together', async () => {
      const drawings = [await draw(23), await draw(24)];
      const seen = (version) => ({ drawings: drawings.map(({ id }) => ({ id, version })) });
      await api.ask('POST', '/api/v1/drawings:accept', { token, json: seen(1), status: 200 });
      const json = { drawings: [...seen(2).drawings, { id: drawings[0].id, version: 3 }, { id: randomUUID(), version: 1 }] };
      const { body } = await api.ask('POST', '/api/v1/drawings:undo', { token, json, status: 200 });
      assert.deepEqual(
        body.results.map(({ drawing, problem }) => drawing?.tagged_by ?? problem?.status ?? null),
        [null, null, 409, 404],
      );
      assert.equal(body.results[2].problem.code, 'nothing_to_undo');
      for (const drawing of drawings) assert.equal(await queued(drawing), true);
    });

    it('refuses a change of what the person did not see', async () => {
      const drawing = await draw(2);
      await patch(drawing, 'star', { status: 200 });
      await patch(drawing, 'heart', { status: 412, kind: 'precondition-failed' });
      await patch(drawing, 'heart', { headers: {}, status: 428, field: 'If-Match' });
      await patch(drawing, 'heart', { headers: { 'If-Match': 'W/"2"' }, status: 412 });
      await patch(drawing, 'heart', { headers: { 'If-Match': '"9", "8"' }, status: 412 });
      await patch(drawing, 'heart', { headers: { 'If-Match': 'x'.repeat(256) }, status: 422, field: 'If-Match' });
      assert.equal((await api.ask('GET', drawing.links.self)).body.tag, 'star');
      await patch(drawing, 'heart', { headers: { 'If-Match': '"1", "2"' }, status: 200 });
      const { body } = await patch(drawing, 'line', { headers: { 'If-Match': '*' }, status: 200 });
      assert.equal(body.version, 4);
    });

    it('lets one of two people at once change a tag', async () => {
      const drawing = await draw(3);
      const tags = ['star', 'heart', 'line', 'cross'];
      const answers = await Promise.all(tags.map((tag) => patch(drawing, tag)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    });

    it('refuses tags and reasons that it does not know', async () => {
      const drawing = await draw(4);
      const { body: refused } = await patch(drawing, 'dinosaur', { status: 422, field: 'tag' });
      assert.equal(refused.code, 'tag_not_assignable');
      await patch(drawing, 'star', { json: { tag: 5 }, status: 422, field: 'tag' });
      await patch(drawing, 'star', { json: {}, status: 422, field: 'tag' });
      const reason = (text) => ({ json: { tag: 'star', reason: text } });
      await patch(drawing, 'star', { ...reason('x'.repeat(501)), status: 422, field: 'reason' });
      await patch(drawing, 'star', { ...reason('a\nb'), status: 422, field: 'reason' });
      assert.equal((await api.ask('GET', drawing.links.self)).body.version, 1);
      await patch(drawing, 'star', { ...reason('x'.repeat(500)), status: 200 });
      await patch(drawing, 'unknown', { headers: { 'If-Match': '"2"' }, status: 200 });
    });

    it('shows first what the model was least sure of, and what judges last, until somebody looked', async () => {
      const drawing = await draw(5);
      const all = [];
      let cursor = '';
      do {
        const { body } = await api.ask('GET', `/api/v1/queue?limit=2&cursor=${cursor}`, { token, status: 200 });
        all.push(...body.drawings);
        cursor = body.next;
      } while (cursor);
      assert.ok(all.some(({ id }) => id === drawing.id));
      assert.ok(all.every(({ tagged_by }) => tagged_by === null));
      const judging = all.map(({ id }) => judges(id));
      assert.deepEqual(judging, [...judging].sort((a, b) => a - b));
      const margins = [];
      for (const { id } of all.filter((_, i) => !judging[i])) {
        const { top } = (await api.ask('GET', `/api/v1/drawings/${id}`, { token, status: 200 })).body;
        margins.push(Math.floor(Math.fround(top[0].probability - top[1].probability) * 64));
      }
      assert.deepEqual(margins, [...margins].sort((a, b) => a - b));
      const missing = randomUUID();
      const { body } = await api.ask('POST', '/api/v1/drawings:accept', {
        token,
        json: { drawings: [{ id: drawing.id, version: 1 }, { id: drawing.id, version: 1 }, { id: missing, version: 1 }] },
        status: 200,
      });
      assert.equal(body.results[0].drawing.tagged_by, 'admin');
      assert.equal(body.results[0].drawing.tag, 'circle');
      assert.equal(body.results[1].problem.status, 412);
      assert.equal(body.results[2].problem.status, 404);
      const after = await api.ask('GET', '/api/v1/queue?limit=200', { token });
      assert.ok(after.body.drawings.every(({ id }) => id !== drawing.id));
    });

    it('gives each page that is open drawings of its own, and the history keeps why', async () => {
      for (let i = 0; i < 6; ++i) await draw(900 + i);
      const put = (id, json = {}, options = {}) =>
        api.ask('PUT', `/api/v1/queue/claims/${id}`, { token: annotator, json, status: 200, ...options });
      const [mine, theirs] = [randomUUID(), randomUUID()];
      const first = (await put(mine, { limit: 3 })).body;
      assert.equal(first.drawings.length, 3);
      assert.ok(Date.parse(first.expires_at) > Date.now() + 60_000);
      assert.deepEqual((await put(mine, { limit: 3 })).body.drawings, first.drawings);
      const ids = first.drawings.map(({ id }) => id);
      const others = (await put(theirs, { limit: 3 }, { token })).body.drawings.map(({ id }) => id);
      assert.ok(others.length > 0 && others.every((id) => !ids.includes(id)));
      const passed = (await put(mine, { limit: 3, passed: [ids[0]] })).body.drawings.map(({ id }) => id);
      assert.ok(!passed.includes(ids[0]) && passed.includes(ids[1]));

      const [, asked] = first.drawings;
      assert.equal(asked.asked, judges(asked.id) ? 'random' : 'margin');
      await patch(asked, 'star', { headers: { 'If-Match': `"${asked.version}"` }, status: 200 });
      const { events } = (await api.ask('GET', asked.links.history, { token, status: 200 })).body;
      assert.equal(events.at(-1).asked, asked.asked);
      assert.equal(events.at(-1).probability, asked.asked === 'random' ? 0.25 : null);
      assert.equal(events.at(-1).bulk, false);

      await api.ask('DELETE', `/api/v1/queue/claims/${mine}`, { token: annotator, status: 204 });
      const free = (await put(theirs, { limit: 50 }, { token })).body.drawings.map(({ id }) => id);
      assert.ok(free.includes(ids[0]) && free.includes(ids[2]));
      await api.ask('DELETE', `/api/v1/queue/claims/${theirs}`, { token, status: 204 });

      await put(mine, { limit: 51 }, { status: 422, field: 'limit' });
      await put(mine, { limit: 0 }, { status: 422, field: 'limit' });
      await put(mine, { passed: Array(201).fill(ids[0]) }, { status: 422, field: 'passed' });
      await put(mine, { passed: ['x'] }, { status: 422, field: 'passed/0' });
      await put(mine, { limits: 3 }, { status: 422, field: 'limits' });
      await put('x', {}, { status: 422, field: 'id' });
      await put(mine, {}, { token: undefined, status: 401 });
    });

    it('lists by who, whence and what people made of it, in any order, page by page', async () => {
      const sent = [];
      for (let i = 0; i < 5; ++i)
        sent.push((await api.predict(circle(700 + i), { source: 'filters' }, { status: 201 })).body);
      await patch(sent[0], 'star', { status: 200 });
      await patch(sent[1], 'circle', { status: 200 });
      const list = async (query, options) =>
        (await api.ask('GET', `/api/v1/drawings?source=filters&${query}`, { token, status: 200, ...options })).body;
      const listed = async (query) => {
        const { drawings } = await list(query);
        return drawings.map(({ id }) => sent.findIndex((drawing) => drawing.id === id)).join('');
      };
      assert.deepEqual(
        await Promise.all(
          [
            '',
            'order=oldest_first',
            'reviewed=true',
            'reviewed=false',
            'tagged_by=marie',
            'tagged_by=nobody',
            'disagreement=true',
            'disagreement=false',
            'disagreement=true&reviewed=false',
            'source=nowhere',
          ].map(listed),
        ),
        ['43210', '01234', '10', '432', '10', '', '0', '4321', '', '43210'],
      );
      // What marie reviewed last, to the microsecond.
      const second = (await list('tagged_by=marie')).drawings[0].tagged_at;
      assert.deepEqual(
        await Promise.all(
          [
            'tagged_since=1970-01-01T00:00:00Z',
            `tagged_since=${second}`,
            `tagged_by=marie&tagged_since=${second}`,
            `tagged_by=nobody&tagged_since=${second}`,
            `tagged_since=${second}&order=most_telling_first`,
            `tagged_since=${second}&reviewed=false`,
            'tagged_since=2999-01-01T00:00:00Z',
            `import=${randomUUID()}`,
          ].map(listed),
        ),
        ['10', '1', '1', '', '1', '', '', ''],
      );
      for (const order of ['newest_first', 'oldest_first', 'most_telling_first']) {
        const whole = (await list(`order=${order}`)).drawings.map(({ id }) => id);
        const pages = [];
        let cursor = '';
        do {
          const { drawings, next } = await list(`order=${order}&limit=2&cursor=${cursor}`);
          pages.push(...drawings.map(({ id }) => id));
          cursor = next;
        } while (cursor);
        assert.deepEqual([whole.length, pages], [5, whole]);
      }
      const refused = (query, field) => list(query, { status: 422, field });
      await refused('order=best', 'order');
      await refused('reviewed=perhaps', 'reviewed');
      await refused('disagreement=1', 'disagreement');
      await refused(`tagged_by=${'x'.repeat(65)}`, 'tagged_by');
      await refused('tagged_by=', 'tagged_by');
      await refused('tagged_since=today', 'tagged_since');
      await refused('tagged_since=', 'tagged_since');
      await refused('import=1', 'import');
      assert.equal((await list(`tagged_by=${'x'.repeat(64)}`)).drawings.length, 0);
      const elsewhere = (await list('order=most_telling_first&limit=1')).next;
      await refused(`cursor=${elsewhere}`, 'cursor');
    });

    it('gives several drawings a tag at once, and takes it back', async () => {
      const [a, b, c, gone] = [await draw(720), await draw(721), await draw(722), { id: randomUUID(), version: 1 }];
      await patch(b, 'heart', { status: 200 });
      await patch(c, 'star', { status: 200 });
      const all = (json, options = {}) =>
        api.ask('POST', '/api/v1/drawings:tag', { token: annotator, json, status: 200, ...options });
      const seen = ({ id }, version) => ({ id, version });
      const { body } = await all({ tag: 'star', drawings: [seen(a, 1), seen(b, 1), seen(c, 2), gone] });
      const [now, stale, again, missing] = body.results;
      assert.deepEqual([now.drawing.tag, now.drawing.tagged_by, now.drawing.version], ['star', 'marie', 2]);
      assert.deepEqual([stale.problem.status, again.drawing.version, missing.problem.status], [412, 3, 404]);
      const history = (await api.ask('GET', `${at(a)}/history`, { token, status: 200 })).body.events;
      assert.deepEqual([history.at(-1).kind, history.at(-1).bulk], ['corrected', true]);
      const back = await api.ask('POST', '/api/v1/drawings:undo', {
        token: annotator,
        json: { drawings: [seen(a, 2), seen(c, 3)] },
        status: 200,
      });
      assert.deepEqual(
        back.body.results.map(({ drawing }) => [drawing.tag, drawing.tagged_by]),
        [
          ['circle', null],
          ['star', 'marie'],
        ],
      );
      const unknown = (await all({ tag: 'dinosaur', drawings: [seen(a, 3)] })).body.results[0].problem;
      assert.deepEqual([unknown.status, unknown.code], [422, 'tag_not_assignable']);
      await all({ drawings: [seen(a, 3)] }, { status: 422, field: 'tag' });
      await all({ tag: 'star', drawings: [] }, { status: 422, field: 'drawings' });
      await all({ tag: 'star', drawings: [seen(a, 3)], reason: 'x' }, { status: 422, field: 'reason' });
      await all({ tag: 'star', drawings: Array(201).fill(gone) }, { status: 422, field: 'drawings' });
      await all({ tag: 'star', drawings: [gone] }, { token: undefined, status: 401 });
      const none = { token: annotator, json: { drawings: [a.id, gone.id] }, status: 404 };
      await api.ask('POST', '/api/v1/quality/duplicates/dismissals', none);
    });

    it('says how much waits for review', async () => {
      const waiting = async () => (await api.ask('GET', '/api/v1/queue/progress', { token, status: 200 })).body.waiting;
      const before = await waiting();
      const drawing = await draw(730);
      await api.ask('POST', '/api/v1/drawings:sketch', { token, status: 409 });
      assert.equal(await waiting(), before + 1);
      await patch(drawing, 'circle', { status: 200 });
      assert.equal(await waiting(), before);
      await api.ask('GET', '/api/v1/queue/progress', { status: 401 });
    });

    for (const change of ['drawings:accept', 'drawings:undo', 'drawings:delete', 'drawings:hide', 'drawings:show'])
      it(`refuses ${change} of what it cannot read`, async () => {
        const refused = (drawings, field) =>
          api.ask('POST', `/api/v1/${change}`, { token, json: { drawings }, status: 422, field });
        const one = { id: randomUUID(), version: 1 };
        await refused([], 'drawings');
        await refused(Array(201).fill(one), 'drawings');
        await refused([one, { id: 'x', version: 1 }], 'drawings/1/id');
        await refused([{ ...one, version: 0 }], 'drawings/0/version');
        await refused('all', 'drawings');
        const { body } = await api.ask('POST', `/api/v1/${change}`, {
          token,
          json: { drawings: Array(200).fill(one) },
          status: 200,
        });
        assert.equal(body.results.length, 200);
      });

    it('knows a token that was not signed here', async () => {
      const me = (bearer) => api.ask('GET', '/api/v1/me', { headers: { Authorization: `Bearer ${bearer}` } });
      assert.equal((await me(annotator)).body.name, 'marie');
      const none = `${encode({ ...decode(annotator, 0), alg: 'none' })}.${annotator.split('.')[1]}.`;
      const [head, claims, signature] = annotator.split('.');
      for (const bad of [
        none,
        forged(annotator, { claims: { role: 'admin' } }),
        forged(annotator, { header: { alg: 'HS512' } }),
        forged(annotator, { header: { alg: 'none' }, secret: '' }),
        forged(annotator, { header: { kid: '../../dev/null' }, secret: '' }),
        `${head}.${encode({ ...decode(annotator, 1), role: 'admin' })}.${signature}`,
        `${head}.${claims}.${signature.slice(0, -2)}`,
        `${head}.${claims}`,
        'a.b.c',
        'x'.repeat(5000),
      ]) {
        const { status, headers } = await me(bad);
        assert.equal(status, 401);
        assert.match(headers.get('www-authenticate'), /^Bearer .*invalid_token/);
      }
      const basic = await api.ask('GET', '/api/v1/me', { headers: { Authorization: 'Basic YTpi' }, status: 401 });
      assert.match(basic.headers.get('www-authenticate'), /^Bearer /);
    });

    it('gives the next pair of tokens, and again at once to who lost the answer', async () => {
      const first = await api.signIn('marie', 'a long pass phrase');
      const refresh = (refresh_token, status) =>
        api.ask('POST', '/api/v1/token/refresh', { json: { refresh_token }, status });
      const second = (await refresh(first.refresh_token, 200)).body;
      assert.notEqual(second.refresh_token, first.refresh_token);
      const again = (await refresh(first.refresh_token, 200)).body;
      assert.notEqual(again.refresh_token, second.refresh_token);
      for (const { refresh_token, access_token } of [second, again]) {
        await api.ask('GET', '/api/v1/me', { token: access_token, status: 200 });
        await refresh(refresh_token, 200);
      }
      const third = await api.signIn('marie', 'a long pass phrase');
      await api.ask('DELETE', '/api/v1/token', { json: { refresh_token: third.refresh_token }, status: 204 });
      await refresh(third.refresh_token, 401);
      await refresh('never given', 401);
      await api.ask('GET', '/api/v1/me', { token: third.access_token, status: 401 });
    });

    it('takes the password form that Swagger UI sends', async () => {
      const form = new URLSearchParams({ grant_type: 'password', username: 'marie', password: 'a long pass phrase' });
      const { body, headers } = await api.ask('POST', '/api/v1/token', { form, status: 200 });
      assert.equal(body.token_type, 'bearer');
      assert.equal(headers.get('cache-control'), 'no-store');
      form.set('grant_type', 'client_credentials');
      await api.ask('POST', '/api/v1/token', { form, status: 422, field: 'grant_type' });
    });

    it('looks after users, and keeps the last admin', async () => {
      const add = (json, options) => api.ask('POST', '/api/v1/users', { token, json, ...options });
      const paul = (await add({ name: 'paul', password: 'another pass phrase', role: 'annotator' }, { status: 201 })).body;
      assert.equal(paul.role, 'annotator');
      const taken = await add({ name: 'PAUL', password: 'another pass phrase' }, { status: 409, field: 'name' });
      assert.equal(taken.body.code, 'user_name_taken');
      for (const password of ['eleven char', '123456789012', 'aaaaaaaaaaaa', ' '.repeat(12), 'anna1234567890', 'password1234', 'x'.repeat(129), 'nul \u0000 in a phrase'])
        await add({ name: 'anna', password }, { status: 422, field: 'password' });
      await add({ name: 'no spaces', password: 'another pass phrase' }, { status: 422, field: 'name' });
      await add({ name: 'anna', password: 'another pass phrase', role: 'king' }, { status: 422, field: 'role' });
      const change = (id, json, options) => api.ask('PATCH', `/api/v1/users/${id}`, { token, json, ...options });
      const old = await api.signIn('paul', 'another pass phrase');
      await change(paul.id, { password: 'yet another phrase' }, { status: 200 });
      await api.ask('POST', '/api/v1/token/refresh', { json: { refresh_token: old.refresh_token }, status: 401 });
      await api.signIn('paul', 'another pass phrase', { status: 401 });
      await api.signIn('paul', 'yet another phrase');
      assert.equal((await change(paul.id, { disabled: true }, { status: 200 })).body.disabled, true);
      await api.signIn('paul', 'yet another phrase', { status: 401 });
      const { body: me } = await api.ask('GET', '/api/v1/me', { token, status: 200 });
      assert.equal((await change(me.id, { role: 'annotator' }, { status: 409 })).body.code, 'last_admin');
      await change(me.id, { disabled: 'yes' }, { status: 422, field: 'disabled' });
      await api.ask('DELETE', `/api/v1/users/${me.id}`, { token, status: 409 });
      await api.ask('DELETE', `/api/v1/users/${paul.id}`, { token, status: 204 });
      await api.ask('DELETE', `/api/v1/users/${paul.id}`, { token, status: 404 });
      const { body: users } = await api.ask('GET', '/api/v1/users', { token, status: 200 });
      assert.deepEqual(users.users.map(({ name }) => name), ['admin', 'marie']);
    });

    it('takes a password however its accents are typed, and a name only as it stands', async () => {
      const nora = { name: 'nora', password: "l'\u00e9t\u00e9 au ch\u00e2teau" };
      const { body } = await api.ask('POST', '/api/v1/users', { token, json: nora, status: 201 });
      await api.signIn('nora', nora.password.normalize('NFD'));
      await api.signIn('NORA', nora.password.normalize('NFC'));
      for (const name of ['nora ', ' nora', 'nora\t', 'nora\u0000', 'no*a', 'n\u00f6ra'])
        await api.signIn(name, nora.password, { status: 401 });
      await api.ask('DELETE', `/api/v1/users/${body.id}`, { token, status: 204 });
    });

    it('lets a user change the own password, which ends every sign-in but that', async () => {
      const words = ['first phrase of nina', 'second phrase of nina'];
      const { body: nina } = await api.ask('POST', '/api/v1/users', { token, json: { name: 'nina', password: words[0] }, status: 201 });
      const elsewhere = await api.signIn('nina', words[0]);
      const here = await api.signIn('nina', words[0]);
      const change = (present_password, password, options) =>
        api.ask('POST', '/api/v1/me/password', { token: here.access_token, json: { present_password, password }, ...options });
      const refused = await change('not it', words[1], { status: 422, field: 'present_password' });
      assert.equal(refused.body.code, 'wrong_password');
      await change(words[0], 'short', { status: 422, field: 'password' });
      await change(words[0], undefined, { status: 422, field: 'password' });
      const { body: fresh } = await change(words[0], words[1], { status: 200 });
      const me = (access_token, status) => api.ask('GET', '/api/v1/me', { token: access_token, status });
      for (const { access_token, refresh_token } of [elsewhere, here]) {
        await me(access_token, 401);
        await api.ask('POST', '/api/v1/token/refresh', { json: { refresh_token }, status: 401 });
      }
      assert.equal((await me(fresh.access_token, 200)).body.name, 'nina');
      await api.signIn('nina', words[0], { status: 401 });
      await api.signIn('nina', words[1]);
      await api.ask('DELETE', `/api/v1/users/${nina.id}`, { token, status: 204 });
    });

    it('shows the models, and the labels with their counts', async () => {
      await api.ask('POST', '/api/v1/models:rollback', { token, status: 404, kind: 'not-found' });
      const { body: live } = await api.ask('GET', '/api/v1/model', { token, status: 200 });
      const { body: seen } = await api.ask('GET', '/api/v1/public/model', { status: 200 });
      assert.deepEqual(seen, live);
      assert.deepEqual(live.card.labels, live.labels);
      const { body: listed } = await api.ask('GET', '/api/v1/models', { token, status: 200 });
      assert.deepEqual(listed.models.map(({ id, state }) => [id, state]), [[live.id, 'live']]);
      const { body: labels } = await api.ask('GET', '/api/v1/labels', { token, status: 200 });
      const { body: shown } = await api.ask('GET', '/api/v1/public/labels', { status: 200 });
      assert.deepEqual(shown, labels);
      assert.deepEqual(labels.labels.map(({ tag }) => tag), live.labels);
      assert.ok(labels.labels.every(({ assignable, key, colour }) => assignable && key && colour));
      const [first] = labels.labels;
      assert.deepEqual(first.titles, { en: 'circle', fr: 'cercle' });
      const total = labels.labels.reduce((sum, { drawings }) => sum + drawings, 0);
      const { body: page } = await api.ask('GET', '/api/v1/drawings?limit=200', { token, status: 200 });
      assert.equal(total, page.drawings.length);
      const { body: promoted } = await api.ask('POST', `/api/v1/models/${live.id}:promote`, { token, status: 200 });
      assert.equal(promoted.id, live.id);
    });

    const ended = ({ id }) => endedJob(api, token, id);
    const teach = async () => (await api.ask('POST', '/api/v1/models:teach', { token, status: 202 })).body;

    it('teaches in the background, promotes, and gives what nobody reviewed the new answer', async () => {
      for (let i = 0; i < 24; ++i)
        await patch(await draw(300 + i), i % 2 === 0 ? 'star' : 'heart', { token, status: 200 });
      const untouched = await draw(400);
      const asked = await api.ask('POST', '/api/v1/models:teach', { token, status: 202 });
      assert.equal(asked.headers.get('location'), `/api/v1/jobs/${asked.body.id}`);
      assert.deepEqual([asked.body.kind, asked.body.by], ['teach', 'admin']);
      const job = await ended(asked.body);
      assert.equal(job.state, 'succeeded', job.error);
      assert.deepEqual([job.progress, job.attempts], [1, 1]);
      const { result } = job;
      assert.ok(api.contract.holds('Teaching', result));
      assert.equal(result.promoted, false);
      const learnt = Object.fromEntries(result.labels.map(({ label, ...counts }) => [label, counts]));
      assert.ok(learnt.star.learnt >= 3 && learnt.heart.learnt >= 3);
      for (const list of [result.labels, result.too_few])
        assert.deepEqual(list.map(({ label }) => label), list.map(({ label }) => label).toSorted(), 'in the alphabet, so that it is the same each time');

      const { body: before } = await api.ask('GET', '/api/v1/models', { token, status: 200 });
      const taught = before.models.find(({ id }) => id === result.model);
      assert.deepEqual([taught.state, taught.kind, taught.parent], ['candidate', 'head', result.parent]);
      assert.equal(taught.lineage.by, 'admin');
      assert.equal((await ended(await teach())).result.model, result.model);

      await api.ask('POST', `/api/v1/models/${taught.id}:promote`, { token, status: 200 });
      const now = async () => (await api.ask('GET', at(untouched), { token, status: 200 })).body;
      let seen = await now();
      for (; seen.model !== taught.id; seen = await now()) await sleep(50);
      assert.deepEqual([seen.version, seen.tagged_by], [2, null]);
      assert.equal(seen.tag, seen.predicted_tag);
      await patch(untouched, 'star', { token, status: 412 });
      // Back again, so that the tests after this one find the model that they know.
      await api.ask('POST', `/api/v1/models/${result.parent}:promote`, { token, status: 200 });
    });

    it('hands out a model and its card, and removes what nothing rests on', async () => {
      const { body: live } = await api.ask('GET', '/api/v1/model', { token: annotator, status: 200 });
      const at = `/api/v1/models/${live.id}`;
      const file = await api.ask('GET', `${at}/onnx`, { token: annotator, status: 200 });
      assert.equal(file.type, 'application/octet-stream');
      assert.equal(file.headers.get('content-disposition'), `attachment; filename="${live.id}.onnx"`);
      const digest = createHash('sha256').update(file.bytes).digest('hex');
      assert.equal(file.headers.get('etag'), `"${digest}"`);
      const { body: card } = await api.ask('GET', `${at}/card`, { token: annotator, status: 200 });
      assert.ok(card.labels.includes('circle'));
      for (const path of ['/api/v1/models/none/onnx', '/api/v1/models/none/card'])
        await api.ask('GET', path, { token, status: 404, kind: 'not-found' });
      await api.ask('DELETE', at, { token: annotator, status: 403 });
      await api.ask('DELETE', `${at}?nosuch=1`, { token, status: 422, field: 'nosuch' });
      await api.ask('DELETE', '/api/v1/models/none', { token, status: 404 });
      await api.ask('POST', '/api/v1/models/none:shadow', { token, status: 404 });
      await api.ask('POST', `${at}:remake`, { token: annotator, status: 403 });
      await api.ask('POST', '/api/v1/models/none:remake', { token, status: 404 });
      assert.equal((await api.ask('POST', `${at}:remake`, { token, status: 409 })).body.code, 'not_taught');
      const refused = await api.ask('DELETE', at, { token, status: 409 });
      assert.equal(refused.body.code, 'model_in_use');
      const { body: listed } = await api.ask('GET', '/api/v1/models', { token, status: 200 });
      const heads = listed.models.filter(({ kind, state }) => kind === 'head' && state !== 'live');
      assert.ok(heads.length > 0);
      for (const { id } of heads) await api.ask('DELETE', `/api/v1/models/${id}`, { token, status: 204 });
      const { body: left } = await api.ask('GET', '/api/v1/models', { token, status: 200 });
      assert.deepEqual(left.models.map(({ id }) => id).filter((id) => heads.some((head) => head.id === id)), []);
      const { body: told } = await api.ask('GET', '/api/v1/audit?action=model.removed', { token, status: 200 });
      assert.equal(told.events.length, heads.length);
    });

    it('refuses members of a body that it does not know', async () => {
      const drawing = await draw(900);
      const headers = { 'If-Match': '"1"' };
      const drawings = [{ id: drawing.id, version: 1 }];
      const { body: me } = await api.ask('GET', '/api/v1/me', { token, status: 200 });
      const sent = [
        ['PATCH', at(drawing), { tag: 'star' }, headers],
        ['PUT', `${at(drawing)}/flag`, {}, headers],
        ['POST', '/api/v1/drawings:accept', { drawings }],
        ['POST', '/api/v1/drawings:undo', { drawings }],
        ['POST', '/api/v1/drawings:tag', { drawings, tag: 'star' }],
        ['POST', '/api/v1/labels', { name: 'moon' }],
        ['PATCH', '/api/v1/labels/star', {}],
        ['POST', '/api/v1/labels/star:merge', { into: 'heart' }],
        ['POST', '/api/v1/users', { name: 'new', password: 'a long pass phrase' }],
        ['PATCH', `/api/v1/users/${me.id}`, {}],
        ['POST', '/api/v1/me/password', { present_password: 'admin', password: 'a long pass phrase' }],
        ['POST', '/api/v1/models:teach', {}],
      ];
      for (const [method, path, json, more] of sent)
        await api.ask(method, path, { token, headers: more, json: { ...json, nosuch: 1 }, status: 422, field: 'nosuch' });
      assert.equal((await api.ask('GET', at(drawing), { token, status: 200 })).body.version, 1);
    });

    it('refuses query parameters that it does not know', async () => {
      const people = '/api/v1/people/sam';
      const { body: { id: live } } = await api.ask('GET', '/api/v1/model', { token, status: 200 });
      for (const [method, path] of [['POST', '/api/v1/models:rollback'], ['POST', '/api/v1/models:retag'], ['POST', `/api/v1/models/${live}:shadow`], ['POST', `/api/v1/models/${live}:remake`], ['GET', people], ['DELETE', people], ['POST', '/api/v1/drawings:sketch'], ['GET', '/api/v1/queue/progress']])
        await api.ask(method, `${path}?nosuch=1`, { token, status: 422, field: 'nosuch' });
    });

    it('lists, cancels and ends jobs', async () => {
      const { body: page } = await api.ask('GET', '/api/v1/jobs?limit=1', { token: annotator, status: 200 });
      assert.equal(page.jobs.length, 1);
      const more = await api.ask('GET', `/api/v1/jobs?cursor=${page.next}`, { token, status: 200 });
      assert.ok(more.body.jobs.every(({ id }) => id < page.jobs[0].id));
      assert.equal(more.body.next, null);
      for (const query of ['limit=0', 'limit=201', 'cursor=none'])
        await api.ask('GET', `/api/v1/jobs?${query}`, { token, status: 422, field: query.split('=')[0] });
      // The retagging after a promotion waits for other backends to take it up.
      const { body: live } = await api.ask('GET', '/api/v1/model', { token, status: 200 });
      await api.ask('POST', `/api/v1/models/${live.id}:promote`, { token, status: 200 });
      const { body: all } = await api.ask('GET', '/api/v1/jobs', { token, status: 200 });
      const running = all.jobs.find(({ kind }) => kind === 'retag');
      await api.ask('POST', `/api/v1/jobs/${running.id}:cancel`, { token: annotator, status: 403 });
      await api.ask('POST', `/api/v1/jobs/${running.id}:cancel`, { token, status: 200 });
      assert.equal((await ended(running)).state, 'cancelled');
      const again = await api.ask('POST', `/api/v1/jobs/${running.id}:cancel`, { token, status: 409 });
      assert.equal(again.body.code, 'job_ended');
      const retry = (id, options) => api.ask('POST', `/api/v1/jobs/${id}:retry`, { token, ...options });
      await retry(running.id, { token: annotator, status: 403 });
      await retry(randomUUID(), { token: annotator, status: 403 });
      await retry(randomUUID(), { status: 404 });
      await retry('x', { status: 422 });
      const { body: anew, headers } = await retry(running.id, { status: 202 });
      assert.equal(headers.get('location'), `/api/v1/jobs/${anew.id}`);
      assert.deepEqual([anew.retries, anew.kind, anew.by], [running.id, 'retag', running.by]);
      assert.equal((await retry(running.id, { status: 409 })).body.code, 'job_under_way');
      assert.equal((await retry(anew.id, { status: 409 })).body.code, 'job_under_way');
      assert.equal((await ended(anew)).state, 'succeeded');
      assert.equal((await retry(anew.id, { status: 409 })).body.code, 'job_succeeded');
    });

    it('promotes by the gate alone, and says what else it is asked for', async () => {
      const ask = (json, options) => api.ask('POST', '/api/v1/models:teach', { token, json, ...options });
      await ask({ promote: 'always' }, { status: 422, field: 'promote' });
      await ask({ promote: true }, { status: 422, field: 'promote' });
      await ask({ promoted: 'never' }, { status: 422, field: 'promoted' });
      await ask([], { status: 422 });
      const { result } = await ended((await ask({ promote: 'if_better' }, { status: 202 })).body);
      assert.equal(result.promoted, result.gate.verdict === 'better');
      const { body: live } = await api.ask('GET', '/api/v1/model', { token, status: 200 });
      if (!result.promoted) assert.notEqual(live.id, result.model);
      else await api.ask('POST', `/api/v1/models/${result.parent}:promote`, { token, status: 200 });
    });

    it('trains no network where there is no program that does', async () => {
      const refused = await api.ask('POST', '/api/v1/models:train', { token, json: {}, status: 409 });
      assert.equal(refused.body.code, 'no_training');
    });

    it('follows a job to its end, through the events that it sends', async () => {
      const events = (id, options) => api.ask('GET', `/api/v1/jobs/${id}/events`, { token: annotator, ...options });
      const told = ({ bytes }) => [...String(bytes).matchAll(/^event: job\ndata: (.*)\n$/gm)].map(([, data]) => JSON.parse(data));
      const job = await teach();
      const [first, ...more] = told(await events(job.id, { status: 200 }));
      const last = more.at(-1) ?? first;
      for (const seen of [first, ...more]) assert.ok(api.contract.holds('Job', seen));
      assert.ok([first, ...more].every(({ id }) => id === job.id));
      assert.ok(more.every((seen, i) => seen.progress >= [first, ...more][i].progress));
      assert.deepEqual(last, await ended(job));
      assert.deepEqual(told(await events(job.id, { status: 200 })), [last], 'one that has ended is said once');
      await events('none', { status: 422, field: 'id' });
      await events('019aaaaa-0000-7000-8000-000000000000', { status: 404 });
      await api.ask('GET', `/api/v1/jobs/${job.id}/events`, { status: 401 });
    });

    it('adds labels, which any drawing may be given at once, and changes how they are shown', async () => {
      const post = (json, options) => api.ask('POST', '/api/v1/labels', { token, json, ...options });
      const change = (name, json, options) =>
        api.ask('PATCH', `/api/v1/labels/${encodeURIComponent(name)}`, { token, json, ...options });
      const moon = { name: 'demi lune', titles: { en: 'half moon', fr: 'demi-lune' }, colour: '#102030', key: 'm', position: 0 };
      const { body } = await post(moon, { status: 201 });
      const none = { example: null, example_url: null };
      assert.deepEqual(body, { tag: 'demi lune', assignable: true, retired: false, titles: moon.titles, colour: '#102030', key: 'm', ...none });
      const listed = async (path = '/api/v1/labels') => (await api.ask('GET', path, { token, status: 200 })).body.labels;
      assert.equal((await listed())[0].tag, 'demi lune');
      await patch(await draw(31), 'demi lune', { status: 200 });
      assert.equal((await listed('/api/v1/public/labels'))[0].drawings, 1);

      assert.equal((await post(moon, { status: 409, field: 'name' })).body.code, 'label_there');
      assert.equal((await post({ name: 'sun', key: 'm' }, { status: 409, field: 'key' })).body.code, 'label_key_taken');
      for (const name of ['', 'x'.repeat(65), 'a/b', 'a:merge', ' moon', 'a\nb', '..'])
        await post({ name }, { status: 422, field: 'name' });
      await post({}, { status: 422, field: 'name' });
      for (const key of ['u', 'M', 'mm', '', 'é', 5]) await post({ name: 'sun', key }, { status: 422, field: 'key' });
      for (const colour of ['red', '#12345', '#1234567', '#ABCDEF']) await post({ name: 'sun', colour }, { status: 422, field: 'colour' });
      for (const titles of [{ e: 'x' }, { en: '' }, { en: 'x'.repeat(201) }, { en: 5 }, { 'not a language': 'x' }])
        await post({ name: 'sun', titles }, { status: 422, field: `titles/${Object.keys(titles)[0]}` });
      await post({ name: 'sun', titles: 'x' }, { status: 422, field: 'titles' });
      await post({ name: 'sun', position: -1 }, { status: 422, field: 'position' });
      await post({ name: 'sun', color: '#102030' }, { status: 422, field: 'color' });
      await post({ name: 'x'.repeat(64), titles: { 'pt-BR': 'x'.repeat(200) }, key: null }, { status: 201 });

      const edit = { titles: { fr: 'croissant', en: null }, key: null, position: 2 };
      const { body: edited } = await change('demi lune', edit, { status: 200 });
      assert.deepEqual(edited, { ...body, titles: { fr: 'croissant' }, key: null });
      assert.equal((await listed())[2].tag, 'demi lune');
      await change('sun', {}, { status: 404 });
      await change('demi lune', { key: 'h' }, { status: 409, field: 'key' });
      await change('demi lune', { name: 'moon' }, { status: 422, field: 'name' });
      await change('demi lune', { retired: 'yes' }, { status: 422, field: 'retired' });

      await change('demi lune', { retired: true }, { status: 200 });
      await patch(await draw(32), 'demi lune', { status: 422, field: 'tag' });
      const found = (labels) => labels.find(({ tag }) => tag === 'demi lune');
      assert.deepEqual([found(await listed()).retired, found(await listed()).assignable], [true, false]);
      assert.equal(found(await listed('/api/v1/public/labels')).drawings, 1);
      await change('x'.repeat(64), { retired: true }, { status: 200 });
      const unused = ({ tag }) => tag.length === 64;
      assert.ok((await listed()).some(unused));
      assert.ok(!(await listed('/api/v1/public/labels')).some(unused));
    });

    it('shows a label by a drawing that an admin chose, as long as it is shown itself', async () => {
      const choose = (example, options = { status: 200 }) =>
        api.ask('PATCH', '/api/v1/labels/star', { token, json: { example }, ...options });
      const listed = async (path) => {
        const { body } = await api.ask('GET', path, { token, status: 200 });
        const { example, example_url } = body.labels.find(({ tag }) => tag === 'star');
        return [example, example_url];
      };
      const everywhere = async (expected) => {
        for (const path of ['/api/v1/labels', '/api/v1/public/labels']) assert.deepEqual(await listed(path), expected);
      };
      await everywhere([null, null]);
      const drawing = await draw(41);
      await choose(drawing.id, { token: annotator, status: 403 });
      for (const wrong of ['x', 5, randomUUID(), {}]) await choose(wrong, { status: 422, field: 'example' });
      const { body } = await choose(drawing.id);
      assert.deepEqual([body.example, body.example_url], [drawing.id, drawing.image_url]);
      await everywhere([drawing.id, drawing.image_url]);
      await api.ask('GET', body.example_url, { status: 200 });
      await api.ask('PATCH', '/api/v1/labels/star', { token, json: { colour: '#beac2d' }, status: 200 });
      await everywhere([drawing.id, drawing.image_url]);

      const turn = async (verb) => {
        const { version } = (await api.ask('GET', `/api/v1/drawings/${drawing.id}`, { token, status: 200 })).body;
        const json = { drawings: [{ id: drawing.id, version }] };
        await api.ask('POST', `/api/v1/drawings:${verb}`, { token, json, status: 200 });
      };
      await turn('hide');
      await everywhere([null, null]);
      await choose(drawing.id, { status: 422, field: 'example' });
      await turn('show');
      await everywhere([drawing.id, drawing.image_url]);
      await turn('delete');
      await everywhere([null, null]);

      const other = await draw(42);
      await choose(other.id);
      await choose(null);
      await everywhere([null, null]);
      const { body: log } = await api.ask('GET', '/api/v1/audit?action=label.changed&subject=star', { token, status: 200 });
      assert.deepEqual(log.events.slice(0, 2).map(({ details }) => details.example), [null, other.id]);
    });

    it('merges a label into another, and undoes it drawing by drawing', async () => {
      const merge = (name, json, options) => api.ask('POST', `/api/v1/labels/${name}:merge`, { token, json, ...options });
      const oval = { name: 'oval', titles: { en: 'oval' } };
      await api.ask('POST', '/api/v1/labels', { token, json: oval, status: 201 });
      const reviewed = await draw(33);
      await patch(reviewed, 'oval', { status: 200 });
      await merge('oval', { into: 'oval' }, { status: 422, field: 'into' });
      await merge('oval', { into: 'sun' }, { status: 422, field: 'into' });
      await merge('oval', {}, { status: 422, field: 'into' });
      await merge('sun', { into: 'ellipse' }, { status: 404 });
      const { body } = await merge('oval', { into: 'ellipse' }, { status: 200 });
      assert.deepEqual(body, { moved: 1, done: true });
      assert.deepEqual((await merge('oval', { into: 'ellipse' }, { status: 200 })).body, { moved: 0, done: true });
      const { body: now } = await api.ask('GET', at(reviewed), { token, status: 200 });
      assert.deepEqual([now.tag, now.tagged_by, now.version], ['ellipse', 'admin', 3]);
      const { body: undone } = await undo(reviewed, '"3"', { status: 200 });
      assert.deepEqual([undone.tag, undone.tagged_by], ['oval', 'marie']);
    });

    it('hides drawings from everyone but annotators, and shows them again', async () => {
      const [first, second] = [await draw(41), await draw(42)];
      const change = (act, drawings, options) =>
        api.ask('POST', `/api/v1/drawings:${act}`, { token, json: { drawings: drawings.map(({ id, version = 1 }) => ({ id, version })) }, ...options });
      const { body } = await change('hide', [first, { id: randomUUID() }, { id: second.id, version: 7 }], { status: 200 });
      assert.equal(body.results[0].drawing.hidden, true);
      assert.deepEqual(body.results.map(({ problem }) => problem?.status), [undefined, 404, 412]);
      for (const path of ['', '/image']) await api.ask('GET', `/api/v1/public/drawings/${first.id}${path}`, { status: 404 });
      const ids = async (path, options) => (await api.ask('GET', `${path}?limit=200`, { ...options, status: 200 })).body.drawings.map(({ id }) => id);
      assert.ok(!(await ids('/api/v1/public/drawings')).includes(first.id));
      assert.ok((await ids('/api/v1/drawings', { token: annotator })).includes(first.id));
      assert.equal(await queued(first), false);
      const { body: hidden } = await api.ask('GET', at(first), { token: annotator, status: 200 });
      assert.equal(hidden.image_url, `${at(first)}/image`);
      await api.ask('GET', hidden.image_url, { token: annotator, status: 200 });
      await api.ask('GET', hidden.image_url, { status: 401 });
      const { body: shown } = await change('show', [hidden], { status: 200 });
      assert.equal(shown.results[0].drawing.hidden, undefined);
      assert.equal((await api.ask('GET', first.links.self, { status: 200 })).body.version, 3);
      const { body: history } = await api.ask('GET', `${at(first)}/history`, { token, status: 200 });
      assert.deepEqual(history.events.map(({ kind: eventKind }) => eventKind), ['predicted', 'withdrawn', 'restored']);
    });

    it('deletes drawings for good, one or many', async () => {
      const key = randomUUID();
      const options = { headers: { 'Idempotency-Key': key }, status: 201 };
      const first = (await api.predict(circle(43), {}, options)).body;
      await patch(first, 'star', { status: 200 });
      const remove = (drawing, version, more) =>
        api.ask('DELETE', at(drawing), { token, headers: version ? { 'If-Match': version } : {}, ...more });
      await remove(first, '"1"', { status: 412, kind: 'precondition-failed' });
      await remove(first, undefined, { status: 428, field: 'If-Match' });
      await remove(first, '"2"', { token: annotator, status: 403 });
      const picture = await api.ask('GET', first.image_url, { status: 200 });
      assert.equal(picture.headers.get('cache-control'), 'no-cache');
      const seen = { headers: { 'If-None-Match': picture.headers.get('etag') } };
      await api.ask('GET', first.image_url, { ...seen, status: 304 });
      const before = (await api.ask('GET', '/api/v1/labels', { token })).body.labels.find(({ tag }) => tag === 'star').drawings;
      await remove(first, '"2"', { status: 204 });
      const after = (await api.ask('GET', '/api/v1/labels', { token })).body.labels.find(({ tag }) => tag === 'star').drawings;
      assert.equal(after, before - 1);
      await api.ask('GET', first.image_url, { ...seen, status: 404 });
      for (const path of [at(first), `${at(first)}/image`, `${at(first)}/history`]) await api.ask('GET', path, { token, status: 404 });
      await remove(first, '"3"', { status: 404 });
      const { body: again } = await api.predict(circle(43), {}, { ...options, status: 409, field: 'Idempotency-Key' });
      assert.equal(again.code, 'drawing_deleted');

      const more = [await draw(44), await draw(45)];
      const json = { drawings: [...more.map(({ id }) => ({ id, version: 1 })), { id: first.id, version: 3 }] };
      const { body } = await api.ask('POST', '/api/v1/drawings:delete', { token, json, status: 200 });
      assert.deepEqual(body.results.map(({ deleted, problem }) => deleted ?? problem.status), [true, true, 404]);
      const { body: page } = await api.ask('GET', '/api/v1/drawings?limit=200', { token, status: 200 });
      assert.ok(page.drawings.every(({ id }) => ![first, ...more].some((gone) => gone.id === id)));
    });

    it('lets whoever drew it take it back, or say what it is, with the token alone', async () => {
      const key = randomUUID();
      const keyed = { headers: { 'Idempotency-Key': key }, status: 201 };
      const { body: mine } = await api.predict(circle(46), {}, keyed);
      assert.ok(mine.withdrawal.token.length >= 20);
      assert.equal(Date.parse(mine.withdrawal.until) - Date.parse(mine.created_at), 24 * 3600 * 1000);
      assert.equal((await api.predict(circle(46), {}, keyed)).body.withdrawal, null);
      const other = await draw(47);
      const bearing = (drawing) => ({ headers: { 'Withdrawal-Token': drawing.withdrawal.token } });
      const suggest = (drawing, json, options) => api.ask('POST', `${drawing.links.self}:suggest`, { json, ...options });

      await suggest(mine, { tag: 'star' }, { status: 403 });
      await suggest(mine, { tag: 'star' }, { ...bearing(other), status: 403 });
      await suggest(mine, { tag: 'dinosaur' }, { ...bearing(mine), status: 422, field: 'tag' });
      await suggest(mine, { tag: 'star', why: 'x' }, { ...bearing(mine), status: 422, field: 'why' });
      await suggest(mine, { tag: 'star' }, { ...bearing(mine), status: 204 });
      const { body: now } = await api.ask('GET', at(mine), { token, status: 200 });
      assert.deepEqual([now.tag, now.tagged_by], [mine.tag, null]);
      assert.equal(await queued(mine), true);
      const { body: history } = await api.ask('GET', `${at(mine)}/history`, { token, status: 200 });
      const { kind: said, to, by, reason } = history.events.at(-1);
      assert.deepEqual([said, to, by, reason], ['suggested', 'star', null, 'suggested']);
      for (let i = 1; i < 5; i += 1) await suggest(mine, { tag: 'heart' }, { ...bearing(mine), status: 204 });
      const { body: tooMany } = await suggest(mine, { tag: 'heart' }, { ...bearing(mine), status: 409 });
      assert.equal(tooMany.code, 'too_many_suggestions');

      const withdraw = (drawing, options) => api.ask('DELETE', drawing.links.self, options);
      await withdraw(mine, { status: 403 });
      await withdraw(mine, { ...bearing(other), status: 403 });
      await withdraw(mine, { headers: { 'Withdrawal-Token': 'x'.repeat(64) }, status: 403 });
      await withdraw(mine, { ...bearing(mine), status: 204 });
      await withdraw(mine, { ...bearing(mine), status: 404 });
      for (const path of [mine.links.self, mine.image_url]) await api.ask('GET', path, { status: 404 });
      await api.ask('GET', other.links.self, { status: 200 });
      await api.predict(circle(46), {}, { ...keyed, status: 409, field: 'Idempotency-Key' });
    });

    it('serves its documents, its problems and its health', async () => {
      await api.ask('GET', '/healthz', { status: 200 });
      await api.ask('GET', '/readyz', { status: 200 });
      assert.equal((await api.ask('GET', '/api/v1/public/service', { status: 200 })).body.demo, true);
      for (const name of ['invalid', 'precondition-failed', 'unavailable', 'method-not-allowed', 'bad-gateway'])
        await api.ask('GET', `/problems/${name}`, { status: 200 });
      await api.ask('GET', '/problems/other', { status: 404 });
      const docs = await fetch(`${api.url}/docs`);
      assert.equal(docs.status, 200);
      assert.match(docs.headers.get('content-security-policy'), /default-src 'self'/);
      const page = await docs.text();
      const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => new URL(file, `${api.url}/docs`));
      assert.ok(files.length > 1);
      for (const file of files) assert.equal((await fetch(file)).status, 200, String(file));
      for (const root of ['/api/v1/public', '/api/v1']) {
        const document = await (await fetch(`${api.url}${root}/openapi.json`)).json();
        assert.equal(document.openapi, '3.1.0');
        assert.ok(Object.keys(document.paths).length > 5);
        assert.doesNotMatch(JSON.stringify(document), /common\.yaml|x-limit/);
      }
    });

    // What the contract says of every operation of a kind, asked of every operation.

    const fill = (path, id, project = 'shapes') =>
      path.replace('{id}', id).replace('{kind}', 'invalid').replace('{project}', project);
    const of = (test) => api.contract.operations.filter(test);
    const guarded = () => of(({ security }) => security?.length > 0);

    it('wants a token wherever the contract says so', async () => {
      assert.ok(guarded().length > 10);
      for (const { verb, path } of guarded())
        await api.ask(verb.toUpperCase(), fill(path, randomUUID()), { status: 401, kind: 'unauthenticated' });
    });

    it('wants an admin wherever the contract says so', async () => {
      const admins = of(({ responses }) => responses['403']);
      assert.ok(admins.length >= 5);
      // Annotators import too, but make no labels by it.
      const whole = (path) => fill(path, randomUUID()) + (path.endsWith('/imports') ? '?new_labels=make' : '');
      for (const { verb, path } of admins)
        await api.ask(verb.toUpperCase(), whole(path), { token: annotator, status: 403, kind: 'forbidden' });
    });

    it('says of every operation of a project whether there is one', async () => {
      const inProjects = of(({ path }) => path.includes('{project}') && !path.endsWith(':suggest'));
      assert.ok(inProjects.length > 20);
      for (const { verb, path, requestBody } of inProjects) {
        const json = requestBody ? {} : undefined;
        const headers = { 'If-Match': '"1"', 'Withdrawal-Token': 'a guess' };
        await api.ask(verb.toUpperCase(), fill(path, randomUUID(), 'nowhere'), { token, headers, json, status: 404, kind: 'not-found' });
      }
    });

    it('keeps the first project, and lets it be for those who are signed in', async () => {
      const change = (json, options) => api.ask('PATCH', '/api/v1/projects/shapes', { token, json, status: 200, ...options });
      const again = await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'shapes' }, status: 409, field: 'slug' });
      assert.equal(again.body.code, 'slug_taken');
      await change({ archived: true }, { status: 409, field: 'archived' });
      const sent = [
        ['POST', '/api/v1/public/predictions', { json: { image: circle(99).toString('base64') } }],
        ['POST', '/api/v1/public/predictions:preview', { json: { image: circle(99).toString('base64') } }],
        ['GET', '/api/v1/public/drawings', {}],
      ];
      const drawing = await draw(98);
      await change({ who_browses: 'users' });
      for (const part of ['', '/image']) await api.ask('GET', `/api/v1/public/drawings/${drawing.id}${part}`, { status: 401 });
      await api.ask('GET', '/api/v1/public/drawings', { status: 401 });
      await change({ who_browses: 'everyone', who_draws: 'users' });
      for (const [verb, path, more] of sent.slice(0, 2)) await api.ask(verb, path, { ...more, status: 401 });
      await change({ who_browses: 'users' });
      for (const [verb, path, more] of sent) await api.ask(verb, path, { ...more, status: 404 });
      await change({ who_browses: 'everyone', who_draws: 'everyone' });
    });

    it('says of every id whether it is none or unknown', async () => {
      for (const { verb, path } of of(({ path: p }) => p.includes('{id}'))) {
        const options = { token, headers: { 'If-Match': '"1"', 'Withdrawal-Token': 'a guess' } };
        if (verb === 'patch' || path.endsWith(':suggest')) options.json = path.includes('/users/') ? {} : { tag: 'star' };
        if (verb === 'put') options.json = {};
        // A claim is the client's to make, and to let go of whether it is there or not.
        if (!path.includes('/claims/'))
          await api.ask(verb.toUpperCase(), fill(path, randomUUID()), { ...options, status: 404, kind: 'not-found' });
        if (!path.includes('/models/'))
          await api.ask(verb.toUpperCase(), fill(path, 'not-an-id'), { ...options, status: 422, field: 'id' });
      }
    });

    it('says of every body what is wrong with it', async () => {
      const drawing = await draw(6);
      // What is imported is data, and has tests of its own.
      for (const { verb, path, requestBody } of of(({ requestBody: body, path: to }) => body && !to.endsWith('/imports'))) {
        const url = fill(path, path.includes('/drawings/') ? drawing.id : randomUUID());
        const send = (type, body, status) =>
          api.ask(verb.toUpperCase(), url, {
            token,
            headers: { 'Content-Type': type, 'If-Match': '"1"', 'Withdrawal-Token': 'a guess' },
            body,
            status,
          });
        assert.ok(requestBody.content['application/json'], path);
        await send('application/json', '{"a":', 400);
        await send('application/json', '{"a":1} {}', 400);
        await send('application/json', 'null', 422);
        await send('application/json', `${'['.repeat(40)}${']'.repeat(40)}`, 400);
        await send('application/x-unheard-of', '{}', 415);
        await send('application/json', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`, 413);
        if (path.includes('/predictions')) continue;
        const taken = path.endsWith('/dismissals') ? 256 : 64; // KiB
        await send('application/json', `{"a":"${'x'.repeat(taken * 1024)}"}`, 413);
      }
    });

    it('gives the strokes of what was drawn, as JSON and as SVG, in both APIs', async () => {
      const strokes = [[[0, 100, 50], [0, 10, 90], [0, 5, 9]]];
      const { body: drawn } = await api.predict(circle(81), { strokes }, { status: 201 });
      const plain = await draw(82);
      for (const [base, options] of [['/api/v1/public', {}], ['/api/v1', { token: annotator }]]) {
        const ask = (id, end, more) => api.ask('GET', `${base}/drawings/${id}/strokes${end}`, { ...options, ...more });
        const { body, headers } = await ask(drawn.id, '', { status: 200 });
        assert.deepEqual(body, { id: drawn.id, strokes });
        await ask(drawn.id, '', { status: 304, headers: { 'If-None-Match': headers.get('etag') } });
        const svg = await ask(drawn.id, '.svg', { status: 200 });
        assert.equal(svg.type, 'image/svg+xml');
        assert.match(svg.bytes.toString(), /^<svg .*<path d="M0 0L100 10L50 90"\/>/);
        const preferred = await ask(drawn.id, '', { status: 200, headers: { Accept: 'image/svg+xml, */*' } });
        assert.ok(preferred.bytes.equals(svg.bytes));
        assert.deepEqual((await ask(plain.id, '', { status: 200 })).body.strokes, []);
        await ask(plain.id, '.svg', { status: 404 });
        await ask(randomUUID(), '', { status: 404 });
        await ask('x', '', { status: 422, field: 'id' });
      }
      await api.ask('POST', '/api/v1/drawings:hide', { token, json: { drawings: [{ id: drawn.id, version: 1 }] }, status: 200 });
      await api.ask('GET', `/api/v1/public/drawings/${drawn.id}/strokes`, { status: 404 });
      await api.ask('GET', `/api/v1/drawings/${drawn.id}/strokes`, { token: annotator, status: 200 });
    });

    describe('an export', () => {
      const exported = (query, options) =>
        api.ask('GET', `/api/v1/exports${query}`, { token: annotator, status: 200, ...options });
      const rows = (zip) => entryOf(zip, 'labels.csv').toString().trim().split('\r\n').slice(1);

      it('has every picture as it is stored, with its label, and the same bytes again', async () => {
        const drawing = await draw(77);
        await patch(drawing, 'star', { status: 200 });
        const { bytes, headers, type } = await exported('?format=imagefolder');
        assert.equal(type, 'application/zip');
        assert.equal(headers.get('content-disposition'), 'attachment; filename="shapes.zip"');
        assert.equal(headers.get('transfer-encoding'), 'chunked');
        assert.equal(headers.get('cache-control'), 'no-store');
        const { body: image } = await api.ask('GET', `${at(drawing)}/image`, { token, status: 200 });
        assert.deepEqual(entryOf(bytes, `star/${drawing.id}.png`), image);
        const row = rows(bytes).find((line) => line.includes(drawing.id));
        assert.match(row, new RegExp(`^star/${drawing.id}.png,star,${drawing.id},.*,true,marie,.*,corrected,false$`));
        const manifest = JSON.parse(entryOf(bytes, 'manifest.json'));
        assert.equal(manifest.drawings, rows(bytes).length);
        const again = await exported('');
        assert.ok(again.bytes.equals(bytes), 'the same drawings are the same bytes');
      });

      it('has what was asked for alone', async () => {
        const drawing = await draw(78);
        await patch(drawing, 'hexagon', { status: 200 });
        const all = rows((await exported('')).bytes);
        const column = (line, name) => line.split(',').at({ label: 1, reviewed: 8, by: 9 }[name]);
        const of = async (query) => rows((await exported(query)).bytes);
        assert.deepEqual(await of('?tag=hexagon'), all.filter((line) => column(line, 'label') === 'hexagon'));
        assert.deepEqual(await of('?reviewed=true'), all.filter((line) => column(line, 'reviewed') === 'true'));
        assert.deepEqual(await of('?reviewed=false'), all.filter((line) => column(line, 'reviewed') === 'false'));
        assert.deepEqual(await of('?tagged_by=marie'), all.filter((line) => column(line, 'by') === 'marie'));
        assert.deepEqual(await of('?source=elsewhere'), []);
        assert.deepEqual(await of('?until=2020-01-01T00:00:00Z'), []);
        assert.deepEqual(await of('?from=2020-01-01T00:00:00Z'), all);
      });

      it('says of each label how it came about', async () => {
        const [accepted, corrected, together, undone] = [await draw(84), await draw(85), await draw(86), await draw(87)];
        await patch(accepted, accepted.tag, { status: 200 });
        await patch(corrected, 'cross', { status: 200 });
        await patch(undone, 'cross', { status: 200 });
        const seen = ({ id }, version) => ({ drawings: [{ id, version }] });
        await api.ask('POST', '/api/v1/drawings:undo', { token: annotator, json: seen(undone, 2), status: 200 });
        const json = { drawings: [together, await draw(88)].map(({ id }) => ({ id, version: 1 })) };
        await api.ask('POST', '/api/v1/drawings:accept', { token: annotator, json, status: 200 });
        const { bytes } = await exported('?format=huggingface');
        const lines = entryOf(bytes, 'metadata.jsonl').toString().trim().split('\n').map((line) => JSON.parse(line).croquis);
        const how = ({ id }) => lines.find((own) => own.id === id).reviewed;
        const kindOf = (drawing) => [how(drawing).kind, how(drawing).bulk];
        assert.deepEqual(kindOf(accepted), ['accepted', false]);
        assert.deepEqual(kindOf(corrected), ['corrected', false]);
        assert.deepEqual(kindOf(together), ['accepted', true]);
        assert.equal(how(undone), null);
      });

      it('comes in the form of other tools, by confidence, split and disagreement', async () => {
        const all = rows((await exported('')).bytes).length;
        const coco = JSON.parse(entryOf((await exported('?format=coco')).bytes, 'annotations.json'));
        assert.deepEqual([coco.images.length, coco.annotations.length], [all, all]);
        const tasks = JSON.parse(entryOf((await exported('?format=labelstudio')).bytes, 'tasks.json'));
        assert.equal(tasks.length, all);
        const lines = entryOf((await exported('?format=huggingface')).bytes, 'metadata.jsonl').toString().trim().split('\n');
        assert.equal(lines.length, all);
        assert.equal(JSON.parse(lines[0]).file_name.startsWith('images/'), true);
        const count = async (query) => rows((await exported(query)).bytes).length;
        assert.equal((await count('?split=learn')) + (await count('?split=judge')), all);
        assert.equal((await count('?disagreement=true')) + (await count('?disagreement=false')), all);
        for (const filter of ['flagged', 'disputed', 'imported', 'reviewed'])
          assert.equal((await count(`?${filter}=true`)) + (await count(`?${filter}=false`)), all, filter);
        const asked = '?flagged=true&disputed=false&imported=false&import=019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11';
        assert.deepEqual(JSON.parse(entryOf((await exported(asked)).bytes, 'manifest.json')).chosen, {
          flagged: true,
          disputed: false,
          imported: false,
          import: '019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11',
        });
        await exported('?import=7', { status: 422, field: 'import' });
        assert.equal((await count('?min_confidence=0')) , all);
        assert.equal((await count('?max_confidence=0')), 0);
      });

      it('has the strokes of what was drawn, a line each', async () => {
        const strokes = [[[0, 100, 50], [0, 10, 90]]];
        const { body } = await api.predict(circle(79), { strokes }, { status: 201 });
        const { bytes, type } = await exported('?format=ndjson');
        assert.equal(type, 'application/x-ndjson');
        const lines = bytes.toString().trim().split('\n').map((line) => JSON.parse(line));
        const line = lines.find(({ croquis }) => croquis.id === body.id);
        assert.deepEqual(line.drawing, strokes);
        assert.equal(line.word, body.tag);
        assert.equal(line.croquis.reviewed, null);
      });

      it('comes through the page\'s server too', async () => {
        const headers = { Authorization: `Bearer ${annotator}` };
        const direct = (await exported('?format=csv')).bytes;
        const answer = await fetch(`http://localhost:${server.ports.portal}/api/v1/exports?format=csv`, { headers });
        assert.equal(answer.status, 200);
        assert.ok(Buffer.from(await answer.arrayBuffer()).equals(direct));
      });

      it('of what is not known is refused', async () => {
        for (const [query, field] of [['?format=cvat', 'format'], ['?format=', 'format'], ['?tag=', 'tag'], [`?tag=${'x'.repeat(65)}`, 'tag'], ['?tagged_by=', 'tagged_by'], ['?tagged_since=today', 'tagged_since'], [`?source=${'x'.repeat(65)}`, 'source'], ['?reviewed=yes', 'reviewed'], ['?from=yesterday', 'from'], ['?until=1', 'until'], ['?colour=red', 'colour'], ['?split=test', 'split'], ['?disagreement=1', 'disagreement'], ['?min_confidence=2', 'min_confidence'], ['?max_confidence=x', 'max_confidence']])
          await exported(query, { status: 422, field });
        await exported(`?tag=${'x'.repeat(64)}`);
      });
    });

    it('has met every answer that the contract declares', () => {
      // Those that need a fault of the server, a full one, or a model that cannot be loaded.
      const elsewhere = new Set(['500', '503']);
      // Those that any request may get, whatever it asks for: http.test.mjs asks every operation for them.
      for (const status of ['408', '414', '417', '431', '501', '502', '504']) elsewhere.add(status);
      const ofBodies = new Set(['400', '413', '415']);
      const exceptions = new Set(['changeOwnPassword 429', 'promoteModel 422', 'promoteModel 409', 'beginShadow 409', 'rollBackModel 409', 'createPrediction 409', 'annotatorCreatePrediction 409', 'createPrediction 429', 'previewPrediction 429', 'signIn 429']);
      const missing = api.contract.operations.flatMap(({ operationId, responses, requestBody }) =>
        Object.keys(responses)
          .filter((status) => status >= 400 && !elsewhere.has(status))
          .filter((status) => requestBody || !ofBodies.has(status))
          // In a project the same handlers answer.
          .filter((status) => ![operationId, operationId.replace(/InProject$/, '')].some((id) => api.contract.met.get(id)?.has(Number(status))))
          .map((status) => `${operationId.replace(/InProject$/, '')} ${status}`)
          .filter((name) => !exceptions.has(name)),
      );
      // The list, the queue, the pictures and the imports have tests of their own.
      assert.deepEqual(missing.filter((name) => !/^(list|get|annotatorList|annotatorGet|importDrawings)/.test(name)), []);
    });
  });

// Two backends on one database, with one secret.
for (const kind of Object.keys(stores))
  describe(`authority on ${kind}`, () => {
    const secret = randomUUID() + randomUUID();
    let store;
    let servers = [];
    let here;
    let there;
    let admin;
    before(async () => {
      store = await stores[kind]();
      for (let i = 0; i < 2; i += 1) servers.push(await startCroquis(store.url, { flags: ['--secret', secret] }));
      [here, there] = await Promise.all(servers.map(({ ports }) => client(`http://localhost:${ports.api}`)));
      admin = (await here.signIn('admin', 'admin')).access_token;
    });
    after(async () => {
      for (const server of servers) await server.stop();
      await store?.remove();
    });
    const password = 'a pass phrase of theirs';
    let count = 0;
    const add = async (role) => {
      const name = `user${(count += 1)}`;
      const { body } = await here.ask('POST', '/api/v1/users', { token: admin, json: { name, password, role }, status: 201 });
      const [pair, other] = [await here.signIn(name, password), await there.signIn(name, password)];
      return { id: body.id, name, tokens: [pair.access_token, other.access_token] };
    };
    const change = (id, json) => here.ask('PATCH', `/api/v1/users/${id}`, { token: admin, json, status: 200 });
    /** Every operation that changes something, or that the contract keeps for admins. */
    const operations = () =>
      here.contract.operations.filter(
        ({ verb, security, responses }) => security?.length > 0 && responses['401'] && (verb !== 'get' || responses['403']),
      );
    // An import is refused with 403 only where it asks for new labels.
    const adminsOnly = ({ operationId, responses }) => Boolean(responses['403']) && operationId !== 'importDrawings';
    const isFor = (admins) => operations().filter((operation) => adminsOnly(operation) === admins);
    // Annotators import too, but make no labels by it.
    const filled = (path) =>
      path.replace('{id}', randomUUID()).replace('{project}', 'shapes') + (path.endsWith('/imports') ? '?new_labels=make' : '');
    const send = (api, { verb, path }, token, expected) => api.ask(verb.toUpperCase(), filled(path), { token, ...expected });

    it('ends at once, everywhere, with the role', async () => {
      const { id, tokens } = await add('admin');
      for (const api of [here, there])
        for (const token of tokens) await api.ask('GET', '/api/v1/users', { token, status: 200 });
      await change(id, { role: 'annotator' });
      assert.ok(isFor(true).length >= 5);
      for (const api of [here, there])
        for (const token of tokens)
          for (const operation of isFor(true)) await send(api, operation, token, { status: 403, kind: 'forbidden' });
      await here.ask('PATCH', `/api/v1/users/${id}`, { token: tokens[0], json: { role: 'admin' }, status: 403 });
      assert.equal((await there.ask('GET', '/api/v1/me', { token: tokens[0], status: 200 })).body.role, 'annotator');
    });

    it('begins at once with a role, without another sign-in', async () => {
      const { id, tokens } = await add('annotator');
      await here.ask('GET', '/api/v1/users', { token: tokens[0], status: 403 });
      await change(id, { role: 'admin' });
      for (const api of [here, there]) await api.ask('GET', '/api/v1/users', { token: tokens[0], status: 200 });
      await change(id, { role: 'annotator' });
    });

    const withdrawals = {
      'a disabled user': ({ id }) => change(id, { disabled: true }),
      'one disabled and enabled again': async ({ id }) => {
        await change(id, { disabled: true });
        await change(id, { disabled: false });
      },
      'a deleted user': ({ id }) => here.ask('DELETE', `/api/v1/users/${id}`, { token: admin, status: 204 }),
      'one with a new password': ({ id }) => change(id, { password: 'another phrase of theirs' }),
    };
    for (const [whose, withdraw] of Object.entries(withdrawals))
      it(`the tokens of ${whose} change nothing any more`, async () => {
        const user = await add('admin');
        await withdraw(user);
        for (const api of [here, there])
          for (const token of user.tokens)
            for (const operation of operations()) await send(api, operation, token, { status: 401, kind: 'unauthenticated' });
        if (whose.includes('deleted')) return;
        await change(user.id, { role: 'annotator', disabled: true });
      });

    it('keeps one admin, whatever two backends are told at once', async () => {
      const { body } = await here.ask('GET', '/api/v1/me', { token: admin, status: 200 });
      for (let round = 0; round < 4; round += 1) {
        const second = await add('admin');
        const disable = (api, id, token) => api.ask('PATCH', `/api/v1/users/${id}`, { token, json: { disabled: true } });
        const answers = await Promise.all([disable(here, body.id, second.tokens[0]), disable(there, second.id, admin)]);
        // Whoever came second is disabled by then, or was the last.
        const statuses = answers.map(({ status }) => status);
        assert.equal(statuses.filter((status) => status === 200).length, 1, String(statuses));
        if (statuses[0] === 200) {
          await here.ask('PATCH', `/api/v1/users/${body.id}`, { token: second.tokens[0], json: { disabled: false }, status: 200 });
          admin = (await here.signIn('admin', 'admin')).access_token;
        }
        await change(second.id, { role: 'annotator' });
      }
    });
  });

describe('a demo', () => {
  let store, server, api;
  before(async () => {
    store = await stores.sqlite();
    server = await startCroquis(store.url);
    api = await client(`http://localhost:${server.ports.api}`);
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
  });

  it('fills itself once, with sketches that say what they are', async () => {
    const token = (await api.signIn('admin', 'admin')).access_token;
    const marie = { name: 'marie', password: 'a long pass phrase' };
    await api.ask('POST', '/api/v1/users', { token, json: marie, status: 201 });
    const annotator = (await api.signIn(marie.name, marie.password)).access_token;
    const fill = (options) => api.ask('POST', '/api/v1/drawings:sketch', options);
    await fill({ status: 401 });
    await fill({ token: annotator, status: 403 });
    const both = await Promise.all([fill({ token }), fill({ token })]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [201, 409]);
    const { body } = await fill({ token, status: 409 });
    assert.equal(body.code, 'not_empty');

    const { body: page } = await api.ask('GET', '/api/v1/drawings?limit=200', { token, status: 200 });
    assert.deepEqual([page.drawings.length, page.next], [200, null]);
    assert.deepEqual([...new Set(page.drawings.map(({ source }) => source))], ['sketcher']);
    assert.ok(page.drawings.every(({ tagged_by, model }) => tagged_by === null && model));
    assert.ok(new Set(page.drawings.map(({ tag }) => tag)).size > 10);
    const strokes = await api.ask('GET', `/api/v1/drawings/${page.drawings[0].id}/strokes`, { token, status: 200 });
    assert.ok(strokes.body.strokes.length > 0);
  });
});

describe('sign-ins', () => {
  it('of a name that many guess at wait, and are not refused', async () => {
    const store = await stores.sqlite();
    // The strangers come through a proxy, each with an address of its own.
    const server = await startCroquis(store.url, { flags: ['--logins-per-minute', '3', '--trusted-proxies', '127.0.0.1,::1'] });
    try {
      const api = await client(`http://localhost:${server.ports.api}`);
      const from = (address) => ({ headers: { 'X-Forwarded-For': address } });
      const guess = (address) =>
        api.ask('POST', '/api/v1/token', { json: { username: 'admin', password: 'a guess' }, ...from(address) });
      for (let i = 1; i <= 3; i += 1)
        await Promise.all(Array.from({ length: 5 }, () => guess(`203.0.113.${i}`)));
      for (let i = 0; i < 3; i += 1) {
        await api.ask('POST', '/api/v1/token', { json: { username: 'admin', password: 'admin' }, ...from('192.0.2.1'), status: 200 });
        // One more may be let through by the time that the others took.
        const guesses = await Promise.all(Array.from({ length: 4 }, () => guess('203.0.113.1')));
        assert.ok(guesses.some(({ status }) => status === 429));
      }
    } finally {
      await server.stop();
      await store.remove();
    }
  });

  it('are told to the security log, with request and address and without a secret', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url, { flags: ['--log-level', 'error', '--submissions-per-minute', '1'] });
    try {
      const api = await client(`http://localhost:${server.ports.api}`);
      const headers = { 'X-Request-ID': 'told-1' };
      const { body: pair } = await api.ask('POST', '/api/v1/token', { headers, json: { username: 'admin', password: 'admin' }, status: 200 });
      await api.ask('POST', '/api/v1/token', { headers, json: { username: 'admin', password: 'my-secret-guess' }, status: 401 });
      await api.ask('POST', '/api/v1/token', { headers, json: { username: 'my-secret-guess', password: 'x' }, status: 401 });
      await api.ask('GET', '/api/v1/me', { headers: { ...headers, Authorization: 'Bearer my-secret-token' }, status: 401 });
      const token = pair.access_token;
      const json = { name: 'vera', password: 'her secret pass phrase' };
      const { body: vera } = await api.ask('POST', '/api/v1/users', { token, headers, json, status: 201 });
      const hers = (await api.signIn('vera', json.password)).access_token;
      await api.ask('GET', '/api/v1/users', { token: hers, headers, status: 403 });
      await api.ask('PATCH', `/api/v1/users/${vera.id}`, { token, headers, json: { role: 'admin' }, status: 200 });
      const { body: model } = await api.ask('GET', '/api/v1/model', { token, status: 200 });
      await api.ask('POST', `/api/v1/models/${model.id}:promote`, { token, headers, status: 200 });
      await api.ask('DELETE', `/api/v1/users/${vera.id}`, { token, headers, status: 204 });
      await api.predict(circle(1), {}, { headers, status: 201 });
      await api.predict(circle(2), {}, { headers, status: 429 });
      const told = () => server.said.filter((line) => line.includes('security:') && line.includes('request=told-1'));
      for (let i = 0; i < 250 && told().length < 10; i += 1) await sleep(20);
      const lines = told();
      assert.deepEqual(
        lines.map((line) => /event=(\S+)/.exec(line)[1]),
        ['sign_in', 'sign_in_failed', 'sign_in_failed', 'unauthenticated', 'account_added', 'forbidden', 'account_changed', 'model_promoted', 'account_removed', 'rate_limited'],
      );
      for (const line of lines) assert.match(line, /client=(127\.0\.0\.1|::1)( |$)/);
      const said = server.said.join('\n');
      for (const secret of ['my-secret', json.password, token, hers, pair.refresh_token]) assert.ok(!said.includes(secret));
    } finally {
      await server.stop();
      await store.remove();
    }
  });

  it('of a demo are for this machine alone', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url);
    const ask = (port, host) =>
      new Promise((resolve, reject) => {
        const request = get({ host: '127.0.0.1', port, path: '/api/v1/public/service', headers: { Host: host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.on('error', reject);
      });
    try {
      for (const port of [server.ports.api, server.ports.portal]) {
        for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '[::1]:80', '192.0.2.1', 'x.localhost'])
          assert.equal(await ask(port, host), 200, host);
        for (const host of ['evil.example', 'evil.example:8000', 'localhost.evil.example', 'evil-localhost'])
          assert.equal(await ask(port, host), 403, host);
      }
    } finally {
      await server.stop();
      await store.remove();
    }
  });

  it('are limited by name and client, and say when again', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url, { flags: ['--logins-per-minute', '3'] });
    try {
      const api = await client(`http://localhost:${server.ports.api}`);
      for (let i = 0; i < 3; i += 1) await api.signIn('admin', 'a guess', { status: 401 });
      const { headers } = await api.ask('POST', '/api/v1/token', {
        json: { username: 'admin', password: 'admin' },
        status: 429,
        kind: 'rate-limited',
      });
      assert.ok(Number(headers.get('retry-after')) >= 1);
    } finally {
      await server.stop();
      await store.remove();
    }
  });
});
