import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { freePort, startCroquis, stores } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { client } from './support/contract.mjs';
import { startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

/** One in four judges, and the queue asks about those at random. */
const reviewed_a_model = 160;

for (const kind of Object.keys(stores))
  describe(`a policy that rolls back on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    let first;
    let second;
    let port;
    before(async () => {
      port = await freePort();
      const flags = ['--metrics-port', String(port)];
      ({ store, server, api, token, annotator } = await startWithPeople(kind, { flags }));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const get = async (path) => (await api.ask('GET', path, { token: annotator, status: 200 })).body;
    const live = async () => (await get('/api/v1/model')).id;
    const promote = (id) => api.ask('POST', `/api/v1/models/${id}:promote`, { token, status: 200 });

    /** Draws, and answers whatever the queue asks: as the model said, or otherwise. */
    async function review(agreed) {
      for (let i = 0; i < reviewed_a_model; ++i) await api.predict(circle(i), {}, { status: 201 });
      const claim = randomUUID();
      for (;;) {
        const asked = { token: annotator, json: { limit: 50 }, status: 200 };
        const { drawings } = (await api.ask('PUT', `/api/v1/queue/claims/${claim}`, asked)).body;
        if (drawings.length === 0) return;
        for (const { id, version, predicted_tag: said } of drawings) {
          const other = said === 'star' ? 'circle' : 'star';
          await api.ask('PATCH', `/api/v1/drawings/${id}`, {
            token: annotator,
            headers: { 'If-Match': `"${version}"` },
            json: { tag: agreed ? said : other },
            status: 200,
          });
        }
      }
    }
    /** A backend measures at its start, and every five minutes. */
    async function lookAgain() {
      const { ports } = server;
      await server.stop();
      server = await startCroquis(store.url, { ports, flags: ['--metrics-port', String(port)] });
      api = await client(`http://localhost:${server.ports.api}`);
      ({ access_token: token } = await api.signIn('admin', 'admin'));
      ({ access_token: annotator } = await api.signIn('marie', 'a long pass phrase'));
    }
    const measured = async () => {
      const counted = /croquis_quality_agreement_fall_evidence\{project="shapes"\}/;
      await until('the evidence', async () => counted.test(await (await fetch(`http://localhost:${port}/metrics`)).text()));
    };

    it('is off, and is set for each project', async () => {
      const change = async (json, more = {}) =>
        (await api.ask('PATCH', '/api/v1/projects/shapes', { token, json, status: 200, ...more })).body;
      assert.equal((await change({})).rolls_back, false);
      assert.equal((await change({ rolls_back: true })).rolls_back, true);
      assert.equal((await change({ name: 'Shapes' })).rolls_back, true);
      assert.equal((await change({ rolls_back: false })).rolls_back, false);
      await change({ rolls_back: 1 }, { status: 422, field: 'rolls_back' });
      const added = await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'birds', rolls_back: true }, status: 201 });
      assert.equal(added.body.rolls_back, true);
    });

    it('teaches by itself where the project says so, and says who asked: nobody', async () => {
      const change = async (json, more = {}) =>
        (await api.ask('PATCH', '/api/v1/projects/birds', { token, json, status: 200, ...more })).body;
      const told = ({ teach_after: after, promotes_better: promotes }) => [after, promotes];
      assert.deepEqual(told(await change({})), [null, false]);
      assert.deepEqual(told(await change({ teach_after: 0, promotes_better: true })), [0, true]);
      assert.deepEqual(told(await change({ name: 'Birds' })), [0, true]);
      assert.deepEqual(told(await change({ teach_after: null, promotes_better: false })), [null, false]);
      for (const wrong of [-1, 1.5, 'x', 100_001])
        await change({ teach_after: wrong }, { status: 422, field: 'teach_after' });
      await change({ promotes_better: 1 }, { status: 422, field: 'promotes_better' });
      const json = { slug: 'eager', teach_after: 2, promotes_better: true };
      const eager = (await api.ask('POST', '/api/v1/projects', { token, json, status: 201 })).body;
      assert.deepEqual(told(eager), [2, true]);
      await api.ask('POST', '/api/v1/projects/eager/labels', { token, json: { name: 'moon' }, status: 201 });

      const taught = async () => (await get('/api/v1/jobs')).jobs.filter((job) => job.kind === 'teach');
      assert.deepEqual(await taught(), []);
      const review = async (project) => {
        const image = { image: circle(1).toString('base64') };
        const { id } = (await api.ask('POST', `/api/v1/public/projects/${project}/predictions`, { json: image, status: 201 })).body;
        const asked = { token: annotator, headers: { 'If-Match': '"1"' }, json: { tag: 'moon' }, status: 200 };
        await api.ask('PATCH', `/api/v1/projects/${project}/drawings/${id}`, asked);
      };
      await review('eager');
      assert.deepEqual(await taught(), []);
      await review('eager');
      const jobs = await taught();
      assert.deepEqual(jobs.map(({ project, by }) => [project, by]), [['eager', null]]);
    });

    it('goes back where people agree less since the promotion, and says why', { timeout: 240_000 }, async () => {
      first = await live();
      await review(true);
      second = await server.addModel('second');
      await promote(second);
      await until('the second model', async () => (await live()) === second);
      await review(false);
      const { fall, rolled_back: none } = await get('/api/v1/quality');
      assert.equal(none, null);
      assert.deepEqual([fall.model, fall.before, fall.beyond_chance], [second, first, true]);
      await lookAgain();
      await measured();
      const shown = await (await fetch(`http://localhost:${port}/metrics`)).text();
      assert.match(shown, /^croquis_queue_waiting_drawings\{project="shapes"\} 0$/m);
      assert.match(shown, /^croquis_quality_reviews\{project="birds",sample="random"\} 0$/m);
      assert.equal(await live(), second);

      await api.ask('PATCH', '/api/v1/projects/shapes', { token, json: { rolls_back: true }, status: 200 });
      await lookAgain();
      await until('the first model', async () => (await live()) === first);
      const { rolled_back: back } = await get('/api/v1/quality');
      assert.deepEqual([back.model, back.before, back.beyond_chance], [second, first, true]);
      const counts = ({ now, then }) => [now.agreed, now.of, then.agreed, then.of];
      assert.deepEqual(counts(back), counts(fall));
      const { events } = (await api.ask('GET', '/api/v1/audit?action=model.rolled_back', { token, status: 200 })).body;
      assert.deepEqual(events.map(({ actor, actor_id: id, subject }) => [actor, id, subject]), [['policy', null, first]]);
      assert.equal(events[0].details.before, second);
      assert.deepEqual(counts(events[0].details.why), counts(fall));
    });

    it('takes a model back once for the same reviews', async () => {
      await promote(second);
      assert.equal((await get('/api/v1/quality')).rolled_back, null);
      await lookAgain();
      await measured();
      assert.equal(await live(), second);
      assert.equal((await get('/api/v1/quality')).fall.now.of, 0);
    });
  });
