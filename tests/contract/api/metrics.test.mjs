// Every metric that a dashboard or an alert names is one that a running server has.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';

import { freePort, startCroquis, stores } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { client } from './support/contract.mjs';
import { circle } from './support/pictures.mjs';

const deployed = (name) => readFile(new URL(`../../../deploy/${name}`, import.meta.url), 'utf8');
const metricsIn = (text) => [...new Set(text.match(/\bcroquis_[a-z_]+/g))].sort();

describe('metrics', () => {
  let store, server, shown, api, token, port;
  before(async () => {
    store = await stores.sqlite();
    port = await freePort();
    server = await startCroquis(store.url, { flags: ['--metrics-port', String(port)] });
    api = await client(`http://localhost:${server.ports.api}`);
    await api.predict(circle(1), {}, { status: 201 });
    ({ access_token: token } = await api.signIn('admin', 'admin'));
    await api.ask('GET', '/api/v1/quality', { token, status: 200 });
    // What is measured in the background is there soon after the start.
    await until('the quality', async () => {
      const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
      shown = new Set([...text.matchAll(/^(?:# TYPE )?(croquis_[a-z_]+)/gm)].map(([, name]) => name));
      return shown.has('croquis_quality_agreement_fall_evidence') && shown.has('croquis_jobs_waiting');
    });
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
  });

  for (const name of ['prometheus/alerts.yaml', 'prometheus/alerts_test.yaml', 'grafana/croquis.json'])
    it(`has all that deploy/${name} names`, async () => {
      const named = metricsIn(await deployed(name));
      assert.ok(named.length >= 9, `${named.length} metrics`);
      assert.deepEqual(named.filter((metric) => !shown.has(metric)), []);
    });

  it('has the figures of any project whose quality somebody opens, at once', async () => {
    const figures = async () =>
      (await (await fetch(`http://localhost:${port}/metrics`)).text()).match(/^croquis_queue_waiting_drawings\{project="birds"\} .*$/m);
    await api.ask('POST', '/api/v1/projects', { token, json: { slug: 'birds' }, status: 201 });
    assert.equal(await figures(), null);
    await api.ask('GET', '/api/v1/projects/birds/quality', { token, status: 200 });
    assert.equal((await figures())[0], 'croquis_queue_waiting_drawings{project="birds"} 0');
  });

  it('the dashboard is one that Grafana reads', async () => {
    const dashboard = JSON.parse(await deployed('grafana/croquis.json'));
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const datasource = /^ {4}uid: (\S+)$/m.exec(await deployed('grafana/provisioning/datasources/prometheus.yaml'))[1];
    for (const { type, title, datasource: from, targets, gridPos } of dashboard.panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      if (type === 'row') continue;
      assert.equal(from.uid, datasource, title);
      assert.ok(targets.length > 0 && targets.every(({ expr }) => expr.length > 0), title);
    }
  });
});
