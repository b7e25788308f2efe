import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Sight } from './sight.svelte';

let frames: (() => void)[];
let now: number;
beforeEach(() => {
  [frames, now] = [[], 1000];
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => frames.push(paint));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const paint = () => frames.splice(0).forEach((frame) => frame());

it('has a drawing from when its picture is painted on, and not for what was pressed before', () => {
  const sight = new Sight();
  sight.came('a', () => 'a');
  expect(sight.has('a')).toBe(false);
  now = 1016;
  paint();
  expect([sight.has('a'), sight.has('a', 1015), sight.has('a', 1016), sight.has('b')]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it('passes over a picture that comes when another drawing is shown', () => {
  const sight = new Sight();
  sight.came('a', () => 'b');
  paint();
  expect(sight.id).toBe('');
});

it('forgets that a picture did not come once it does', () => {
  const sight = new Sight();
  sight.lost = 'a';
  sight.came('a', () => 'a');
  paint();
  expect([sight.lost, sight.has('a')]).toEqual(['', true]);
});
