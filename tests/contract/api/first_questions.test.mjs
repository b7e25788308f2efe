import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import { stores } from '../../e2e/support/server.mjs';
import { until } from '../../e2e/support/until.mjs';
import { startWithPeople } from './support/people.mjs';
import { circle, sheet } from './support/pictures.mjs';

/** Three pictures that look nothing like each other: what shows the same is one cluster. */
const pictures = [
  circle(1),
  sheet(128, (x, y) => Math.abs(x - y) < 3),
  sheet(128, (x, y) => (x + 3 * y) % 40 < 4 && x > 20 && x < 100),
];
/** So many of each that one of them alone would fill a claim, also without those that judge. */
const drawn_of_each = 20;

for (const kind of Object.keys(stores))
  describe(`what the queue asks about first on ${kind}`, () => {
    let store;
    let server;
    let api;
    let token;
    let annotator;
    const picture_of = new Map();
    before(async () => {
      ({ store, server, api, token, annotator } = await startWithPeople(kind));
      for (let i = 0; i < drawn_of_each; ++i)
        for (const picture of pictures) {
          const { body } = await api.predict(picture, {}, { status: 201 });
          picture_of.set(body.id, picture);
        }
    });
    after(async () => {
      await server?.stop();
      await store?.remove();
    });
    const hold = async (page, limit, who = annotator) => {
      const options = { token: who, json: { limit }, status: 200 };
      const { drawings } = (await api.ask('PUT', `/api/v1/queue/claims/${page}`, options)).body;
      return drawings.filter(({ asked }) => asked === 'margin').map(({ id }) => id);
    };
    const release = (page, who = annotator) =>
      api.ask('DELETE', `/api/v1/queue/claims/${page}`, { token: who, status: 204 });
    const shown = (ids) => new Set(ids.map((id) => picture_of.get(id)));

    it('is one drawing of each cluster, once they are found, and nobody else is given those', async () => {
      const mine = randomUUID();
      const ids = await until('one of each', async () => {
        const held = await hold(mine, 6);
        if (shown(held).size === pictures.length) return held;
        await release(mine);
        return null;
      });
      assert.equal(new Set(ids).size, ids.length);
      const theirs = randomUUID();
      const others = await hold(theirs, 50, token);
      assert.ok(others.length > 0 && others.every((id) => !ids.includes(id)));
      await release(mine);
      await release(theirs, token);
    });

    it('does not come again once it is reviewed', async () => {
      const page = randomUUID();
      const ids = await hold(page, 6);
      for (const id of ids)
        await api.ask('PATCH', `/api/v1/drawings/${id}`, {
          token: annotator,
          headers: { 'If-Match': '"1"' },
          json: { tag: 'circle' },
          status: 200,
        });
      const next = await hold(page, 6);
      assert.ok(next.length > 0 && next.every((id) => !ids.includes(id)));
      await release(page);
    });
  });
