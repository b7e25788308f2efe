import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { program, stores } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

for (const kind of Object.keys(stores))
  describe(`quality and the way back on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    const drawn = [];
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind, { flags: ['--teach-after', '30', '--workers', '1'] }));
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const get = async (path, options = {}) => (await api.ask('GET', path, { token: annotator, status: 200, ...options })).body;

    it('says what each label has, still wants, and how well the model knows it', async () => {
      const none = await get('/api/v1/quality/labels');
      assert.deepEqual([none.all.reviewed, none.all.accuracy, none.waiting], [0, null, 0]);
      assert.ok(none.labels.every(({ wanted, accuracy }) => wanted === none.examples_needed && accuracy === null));
      const names = (await get('/api/v1/labels')).labels.map(({ tag }) => tag);
      assert.deepEqual(none.labels.map(({ label }) => label), names);
      assert.equal(none.model, (await get('/api/v1/model')).id);
      await get('/api/v1/quality/labels?limit=1', { status: 422, field: 'limit' });
      await get('/api/v1/quality/labels', { token: undefined, status: 401 });
      await get('/api/v1/projects/none/quality/labels', { status: 404 });
    });

    it('measures nothing where nobody reviewed anything', async () => {
      const quality = await get('/api/v1/quality');
      assert.equal(quality.agreement.all.of, 0);
      assert.deepEqual([quality.labels, quality.weeks, quality.answers], [[], [], []]);
      assert.deepEqual((await get('/api/v1/quality/suspects')).suspects, []);
      await api.ask('POST', '/api/v1/models:rollback', { token, status: 404 });
    });

    it('says how often the model had said what people say, and from which sample', async () => {
      for (let i = 0; i < 30; ++i) drawn.push((await api.predict(circle(i), {}, { status: 201 })).body);
      const claim = randomUUID();
      let random = 0;
      let agreed = 0;
      let reviewed = 0;
      // By when it was drawn: the queue asks about those that judge at even distances, so that a tag by
      // its order could leave none to learn from.
      const stars = new Set(drawn.filter((_, i) => i % 3 === 0).map(({ id }) => id));
      while (reviewed < 30) {
        const { drawings } = (
          await api.ask('PUT', `/api/v1/queue/claims/${claim}`, { token: annotator, json: { limit: 50 }, status: 200 })
        ).body;
        for (const { id, predicted_tag: said, asked } of drawings) {
          reviewed += 1;
          const tag = stars.has(id) ? 'star' : said;
          random += asked === 'random' ? 1 : 0;
          agreed += tag === said ? 1 : 0;
          const headers = { 'If-Match': '"1"' };
          await api.ask('PATCH', `/api/v1/drawings/${id}`, { token: annotator, headers, json: { tag }, status: 200 });
        }
      }
      const quality = await get('/api/v1/quality');
      assert.deepEqual([quality.agreement.all.of, quality.agreement.all.agreed], [30, agreed]);
      assert.equal(quality.agreement.random.of, random);
      assert.ok(quality.agreement.all.low < quality.agreement.all.part);
      assert.equal(quality.waiting, 0);
      assert.equal(quality.weeks.reduce((sum, { all }) => sum + all.of, 0), 30);
      const star = quality.labels.find(({ name }) => name === 'star');
      assert.equal(star.all.of, 10);
      assert.equal(quality.calibration.answers, 30);
      assert.equal(quality.calibration.at_random, false);
      assert.deepEqual(quality.answers.map(({ by, answers }) => [by, answers]), [['marie', 30]]);
      const printed = (...words) => promisify(execFile)(program, ['project', 'quality', 'shapes', ...words, '--store', store.url]);
      const told = JSON.parse((await printed('--json')).stdout);
      for (const member of ['agreement', 'labels', 'weeks', 'calibration', 'answers', 'waiting'])
        assert.deepEqual(told[member], quality[member], member);
      assert.match((await printed()).stdout, /^the live model .* of 30$[^]*^on star .* of 10$[^]*^marie +30$/m);
      await get('/api/v1/quality', { token: undefined, status: 401 });
    });

    it('counts by label while people review, with what judges apart', async () => {
      const { id } = await get('/api/v1/model');
      const report = await get(`/api/v1/models/${id}/report`);
      assert.ok(report.accuracy.of > 0);
      // What took long to work out is told again for a while.
      const { all, labels, examples_needed: needed, waiting } = await until('what was reviewed', async () => {
        const progress = await get('/api/v1/quality/labels');
        const { reviewed, accuracy } = progress.all;
        return reviewed === 30 && accuracy?.of === report.accuracy.of ? progress : null;
      });
      assert.deepEqual([all.learnt, waiting], [0, 0]);
      for (const each of [all, ...labels]) assert.equal(each.learnt + each.new + each.judging, each.reviewed);
      for (const { wanted, learnt, new: fresh } of labels) assert.equal(wanted, Math.max(0, needed - learnt - fresh));
      assert.equal(labels.find(({ label }) => label === 'star').reviewed, 10);
      assert.deepEqual(all.accuracy, report.accuracy);
      for (const { label, given } of report.labels)
        assert.deepEqual(labels.find((each) => each.label === label)?.accuracy, given.of > 0 ? given : null);
    });

    it('finds look-alikes, and reviewed drawings that look like others', async () => {
      const [first] = drawn;
      const similar = (await get(`/api/v1/drawings/${first.id}/similar?limit=5`)).drawings;
      assert.equal(similar.length, 5);
      assert.ok(similar.every(({ id }) => id !== first.id));
      const degrees = similar.map(({ similarity }) => similarity);
      assert.deepEqual(degrees, [...degrees].sort((a, b) => b - a));
      assert.ok(degrees[0] > 0.9);
      for (const limit of [0, 51])
        await get(`/api/v1/drawings/${first.id}/similar?limit=${limit}`, { status: 422, field: 'limit' });
      await get(`/api/v1/drawings/${randomUUID()}/similar`, { status: 404 });
      await get('/api/v1/drawings/x/similar', { status: 422, field: 'id' });
      const listed = async () => (await get('/api/v1/quality/suspects?limit=200')).suspects;
      const suspects = await listed();
      assert.ok(suspects.every(({ tag, suggested }) => tag !== suggested));
      const [suspect] = suspects;
      const headers = { 'If-Match': `"${suspect.version}"` };
      const json = { tag: suspect.tag };
      await api.ask('PATCH', `/api/v1/drawings/${suspect.id}`, { token: annotator, headers, json, status: 200 });
      const expected = suspects.filter(({ id }) => id !== suspect.id).map(({ id }) => id);
      assert.deepEqual((await listed()).map(({ id }) => id), expected);
      for (const limit of [0, 201])
        await get(`/api/v1/quality/suspects?limit=${limit}`, { status: 422, field: 'limit' });
    });

    it('finds the look-alikes of a project beside those of another', async () => {
      await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'birds' }, status: 201 });
      const birds = [];
      for (const seed of [0, 50]) {
        const json = { image: circle(seed).toString('base64') };
        birds.push((await api.ask('POST', '/api/v1/public/projects/birds/predictions', { json, status: 201 })).body.id);
      }
      const { drawings } = await get(`/api/v1/projects/birds/drawings/${birds[0]}/similar?limit=1`);
      assert.deepEqual(drawings.map(({ id }) => id), [birds[1]]);
    });

    it('compares a model with the live one on stored drawings, and says what fell', async () => {
      const { id: live } = await get('/api/v1/model');
      // The shipped model answers by more than one layer on its embedding.
      const told = await get(`/api/v1/models/${live}/shadow`, { status: 409 });
      assert.equal(told.code, 'other_network');
      await get('/api/v1/models/none/shadow', { status: 404 });
      const queued = await api.ask('POST', `/api/v1/models/${live}:shadow`, { token: annotator, status: 202 });
      assert.equal(queued.headers.get('location'), `/api/v1/jobs/${queued.body.id}`);
      const ended = await endedJob(api, annotator, queued.body.id);
      assert.equal(ended.state, 'succeeded', ended.error);
      assert.deepEqual([queued.body.model, ended.model], [live, live]);
      const shadow = await get(`/api/v1/models/${live}/shadow?job=${queued.body.id}`);
      const { microseconds, labels, agreement, ...rest } = shadow;
      // It says of a stored picture what it said of it when it was drawn.
      assert.deepEqual(rest, { model: live, live, left_out: 0, disagreements: [] });
      assert.deepEqual([agreement.of, agreement.agreed], [30, 30]);
      assert.deepEqual(ended.result, shadow);
      assert.ok(microseconds > 0 && labels.length > 0);
      const here = await promisify(execFile)(program, ['model', 'shadow', live, '--json', '--store', store.url]);
      assert.deepEqual(JSON.parse(here.stdout).agreement, agreement);
      await get(`/api/v1/models/${live}/shadow?job=${randomUUID()}`, { status: 404 });
      await get(`/api/v1/projects/birds/models/${live}/shadow?job=${queued.body.id}`, { status: 404 });
      await get(`/api/v1/models/${live}/shadow?job=first`, { status: 422, field: 'job' });
      const { fall, drift } = await get('/api/v1/quality');
      assert.deepEqual([fall.model, fall.before, fall.beyond_chance], [live, null, false]);
      // The shipped model's card keeps nothing of what it learnt from.
      assert.equal(drift.training, null);
      const printed = await promisify(execFile)(program, ['project', 'drift', 'shapes', '--store', store.url]);
      assert.match(printed.stdout, /Its card keeps nothing/);
    });

    it('reports on a model by the drawings that judge, as of a moment', async () => {
      const { id: live } = await get('/api/v1/model');
      const { agreement } = await get('/api/v1/quality');
      const report = await get(`/api/v1/models/${live}/report`);
      assert.equal(report.model, live);
      assert.ok(agreement.random.of > 0);
      assert.deepEqual([report.judging, report.accuracy.agreed], [agreement.random.of, agreement.random.agreed]);
      assert.deepEqual([report.from_predictions, report.from_embeddings, report.complete], [report.judging, 0, true]);
      assert.ok(report.accuracy.low <= report.accuracy.part && report.accuracy.part <= report.accuracy.high);
      assert.equal(report.labels.reduce((sum, { given }) => sum + given.of, 0), report.judging);
      // Every answer has its place there, `unknown` too.
      assert.equal(report.reliability_all.reduce((sum, { drawings }) => sum + drawings, 0), report.judging);
      assert.equal(report.confusion.reduce((sum, { drawings }) => sum + drawings, 0), report.judging);
      assert.equal(report.mistakes.length, Math.min(24, report.judging - report.accuracy.agreed));
      assert.ok(report.mistakes.every(({ drawing, tag }) => drawing.tag !== tag && drawing.tagged_by === 'marie'));
      assert.equal(report.comparison, undefined);
      const before = await get(`/api/v1/models/${live}/report?as_of=2026-01-01T00:00:00Z`);
      assert.deepEqual([before.as_of, before.judging, before.labels], ['2026-01-01T00:00:00.000000Z', 0, []]);
      const now = encodeURIComponent(report.as_of);
      assert.equal((await get(`/api/v1/models/${live}/report?as_of=${now}`)).data_sha256, report.data_sha256);
      await get('/api/v1/models/none/report', { status: 404 });
      await get(`/api/v1/models/${live}/report?as_of=today`, { status: 422, field: 'as_of' });
      await get(`/api/v1/models/${live}/report?against=`, { status: 422, field: 'against' });
      await get(`/api/v1/models/${live}/report?against=${live}`, { status: 422, field: 'against' });
      await get(`/api/v1/models/${live}/report?beside=none`, { status: 422, field: 'beside' });
      await get(`/api/v1/models/${live}/report`, { token: undefined, status: 401 });
    });

    it('puts what looks alike together, to be tagged and taken back together', async () => {
      const fresh = [];
      for (let i = 100; i < 130; ++i) fresh.push((await api.predict(circle(i), {}, { status: 201 })).body.id);
      const { looked_at: looked, clusters } = await get('/api/v1/clusters?limit=50');
      const all = clusters.flatMap(({ drawings }) => drawings);
      assert.ok(looked > 0 && looked <= fresh.length);
      assert.equal(all.length, looked);
      assert.equal(new Set(all.map(({ id }) => id)).size, looked);
      assert.ok(all.every(({ id, tagged_by: by }) => fresh.includes(id) && by === null));
      for (const { suggested, suggested_of: of, size, drawings } of clusters) {
        assert.equal(size, drawings.length);
        assert.equal(of, drawings.filter(({ tag }) => tag === suggested).length);
      }
      assert.deepEqual(await get('/api/v1/clusters?limit=50'), { looked_at: looked, clusters });
      for (const limit of [0, 51]) await get(`/api/v1/clusters?limit=${limit}`, { status: 422, field: 'limit' });
      await get('/api/v1/clusters', { token: undefined, status: 401 });

      const tag = (json, status = 200, more = {}) =>
        api.ask('POST', '/api/v1/drawings:tag', { token: annotator, json, status, ...more });
      const drawings = all.map(({ id, version }) => ({ id, version }));
      const [first, ...rest] = drawings;
      const { results } = (await tag({ tag: 'star', drawings: [{ ...first, version: 9 }, ...rest] })).body;
      assert.equal(results[0].problem.status, 412);
      assert.ok(results.slice(1).every(({ drawing }) => drawing.tag === 'star' && drawing.tagged_by === 'marie'));
      for (const { id } of rest) {
        const { events } = await get(`/api/v1/drawings/${id}/history`);
        assert.deepEqual([events.at(-1).to, events.at(-1).bulk], ['star', true]);
      }
      const taken = results.slice(1).map(({ drawing: { id, version } }) => ({ id, version }));
      const undone = await api.ask('POST', '/api/v1/drawings:undo', { token: annotator, json: { drawings: taken }, status: 200 });
      assert.ok(undone.body.results.every(({ drawing }) => drawing.tagged_by === null));

      assert.equal((await tag({ tag: 'no such label', drawings: [first] })).body.results[0].problem.status, 422);
      await tag({ drawings: [first] }, 422, { field: 'tag' });
      await tag({ tag: 'star', drawings: [] }, 422, { field: 'drawings' });
      await tag({ tag: 'star', drawings: Array(201).fill(first) }, 422, { field: 'drawings' });
    });

    it('puts drawings on a map, and holds the newer against the older', async () => {
      const { drift, points } = await get('/api/v1/quality/map');
      assert.equal(points.length, 60);
      assert.equal(points.filter(({ reviewed }) => reviewed).length, 30);
      const { id: live } = await get('/api/v1/model');
      for (const { reviewed, tagged_by: by, model } of points)
        assert.deepEqual([by, model], [reviewed ? 'marie' : null, live]);
      assert.ok(points.some(({ x }) => Math.abs(x) > 0.5));
      assert.deepEqual([drift.before, drift.since, drift.p_value, drift.beyond_chance], [0, 60, 1, false]);
      await get('/api/v1/quality/map', { token: undefined, status: 401 });
    });

    it('tells the command line what it tells the page', async () => {
      const here = async (...words) => {
        const { stdout } = await promisify(execFile)(program, ['project', ...words, '--json', '--store', store.url]);
        return JSON.parse(stdout);
      };
      assert.deepEqual(await here('map', 'shapes'), await get('/api/v1/quality/map'));
      const brief = ({ id, version, tag, tagged_by: by }) => [id, version, tag, by];
      const rest = ({ similarity, suggested, suggest, given }) => [similarity, suggested, suggest, given];
      const same = (told, shown) => {
        assert.deepEqual(told.map(brief), shown.map(brief));
        assert.deepEqual(told.map(rest), shown.map(rest));
      };
      const clusters = await get('/api/v1/clusters?limit=50');
      const told = await here('clusters', 'shapes', '--limit', '50');
      assert.equal(told.looked_at, clusters.looked_at);
      assert.equal(told.clusters.length, clusters.clusters.length);
      for (const [i, cluster] of clusters.clusters.entries()) {
        assert.deepEqual(
          [told.clusters[i].suggested, told.clusters[i].suggested_of, told.clusters[i].size],
          [cluster.suggested, cluster.suggested_of, cluster.size],
        );
        same(told.clusters[i].drawings, cluster.drawings);
      }
      same((await here('suspects', 'shapes')).suspects, (await get('/api/v1/quality/suspects')).suspects);
      const [{ id }] = drawn;
      same((await here('similar', 'shapes', id)).drawings, (await get(`/api/v1/drawings/${id}/similar`)).drawings);
    });

    it('lets no list wait behind what compares thousands of drawings', async () => {
      const answered = [];
      const told = (name) => () => answered.push(name);
      const maps = Array.from({ length: 30 }, () => get('/api/v1/quality/map').then(told('map')));
      await get('/api/v1/public/drawings', { token: undefined }).then(told('list')); // asked last
      await Promise.all(maps);
      assert.ok(answered.indexOf('list') < 20, `after ${answered.indexOf('list')} of 30`);
    });

    it('teaches by itself after so many reviews, and goes back to the model before', async () => {
      const teachings = async () => (await get('/api/v1/jobs')).jobs.filter((job) => job.kind === 'teach');
      await until('the teaching', async () => (await teachings()).some((job) => job.finished_at));
      const jobs = await teachings();
      assert.deepEqual(jobs.map(({ by, state }) => [by, state]), [[null, 'succeeded']], JSON.stringify(jobs));
      const taught = (await get('/api/v1/models')).models.find(({ kind: made }) => made === 'head');
      const before = await get('/api/v1/model');
      const shadow = await get(`/api/v1/models/${taught.id}/shadow`);
      assert.deepEqual([shadow.model, shadow.live], [taught.id, before.id]);
      assert.equal(shadow.agreement.of, 60);
      assert.equal(shadow.labels.reduce((sum, { agreement }) => sum + agreement.of, 0), 60);
      assert.equal(shadow.disagreements.length, Math.min(24, 60 - shadow.agreement.agreed));
      assert.ok(shadow.disagreements.every(({ drawing, tag }) => tag !== drawing.predicted_tag));
      const report = await get(`/api/v1/models/${taught.id}/report?against=${before.id}`);
      const shipped = await get(`/api/v1/models/${before.id}/report`);
      assert.equal(report.data_sha256, shipped.data_sha256);
      assert.deepEqual([report.from_embeddings, report.from_predictions], [report.judging, 0]);
      const { comparison } = report;
      assert.deepEqual([comparison.model, comparison.drawings], [before.id, report.judging]);
      assert.equal(comparison.only_this_right - comparison.only_other_right, report.accuracy.agreed - shipped.accuracy.agreed);
      assert.ok(comparison.low <= comparison.difference && comparison.difference <= comparison.high);
      await get(`/api/v1/projects/none/models/${taught.id}/report`, { status: 404 });
      await api.ask('POST', `/api/v1/models/${taught.id}:promote`, { token, status: 200 });
      const { drift } = await get('/api/v1/quality');
      const { tags, confidence, embeddings } = drift.training;
      for (const { reference, now } of [tags, confidence]) assert.deepEqual([reference >= 15, now], [true, 0]);
      assert.equal(embeddings.reference, 0); // of fewer than a hundred nothing is said
      assert.deepEqual(Object.keys(drift.training), ['tags', 'confidence', 'embeddings']);
      const drifted = await promisify(execFile)(program, ['project', 'drift', 'shapes', '--store', store.url]);
      assert.match(drifted.stdout, /^learnt +embeddings +0 +0 +nothing to compare$/m);
      // The retagging that follows waits for other backends, and the comparison for it.
      const compare = (id, status) => api.ask('POST', `/api/v1/models/${id}:shadow`, { token: annotator, status });
      const { body: compares } = await compare(before.id, 202);
      assert.equal((await compare(before.id, 202)).body.id, compares.id);
      assert.equal((await compare(taught.id, 409)).body.code, 'shadow_open');
      const ended = await endedJob(api, annotator, compares.id);
      assert.equal(ended.state, 'succeeded', ended.error);
      const stored = await get(`/api/v1/models/${before.id}/shadow?job=${compares.id}`);
      assert.deepEqual([stored.live, stored.agreement.of], [taught.id, 30]);
      assert.equal(stored.disagreements.length, Math.min(24, 30 - stored.agreement.agreed));
      assert.ok(stored.disagreements.every(({ drawing, tag }) => tag !== drawing.predicted_tag));
      await api.ask('POST', '/api/v1/models:rollback', { token: annotator, status: 403 });
      const back = await api.ask('POST', '/api/v1/models:rollback', { token, status: 200 });
      assert.equal(back.body.id, before.id);
      assert.equal((await get('/api/v1/model')).id, before.id);
      await api.ask('POST', '/api/v1/models:retag', { token: annotator, status: 403 });
      const queued = await api.ask('POST', '/api/v1/models:retag', { token, status: 202 });
      assert.equal(queued.body.kind, 'retag');
      assert.equal(queued.headers.get('location'), `/api/v1/jobs/${queued.body.id}`);
    });

    it('makes a taught model again from its lineage, and says what changed since', async () => {
      const { id } = (await get('/api/v1/models')).models.find(({ kind: made }) => made === 'head');
      const again = async () => {
        const queued = await api.ask('POST', `/api/v1/models/${id}:remake`, { token, status: 202 });
        assert.deepEqual([queued.body.kind, queued.body.model, queued.body.by], ['remake', id, 'admin']);
        assert.equal(queued.headers.get('location'), `/api/v1/jobs/${queued.body.id}`);
        const ended = await endedJob(api, annotator, queued.body.id);
        assert.equal(ended.state, 'succeeded', ended.error);
        assert.ok(api.contract.holds('Remaking', ended.result), JSON.stringify(ended.result));
        return ended.result;
      };
      const here = async () => {
        const run = promisify(execFile)(program, ['model', 'remake', id, '--json', '--store', store.url]);
        return JSON.parse((await run.catch((failed) => failed)).stdout);
      };
      const first = await again();
      assert.deepEqual([first.model, first.same, first.same_drawings, first.found], [id, true, true, first.learnt]);
      assert.deepEqual([first.again.same_network, first.again.differing], [true, 0]);
      assert.deepEqual(await here(), first);

      const { learnt } = first;
      const reviewed = (await get('/api/v1/drawings?reviewed=true&limit=200')).drawings;
      const stars = reviewed.filter(({ tag }) => tag === 'star');
      for (const { id: star, version } of stars) {
        const headers = { 'If-Match': `"${version}"` };
        await api.ask('PATCH', `/api/v1/drawings/${star}`, { token: annotator, headers, json: { tag: 'heart' }, status: 200 });
      }
      const since = await again();
      assert.deepEqual([since.same, since.learnt], [true, learnt]);
      assert.ok(since.changed_all > first.changed_all);
      assert.equal(since.changed.length, since.changed_all);
      for (const { drawing, then, now, reviewed: still, hidden } of since.changed)
        assert.deepEqual([stars.some((star) => star.id === drawing), then, now, still, hidden], [true, 'star', 'heart', true, false]);

      const [{ drawing: gone }] = since.changed;
      const headers = { 'If-Match': `"${(await get(`/api/v1/drawings/${gone}`)).version}"` };
      await api.ask('DELETE', `/api/v1/drawings/${gone}`, { token, headers, status: 204 });
      const less = await again();
      assert.deepEqual([less.same, less.same_drawings, less.learnt - less.found, less.deleted], [false, false, 1, [gone]]);
      assert.deepEqual(await here(), less);
    });
  });
