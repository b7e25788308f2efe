import { describe, expect, it } from 'vitest';

import { drawingOf } from '../../testing/wire';
import { decisionsOf, paceOf } from './progress';
import type { Done } from './changes.svelte';

const minute = 60_000;

describe('the pace', () => {
  it('is that of the last decisions, without pauses', () => {
    expect(paceOf([0, 10_000, 20_000, 30_000])).toBe(6);
    expect(paceOf([0, 10_000, 20_000, 20_000 + 10 * minute, 30_000 + 10 * minute])).toBe(6);
    const slowThenQuick = [...Array(50).keys()].map((n) => (n < 20 ? n * minute : 20 * minute + n * 1000));
    expect(paceOf(slowThenQuick)).toBe(60);
  });

  it('is not told of too few', () => {
    for (const times of [[], [0], [0, 1000, 2000], [0, 0, 0, 0], [0, 5 * minute, 10 * minute, 15 * minute]])
      expect(paceOf(times)).toBeNull();
  });
});

describe('decisions', () => {
  const done = (id: string, tag: string, more: Partial<Done> = {}): Done => ({
    from: 1,
    after: drawingOf(id, { tag, version: 2 }),
    at: 0,
    ...more,
  });

  it('are the last of each drawing, the newest first', () => {
    const changes = [
      [done('a', 'star')],
      [done('b', 'circle'), done('c', 'circle')],
      [done('d', 'star', { back: 'show' })],
      [done('a', 'heart')],
    ];
    expect(decisionsOf(changes).map(({ done }) => [done.after.id, done.after.tag])).toEqual([
      ['a', 'heart'],
      ['b', 'circle'],
      ['c', 'circle'],
    ]);
    expect(decisionsOf(changes)[1]?.change).toHaveLength(2);
  });
});
