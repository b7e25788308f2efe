// What HTTP itself refuses, asked of every operation with bytes that no client library sends.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { client } from './support/contract.mjs';
import { circle } from './support/pictures.mjs';

/** Sends `bytes` and reads one answer, up to where the server closes. */
function exchange(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, 'localhost', () => socket.write(bytes));
    const parts = [];
    socket.on('data', (part) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => {
      const text = Buffer.concat(parts).toString('latin1');
      const [head, body] = text.split('\r\n\r\n', 2);
      const [line, ...fields] = head.split('\r\n');
      const headers = new Headers(fields.map((field) => field.split(/: (.*)/).slice(0, 2)));
      const type = headers.get('content-type')?.split(';')[0];
      const json = /json$/.test(type ?? '') && body ? JSON.parse(body) : body;
      resolve({ status: Number(line.split(' ')[1]), headers, type, body: json });
    });
  });
}

describe('HTTP', () => {
  let store;
  let server;
  let api;

  before(async () => {
    store = await stores.sqlite();
    server = await startCroquis(store.url);
    api = await client(`http://localhost:${server.ports.api}`);
  });
  after(async () => {
    await server?.stop();
    await store?.remove();
  });

  const fill = (path) => path.replace('{id}', '019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11').replace(/\{[^}]+\}/g, 'x');
  const request = (verb, target, fields = '', host = 'Host: localhost\r\n') =>
    `${verb.toUpperCase()} ${target} HTTP/1.1\r\n${host}Connection: close\r\n${fields}\r\n`;

  const badChunk = (verb, path) => request(verb, path, 'Transfer-Encoding: chunked\r\n') + '1;a="\n"\r\nx\r\n0\r\n\r\n';
  const tooLong = (verb, path) => request(verb, path, 'Content-Length: 99999999999\r\n');
  /** Who may import is asked before anything of the body is looked at. */
  const isReadLater = (path, bytes) => [badChunk, tooLong].includes(bytes) && path.endsWith('/imports');

  /** What each is answered, the type of its problem and its code. */
  const refusals = [
    [400, 'malformed', 'address_not_valid', (verb, path) => request(verb, `${path}%zz`)],
    [400, 'malformed', 'not_text', (verb, path) => request(verb, `${path}?tag=%FF`)],
    [400, 'malformed', 'host_not_valid', (verb, path) => request(verb, path, '', 'Host: a b/c@d\r\n')],
    [400, 'malformed', 'request_not_http', badChunk],
    [413, 'too-large', 'body_too_large', tooLong],
    [414, 'address-too-long', 'address_too_long', (verb, path) => request(verb, `${path}?${'a'.repeat(20000)}`)],
    [415, 'unsupported-media', 'body_compressed', (verb, path) => request(verb, path, 'Content-Encoding: gzip\r\nContent-Length: 0\r\n')],
    [417, 'expectation-failed', 'expectation_unknown', (verb, path) => request(verb, path, 'Expect: wonders\r\n')],
    [431, 'header-too-large', 'header_too_large', (verb, path) => request(verb, path, `X-Long: ${'a'.repeat(20000)}\r\n`)],
    [501, 'not-implemented', 'transfer_coding_unknown', (verb, path) => request(verb, path, 'Transfer-Encoding: gzip\r\n')],
  ];

  for (const port of ['api', 'portal'])
    it(`refuses at the port of the ${port} what the contract says of each operation`, async () => {
      assert.ok(api.contract.operations.length > 20);
      for (const operation of api.contract.operations)
        for (const [status, kind, code, bytes] of refusals) {
          if (isReadLater(operation.path, bytes)) continue;
          const answer = await exchange(server.ports[port], bytes(operation.verb, fill(operation.path)));
          const told = `${operation.operationId} ${JSON.stringify(answer.body)}`;
          assert.equal(answer.status, status, told);
          assert.equal(answer.body.type, `/problems/${kind}`, told);
          assert.equal(answer.body.code, code, told);
          assert.equal(answer.body.status, status, told);
          api.contract.check(operation, answer);
          assert.equal((await fetch(api.url + answer.body.type)).status, 200, told);
        }
    });

  it('says of a method that an address does not take which ones it takes', async () => {
    const paths = new Map();
    for (const { path, verb } of api.contract.operations)
      paths.set(path, [...(paths.get(path) ?? []), verb.toUpperCase()]);
    for (const [path, verbs] of paths) {
      const other = ['PUT', 'DELETE', 'PATCH'].find((verb) => !verbs.includes(verb));
      const answer = await exchange(server.ports.api, request(other, fill(path)));
      assert.equal(answer.status, 405, path);
      assert.equal(answer.body.type, '/problems/method-not-allowed');
      assert.equal(answer.body.code, 'method_not_taken');
      const allowed = answer.headers.get('allow').split(', ');
      for (const verb of verbs) assert.ok(allowed.includes(verb), `${path}: ${allowed}`);
    }
  });

  it('lets a page pass no path that leads elsewhere', async () => {
    for (const path of ['/api/../x', '/api/%2e%2e/x', '/api/..%2fx', '/api/v1/./x', '/docs/..%5cx'])
      assert.equal((await exchange(server.ports.portal, request('GET', path))).status, 400, path);
  });

  it('believes nobody on this machine about where a request comes from', async () => {
    // Ten sign-ins a minute and client: with another address each time, an eleventh would pass.
    const body = JSON.stringify({ username: 'nobody', password: 'a guess' });
    const signIn = (address, port) =>
      exchange(
        server.ports[port],
        request(
          'POST',
          '/api/v1/token',
          `X-Forwarded-For: ${address}\r\nX-Croquis-Portal: guessed\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`,
        ) + body,
      );
    const statuses = [];
    for (let i = 0; i < 40; i += 1) statuses.push((await signIn(`192.0.2.${i}`, i % 2 ? 'api' : 'portal')).status);
    assert.ok(statuses.includes(429), statuses.join(' '));
  });
});

