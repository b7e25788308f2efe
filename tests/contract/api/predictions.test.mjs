import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { startCroquis, stores } from '../../e2e/support/server.mjs';
import { client } from './support/contract.mjs';
import { bomb, circle, png, sheet, telling } from './support/pictures.mjs';

const predictions = '/api/v1/public/predictions';

for (const kind of Object.keys(stores))
  describe(`predictions on ${kind}`, () => {
    let store;
    let server;
    let api;
    before(async () => {
      store = await stores[kind]();
      server = await startCroquis(store.url);
      api = await client(`http://localhost:${server.ports.api}`);
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const stored = async () => {
      let count = 0;
      let cursor = '';
      do {
        const { body } = await api.ask('GET', `/api/v1/public/drawings?limit=200&cursor=${cursor}`);
        count += body.drawings.length;
        cursor = body.next;
      } while (cursor);
      return count;
    };
    /** Every refusal says what is wrong and stores nothing. */
    const refused = async (options, status, field) => {
      const count = await stored();
      const { body } = await api.ask('POST', predictions, { ...options, status });
      assert.equal(body.field, field, JSON.stringify(body));
      assert.equal(await stored(), count);
      return body;
    };

    it('says what a drawing is, and stores both', async () => {
      const image = circle(1);
      const { body, headers } = await api.predict(image, { source: 'page' }, { status: 201 });
      assert.equal(body.predicted_tag, 'circle');
      assert.equal(body.tag, 'circle');
      assert.equal(body.top[0].tag, 'circle');
      assert.equal(body.sha256, createHash('sha256').update(image).digest('hex'));
      assert.equal(headers.get('location'), body.links.self);
      assert.equal(headers.get('etag'), '"1"');
      const again = await api.ask('GET', body.links.self, { status: 200 });
      const { withdrawal, ...drawing } = body;
      assert.ok(withdrawal.token);
      assert.deepEqual(again.body, drawing);
      const picture = await api.ask('GET', body.image_url, { status: 200 });
      assert.deepEqual(picture.bytes, image);
    });

    it('takes every example of its own document, as "Try it out" sends them', async () => {
      const { paths, components } = api.contract.document;
      const properties = components.schemas.PredictionRequest.properties;
      const example = Object.fromEntries(Object.entries(properties).map(([name, { examples }]) => [name, examples[0]]));
      for (const path of Object.keys(paths).filter((each) => each.startsWith(predictions))) {
        const { body } = await api.ask('POST', path, { json: example, status: path === predictions ? 201 : 200 });
        assert.equal(body.predicted_tag ?? body.top[0].tag, 'circle', path);
      }
    });

    it('passes over members that its schema does not name, and refuses them where it allows no others', async () => {
      const { body } = await api.predict(circle(90), { sauce: 'tablet' }, { status: 201 });
      assert.equal(body.source, 'api');
      const { schemas } = api.contract.document.components;
      assert.notEqual(schemas.PredictionRequest.additionalProperties, false);
      const sent = { headers: { 'Withdrawal-Token': body.withdrawal.token }, json: { tag: 'star', sauce: 'x' } };
      await api.ask('POST', `${body.links.self}:suggest`, { ...sent, status: 422, field: 'sauce' });
    });

    it('takes a data: URL, strokes, and a form', async () => {
      const url = `data:image/png;base64,${circle(2).toString('base64')}`;
      await api.predict(url, { strokes: [[[1, 2, 3], [4, 5, 6], [0, 10, 20]]] }, { status: 201 });
      const form = new FormData();
      form.set('image', new Blob([circle(3)], { type: 'image/png' }), 'circle.png');
      form.set('source', 'class-4b');
      const { body } = await api.ask('POST', predictions, { form, status: 201 });
      assert.equal(body.source, 'class-4b');
    });

    it('takes base64 as it is written', async () => {
      const plain = circle(8).toString('base64');
      const lines = plain.replace(/.{76}/g, '$&\r\n');
      for (const image of [
        `${lines}\n`,
        plain.replace(/=+$/, ''),
        circle(8).toString('base64url'),
        `DATA:image/png;BASE64,${plain}`,
        `data:image/png;charset=utf-8;base64,${lines}`,
        `data:image/png;base64,${encodeURIComponent(plain)}`,
      ]) {
        const { body } = await api.ask('POST', predictions, { json: { image }, status: 201 });
        assert.equal(body.sha256, createHash('sha256').update(circle(8)).digest('hex'));
      }
    });

    it('stores the picture and nothing else that was sent', async () => {
      const sent = telling(circle(9), '48.8584N 2.2945E');
      const key = { 'Idempotency-Key': 'telling' };
      const json = { image: sent.toString('base64') };
      const { body } = await api.ask('POST', predictions, { json, headers: key, status: 201 });
      assert.equal(body.sha256, createHash('sha256').update(circle(9)).digest('hex'));
      const picture = await api.ask('GET', body.image_url, { status: 200 });
      assert.deepEqual(picture.bytes, circle(9));
      const again = await api.ask('POST', predictions, { json, headers: key, status: 201 });
      assert.equal(again.body.id, body.id);
      await refused({ json: { image: circle(9).toString('base64') }, headers: key }, 409, 'Idempotency-Key');
    });

    it('previews without storing', async () => {
      const count = await stored();
      const { body } = await api.ask('POST', `${predictions}:preview`, {
        json: { image: circle(4).toString('base64') },
        status: 200,
      });
      assert.equal(body.tag, 'circle');
      assert.equal(await stored(), count);
    });

    it('refuses what is no picture', async () => {
      const image = (bytes) => ({ json: { image: bytes.toString('base64') } });
      await refused(image(Buffer.from('This is a text.')), 415, 'image');
      await refused(image(circle(5).subarray(0, 200)), 400, 'image');
      await refused(image(png({ width: 1, height: 1, raw: Buffer.alloc(2) })), 422, 'image');
      await refused(image(bomb()), 413, 'image');
      await refused(image(sheet(64)), 422, 'image');
      await refused(image(Buffer.alloc(0)), 422, 'image');
      await refused({ json: { image: 'not base64!' } }, 400, 'image');
      await refused({ json: { image: 'data:image/png,raw' } }, 400, 'image');
    });

    it('holds the limit of a picture at its edge', async () => {
      const most = api.contract.document.components.schemas.PredictionRequest.properties.image.maxLength;
      const bytes = 2 * 1024 * 1024;
      // What follows the end of a PNG is not part of it, but it is part of the file.
      const padded = (size) => Buffer.concat([circle(6), Buffer.alloc(size - circle(6).length)]);
      assert.ok(Math.ceil(bytes / 3) * 4 <= most);
      await api.predict(padded(bytes), {}, { status: 201 });
      await refused({ json: { image: padded(bytes + 1).toString('base64') } }, 413, 'image');
      await refused({ body: '{' + ' '.repeat(10 * 1024 * 1024), headers: { 'Content-Type': 'application/json' } }, 413);
    });

    it('refuses bodies that it cannot read', async () => {
      const headers = { 'Content-Type': 'application/json' };
      await refused({ body: '{"image":', headers }, 400);
      await refused({ body: '[]', headers }, 422);
      await refused({ body: '{}', headers }, 422, 'image');
      await refused({ body: '{"image":5}', headers }, 422, 'image');
      const nested = (depth) => `{"image":"","other":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      await refused({ body: nested(31), headers }, 422, 'image');
      await refused({ body: nested(32), headers }, 400);
      await refused({ body: nested(100_000), headers }, 400);
      await refused({ body: 'image', headers: { 'Content-Type': 'text/plain' } }, 415, 'Content-Type');
    });

    it('refuses strokes, sources and keys that are out of bounds', async () => {
      const image = circle(7).toString('base64');
      const point = [[1], [2]];
      await api.predict(image, { strokes: Array(1000).fill(point) }, { status: 201 });
      await refused({ json: { image, strokes: Array(1001).fill(point) } }, 413, 'strokes');
      await refused({ json: { image, strokes: [[[1, 2], [3]]] } }, 422, 'strokes/0');
      await refused({ json: { image, strokes: [point, [[1], [2e6]]] } }, 422, 'strokes/1');
      await refused({ json: { image, strokes: 'many' } }, 422, 'strokes');
      await refused({ json: { image, source: 'A b' } }, 422, 'source');
      await refused({ json: { image, source: 'a'.repeat(33) } }, 422, 'source');
      const key = (text) => ({ json: { image }, headers: { 'Idempotency-Key': text } });
      await api.ask('POST', predictions, { ...key('k'.repeat(255)), status: 201 });
      await refused(key('k'.repeat(256)), 422, 'Idempotency-Key');
      await refused(key('two words'), 422, 'Idempotency-Key');
    });

    it('stores a retried submission once', async () => {
      const headers = { 'Idempotency-Key': randomUUID() };
      const image = circle(8);
      const count = await stored();
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => api.predict(image, {}, { headers, status: 201 })),
      );
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.equal(answers.filter((a) => a.headers.get('idempotency-replayed')).length, 7);
      assert.equal(await stored(), count + 1);
      assert.deepEqual(answers[0].body.top, answers[7].body.top);
      await api.predict(circle(9), {}, { headers, status: 409, field: 'Idempotency-Key' });
      await api.predict(image, { strokes: [[[1], [2]]] }, { headers, status: 409 });
      assert.equal(await stored(), count + 1);
    });

    it('pages through the list, and filters it', async () => {
      const from = new Date().toISOString();
      for (let i = 0; i < 7; i += 1) await api.predict(circle(20 + i), {}, { status: 201 });
      const list = '/api/v1/public/drawings';
      const seen = [];
      let cursor = '';
      do {
        const { body } = await api.ask('GET', `${list}?limit=3&from=${from}&cursor=${cursor}`, { status: 200 });
        seen.push(...body.drawings.map(({ id }) => id));
        cursor = body.next;
      } while (cursor);
      assert.equal(seen.length, 7);
      assert.deepEqual(seen, [...seen].sort().reverse());
      const hearts = await api.ask('GET', `${list}?tag=heart`, { status: 200 });
      assert.equal(hearts.body.drawings.length, 0);
      const none = await api.ask('GET', `${list}?until=2020-01-01T00:00:00Z`, { status: 200 });
      assert.equal(none.body.drawings.length, 0);
      for (const [query, field] of [
        ['limit=0', 'limit'],
        ['limit=201', 'limit'],
        ['limit=two', 'limit'],
        ['cursor=AAAA', 'cursor'],
        ['min_confidence=2', 'min_confidence'],
        ['max_confidence=nan', 'max_confidence'],
        ['from=yesterday', 'from'],
        ['until=2026-13-01T00:00:00Z', 'until'],
        [`tag=${'t'.repeat(65)}`, 'tag'],
        [`tag=${encodeURIComponent('é'.repeat(33))}`, 'tag'], // 66 bytes
      ])
        await api.ask('GET', `${list}?${query}`, { status: 422, field });
      for (const tag of ['t'.repeat(64), 'é'.repeat(32)])
        await api.ask('GET', `${list}?tag=${encodeURIComponent(tag)}`, { status: 200 });
      for (const field of ['cursor', 'tag'])
        for (const bytes of ['%00', '%FF', '%C3', 'a%ED%A0%80'])
          await api.ask('GET', `${list}?${field}=${bytes}`, { status: 400, kind: 'malformed', field });
      await api.ask('GET', `${list}?%FF=1`, { status: 400, kind: 'malformed', field: 'query' });
      await api.ask('GET', `/api/v1/public/projects/%FF`, { status: 400, kind: 'malformed', field: 'path' });
      await api.ask('GET', `${list}?limit=200`, { status: 200 });
    });

    it('serves pictures that caches may keep, in parts too', async () => {
      const { body } = await api.predict(circle(30), {}, { status: 201 });
      const whole = await api.ask('GET', body.image_url, { status: 200 });
      assert.equal(whole.headers.get('cache-control'), 'no-cache');
      const etag = whole.headers.get('etag');
      await api.ask('GET', body.image_url, { headers: { 'If-None-Match': etag }, status: 304 });
      const part = await api.ask('GET', body.image_url, { headers: { Range: 'bytes=8-15' }, status: 206 });
      assert.deepEqual(part.bytes, whole.bytes.subarray(8, 16));
      const outside = await fetch(api.url + body.image_url, { headers: { Range: 'bytes=999999-' } });
      assert.equal(outside.status, 416);
      await api.ask('GET', body.links.self, { headers: { 'If-None-Match': '"1"' }, status: 304 });
    });

    it('modifies nothing for anybody without an account', async () => {
      const { withdrawal, ...body } = (await api.predict(circle(31), {}, { status: 201 })).body;
      assert.ok(withdrawal.token);
      const tried = (method) =>
        fetch(api.url + body.links.self, {
          method,
          headers: { 'Content-Type': 'application/json', 'If-Match': '"1"' },
          body: '{"tag":"star"}',
        });
      for (const method of ['PATCH', 'PUT', 'POST']) {
        const response = await tried(method);
        assert.equal(response.status, 405);
        assert.equal(response.headers.get('content-type'), 'application/problem+json');
        assert.match(response.headers.get('allow'), /GET/);
      }
      // Whoever submitted it may take it back, by the token that the answer held, and nobody else.
      const refused = await tried('DELETE');
      assert.equal(refused.status, 403);
      assert.equal(refused.headers.get('content-type'), 'application/problem+json');
      assert.deepEqual((await api.ask('GET', body.links.self)).body, body);
    });
  });

describe('a limit of submissions', () => {
  it('refuses one more than it states, and says when again', async () => {
    const store = await stores.sqlite();
    const server = await startCroquis(store.url, { flags: ['--submissions-per-minute', '2'] });
    try {
      const api = await client(`http://localhost:${server.ports.api}`);
      await api.predict(circle(1), {}, { status: 201 });
      await api.predict(circle(2), {}, { status: 201 });
      const { headers } = await api.predict(circle(3), {}, { status: 429, kind: 'rate-limited' });
      assert.ok(Number(headers.get('retry-after')) >= 1);
      const preview = { json: { image: circle(4).toString('base64') } };
      for (let i = 0; i < 20; i += 1) await api.ask('POST', `${predictions}:preview`, { ...preview, status: 200 });
      await api.ask('POST', `${predictions}:preview`, { ...preview, status: 429 });
      assert.match(api.contract.document.info.description, /submissions of a client in a minute \| 2 \|/);
    } finally {
      await server.stop();
      await store.remove();
    }
  });
});
