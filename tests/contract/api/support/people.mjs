// What the suites of those who are signed in begin with, and wait for.
import { startCroquis, stores } from '../../../e2e/support/server.mjs';
import { until } from '../../../e2e/support/until.mjs';
import { client } from './contract.mjs';

/** A demo on a new store of that kind, and the tokens of its admin and of an annotator. */
export async function startWithPeople(kind, options) {
  const store = await stores[kind]();
  let server;
  try {
    server = await startCroquis(store.url, options);
    const api = await client(`http://localhost:${server.ports.api}`);
    const { access_token: token } = await api.signIn('admin', 'admin');
    const marie = { name: 'marie', password: 'a long pass phrase' };
    await api.ask('POST', '/api/v1/users', { token, json: marie, status: 201 });
    const { access_token: annotator } = await api.signIn(marie.name, marie.password);
    return { store, server, api, token, annotator };
  } catch (failed) {
    await server?.stop();
    await store.remove();
    throw failed;
  }
}

/** The job of this id once it has ended. */
export async function endedJob(api, token, id) {
  return until(`job ${id}`, async () => {
    const { body } = await api.ask('GET', `/api/v1/jobs/${id}`, { token, status: 200 });
    return ['queued', 'running'].includes(body.state) ? null : body;
  });
}
