import { beforeEach, expect, it, vi } from 'vitest';

import { en } from '../../i18n/en';
import { noAnswer } from '../../api/problem';
import { drawingOf } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { DrawingList } from '../drawings/drawings.svelte';
import { filterIn, noFilter } from '../drawings/filter';
import type { Change } from '../tagging/changes.svelte';
import { ListWork } from './list-work.svelte';

const busy = { ...noAnswer, status: 503 };
const change: Change = [{ from: 1, after: drawingOf('a', { version: 2 }), at: 1 }];
let list: DrawingList, work: ListWork;
const show = vi.fn();
const tagging = {
  acceptAll: vi.fn(),
  setAll: vi.fn(),
  settled: vi.fn(),
  next: vi.fn(),
  undo: vi.fn(),
  nothing: vi.fn(),
};
const moderation = { act: vi.fn() };
const ids = (drawings: readonly { id: string }[]) => drawings.map(({ id }) => id);

beforeEach(() => {
  notices.clear();
  vi.resetAllMocks();
  for (const act of [tagging.acceptAll, tagging.setAll, moderation.act]) act.mockResolvedValue(null);
  list = new DrawingList('annotator');
  list.show = show;
  list.items = Array.from({ length: 30 }, (_, n) => drawingOf(`d${n}`));
  work = new ListWork(list, tagging, moderation);
});

it('offers to accept what was seen and nobody reviewed, of a page at most', () => {
  expect(work.ready).toEqual([]);
  for (const drawing of list.items.slice(1)) work.saw(drawing);
  list.items[2] = drawingOf('d2', { tagged_by: 'marie' });
  expect(ids(work.ready)).toEqual(['d1', ...Array.from({ length: 23 }, (_, n) => `d${n + 3}`)]);
});

it('begins anew with nothing seen or picked', () => {
  work.saw(list.items[0]!);
  work.selectAll();
  expect(work.selected.length).toBe(30);
  const filter = filterIn('tag=star');
  work.begin('annotator', filter);
  expect([work.ready, work.selected]).toEqual([[], []]);
  work.begin('queue');
  expect(show.mock.calls).toEqual([
    ['annotator', filter],
    ['queue', noFilter],
  ]);
});

it('goes on with the queue once what it showed is accepted, and stays where that failed', async () => {
  const some = list.items.slice(0, 2);
  list.source = 'queue';
  tagging.acceptAll.mockResolvedValueOnce(busy);
  expect(await work.acceptAll(some)).toBe(busy);
  expect(show).not.toHaveBeenCalled();
  expect(await work.acceptAll(some)).toBeNull();
  expect(show).toHaveBeenCalledTimes(1);
  list.source = 'annotator';
  await work.acceptAll(some);
  expect(show).toHaveBeenCalledTimes(1);
});

it('keeps the choice where what was asked of it failed, and says why', async () => {
  const pick = () => work.selection.set('d1', true, false, ids(list.items));
  pick();
  tagging.setAll.mockResolvedValueOnce(busy);
  await work.tagSelected('star');
  expect(tagging.setAll).toHaveBeenLastCalledWith([list.items[1]], 'star');
  moderation.act.mockResolvedValueOnce(busy);
  await work.hideOrShow('hide');
  moderation.act.mockResolvedValueOnce(busy);
  expect(await work.moderate('delete', work.selected)).toBe(busy);
  // A question says itself what kept it.
  expect(notices.toasts.map(({ text }) => text.includes(en.problem.unavailable))).toEqual([true, true]);
  expect(ids(work.selected)).toEqual(['d1']);
  for (const act of [
    () => work.tagSelected(null),
    () => work.hideOrShow('show'),
    () => work.moderate('delete', []),
  ]) {
    pick();
    await act();
    expect(work.selected).toEqual([]);
  }
});

it('takes back what is being saved, or says that there is nothing', async () => {
  let settled = () => {};
  tagging.settled.mockReturnValueOnce(new Promise<void>((resolve) => (settled = resolve)));
  tagging.next.mockReturnValueOnce(change);
  const undone = work.undo();
  expect(tagging.next).not.toHaveBeenCalled();
  settled();
  await undone;
  expect(tagging.undo).toHaveBeenCalledWith(change);
  tagging.next.mockReturnValueOnce(null);
  await work.undo();
  expect([tagging.nothing.mock.calls.length, tagging.undo.mock.calls.length]).toEqual([1, 1]);
});