describe('under a path', () => {
  it('leads everything there, whether the proxy takes the path off or not', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url, { flags: ['--base-path', '/tools/croquis'] });
    try {
      for (const port of ['api', 'portal']) {
        const origin = `http://localhost:${server.ports[port]}`;
        const api = await client(`${origin}/tools/croquis`);
        assert.equal(api.contract.document.servers[0].url, '/tools/croquis');
        const stored = await fetch(`${api.url}/api/v1/public/predictions`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ image: circle(20).toString('base64') }),
        });
        const drawing = await stored.json();
        assert.equal(stored.status, 201, JSON.stringify(drawing));
        const links = [drawing.image_url, drawing.links.self, stored.headers.get('location')];
        const { body: pair } = { body: await api.signIn('admin', 'admin') };
        const headers = { Authorization: `Bearer ${pair.access_token}` };
        const seen = await (await fetch(`${api.url}/api/v1/drawings/${drawing.id}`, { headers })).json();
        links.push(seen.links.self, seen.links.history, seen.image_url);
        for (const link of links) {
          assert.ok(link.startsWith('/tools/croquis/api/v1/'), link);
          assert.equal((await fetch(origin + link, { headers })).status, 200, link);
          assert.equal((await fetch(origin + link.slice('/tools/croquis'.length), { headers })).status, 200, link);
        }
        const docs = await (await fetch(`${api.url}/docs`)).text();
        for (const [, file] of docs.matchAll(/(?:src|href)="([^"]+)"/g))
          assert.equal((await fetch(new URL(file, `${api.url}/docs`))).status, 200, file);
      }
      const page = `http://localhost:${server.ports.portal}/tools/croquis/`;
      const html = await (await fetch(page)).text();
      assert.match(html, /<meta name="croquis-base" content="\/tools\/croquis">/);
      const files = [...html.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, file]) => file);
      assert.ok(files.length >= 3, html);
      for (const file of files) {
        assert.ok(file.startsWith('/tools/croquis/'), file);
        assert.equal((await fetch(new URL(file, page))).status, 200, file);
      }
    } finally {
      await server.stop();
      await store.remove();
    }
  });
});
