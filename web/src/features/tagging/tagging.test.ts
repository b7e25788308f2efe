import { beforeEach, describe, expect, it, vi } from 'vitest';

import { en } from '../../i18n/en';
import { queueOfThree, reviewed, said, words } from '../../testing/tagging';
import { drawingOf, labelOf, settleAll, type Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { Tagging } from './tagging.svelte';

describe('tagging', () => {
  let wire: Wire, list: DrawingList, at: (id: string) => Drawing, tagging: Tagging;

  beforeEach(() => {
    ({ wire, list, at } = queueOfThree());
    list.labels = ['circle', 'star', 'heart'].map((tag) => labelOf(tag));
    tagging = new Tagging(list, []);
  });

  async function tag(id: string, to: string): Promise<void> {
    const saved = tagging.set(at(id), to);
    const { version } = at(id);
    (await wire.next('PATCH', `/api/v1/drawings/${id}`)).answer(200, reviewed(id, to, version + 1));
    expect(await saved).toBe(true);
  }

  it('applies each answer to the drawing it was asked for, in whichever order they come', async () => {
    const first = tagging.set(at('a'), 'star');
    const second = tagging.set(at('b'), 'heart');
    const [a, b] = [
      await wire.next('PATCH', '/api/v1/drawings/a'),
      await wire.next('PATCH', '/api/v1/drawings/b'),
    ];
    b.answer(200, reviewed('b', 'heart'));
    expect(await second).toBe(true);
    expect([at('a').tag, at('b').tag]).toEqual(['circle', 'heart']);
    a.answer(200, reviewed('a', 'star'));
    expect(await first).toBe(true);
    expect(list.items.map((drawing) => drawing.tag)).toEqual(['star', 'heart', 'circle']);
  });

  it('confirms a likely mistake once, and lets it wait again where that is taken back', async () => {
    const before = { tagged_by: 'ada', tagged_at: '2026-11-24T12:00:00Z', version: 2 };
    const suspect = { ...drawingOf('a', before), suggested: 'star', suggest: 0.9, given: 0.1 };
    void list.show('suspects');
    const asked = await wire.next('GET', '/api/v1/quality/suspects');
    expect(asked.query.get('limit')).toBe('200');
    asked.answer(200, { suspects: [suspect] });
    await settleAll();
    expect([list.suggested('a'), list.waits(at('a')), list.next]).toEqual(['star', true, null]);
    await tag('a', 'circle');
    expect(list.waits(at('a'))).toBe(false);
    expect(await tagging.set(at('a'), 'circle')).toBe(false);
    list.replace(drawingOf('a', { ...before, version: 4 }), at('a'));
    expect(list.waits(at('a'))).toBe(true);
    list.pass(at('a'));
    expect([list.waits(at('a')), list.next]).toEqual([false, null]);
  });

  it('keeps an opinion as what this person says, and does not ask again', async () => {
    const saved = tagging.set(at('a'), 'star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(
      200,
      drawingOf('a', { version: 2, opinion: 'star' }),
    );
    expect(await saved).toBe(true);
    expect(said()).toBe(words.opinionSaved('star'));
    expect([at('a').tag, at('a').opinion, list.waits(at('a'))]).toEqual(['circle', 'star', false]);
    expect(await tagging.set(at('a'), 'star')).toBe(false);
    void tagging.acceptAll(list.items);
    const all = await wire.next('POST', '/api/v1/drawings:accept');
    expect(all.body).toEqual({ drawings: ['b', 'c'].map((id) => ({ id, version: 1 })) });
    const undone = tagging.undo(tagging.next('a')!);
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, drawingOf('a', { version: 3 }));
    await undone;
    expect(list.waits(at('a'))).toBe(true);
  });

  it('says where people do not agree, and leaves that drawing alone', async () => {
    const saved = tagging.set(at('a'), 'star');
    const after = drawingOf('a', { version: 4, opinion: 'star', disputed: true });
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(200, after);
    await saved;
    expect(said()).toBe(words.disputedNow('star'));
    expect(list.waits(drawingOf('z', { disputed: true }))).toBe(false);
  });

  it('sends one change of a drawing at a time, and then what the person said last meanwhile', async () => {
    const first = tagging.set(at('a'), 'star');
    const others = ['heart', 'star', 'cross'].map((tag) => tagging.set(at('a'), tag));
    const sent = await wire.next('PATCH', '/api/v1/drawings/a');
    expect([sent.headers.get('If-Match'), sent.body]).toEqual(['"1"', { tag: 'star' }]);
    expect(wire.log).toEqual(['PATCH /api/v1/drawings/a']);
    sent.answer(200, reviewed('a', 'star'));
    const last = await wire.next('PATCH', '/api/v1/drawings/a');
    expect([last.headers.get('If-Match'), last.body]).toEqual(['"2"', { tag: 'cross' }]);
    last.answer(200, reviewed('a', 'cross', 3));
    expect(await Promise.all([first, ...others])).toEqual([true, true, true, true]);
    expect(wire.log).toHaveLength(2);
  });

  it('sends nothing more where the same is said again while it is saved', async () => {
    const both = [tagging.set(at('a'), 'star'), tagging.set(at('a'), 'star')];
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(200, reviewed('a', 'star'));
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(wire.log).toHaveLength(1);
  });

  it('writes nothing to what is being tagged with others', async () => {
    const all = tagging.setAll(list.items, 'star');
    const sent = await wire.next('POST', '/api/v1/drawings:tag');
    expect([tagging.ahead, await tagging.set(at('a'), 'heart')]).toEqual([3, false]);
    sent.answer(503, { status: 503 });
    expect([(await all)?.status, tagging.ahead]).toEqual([503, 0]);
  });

  it('means what was said last where what was said before was not saved', async () => {
    const both = [tagging.set(at('a'), 'star'), tagging.set(at('a'), 'heart')];
    (await wire.next('PATCH', '/api/v1/drawings/a')).lose();
    expect(await Promise.all(both)).toEqual([false, false]);
    expect(tagging.failures.a).toMatchObject({ tag: 'heart', mayRetry: true });
    notices.toasts.at(-1)!.action!.run();
    expect((await wire.next('PATCH', '/api/v1/drawings/a')).body).toEqual({ tag: 'heart' });
  });

  it('keeps what was done in its order, whichever answer comes first', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const saves = ['a', 'b', 'c'].map((id) => {
      vi.advanceTimersByTime(200);
      return tagging.set(at(id), 'star');
    });
    expect([tagging.ahead, tagging.lastSent]).toEqual([3, 'c']);
    vi.advanceTimersByTime(5000);
    for (const id of ['c', 'a', 'b'])
      (await wire.next('PATCH', `/api/v1/drawings/${id}`)).answer(200, reviewed(id, 'star'));
    await Promise.all(saves);
    expect(tagging.changes.map(([done]) => done?.after.id)).toEqual(['a', 'b', 'c']);
    const [first, second] = tagging.changes;
    expect(second![0]!.at - first![0]!.at).toBe(200);
    expect(tagging.next(undefined, second![0]!.at)).toBe(second);
    expect([tagging.ahead, tagging.lastSent]).toEqual([0, null]);
    vi.useRealTimers();
  });

  it('keeps what was not saved with its drawing, until it is sent again or given up', async () => {
    const set = tagging.set(at('a'), 'star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(403, { status: 403 });
    await set;
    expect(tagging.failures.a).toMatchObject({ tag: 'star', mayRetry: false });
    void tagging.set(at('a'), 'heart');
    expect(tagging.failures).toEqual({});
    (await wire.next('PATCH', '/api/v1/drawings/a')).lose();
    await settleAll();
    expect(tagging.failures.a).toMatchObject({ tag: 'heart', mayRetry: true });
    tagging.giveUp('a');
    expect([tagging.failures, notices.toasts.filter(({ stays }) => stays)]).toEqual([{}, []]);
  });

  it('writes nothing where there is nothing to change: a reviewed tag is not accepted again', async () => {
    await tag('a', 'circle');
    for (let press = 0; press < 20; ++press) expect(await tagging.set(at('a'), 'circle')).toBe(false);
    expect(wire.log).toHaveLength(1);
  });

  it('undoes an acceptance, which is unreviewed again then', async () => {
    await tag('a', 'circle');
    const undone = tagging.undo(tagging.next('b')!);
    const sent = await wire.next('POST', '/api/v1/drawings/a/undo');
    expect(sent.headers.get('If-Match')).toBe('"2"');
    sent.answer(200, drawingOf('a', { version: 3 }));
    await undone;
    expect(at('a').tagged_by).toBeNull();
    expect(said()).toBe(words.undoneUnreviewed('circle'));
    expect(tagging.next('a')).toBeNull();
  });

  it('takes back the last change of the drawing looked at before that of another', async () => {
    await tag('a', 'star');
    await tag('b', 'heart');
    expect(tagging.next('a')?.[0]?.after.id).toBe('a');
    expect(tagging.next('c')?.[0]?.after.id).toBe('b');
    // Somebody else changed it since: that is not this person's to take back by a key.
    list.replace(reviewed('a', 'heart', 3, 'jean'), at('a'));
    expect(tagging.next('a')?.[0]?.after.id).toBe('b');
  });

  it('waits for the save that is under way: it is what the person takes back', async () => {
    await tag('a', 'star');
    const late = tagging.set(at('b'), 'heart');
    let settled = false;
    const waiting = tagging.settled().then(() => (settled = true));
    await settleAll();
    expect(settled).toBe(false);
    (await wire.next('PATCH', '/api/v1/drawings/b')).answer(200, reviewed('b', 'heart'));
    await late;
    await waiting;
    expect(tagging.next('c')?.[0]?.after.id).toBe('b');
  });

  it('knows its own change again where only the answer to it was lost', async () => {
    const lost = tagging.set(at('a'), 'star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).lose();
    expect(await lost).toBe(false);
    const again = tagging.set(at('a'), 'star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(412, { status: 412 });
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, reviewed('a', 'star'));
    expect(await again).toBe(true);
    expect(tagging.next('a')).not.toBeNull();
  });

  it('leaves the decision to the person where somebody else was faster', async () => {
    const set = tagging.set(at('a'), 'star');
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(412, { status: 412 });
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, reviewed('a', 'heart', 2, 'jean'));
    expect(await set).toBe(false);
    expect(tagging.conflicts).toEqual({ a: { mine: 'star' } });
    expect(at('a').tag).toBe('heart');
  });

  it("tells in the person's words that a label is gone, and reads the labels again", async () => {
    const set = tagging.set(at('a'), 'star');
    const problem = { status: 422, code: 'tag_not_assignable', detail: 'This tag is not one of the labels.' };
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(422, problem);
    expect(await set).toBe(false);
    expect(said()).toBe(words.notSaved('star', words.noSuchTag));
    expect(notices.toasts.at(-1)?.action).toBeUndefined();
    const labels = [labelOf('spiral')];
    (await wire.next('GET', '/api/v1/public/labels')).answer(200, { labels });
    await settleAll();
    expect(list.assignable).toEqual(['spiral']);
  });

  it('offers to try again what may succeed, and nothing else', async () => {
    for (const [status, offered] of [
      [503, en.problem.retry],
      [403, undefined],
    ] as const) {
      const set = tagging.set(at('a'), 'star');
      (await wire.next('PATCH', '/api/v1/drawings/a')).answer(status, { status });
      await set;
      expect(notices.toasts.at(-1)?.action?.label).toBe(offered);
    }
  });

  it('tells what was not saved until it is, however many answers', async () => {
    const lose = async (id: string, to: string) => {
      const set = tagging.set(at(id), to);
      (await wire.next('PATCH', `/api/v1/drawings/${id}`)).lose();
      await set;
    };
    const kept = () => notices.toasts.filter(({ stays }) => stays);
    await lose('a', 'star');
    await lose('b', 'heart');
    const why = `${en.problem.unreachable} ${en.problem.later}`;
    expect(kept().map(({ text }) => text)).toEqual([words.notSavedSeveral('2', why)]);
    await tag('c', 'heart');
    expect(kept()).toHaveLength(1);

    const { id, action } = kept()[0]!;
    notices.dismiss(id);
    action!.run();
    (await wire.next('PATCH', '/api/v1/drawings/b')).lose();
    await settleAll();
    expect(kept().map(({ text }) => text)).toEqual([words.notSaved('heart', why)]);
    (await wire.next('PATCH', '/api/v1/drawings/a')).answer(200, reviewed('a', 'star'));
    await settleAll();
    expect(kept()).toHaveLength(1);
    await tag('b', 'heart');
    expect(kept()).toEqual([]);
  });

  it('forgets what was not saved once somebody has dismissed it', async () => {
    for (const id of ['a', 'b']) {
      const set = tagging.set(at(id), 'star');
      (await wire.next('PATCH', `/api/v1/drawings/${id}`)).lose();
      await set;
      expect(notices.toasts.at(-1)?.text).toContain(words.notSaved('star', '').trim());
      notices.clear();
    }
  });

  it('says nothing more to whoever has signed out meanwhile', async () => {
    const set = tagging.set(at('a'), 'star');
    const sent = await wire.next('PATCH', '/api/v1/drawings/a');
    session.user = null;
    sent.answer(401, { status: 401 });
    await set;
    expect(notices.toasts).toEqual([]);
  });
});
