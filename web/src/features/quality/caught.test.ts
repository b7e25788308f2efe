import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Drawing } from '../../api/client';
import { Wire } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { Caught, type Point } from './caught.svelte';

let wire: Wire;
beforeEach(() => (wire = new Wire()));
afterEach(() => notices.clear());

const point = (id: string): Point => ({
  id,
  tag: 'star',
  version: 1,
  model: 'm',
  reviewed: false,
  tagged_by: null,
  x: 0,
  y: 0,
});
const drawing = (id: string, version: number, tag = 'heart'): Drawing =>
  ({ id, version, tag, tagged_by: 'marie' }) as unknown as Drawing;
const results = (...drawings: (Drawing | null)[]) => ({
  results: drawings.map((one) =>
    one ? { id: one.id, drawing: one } : { id: 'x', problem: { status: 412 } },
  ),
});

async function caught(changed: (drawings: readonly Drawing[]) => void, ...ids: string[]): Promise<Caught> {
  const one = new Caught(changed);
  const held = one.hold(ids.map(point));
  for (const id of ids)
    (await wire.next('GET', `/api/v1/drawings/${id}`)).answer(200, drawing(id, 1, 'star'));
  await held;
  return one;
}

it('tags what was not left out, lets go of it, and takes it back in one go', async () => {
  const told: string[][] = [];
  const one = await caught(
    (all) => told.push(all.map(({ id, version }) => `${id}${version}`)),
    'a',
    'b',
    'c',
  );
  expect(one.drawings).toHaveLength(3);
  one.toggle('b');
  const done = one.tag('heart');
  const asked = await wire.next('POST', '/api/v1/drawings:tag');
  expect(asked.body).toEqual({
    tag: 'heart',
    drawings: [
      { id: 'a', version: 1 },
      { id: 'c', version: 1 },
    ],
  });
  asked.answer(200, results(drawing('a', 2), null));
  await done;
  expect(one.points).toEqual([]);
  expect(one.canUndo).toBe(true);
  const undo = one.undo();
  const undone = await wire.next('POST', '/api/v1/drawings:undo');
  expect(undone.body).toEqual({ drawings: [{ id: 'a', version: 2 }] });
  undone.answer(200, results(drawing('a', 3, 'star')));
  await undo;
  expect(one.canUndo).toBe(false);
  expect(told).toEqual([['a2'], ['a3']]);
});

it('keeps what was caught where nothing was tagged, and an undo that did not arrive', async () => {
  const one = await caught(() => {}, 'a');
  const failed = one.tag('heart');
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(503, { title: 'x', status: 503 });
  await failed;
  expect(one.points.map(({ id }) => id)).toEqual(['a']);
  expect(one.canUndo).toBe(false);
  const done = one.tag('heart');
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('a', 2)));
  await done;
  const undo = one.undo();
  (await wire.next('POST', '/api/v1/drawings:undo')).answer(503, { title: 'x', status: 503 });
  await undo;
  expect(one.canUndo).toBe(true);
});

it('shows nothing of what was caught before', async () => {
  const one = new Caught(() => {});
  const first = one.hold([point('a')]);
  const late = await wire.next('GET', '/api/v1/drawings/a');
  await one.hold([]);
  late.answer(200, drawing('a', 1));
  await first;
  expect(one.drawings).toEqual([]);
});
