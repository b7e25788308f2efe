import { beforeEach, describe, expect, it, vi } from 'vitest';

import { drawingOf, settleAll, Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { Tagging } from '../tagging/tagging.svelte';
import { Walk, type Focus } from './walk.svelte';

const claims = /\/queue\/claims\//;

describe('the walk', () => {
  let wire: Wire, list: DrawingList, tagging: Tagging, walk: Walk, shown: Drawing;
  const arrived = vi.fn();
  const at = (id: string): Drawing => list.find(id)!;
  /** Where the walk led so far, and with what focus. */
  const way = () => (arrived.mock.calls as [Drawing | null, Focus][]).map(([to, focus]) => [to?.id, focus]);

  beforeEach(async () => {
    arrived.mockClear();
    wire = new Wire();
    notices.clear();
    session.user = { id: 'u', name: 'marie', role: 'annotator' };
    list = new DrawingList('queue');
    const came = list.show('queue');
    await gives('a', 'b', 'c');
    (await wire.next('GET', /labels$/)).answer(200, { labels: [] });
    await came;
    tagging = new Tagging(list, []);
    walk = walkFrom('b');
  });

  /** The queue has these alone. */
  async function gives(...ids: string[]): Promise<void> {
    (await wire.next('PUT', claims)).answer(200, { drawings: ids.map((id) => drawingOf(id)) });
    await settleAll();
  }

  function walkFrom(id: string): Walk {
    shown = at(id);
    return new Walk(
      list,
      tagging,
      () => shown,
      (to, focus) => {
        arrived(to, focus);
        if (to) shown = to;
      },
    );
  }

  function review(...ids: string[]): void {
    for (const id of ids) list.replace({ ...at(id), tagged_by: 'marie', version: 2 }, at(id));
  }

  /** What was decided of it is on its way. */
  function save(id: string) {
    void tagging.set(at(id), 'star');
    return wire.next('PATCH', `/api/v1/drawings/${id}`);
  }

  it('knows the neighbours, and of one that is in the queue no more what waits', () => {
    expect([walk.position, walk.preceding?.id, walk.following?.id]).toEqual([1, 'a', 'c']);
    shown = drawingOf('z');
    walk = new Walk(list, tagging, () => shown, arrived);
    expect([walk.position, walk.preceding, walk.following?.id]).toEqual([-1, undefined, 'a']);
    list.source = 'annotator';
    expect(walk.following).toBeUndefined();
  });

  it('goes nowhere where there is no neighbour', () => {
    walk.finished = true;
    walk.go(undefined, 'next');
    expect([walk.finished, way()]).toEqual([true, []]);
  });

  it('asks for more before the end of what came', async () => {
    list.items = 'abcdefgh'.split('').map((id) => drawingOf(id));
    list.next = 'more';
    walk.go(at('e'));
    expect(list.loading).toBe(false);
    walk.go(at('f'), 'previous');
    expect(list.loading).toBe(true);
    expect(way()).toEqual([
      ['e', 'drawing'],
      ['f', 'previous'],
    ]);
    await gives();
  });

  it('goes on to what could not be saved, then to what stands after, then before', async () => {
    (await save('a')).answer(503, {});
    await settleAll();
    await walk.goOn('next');
    walk = walkFrom('b');
    tagging.giveUp('a');
    await walk.goOn('drawing');
    walk = walkFrom('b');
    review('c');
    await walk.goOn('drawing');
    expect(way()).toEqual([
      ['a', 'next'],
      ['c', 'drawing'],
      ['a', 'drawing'],
    ]);
  });

  it('passes over what is being saved, skipped or disputed', async () => {
    const sent = await save('c');
    list.items.push(drawingOf('d', { disputed: true }), drawingOf('e'));
    list.pass(at('a'));
    await gives();
    await walk.goOn('next');
    expect(way()).toEqual([['e', 'next']]);
    sent.answer(200, drawingOf('c', { version: 2, tagged_by: 'marie' }));
  });

  it('asks for more where nothing waits, and goes on to what comes', async () => {
    review('a', 'c');
    const going = walk.goOn('next');
    expect(way()).toEqual([]);
    await gives('a', 'b', 'c', 'd');
    await going;
    expect([walk.finished, way()]).toEqual([false, [['d', 'next']]]);
  });

  it('waits at the end for what is being saved, and goes back to what was not', async () => {
    review('a');
    const sent = await save('c');
    const going = walk.goOn('next');
    await gives();
    expect([walk.finished, way()]).toEqual([false, []]);
    sent.answer(503, {});
    await going;
    expect([walk.finished, way()]).toEqual([false, [['c', 'next']]]);
  });

  it('is at the end where nothing comes any more, until the person turns to something', async () => {
    review('a', 'c');
    const going = walk.goOn('next');
    await gives();
    await going;
    expect([walk.finished, way()]).toEqual([true, [[undefined, 'next']]]);
    walk.go(at('a'));
    expect(walk.finished).toBe(false);
  });

  it('goes nowhere by an answer that comes after the person went on', async () => {
    review('a', 'c');
    const going = walk.goOn('next');
    walk.go(at('a'), 'previous');
    await gives('a', 'b', 'c', 'd');
    await going;
    expect([walk.finished, way()]).toEqual([false, [['a', 'previous']]]);
  });

  it('goes nowhere by an answer that comes after the person left', async () => {
    review('a', 'c');
    const going = walk.goOn('next');
    walk.leave();
    // There is no drawing any more.
    shown = undefined as unknown as Drawing;
    await gives();
    await going;
    expect([walk.gone, walk.finished, way()]).toEqual([true, false, []]);
  });

  it('asks for nothing more after the person left', async () => {
    review('a');
    const sent = await save('c');
    const going = walk.goOn('next');
    await gives();
    walk.leave();
    const before = wire.log.length;
    sent.answer(200, drawingOf('c', { version: 2, tagged_by: 'marie' }));
    await going;
    await settleAll();
    expect(wire.log.slice(before)).toEqual([]);
  });

  it('tells whether the person is still where they were', () => {
    const stays = walk.mark();
    expect(stays()).toBe(true);
    const turned = walk.turn();
    expect([stays(), turned()]).toEqual([false, true]);
    walk.leave();
    expect(turned()).toBe(false);
  });
});
