import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { settleAll, Wire } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
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
  afterEach(() => {
    notices.clear();
    vi.unstubAllGlobals();
  });

  it('saves what is said of the version that was held, and goes on at once', async () => {
    void recheck.say('star');
    expect([recheck.current?.id, recheck.ahead]).toEqual(['b', 1]);
    const said = await wire.next('PATCH', '/api/v1/drawings/a');
    expect([said.headers.get('If-Match'), said.body]).toEqual(['"2"', { tag: 'star' }]);
    said.answer(200, {});
    await settleAll();
    expect([recheck.current?.id, recheck.done]).toEqual(['b', 1]);
    expect(wire.count('PATCH /api/v1/drawings/a')).toBe(1);
  });

  it('asks for more while answers are being saved, is not given those, and is not finished before', async () => {
    void recheck.say('star');
    void recheck.say('heart');
    (await wire.next('PUT', claims)).answer(200, held('a', 'b'));
    await settleAll();
    expect([recheck.current, recheck.finished]).toEqual([undefined, false]);
    for (const id of ['b', 'a'])
      (await wire.next('PATCH', `/api/v1/drawings/${id}`)).answer(200, { version: 3 });
    (await wire.next('PUT', claims)).answer(200, held());
    await settleAll();
    expect([recheck.done, recheck.finished]).toEqual([2, true]);
    // The last one that was said comes back first.
    void recheck.undo();
    await wire.next('POST', '/api/v1/drawings/b/undo');
  });

  it('asks next about what was not saved, never in the place of what is looked at', async () => {
    void recheck.more();
    (await wire.next('PUT', claims)).answer(200, held('a', 'b', 'c'));
    await settleAll();
    void recheck.say('star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).lose();
    await settleAll();
    expect(recheck.drawings.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect([recheck.problem !== null, recheck.finished]).toEqual([true, false]);
    void recheck.say('heart');
    expect(recheck.current?.id).toBe('a');
    void recheck.say('star');
    expect((await wire.next('PATCH', '/api/v1/drawings/a')).body).toEqual({ tag: 'star' });
  });

  it('takes back what was not saved by asking about it at once', async () => {
    void recheck.say('star');
    const lost = await wire.next('PATCH', '/api/v1/drawings/a');
    void recheck.undo();
    lost.lose();
    await settleAll();
    expect([recheck.current?.id, recheck.problem]).toEqual(['a', null]);
    expect(wire.count('POST /api/v1/drawings/a/undo')).toBe(0);
  });

  const texts = () => notices.toasts.map(({ text }) => text);

  /** Says a tag of the drawing asked about, which makes that version of it. */
  async function say(id: string, version: number): Promise<void> {
    void recheck.say('star');
    (await wire.next('PATCH', `/api/v1/drawings/${id}`)).answer(200, { version });
    await settleAll();
  }

  it('takes the last answer back and asks again, without a word of what it was', async () => {
    await say('a', 3);
    expect(texts()).toEqual(['You said “star”']);
    void recheck.undo();
    const undone = await wire.next('POST', '/api/v1/drawings/a/undo');
    expect(undone.headers.get('If-Match')).toBe('"3"');
    undone.answer(200, { version: 4, tag: 'circle' });
    await settleAll();
    expect(recheck.drawings.map(({ id, version }) => [id, version])).toEqual([
      ['a', 4],
      ['b', 2],
    ]);
    expect([recheck.done, texts()]).toEqual([0, ['Undone: say again what it is']]);
    void recheck.undo();
    await settleAll();
    expect(texts()).toEqual(['There is nothing to undo.']);
    // Also where the others came to hold it meanwhile.
    void recheck.renew();
    (await wire.next('PUT', claims)).answer(200, held('b'));
    await settleAll();
    expect(recheck.drawings.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('waits for the answer that is being saved, and means it', async () => {
    void recheck.say('star');
    const saving = await wire.next('PATCH', '/api/v1/drawings/a');
    void recheck.undo();
    await settleAll();
    expect(wire.count('POST /api/v1/drawings/a/undo')).toBe(0);
    saving.answer(200, { version: 3 });
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, { version: 4 });
    await settleAll();
    expect(recheck.current?.id).toBe('a');
  });

  it('says what cannot be taken back, and tries again what was not reached', async () => {
    await say('a', 3);
    void recheck.undo();
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(503, { title: 'busy', status: 503 });
    await settleAll();
    expect([recheck.current?.id, recheck.done]).toEqual(['b', 1]);
    expect(texts()[0]).toContain('busy or not ready');
    void recheck.undo();
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(412, { title: 'moved on', status: 412 });
    await settleAll();
    expect(texts()).toEqual(['Not undone: somebody changed it meanwhile.']);
    expect([recheck.current?.id, recheck.done]).toEqual(['b', 1]);
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
