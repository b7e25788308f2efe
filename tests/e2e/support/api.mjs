// What a test asks of the annotator API itself, beside the page.
import assert from 'node:assert/strict';

/**
 * A client of the API at `url`: `api(method, path, body, headers)` gives the answer's JSON, and fails the test where it
 * is no success; after `api.signIn()` it speaks for the demo's admin, or for whom it is given.
 */
export function apiAt(url) {
  let token;
  async function api(method, path, body, headers = {}) {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(token && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.status === 204 ? null : answer.json();
  }
  api.signIn = async (username = 'admin', password = 'admin') => {
    token = undefined;
    ({ access_token: token } = await api('POST', '/token', { username, password }));
  };
  return api;
}
