import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { figurePng } from '../../e2e/support/figures.mjs';
import { program, stores } from '../../e2e/support/server.mjs';
import { startWithPeople } from './support/people.mjs';

for (const kind of Object.keys(stores))
  describe(`near duplicates on ${kind}`, () => {
    let store, server, api, token, annotator;
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const get = async (path, options = {}) => (await api.ask('GET', path, { token: annotator, status: 200, ...options })).body;
    const found = (query = '') => get(`/api/v1/quality/duplicates${query}`);
    const draw = async (figure, n) => (await api.predict(figurePng(figure, n), {}, { status: 201 })).body;
    const tag = async ({ id, version }, as) => {
      const headers = { 'If-Match': `"${version}"` };
      return (await api.ask('PATCH', `/api/v1/drawings/${id}`, { token: annotator, headers, json: { tag: as }, status: 200 })).body;
    };
    const print = async (...more) =>
      (await promisify(execFile)(program, ['project', 'duplicates', 'shapes', ...more, '--store', store.url])).stdout;
    const spirals = [];
    const combs = [];

    it('are none where there is nothing', async () => {
      const { as_of: asOf, ...none } = await found();
      assert.ok(Date.parse(asOf) > 0);
      const nothing = { looked_at: 0, found: 0, drawings: 0, contradicting: 0, crossing: 0, judging: 0, dismissed: 0, groups: [] };
      assert.deepEqual(none, nothing);
      assert.match(await print(), /^0 drawings looked at/);
    });

    it('are told in groups, those first that people contradict themselves in', async () => {
      for (let i = 0; i < 3; ++i) spirals.push(await draw('spiral', 1));
      await draw('ladder', 7);
      for (let i = 0; i < 2; ++i) combs.push(await draw('comb', 2));
      assert.deepEqual((await found()).groups.map(({ size, contradicts, tags }) => [size, contradicts, tags]), [
        [3, false, []],
        [2, false, []],
      ]);
      combs[0] = await tag(combs[0], 'heart');
      combs[1] = await tag(combs[1], 'star');
      const { looked_at: looked, found: groups, drawings, contradicting, groups: listed } = await found();
      assert.deepEqual([looked, groups, drawings, contradicting], [6, 2, 5, 1]);
      const [first, second] = listed;
      assert.deepEqual(first.drawings.map(({ id }) => id), combs.map(({ id }) => id));
      assert.deepEqual(second.drawings.map(({ id }) => id), spirals.map(({ id }) => id));
      assert.deepEqual(first.tags.map(({ drawings: count }) => count), [1, 1]);
      assert.deepEqual([first.contradicts, first.same_picture, second.contradicts], [true, true, false]);
      assert.ok(first.drawings.every(({ similarity, tagged_by: by }) => similarity > 0.999 && by === 'marie'));
      assert.equal((await found('?limit=1')).groups.length, 1);
      assert.equal((await found('?limit=1')).found, 2);
      const printed = await print('--limit', '1');
      assert.match(printed, /^6 drawings looked at: 5 in 2 groups that are nearly the same, 1 of them contradicting/);
      assert.match(printed, /heart 1, star 1 \(contradicting\)/);
      assert.ok(printed.includes(combs[1].id) && !printed.includes(spirals[0].id));
    });

    it('say where one that judges is nearly one that is learnt from', async () => {
      const { groups } = await found();
      for (const { drawings, learning, judging } of groups) {
        const reviewed = drawings.filter(({ tagged_by: by }) => by !== null);
        assert.equal(judging, reviewed.filter(({ judges }) => judges).length);
        assert.equal(learning, reviewed.length - judging);
      }
      // One in four judges: among so many there are both.
      const many = [];
      while (new Set(many.map(({ judges }) => judges)).size < 2) {
        await tag(await draw('fan', 3), 'star');
        many.splice(0, many.length, ...((await found()).groups.find(({ drawings }) => drawings[0].sha256 !== spirals[0].sha256 && drawings[0].sha256 !== combs[0].sha256)?.drawings ?? []));
      }
      const told = await found();
      assert.ok(told.crossing >= 1);
      assert.ok(told.judging >= 1);
    });

    it('leave out at once what was hidden, and know what was tagged', async () => {
      const [, second] = combs;
      await tag(second, 'heart');
      const { contradicting } = await found();
      assert.equal(contradicting, 0);
      const hide = { token, status: 200, json: { drawings: spirals.slice(1).map(({ id, version }) => ({ id, version })) } };
      await api.ask('POST', '/api/v1/drawings:hide', hide);
      const { groups } = await found();
      assert.ok(groups.every(({ drawings }) => drawings.every(({ id }) => id !== spirals[0].id)));
    });

    it('are none where people say so, until another drawing comes or that is taken back', async () => {
      const path = '/api/v1/quality/duplicates/dismissals';
      const dismiss = async (drawings, status = 200, more = {}) =>
        (await api.ask('POST', path, { token: annotator, json: { drawings }, status, ...more })).body;
      const hearts = async () => (await found()).groups.find(({ drawings }) => drawings[0].id === combs[0].id);
      const before = await found();
      const [first, second] = combs.map(({ id }) => id);
      const said = await dismiss([second, first]);
      assert.deepEqual([said.by, said.size], ['marie', 2]);
      assert.equal((await dismiss([first, second])).id, said.id);
      assert.equal(await hearts(), undefined);
      const after = await found();
      assert.deepEqual([after.found, after.dismissed], [before.found - 1, 1]);
      const { dismissals } = await get(path);
      assert.deepEqual(dismissals.map(({ id, drawings }) => [id, drawings.map((one) => one.id)]), [[said.id, [first, second]]]);
      assert.match(await print(), /1 more group is not of duplicates/);
      assert.ok((await print('--dismissed')).includes(`${said.id}  ${said.at}  marie`));

      combs.push(await draw('comb', 2));
      assert.equal((await hearts()).size, 3);
      const printed = await print('--dismiss', combs[2].id);
      const id = /3 drawings are no duplicates; --restore (\S+) takes it back/.exec(printed)[1];
      assert.equal(await hearts(), undefined);
      assert.deepEqual((await get(path)).dismissals.map(({ id: listed, by }) => [listed, by]), [[id, null], [said.id, 'marie']]);
      // Of those that are left people said it too.
      await api.ask('POST', '/api/v1/drawings:delete', { token, status: 200, json: { drawings: [{ id: combs[2].id, version: 1 }] } });
      assert.equal(await hearts(), undefined);
      assert.match(await print('--restore', id), /told again/);
      assert.equal(await hearts(), undefined);
      // What was seen beside the oldest in several goes is settled; what was seen beside another is not.
      const third = (await draw('comb', 2)).id;
      assert.equal((await hearts()).size, 3);
      const beside = await dismiss([second, third]);
      assert.equal((await hearts()).size, 3);
      const rest = await dismiss([third, first]);
      assert.equal(await hearts(), undefined);
      for (const one of [beside, rest]) await api.ask('DELETE', `${path}/${one.id}`, { token: annotator, status: 204 });
      await api.ask('POST', '/api/v1/drawings:delete', { token, status: 200, json: { drawings: [{ id: third, version: 1 }] } });
      await api.ask('DELETE', `${path}/${said.id}`, { token: annotator, status: 204 });
      assert.equal((await hearts()).size, 2);
      const log = async (action) => (await api.ask('GET', `/api/v1/audit?action=${action}`, { token, status: 200 })).body.events;
      assert.deepEqual((await log('duplicates.dismissed')).map(({ actor, subject }) => [actor, subject]), [['marie', rest.id], ['marie', beside.id], ['operator', id], ['marie', said.id]]);
      assert.deepEqual((await log('duplicates.restored')).map(({ actor, subject }) => [actor, subject]), [['marie', said.id], ['marie', rest.id], ['marie', beside.id], ['operator', id]]);

      await api.ask('DELETE', `${path}/${said.id}`, { token: annotator, status: 404 });
      await api.ask('DELETE', `${path}/first`, { token: annotator, status: 422, field: 'id' });
      await dismiss([first, combs[2].id], 404);
      await dismiss([first], 422, { field: 'drawings' });
      await dismiss([first, first], 422, { field: 'drawings' });
      await dismiss([first, 'second'], 422, { field: 'drawings/1' });
      // As many as are compared with each other; of these most are not there.
      const ids = (count) => Array.from({ length: count }, () => randomUUID());
      await dismiss(ids(5000), 404);
      await dismiss(ids(5001), 422, { field: 'drawings' });
      await dismiss(ids(7000), 413);
      await dismiss([first, second], 422, { json: { drawings: [first, second], why: '' }, field: 'why' });
      await dismiss([first, second], 401, { token: undefined });
      await get(`${path}?limit=0`, { status: 422, field: 'limit' });
      await api.ask('DELETE', `${path}/${said.id}`, { status: 401 });
      await get('/api/v1/projects/none/quality/duplicates/dismissals', { status: 404 });
    });

    it('are of one project, for those who are signed in', async () => {
      await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'birds' }, status: 201 });
      const json = { image: figurePng('comb', 2).toString('base64') };
      for (let i = 0; i < 2; ++i) await api.ask('POST', '/api/v1/public/projects/birds/predictions', { json, status: 201 });
      const birds = await get('/api/v1/projects/birds/quality/duplicates');
      assert.deepEqual([birds.looked_at, birds.found, birds.groups[0].size], [2, 1, 2]);
      assert.ok(birds.groups[0].drawings.every(({ links }) => links.self.startsWith('/api/v1/projects/birds/')));
      await get('/api/v1/quality/duplicates', { token: undefined, status: 401 });
      await get('/api/v1/projects/none/quality/duplicates', { status: 404 });
      for (const limit of [0, 51, 'x']) await get(`/api/v1/quality/duplicates?limit=${limit}`, { status: 422, field: 'limit' });
      await get('/api/v1/quality/duplicates?lmit=5', { status: 422, field: 'lmit' });
    });
  });
