import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Wire } from '../../testing/wire';
import { ProgressOfLabels } from './label-progress.svelte';

let wire: Wire;
let progress: ProgressOfLabels;
const path = '/api/v1/quality/labels';
const line = `GET ${path}`;

beforeEach(() => {
  wire = new Wire();
  progress = new ProgressOfLabels();
});
afterEach(() => {
  progress.stop();
  vi.useRealTimers();
});

const label = (name: string, wanted: number) => ({
  label: name,
  wanted,
  reviewed: 0,
  learnt: 0,
  new: 0,
  judging: 0,
});
const told = (second: number, ...labels: ReturnType<typeof label>[]) => ({
  as_of: `2026-11-27T04:00:0${second}.000Z`,
  labels,
});

async function read(second: number, ...labels: ReturnType<typeof label>[]): Promise<void> {
  const done = progress.ask();
  (await wire.next('GET', path)).answer(200, told(second, ...labels));
  await done;
}

it('puts those first that have too few examples, each in the order of the project', async () => {
  expect(progress.labels).toEqual([]);
  await read(0, label('circle', 0), label('comb', 3), label('star', 0), label('ladder', 1));
  expect(progress.labels.map((each) => each.label)).toEqual(['comb', 'ladder', 'circle', 'star']);
});

it('asks once for decisions that follow one another, and again until they are counted', async () => {
  await read(0, label('comb', 3));
  vi.useFakeTimers();
  progress.changed();
  await vi.advanceTimersByTimeAsync(300);
  progress.changed();
  await vi.advanceTimersByTimeAsync(499);
  expect(wire.count(line)).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(wire.count(line)).toBe(2);
  (await wire.next('GET', path)).answer(200, told(0, label('comb', 3)));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(wire.count(line)).toBe(3);
  (await wire.next('GET', path)).answer(200, told(1, label('comb', 2)));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.count(line)).toBe(3);
  expect(progress.labels[0]?.wanted).toBe(2);
});

it('keeps what it knows where an answer fails, and takes none after it was stopped', async () => {
  await read(0, label('comb', 3));
  const failed = progress.ask();
  (await wire.next('GET', path)).answer(503, { status: 503 });
  await failed;
  expect(progress.problem?.status).toBe(503);
  expect(progress.labels).toHaveLength(1);
  const late = progress.ask();
  progress.stop();
  (await wire.next('GET', path)).answer(200, told(1));
  await late;
  expect(progress.labels).toHaveLength(1);
});
