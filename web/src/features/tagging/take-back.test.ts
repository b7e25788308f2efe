import { beforeEach, describe, expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';
import { drawingOf, labelOf, settleAll, Wire } from '../../testing/wire';
import type { Drawing, Me } from '../../api/client';
import { DrawingList } from '../drawings/drawings.svelte';
import { noFilter } from '../drawings/filter';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { TakingBack } from './take-back.svelte';
import { Tagging } from './tagging.svelte';

const { annotate: words } = en;
const me: Me = { id: 'u', name: 'marie', role: 'annotator' };
const decided = (id: string, at: string, version = 2): Drawing =>
  drawingOf(id, { version, tagged_by: 'marie', tagged_at: `2026-11-25T${at}Z` });
const ten = Date.parse('2026-11-25T10:00:00Z');
const said = () => notices.toasts.at(-1)?.text;
const lists = '/api/v1/drawings';
const undoes = '/api/v1/drawings:undo';
const results = (...drawings: (Drawing | number)[]) => ({
  results: drawings.map((one) => (typeof one === 'number' ? { problem: { status: one } } : { drawing: one })),
});

describe('taking back all since a time', () => {
  let wire: Wire, list: DrawingList, tagging: Tagging, taking: TakingBack;

  beforeEach(() => {
    wire = new Wire();
    notices.clear();
    session.user = me;
    list = new DrawingList('annotator');
    list.labels = ['circle', 'star'].map((tag) => labelOf(tag));
    tagging = new Tagging(list, []);
    taking = new TakingBack(tagging, list);
  });

  async function look(...pages: Drawing[][]): Promise<void> {
    const looked = taking.look(0);
    for (const [at, drawings] of pages.entries())
      (await wire.next('GET', lists)).answer(200, { drawings, next: at + 1 < pages.length ? 'more' : null });
    await looked;
  }

  it('reads page after page, and counts from the very moment on', async () => {
    await look([decided('a', '09:59:59.999'), decided('b', '10:00:00')], [], [decided('c', '11:00:00')]);
    expect([taking.read, wire.count(`GET ${lists}`)]).toEqual([3, 3]);
    expect(taking.since(ten).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(taking.since(ten + 1).map(({ id }) => id)).toEqual(['c']);
  });

  it('asks for what the list would show of the person alone, since then', async () => {
    void list.show('annotator', { ...noFilter, tag: 'star', reviewed: 'true', order: 'oldest_first' });
    (await wire.next('GET', lists)).answer(200, { drawings: [], next: null });
    taking = new TakingBack(tagging, list);
    void taking.look(ten);
    const asked = await wire.next('GET', lists);
    expect(Object.fromEntries(asked.query)).toEqual({
      tag: 'star',
      reviewed: 'true',
      tagged_by: 'marie',
      tagged_since: '2026-11-25T10:00:00.000Z',
      imported: 'false',
      limit: '200',
    });
  });

  it('asks for one import where the queue is of one', async () => {
    void list.show('queue', undefined, 'an import');
    taking = new TakingBack(tagging, list);
    void taking.look(ten);
    expect((await wire.next('GET', lists)).query.get('import')).toBe('an import');
  });

  it('asks nothing where the list shows what somebody else reviewed', async () => {
    list.filter = { ...noFilter, taggedBy: 'bob' };
    taking = new TakingBack(tagging, list);
    await taking.look(ten);
    expect([taking.decided, wire.count(`GET ${lists}`)]).toEqual([[], 0]);
  });

  it('reads again for an earlier time alone, and passes over what is answered too late', async () => {
    taking.lookSince(ten);
    const first = await wire.next('GET', lists);
    taking.lookSince(ten + 1);
    taking.lookSince(ten - 1);
    const second = await wire.next('GET', lists);
    second.answer(200, { drawings: [decided('b', '10:00:00')], next: null });
    await settleAll();
    first.answer(200, { drawings: [decided('a', '11:00:00')], next: null });
    await settleAll();
    expect([taking.since(ten).map(({ id }) => id), wire.count(`GET ${lists}`)]).toEqual([['b'], 2]);
  });

  it('says what kept it from reading, and counts nothing until all is read', async () => {
    const looked = taking.look(0);
    (await wire.next('GET', lists)).answer(200, { drawings: [decided('a', '11:00:00')], next: 'more' });
    (await wire.next('GET', lists)).answer(422, {
      type: '/problems/invalid',
      title: 't',
      status: 422,
      detail: 'd',
    });
    await looked;
    expect([taking.problem?.status, taking.decided, taking.since(ten)]).toEqual([422, null, []]);
  });

  it('undoes the versions that were read, leaves what somebody changed, and says both', async () => {
    list.items = [decided('a', '11:00:00')];
    await look([decided('a', '11:00:00'), decided('b', '12:00:00', 5), decided('c', '09:00:00')]);
    const taken = taking.takeBack(ten);
    const asked = await wire.next('POST', undoes);
    expect(asked.body).toEqual({
      drawings: [
        { id: 'a', version: 2 },
        { id: 'b', version: 5 },
      ],
    });
    asked.answer(200, results(drawingOf('a', { version: 3 }), 412));
    expect(await taken).toBe(null);
    expect(said()).toBe(
      `${i18n.count(words.undoneAll, 1)} · ${i18n.count(words.notUndone, 1, words.changedSince)}`,
    );
    expect(list.find('a')).toMatchObject({ version: 3, tagged_by: null });
  });

  it('goes back to what a drawing was at that time, and no further than the person’s own', async () => {
    await look([decided('a', '12:00:00', 4), decided('b', '12:00:00', 3), decided('c', '12:00:00', 3)]);
    const taken = taking.takeBack(ten);
    const bobs = drawingOf('c', { version: 4, tagged_by: 'bob', tagged_at: '2026-11-25T11:00:00Z' });
    (await wire.next('POST', undoes)).answer(
      200,
      results(decided('a', '11:00:00', 5), decided('b', '09:00:00', 4), bobs),
    );
    const again = await wire.next('POST', undoes);
    expect(again.body).toEqual({ drawings: [{ id: 'a', version: 5 }] });
    again.answer(200, results(drawingOf('a', { version: 6 })));
    expect(await taken).toBe(null);
    expect(said()).toBe(i18n.count(words.undoneAll, 3));
  });

  it('asks for no more than the API takes at once, and tells how far it is', async () => {
    await look(Array.from({ length: 201 }, (_, n) => decided(`d${n}`, '11:00:00')));
    const taken = taking.takeBack(ten);
    const first = await wire.next('POST', undoes);
    const { drawings } = first.body as { drawings: { id: string }[] };
    expect([drawings.length, taking.progress]).toEqual([200, { done: 0, of: 201 }]);
    first.answer(200, results(...drawings.map(({ id }) => drawingOf(id, { version: 3 }))));
    const second = await wire.next('POST', undoes);
    expect(taking.progress).toEqual({ done: 200, of: 201 });
    second.answer(200, results(drawingOf('d200', { version: 3 })));
    expect(await taken).toBe(null);
    expect([said(), taking.progress]).toEqual([i18n.count(words.undoneAll, 201), null]);
  });

  it('begins nothing more once the person turned away, and tells what was done', async () => {
    await look(Array.from({ length: 201 }, (_, n) => decided(`d${n}`, '11:00:00')));
    const taken = taking.takeBack(ten);
    const first = await wire.next('POST', undoes);
    taking.stop();
    const { drawings } = first.body as { drawings: { id: string }[] };
    first.answer(200, results(...drawings.map(({ id }) => drawingOf(id, { version: 3 }))));
    await taken;
    expect([wire.count(`POST ${undoes}`), said()]).toEqual([1, i18n.count(words.undoneAll, 200)]);
  });

  it('reads anew what is left where the server fails', async () => {
    await look([decided('a', '11:00:00')]);
    const taken = taking.takeBack(ten);
    (await wire.next('POST', undoes)).answer(422, {
      type: '/problems/invalid',
      title: 't',
      status: 422,
      detail: 'd',
    });
    expect((await taken)?.status).toBe(422);
    (await wire.next('GET', lists)).answer(200, { drawings: [], next: null });
    await settleAll();
    expect([taking.decided, said()]).toEqual([[], undefined]);
  });

  it('says nothing to whoever signed in since', async () => {
    await look([decided('a', '11:00:00')]);
    const taken = taking.takeBack(ten);
    const asked = await wire.next('POST', undoes);
    session.user = { ...me, id: 'v', name: 'bob' };
    asked.answer(200, results(drawingOf('a', { version: 3 })));
    await taken;
    expect(said()).toBe(undefined);
  });

  it('leaves nothing to be undone twice', async () => {
    list.items = [drawingOf('a'), drawingOf('b')];
    const both = tagging.acceptAll(list.items);
    const now = [decided('a', '11:00:00'), decided('b', '09:00:00')];
    (await wire.next('POST', '/api/v1/drawings:accept')).answer(200, results(...now));
    await both;
    await look(now);
    const taken = taking.takeBack(ten);
    (await wire.next('POST', undoes)).answer(200, results(drawingOf('a', { version: 3 })));
    await taken;
    expect(tagging.changes.map((change) => change.map(({ after }) => after.id))).toEqual([['b']]);
  });
});
