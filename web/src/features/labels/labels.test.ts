import { beforeEach, expect, it } from 'vitest';

import { labelOf, settleAll, Wire } from '../../testing/wire';
import { Labels } from './labels.svelte';

let wire: Wire;
beforeEach(() => (wire = new Wire()));

async function reading(labels: Labels, ...listed: ReturnType<typeof labelOf>[]): Promise<void> {
  const read = labels.read();
  (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: listed });
  await read;
}

it('tells the project’s labels from tags that are none', async () => {
  const labels = new Labels();
  const retired = labelOf('oval', { assignable: false, retired: true });
  await reading(labels, labelOf('circle'), retired, labelOf('cat', { assignable: false }));
  expect(labels.own.map(({ tag }) => tag)).toEqual(['circle', 'oval']);
  expect(labels.strays.map(({ tag }) => tag)).toEqual(['cat']);
});

it('shows the answer to what was asked last', async () => {
  const labels = new Labels();
  void labels.read();
  const first = await wire.next('GET', '/api/v1/labels');
  await reading(labels, labelOf('star'));
  first.answer(200, { labels: [] });
  await settleAll();
  expect(labels.all?.map(({ tag }) => tag)).toEqual(['star']);
});

it('moves a label by its place among the project’s', async () => {
  const labels = new Labels();
  await reading(labels, labelOf('circle'), labelOf('star'), labelOf('heart'));
  const moving = labels.move('heart', -1);
  const asked = await wire.next('PATCH', '/api/v1/labels/heart');
  expect(asked.body).toEqual({ position: 1 });
  asked.answer(200, {});
  (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: [] });
  expect(await moving).toBeNull();
});

it('moves it twice where it is asked twice before the first answer', async () => {
  const labels = new Labels();
  const [circle, star, heart] = ['circle', 'star', 'heart'].map((tag) => labelOf(tag));
  await reading(labels, circle!, star!, heart!);
  const moves = [labels.move('circle', 1), labels.move('circle', 1), labels.move('circle', 1)];
  for (const [position, order] of [
    [1, [star!, circle!, heart!]],
    [2, [star!, heart!, circle!]],
  ] as const) {
    const asked = await wire.next('PATCH', '/api/v1/labels/circle');
    expect(asked.body).toEqual({ position });
    asked.answer(200, {});
    (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: order });
  }
  // It is the last one by then.
  expect(await Promise.all(moves)).toEqual([null, null, null]);
  expect(wire.count('PATCH /api/v1/labels/circle')).toBe(2);
});

it('merges until it is done, and says how far it is', async () => {
  const labels = new Labels();
  const told: number[] = [];
  const merging = labels.merge('oval', 'ellipse', (moved) => told.push(moved));
  for (const [moved, done] of [
    [500, false],
    [20, true],
  ]) {
    const asked = await wire.next('POST', '/api/v1/labels/oval:merge');
    expect(asked.body).toEqual({ into: 'ellipse' });
    asked.answer(200, { moved, done });
  }
  (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: [] });
  expect(await merging).toEqual({ done: true, problem: null });
  expect(told).toEqual([500, 520]);
});

it('stops a merge that fails, and says why', async () => {
  const labels = new Labels();
  const merging = labels.merge('oval', 'ellipse', () => {});
  (await wire.next('POST', '/api/v1/labels/oval:merge')).answer(422, {
    type: '/problems/invalid',
    field: 'into',
  });
  (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: [] });
  expect((await merging).problem?.field).toBe('into');
});

it('merges no further once the person has turned away', async () => {
  const labels = new Labels();
  const turned = new AbortController();
  const merging = labels.merge('oval', 'ellipse', () => {}, turned.signal);
  const asked = await wire.next('POST', '/api/v1/labels/oval:merge');
  turned.abort();
  asked.answer(200, { moved: 500, done: false });
  (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: [] });
  expect(await merging).toEqual({ done: false, problem: null });
  expect(wire.count('POST /api/v1/labels/oval:merge')).toBe(1);
});
