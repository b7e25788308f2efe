import { expect, it } from 'vitest';

import type { DrawingMap, Label } from '../../api/client';
import { coloursOf, cornersOf, groupOf, moved, nearest, within } from './map';

type Point = DrawingMap['points'][number];
const point = (tag: string, model = '', person: string | null = null): Point => ({
  id: '',
  version: 1,
  tag,
  model,
  reviewed: person !== null,
  tagged_by: person,
  x: 0,
  y: 0,
});
const label = (tag: string, colour: string | null) => ({ tag, colour }) as Label;

it('takes the labels’ own colours, and others for those without, the most frequent tag first', () => {
  const points = ['a', 'b', 'b', 'c'].map((tag) => point(tag));
  const colours = coloursOf(points, [label('a', '#123456'), label('b', null)]);
  expect([...colours.keys()]).toEqual(['b', 'a', 'c']);
  expect(colours.get('a')).toBe('#123456');
  expect(colours.get('b')).toMatch(/^#[0-9a-f]{6}$/);
  expect(colours.get('c')).not.toBe(colours.get('b'));
});

it('colours by model and by person too, and leaves grey what nobody reviewed', () => {
  const points = [point('a', 'old', 'marie'), point('a', 'new'), point('b', 'new')];
  expect([...coloursOf(points, [label('new', '#123456')], 'model').keys()]).toEqual(['new', 'old']);
  expect(coloursOf(points, [label('new', '#123456')], 'model').get('new')).not.toBe('#123456');
  const people = coloursOf(points, [], 'person');
  expect([...people.keys()]).toEqual(['', 'marie']);
  expect(people.get('')).toBe('#888888');
  expect(people.get('marie')).not.toBe('#888888');
  expect(points.map((each) => groupOf(each, 'person'))).toEqual(['marie', '', '']);
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

it('catches what lies within a line, also one that is not convex', () => {
  const hook = [
    [0, 0],
    [10, 0],
    [10, 10],
    [8, 10],
    [8, 2],
    [0, 2],
  ] as const;
  const places = [
    [1, 1],
    [9, 9],
    [4, 6],
    [11, 1],
  ] as const;
  expect(within(places, hook)).toEqual([0, 1]);
  expect(within(places, hook.slice(0, 2))).toEqual([]);
  expect(within([], hook)).toEqual([]);
});

it('moves and stretches a frame by keys, within the map', () => {
  const frame = { x: 0, y: 0.5, width: 0.2, height: 0.2 };
  expect(moved(frame, 'ArrowLeft', false)).toEqual(frame);
  expect(moved(frame, 'ArrowRight', false)?.x).toBeCloseTo(0.04);
  expect(moved(frame, 'ArrowUp', true)?.height).toBeCloseTo(0.16);
  expect(moved({ ...frame, height: 0.5 }, 'ArrowDown', true)?.height).toBe(0.5);
  expect(moved({ ...frame, width: 0.04 }, 'ArrowLeft', true)?.width).toBe(0.04);
  expect(moved(frame, 'Enter', false)).toBeNull();
  const corners = cornersOf({ x: 0, y: 0.5, width: 0.5, height: 0.5 }, [100, 200]);
  expect(corners).toEqual([
    [0, 100],
    [50, 100],
    [50, 200],
    [0, 200],
  ]);
});
