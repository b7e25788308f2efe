import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { settleAll, Wire } from '../../testing/wire';
import { Recheck } from './recheck.svelte';

const claims = /\/quality\/recheck\/claims\//;
const held = (...ids: string[]) => ({
  expires_at: '2026-11-27T12:00:00Z',
  drawings: ids.map((id) => ({ id, version: 2, width: 10, height: 10, image_url: `/${id}` })),
});

describe('the random audit', () => {
  let wire: Wire, recheck: Recheck;
  beforeEach(async () => {
    wire = new Wire();
    recheck = new Recheck();
    const begun = recheck.more();
    (await wire.next('PUT', claims)).answer(200, held('a', 'b'));
    await begun;
  });
  afterEach(() => vi.unstubAllGlobals());

  it('saves what is said of the version that was held, and goes on', async () => {
    void recheck.say('star');
    void recheck.say('heart');
    const said = await wire.next('PATCH', '/api/v1/drawings/a');
    expect([said.headers.get('If-Match'), said.body]).toEqual(['"2"', { tag: 'star' }]);
    said.answer(200, {});
    await settleAll();
    expect([recheck.current?.id, recheck.done]).toEqual(['b', 1]);
    expect(wire.count('PATCH /api/v1/drawings/a')).toBe(1);
  });

  it('goes on where somebody was faster, and stays where nothing was saved', async () => {
    void recheck.say('star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(412, { title: 'moved on', status: 412 });
    await settleAll();
    expect([recheck.current?.id, recheck.done]).toEqual(['b', 0]);
    void recheck.say('star');
    (await wire.next('PATCH', '/api/v1/drawings/b')).answer(503, { title: 'busy', status: 503 });
    await settleAll();
    expect([recheck.current?.id, recheck.problem?.status]).toEqual(['b', 503]);
  });

  it('is finished where nothing more is there, and asks for none that was passed over', async () => {
    void recheck.pass();
    void recheck.pass();
    const asked = await wire.next('PUT', claims);
    expect(asked.body).toMatchObject({ passed: ['a', 'b'] });
    asked.answer(200, held());
    await settleAll();
    expect(recheck.finished).toBe(true);
    void recheck.release();
    await wire.next('DELETE', /\/queue\/claims\//);
    expect(recheck.release()).toBe(null);
  });

  it('keeps the drawing before the eyes where more are held', async () => {
    void recheck.renew();
    (await wire.next('PUT', claims)).answer(200, held('b', 'a', 'c'));
    await settleAll();
    expect(recheck.drawings.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});
