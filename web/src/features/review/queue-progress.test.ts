import { beforeEach, expect, it } from 'vitest';

import { drawingOf, Wire } from '../../testing/wire';
import { DrawingList } from '../drawings/drawings.svelte';
import { QueueProgress } from './queue-progress.svelte';
import type { Change } from '../tagging/changes.svelte';

const decided = (id: string, at: number): Change => [{ from: 1, after: drawingOf(id, { version: 2 }), at }];

let wire: Wire, list: DrawingList;
beforeEach(() => {
  wire = new Wire();
  list = new DrawingList('queue');
});

it('counts what was decided since it opened in what there was to decide', async () => {
  const changes = ['a', 'b', 'c', 'd', 'e'].map((id, index) => decided(id, index * 6_000));
  const progress = new QueueProgress(list, { changes, decidedBefore: 2 });
  expect(progress.total).toBeNull();
  list.importJob = 'an import';
  const read = progress.read();
  const asked = await wire.next('GET', '/api/v1/queue/progress');
  expect(asked.query.get('import')).toBe('an import');
  asked.answer(200, { waiting: 7 });
  await read;
  expect([progress.decided, progress.total, progress.pace]).toEqual([3, 10, 10]);
  expect(progress.decisions.map(({ done }) => done.after.id)).toEqual(['e', 'd', 'c', 'b', 'a']);
});

it('counts nothing where the number could not be asked', async () => {
  const progress = new QueueProgress(list, { changes: [], decidedBefore: 0 });
  const read = progress.read();
  (await wire.next('GET', '/api/v1/queue/progress')).answer(503, {});
  await read;
  expect(progress.total).toBeNull();
});

it('counts likely mistakes in the list, and drawings of any other list not at all', () => {
  list.items = [drawingOf('a'), drawingOf('b')];
  list.source = 'suspects';
  expect(new QueueProgress(list, { changes: [], decidedBefore: 0 }).total).toBe(2);
  list.source = 'annotator';
  expect(new QueueProgress(list, { changes: [], decidedBefore: 0 }).total).toBeNull();
});
