import { beforeEach, expect, it, vi } from 'vitest';

import { drawingOf } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { Changes, type Back, type Change } from './changes.svelte';
import { Deeds } from './deeds.svelte';

const undo = vi.fn();
let known: Map<string, number>, changes: Changes;

beforeEach(() => {
  notices.clear();
  undo.mockReset();
  known = new Map();
  const find = (id: string) => (known.has(id) ? drawingOf(id, { version: known.get(id)! }) : null);
  changes = new Changes({ find }, new Deeds(), undo);
});

/** Made at that time of drawings of version 1. */
function change(at: number, ids: string[], back?: Back): Change {
  return ids.map((id) => ({ from: 1, after: drawingOf(id, { version: 2 }), at, ...(back && { back }) }));
}
const done = (...args: Parameters<typeof change>): Change => {
  const made = change(...args);
  changes.did(made, 'said');
  return made;
};

it('offers to take back what it tells, whatever is done after it', () => {
  const first = done(1, ['a']);
  const { text, action } = notices.toasts.at(-1)!;
  done(2, ['b']);
  action!.run();
  expect(text).toBe('said');
  expect(undo.mock.calls).toEqual([[first]]);
});

it('goes by when things were done, and first by the drawing looked at where that still stands', () => {
  const [late, early] = [done(5, ['a']), done(3, ['b'])];
  expect(changes.all).toEqual([early, late]);
  expect([changes.next(), changes.next(undefined, 4), changes.next('b')]).toEqual([late, early, early]);
  known.set('b', 3);
  expect([changes.next('b'), changes.ownOf('b'), changes.stands(early[0]!)]).toEqual([late, null, false]);
  const several = done(6, ['b', 'c']);
  expect([changes.ownOf('c'), changes.next('c')]).toEqual([null, several]);
});

it('is taken once, and kept where it could not be taken back', () => {
  const one = done(1, ['a', 'b']);
  expect([changes.take(one), changes.take(one), changes.all]).toEqual([true, false, []]);
  changes.keep(one.slice(1));
  changes.keep([]);
  expect(changes.all).toEqual([one.slice(1)]);
});

it('lets what is there again be taken back in its turn', () => {
  const first = done(1, ['a']);
  const second = [{ from: 2, after: drawingOf('a', { version: 3 }), at: 2 }];
  changes.did(second, 'said');
  changes.take(second);
  const now = drawingOf('a', { version: 4 });
  changes.restored(second, now);
  expect(changes.all).toEqual([[{ ...first[0], after: now }]]);
});

it('forgets what was decided of drawings, and not that they were hidden', () => {
  const hidden = done(1, ['a'], 'show');
  const both = done(2, ['a', 'b']);
  done(3, ['a']);
  changes.forget([drawingOf('a')]);
  expect(changes.all).toEqual([hidden, both.slice(1)]);
});
