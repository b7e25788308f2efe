import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { stores } from '../../e2e/support/server.mjs';
import { startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

for (const kind of Object.keys(stores))
  describe(`projects on ${kind}`, () => {
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

    const open = (slug) => `/api/v1/public/projects/${slug}`;
    const at = (slug) => `/api/v1/projects/${slug}`;
    const add = async (slug, more = {}) =>
      (await api.ask('POST', '/api/v1/projects', { token, json: { slug, ...more }, status: 201 })).body;
    const change = (slug, json, options) =>
      api.ask('PATCH', at(slug), { token, json, status: 200, ...options });
    const draw = (slug, seed, options = { status: 201 }) =>
      api.ask('POST', `${open(slug)}/predictions`, {
        json: { image: circle(seed).toString('base64') },
        ...options,
      });
    const listed = async () =>
      (await api.ask('GET', '/api/v1/public/projects', { status: 200 })).body.projects.map(({ slug }) => slug);

    it('adds a project, which admins alone do', async () => {
      const json = { slug: 'birds', name: 'Birds', guidelines: '# Two wings' };
      await api.ask('POST', '/api/v1/projects', { json, status: 401 });
      await api.ask('POST', '/api/v1/projects', { token: annotator, json, status: 403 });
      const { body, headers } = await api.ask('POST', '/api/v1/projects', { token, json, status: 201 });
      assert.equal(headers.get('location'), at('birds'));
      assert.equal(body.live_model, null);
      assert.equal(body.retention_days, null);
      await api.ask('POST', '/api/v1/projects', { token, json, status: 409, field: 'slug' });
      for (const [field, wrong] of [
        ['slug', { slug: 'Birds' }],
        ['slug', { slug: 'a'.repeat(65) }],
        ['who_draws', { slug: 'cats', who_draws: 'nobody' }],
        ['opinions_wanted', { slug: 'cats', opinions_wanted: 11 }],
        ['retention_days', { slug: 'cats', retention_days: 36501 }],
        ['name', { slug: 'cats', name: '' }],
        ['guidelines', { slug: 'cats', guidelines: 'g'.repeat(32769) }],
        ['colour', { slug: 'cats', colour: 'red' }],
      ])
        await api.ask('POST', '/api/v1/projects', { token, json: wrong, status: 422, field });
      await add('a'.repeat(64), { opinions_wanted: 10, retention_days: 36500, archived: true });
      const all = await api.ask('GET', '/api/v1/projects', { token: annotator, status: 200 });
      assert.deepEqual(all.body.projects.map(({ slug }) => slug).slice(0, 2), ['shapes', 'birds']);
      assert.deepEqual(await listed(), ['shapes', 'birds']);
    });

    it('changes what is named, at once', async () => {
      const changed = await change('birds', { name: 'All birds', retention_days: 30 });
      assert.equal(changed.body.guidelines, '# Two wings');
      assert.equal((await api.ask('GET', open('birds'), { status: 200 })).body.name, 'All birds');
      assert.equal((await change('birds', { retention_days: null })).body.retention_days, null);
      await change('birds', { name: 'x' }, { token: annotator, status: 403 });
      await change('none', { name: 'x' }, { status: 404 });
      await change('birds', { slug: 'x' }, { status: 422, field: 'slug' });
    });

    it('keeps drawings and labels apart', async () => {
      const labels = `${at('birds')}/labels`;
      await api.ask('POST', labels, { token, json: { name: 'wren' }, status: 201 });
      const { body: drawing, headers } = await draw('birds', 1);
      assert.equal(drawing.tag, 'unknown');
      assert.equal(headers.get('location'), `${open('birds')}/drawings/${drawing.id}`);
      assert.equal(drawing.image_url, `${open('birds')}/drawings/${drawing.id}/image`);
      await api.ask('GET', drawing.image_url, { status: 200 });
      await api.ask('GET', drawing.links.self, { status: 200 });
      await api.ask('GET', `/api/v1/public/drawings/${drawing.id}`, { status: 404 });
      await api.ask('GET', `/api/v1/public/drawings/${drawing.id}/image`, { status: 404 });
      const shape = (await api.predict(circle(2), {}, { status: 201 })).body;
      assert.equal(shape.tag, 'circle');
      const ids = async (path, options) =>
        (await api.ask('GET', path, { status: 200, ...options })).body.drawings.map(({ id }) => id);
      assert.deepEqual(await ids(`${open('birds')}/drawings`), [drawing.id]);
      assert.ok(!(await ids('/api/v1/public/drawings')).includes(drawing.id));
      assert.deepEqual(await ids(`${at('birds')}/queue`, { token }), [drawing.id]);
      assert.ok(!(await ids('/api/v1/queue?limit=200', { token })).includes(drawing.id));
      const tag = (path, to, options) =>
        api.ask('PATCH', path, { token: annotator, headers: { 'If-Match': '*' }, json: { tag: to }, ...options });
      await tag(`/api/v1/drawings/${drawing.id}`, 'wren', { status: 404 });
      await tag(`${at('birds')}/drawings/${drawing.id}`, 'star', { status: 422, field: 'tag' });
      const tagged = await tag(`${at('birds')}/drawings/${drawing.id}`, 'wren', { status: 200 });
      assert.equal(tagged.body.tag, 'wren');
      await api.ask('GET', tagged.body.links.history, { token, status: 200 });
      const names = (await api.ask('GET', `${open('birds')}/labels`, { status: 200 })).body.labels;
      assert.deepEqual(names.map((label) => [label.tag, label.drawings]), [['wren', 1]]);
      const hidden = { drawings: [{ id: drawing.id, version: 2 }] };
      const elsewhere = await api.ask('POST', '/api/v1/drawings:hide', { token, json: hidden, status: 200 });
      assert.equal(elsewhere.body.results[0].problem.status, 404);
    });

    it('lets whoever drew it take it back where it was drawn', async () => {
      const { body } = await draw('birds', 3);
      const headers = { 'Withdrawal-Token': body.withdrawal.token };
      await api.ask('DELETE', `/api/v1/public/drawings/${body.id}`, { headers, status: 404 });
      await api.ask('DELETE', `${open('birds')}/drawings/${body.id}`, { headers, status: 204 });
    });

    it('keeps keys of two projects apart', async () => {
      const headers = { 'Idempotency-Key': 'one' };
      const first = await api.predict(circle(4), {}, { headers, status: 201 });
      const second = await draw('birds', 5, { headers, status: 201 });
      assert.notEqual(first.body.id, second.body.id);
      const again = await draw('birds', 5, { headers, status: 201 });
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
      assert.equal(again.body.id, second.body.id);
    });

    it('is in no list where only its link opens it', async () => {
      await add('secret', { who_draws: 'link', who_browses: 'link' });
      assert.ok(!(await listed()).includes('secret'));
      await api.ask('GET', open('secret'), { status: 200 });
      await draw('secret', 6);
      await api.ask('GET', `${open('secret')}/drawings`, { status: 200 });
    });

    it('asks for a sign-in where it is for users', async () => {
      await add('inner', { who_draws: 'users', who_browses: 'users' });
      assert.ok(!(await listed()).includes('inner'));
      await api.ask('GET', open('inner'), { status: 404 });
      await api.ask('GET', `${open('inner')}/drawings`, { status: 404 });
      await draw('inner', 7, { status: 404 });
      const sent = { json: { image: circle(7).toString('base64') } };
      await api.ask('POST', `${at('inner')}/predictions`, { ...sent, status: 401 });
      const stored = await api.ask('POST', `${at('inner')}/predictions`, { ...sent, token: annotator, status: 201 });
      assert.equal(stored.body.image_url, `${at('inner')}/drawings/${stored.body.id}/image`);
      await api.ask('GET', stored.body.image_url, { token: annotator, status: 200 });
      await api.ask('POST', `${at('inner')}/predictions:preview`, { ...sent, token: annotator, status: 200 });
      await add('half', { who_browses: 'users' });
      await draw('half', 8);
      const refused = await api.ask('GET', `${open('half')}/drawings`, { status: 401 });
      assert.equal(refused.body.code, 'sign_in_required');
      assert.match(refused.headers.get('www-authenticate'), /^Bearer/);
    });

    it('tells the example of a label to those who may look at its drawings', async () => {
      await add('shown', { who_browses: 'users' });
      await api.ask('POST', `${at('shown')}/labels`, { token, json: { name: 'ring' }, status: 201 });
      const drawing = (await draw('shown', 12)).body;
      const choose = (slug, example, more) =>
        api.ask('PATCH', `${at(slug)}/labels/ring`, { token, json: { example }, ...more });
      await choose('shown', drawing.id, { status: 200 });
      const told = async (path, options) => {
        const { labels } = (await api.ask('GET', path, { status: 200, ...options })).body;
        const { example, example_url } = labels.find(({ tag }) => tag === 'ring');
        return [example, example_url];
      };
      const url = `${at('shown')}/drawings/${drawing.id}/image`;
      assert.deepEqual(await told(`${at('shown')}/labels`, { token: annotator }), [drawing.id, url]);
      await api.ask('GET', url, { token: annotator, status: 200 });
      assert.deepEqual(await told(`${open('shown')}/labels`), [null, null]);
      await change('shown', { who_browses: 'everyone' });
      const openly = `${open('shown')}/drawings/${drawing.id}/image`;
      assert.deepEqual(await told(`${open('shown')}/labels`), [drawing.id, openly]);
      await api.ask('GET', openly, { status: 200 });
      await choose('shown', (await api.predict(circle(13), {}, { status: 201 })).body.id, { status: 422, field: 'example' });
    });

    it('says by code and parameters what is wrong with a field', async () => {
      const told = async (json) => {
        const { code, field, parameters } = (await api.ask('POST', '/api/v1/projects', { token, json, status: 422 })).body;
        return [field, code, parameters];
      };
      const cats = { slug: 'cats' };
      assert.deepEqual(await told({ ...cats, opinions_wanted: 11 }), ['opinions_wanted', 'out_of_range', { minimum: '1', maximum: '10' }]);
      assert.deepEqual(await told({ ...cats, guidelines: 'g'.repeat(32769) }), ['guidelines', 'too_long', { maximum: '32768' }]);
      assert.deepEqual(await told({ ...cats, who_draws: 'all' }), ['who_draws', 'not_one_of', { allowed: 'everyone, link, users' }]);
      assert.deepEqual(await told({ ...cats, name: 5 }), ['name', 'wrong_type', undefined]);
      assert.deepEqual(await told({}), ['slug', 'missing', undefined]);
      assert.deepEqual(await told({ slug: 'C' }), ['slug', 'slug_form', { maximum: '64' }]);
      const small = (await api.ask('POST', '/api/v1/public/predictions', { json: { image: 'aGVsbG8=' }, status: 415 })).body;
      assert.deepEqual([small.field, small.code], ['image', 'not_a_picture']);
      const unread = (await api.ask('POST', '/api/v1/projects', { token, body: '{', headers: { 'Content-Type': 'application/json' }, status: 400 })).body;
      assert.equal(unread.code, 'body_unreadable');
    });

    it('takes no drawings once it is archived, and annotators still read it', async () => {
      await add('old');
      const { body } = await draw('old', 9);
      assert.equal((await change('old', { archived: true })).body.archived, true);
      assert.ok(!(await listed()).includes('old'));
      assert.equal((await draw('old', 10, { status: 409, kind: 'conflict' })).body.code, 'project_archived');
      assert.equal((await api.ask('GET', open('old'), { status: 200 })).body.archived, true);
      await api.ask('GET', `${open('old')}/drawings`, { status: 404 });
      await api.ask('GET', `${at('old')}/drawings/${body.id}`, { token: annotator, status: 200 });
      await change('old', { archived: false });
      await draw('old', 11);
      const refused = await change('shapes', { archived: true }, { status: 409, kind: 'conflict' });
      assert.equal(refused.body.code, 'default_project');
    });

    it('teaches a project a model of its own, live there alone', async () => {
      await add('marks');
      for (const name of ['round', 'dotted'])
        await api.ask('POST', `${at('marks')}/labels`, { token, json: { name }, status: 201 });
      const general = (await api.ask('GET', '/api/v1/model', { token, status: 200 })).body.id;
      for (let seed = 0; seed < 24; seed += 1) {
        const { body } = await draw('marks', 100 + seed);
        await api.ask('PATCH', `${at('marks')}/drawings/${body.id}`, {
          token,
          headers: { 'If-Match': '*' },
          json: { tag: seed % 2 === 0 ? 'round' : 'dotted' },
          status: 200,
        });
      }
      const queued = await api.ask('POST', `${at('marks')}/models:teach`, { token, status: 202 });
      let job;
      do {
        await new Promise((resume) => setTimeout(resume, 100));
        job = (await api.ask('GET', queued.headers.get('location'), { token, status: 200 })).body;
      } while (job.state === 'queued' || job.state === 'running');
      assert.equal(job.state, 'succeeded', job.error);
      const own = (await api.ask('GET', `${at('marks')}/models`, { token, status: 200 })).body.models;
      assert.equal(own.length, 1);
      const shapes = (await api.ask('GET', '/api/v1/models', { token, status: 200 })).body.models;
      assert.ok(shapes.every(({ id }) => id !== own[0].id));
      await api.ask('POST', `/api/v1/models/${own[0].id}:promote`, { token, status: 404 });
      const live = await api.ask('POST', `${at('marks')}/models/${own[0].id}:promote`, { token, status: 200 });
      assert.equal(live.body.id, own[0].id);
      assert.equal((await draw('marks', 200)).body.model, own[0].id);
      assert.equal((await api.predict(circle(201), {}, { status: 201 })).body.model, general);
      assert.equal((await api.ask('GET', '/api/v1/model', { token, status: 200 })).body.id, general);
      assert.equal((await api.ask('GET', `${open('marks')}/model`, { status: 200 })).body.id, own[0].id);
      assert.equal((await api.ask('GET', at('marks'), { token, status: 200 })).body.live_model, own[0].id);
    });

    it('exports one project', async () => {
      const { bytes } = await api.ask('GET', `${at('birds')}/exports?format=csv`, { token, status: 200 });
      assert.ok(bytes.includes(Buffer.from('manifest')));
      await api.ask('GET', `${at('none')}/exports?format=csv`, { token, status: 404 });
    });
  });
