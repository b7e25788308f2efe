import { expect, test } from 'vitest';

import type { Drawing } from '../../api/client';
import { around, comingAfter, stateOf } from './film-strip';

const items = Array.from({ length: 40 }, (_, index) => index);
const drawing = { id: 'a' } as Drawing;

test('the strip shows a few before the drawing and more after it', () => {
  const strip = around(items, 10);
  expect([strip[0], strip.at(-1)]).toEqual([6, 26]);
});

test('the strip begins with the list where the drawing is at its start or not in it', () => {
  expect(around(items, 1)[0]).toBe(0);
  expect(around(items, -1)).toEqual(items.slice(0, 17));
});

test('those that come next are after the drawing, or the first ones', () => {
  expect(comingAfter(items, 10)).toEqual([11, 12, 13, 14]);
  expect(comingAfter(items, -1)).toEqual([0, 1, 2, 3]);
  expect(comingAfter(items, 39)).toEqual([]);
});

function state(settled: boolean, saving: boolean, failed: boolean, passed: boolean) {
  const list = { settled: () => settled, passed: new Set(passed ? ['a'] : []) };
  const tagging = { saving: saving ? { a: true } : {}, failures: failed ? { a: {} } : {} };
  return stateOf(drawing, list as never, tagging as never);
}

test('what is being saved is told before what it was, and a failure before a skip', () => {
  expect(state(true, true, true, true)).toBe('saving');
  expect(state(true, false, true, true)).toBe('reviewed');
  expect(state(false, false, true, true)).toBe('failed');
  expect(state(false, false, false, true)).toBe('skipped');
  expect(state(false, false, false, false)).toBe('waits');
});
