import { expect, it } from 'vitest';

import type { DrawingMap, Label } from '../../api/client';
import { coloursOf, nearest } from './map';

const point = (tag: string) => ({ id: '', tag, reviewed: false, x: 0, y: 0 }) as DrawingMap['points'][number];
const label = (tag: string, colour: string | null) => ({ tag, colour }) as Label;

it('takes the labels’ own colours, and others for those without, the most frequent tag first', () => {
  const points = ['a', 'b', 'b', 'c'].map(point);
  const colours = coloursOf(points, [label('a', '#123456'), label('b', null)]);
  expect([...colours.keys()]).toEqual(['b', 'a', 'c']);
  expect(colours.get('a')).toBe('#123456');
  expect(colours.get('b')).toMatch(/^#[0-9a-f]{6}$/);
  expect(colours.get('c')).not.toBe(colours.get('b'));
});

it('finds the nearest place within reach alone', () => {
  const places = [
    [0, 0],
    [10, 0],
  ] as const;
  expect(nearest(places, [7, 1], 12)).toBe(1);
  expect(nearest(places, [30, 0], 12)).toBeNull();
  expect(nearest([], [0, 0], 12)).toBeNull();
});
