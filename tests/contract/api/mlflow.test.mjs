import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { program, stores } from '../../e2e/support/server.mjs';
import { endedJob, startWithPeople } from './support/people.mjs';
import { circle } from './support/pictures.mjs';

/** Answers as MLflow 2 does, and keeps what it was asked. */
class FakeMlflow {
  requests = [];
  experiments = new Map();
  runs = [];
  /** Answers to give before any other. */
  first = [];

  async start() {
    this.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const url = new URL(request.url, 'http://mlflow');
      const { status, json } = this.first.shift() ?? this.answer(request, url, body);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }
  async stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  answer({ method, headers }, { pathname, searchParams }, body) {
    const sent = headers['content-type'] === 'application/json' && body.length ? JSON.parse(body) : body;
    this.requests.push({ method, pathname, headers, sent });
    const given = (json) => ({ status: 200, json });
    const name = pathname.replace('/api/2.0/mlflow/', '');
    if (method === 'PUT') return given({});
    switch (name) {
      case 'experiments/get-by-name': {
        const experiment_id = this.experiments.get(searchParams.get('experiment_name'));
        return experiment_id
          ? given({ experiment: { experiment_id, name: searchParams.get('experiment_name') } })
          : { status: 404, json: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' } };
      }
      case 'experiments/create':
        this.experiments.set(sent.name, String(this.experiments.size + 1));
        return given({ experiment_id: this.experiments.get(sent.name) });
      case 'runs/search':
        return given({ runs: this.runs.filter(({ filter }) => filter === sent.filter).map(({ run }) => run) });
      case 'runs/create': {
        const run_id = `run${this.runs.length + 1}`;
        const info = { run_id, artifact_uri: `mlflow-artifacts:/${sent.experiment_id}/${run_id}/artifacts` };
        const job = sent.tags.find(({ key }) => key === 'croquis.job').value;
        this.runs.push({ filter: `tags.\`croquis.job\` = '${job}'`, run: { info } });
        return given({ run: { info } });
      }
      case 'runs/log-batch':
      case 'runs/update':
        return given({});
      default:
        return { status: 404, json: { error_code: 'ENDPOINT_NOT_FOUND', message: pathname } };
    }
  }
}

describe('MLflow is told of what was taught', () => {
  const mlflow = new FakeMlflow();
  let store;
  let server;
  let api;
  let token;
  let annotator;
  before(async () => {
    await mlflow.start();
    const flags = ['--mlflow', `${mlflow.url}/`];
    const env = { MLFLOW_TRACKING_TOKEN: 'a secret token' };
    ({ store, server, api, token, annotator } = await startWithPeople('sqlite', { flags, env }));
    for (let i = 0; i < 60; ++i) {
      const { id } = (await api.predict(circle(i), {}, { status: 201 })).body;
      const json = { tag: i % 2 ? 'star' : 'circle' };
      await api.ask('PATCH', `/api/v1/drawings/${id}`, { token: annotator, headers: { 'If-Match': '"1"' }, json, status: 200 });
    }
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
    await mlflow.stop();
  });
  const listed = async () => (await api.ask('GET', '/api/v1/jobs', { token, status: 200 })).body.jobs;
  async function teach() {
    mlflow.requests = [];
    const { body } = await api.ask('POST', '/api/v1/models:teach', { token, status: 202 });
    const taught = await endedJob(api, token, body.id);
    assert.equal(taught.state, 'succeeded', taught.error);
    for (;;) {
      const telling = (await listed()).find(({ kind, created_at: at }) => kind === 'mlflow' && at >= taught.created_at);
      if (telling) return { taught, told: await endedJob(api, token, telling.id) };
    }
  }
  const asked = (name) => mlflow.requests.filter(({ pathname }) => pathname.endsWith(name)).map(({ sent }) => sent);

  it('experiment, run, parameters, metrics and the model', async () => {
    const { taught, told } = await teach();
    assert.equal(told.state, 'succeeded', told.error);
    const { model, gate, cross_validated: validated } = taught.result;
    assert.deepEqual(told.result, { run: 'run1', experiment: '1', model, model_uploaded: true });
    assert.ok(mlflow.requests.every(({ headers }) => headers.authorization === 'Bearer a secret token'));
    assert.deepEqual(
      mlflow.requests.map(({ method, pathname }) => `${method} ${pathname.replace('/api/2.0/', '')}`),
      [
        'GET mlflow/experiments/get-by-name',
        'POST mlflow/experiments/create',
        'POST mlflow/runs/search',
        'POST mlflow/runs/create',
        'POST mlflow/runs/log-batch',
        'PUT mlflow-artifacts/artifacts/1/run1/artifacts/model/model.onnx',
        'PUT mlflow-artifacts/artifacts/1/run1/artifacts/model/model.json',
        'POST mlflow/runs/update',
      ],
    );
    assert.deepEqual(asked('experiments/create'), [{ name: 'croquis/shapes' }]);
    const [created] = asked('runs/create');
    assert.deepEqual([created.experiment_id, created.run_name], ['1', model]);
    const tags = Object.fromEntries(created.tags.map(({ key, value }) => [key, value]));
    assert.deepEqual([tags['croquis.job'], tags['croquis.parent'], tags['mlflow.user']], [taught.id, taught.result.parent, 'admin']);
    const [logged] = asked('runs/log-batch');
    const values = (list) => Object.fromEntries(list.map(({ key, value }) => [key, value]));
    assert.equal(logged.run_id, 'run1');
    const metrics = values(logged.metrics);
    assert.deepEqual(
      [metrics['cross_validated.accuracy'], metrics['gate.drawings'], metrics['gate.difference'], metrics['label.star.learnt']],
      [validated.accuracy, gate.drawings, gate.difference, taught.result.labels.find(({ label }) => label === 'star').learnt],
    );
    const { lineage } = (await api.ask('GET', '/api/v1/models', { token, status: 200 })).body.models.find(({ id }) => id === model);
    const parameters = values(logged.params);
    assert.deepEqual([parameters.data_sha256, parameters.drawings], [lineage.data_sha256, String(lineage.drawings)]);
    const [onnx] = asked('model.onnx');
    const { sha256 } = (await api.ask('GET', '/api/v1/models', { token, status: 200 })).body.models.find(({ id }) => id === model);
    assert.equal(createHash('sha256').update(onnx).digest('hex'), sha256);
    assert.equal(asked('model.json')[0].name, 'taught');
    assert.equal(asked('runs/update')[0].status, 'FINISHED');
  });

  it('is told by the command line too', async () => {
    mlflow.requests = [];
    const told = mlflow.runs.length;
    const args = ['teach', '--json', '--store', store.url, '--mlflow', mlflow.url];
    const env = { ...process.env, MLFLOW_TRACKING_TOKEN: 'a secret token' };
    const { stdout, stderr } = await promisify(execFile)(program, args, { env });
    const { model } = JSON.parse(stdout);
    assert.doesNotMatch(stderr, /MLflow/);
    assert.equal(mlflow.runs.length, told + 1);
    const [created] = asked('runs/create');
    const tags = Object.fromEntries(created.tags.map(({ key, value }) => [key, value]));
    assert.deepEqual(
      [created.run_name, tags['mlflow.user'], tags['mlflow.source.name'], tags['croquis.project']],
      [model, 'operator', 'croquis teach', 'shapes'],
    );
    assert.ok(asked('runs/log-batch')[0].metrics.some(({ key }) => key === 'label.star.learnt'));
    assert.equal(asked('model.onnx').length, 1);
    assert.equal(asked('runs/update')[0].status, 'FINISHED');
    // Where it refuses, the model is there all the same.
    mlflow.first = [{ status: 403, json: { error_code: 'PERMISSION_DENIED', message: 'not for you' } }];
    const refused = await promisify(execFile)(program, args, { env });
    assert.equal(JSON.parse(refused.stdout).model, model);
    assert.match(refused.stderr, /MLflow was not told: .*403: not for you/);
  });

  it('asks again where it is told to come later', async () => {
    mlflow.first = [{ status: 503, json: {} }];
    const { told } = await teach();
    assert.equal(told.state, 'succeeded', told.error);
    // The experiment is there by now.
    assert.deepEqual(asked('experiments/create'), []);
  });

  it('fails by itself, with the server’s reason, where it refuses', async () => {
    mlflow.first = [{ status: 403, json: { error_code: 'PERMISSION_DENIED', message: 'not for you' } }];
    const { taught, told } = await teach();
    assert.equal(taught.state, 'succeeded');
    assert.equal(told.state, 'failed');
    assert.match(told.error, /403: not for you/);
    assert.ok(server.said.every((line) => !line.includes('a secret token')));
  });

  it('holds nothing up where it is away, and is given up when it is told to', async () => {
    await mlflow.stop();
    const { body } = await api.ask('POST', '/api/v1/models:teach', { token, status: 202 });
    const taught = await endedJob(api, token, body.id);
    assert.equal(taught.state, 'succeeded', taught.error);
    const open = async () => (await listed()).find(({ kind, state }) => kind === 'mlflow' && state === 'running');
    let telling;
    while (!telling) telling = await open();
    await api.ask('POST', `/api/v1/jobs/${telling.id}:cancel`, { token, status: 200 });
    assert.equal((await endedJob(api, token, telling.id)).state, 'cancelled');
  });
});
