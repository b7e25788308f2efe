import { beforeEach, expect, it } from 'vitest';

import { drawingOf, Wire } from '../../testing/wire';
import { deleteImported, leftOf } from './delete-imported';

const [list, remove] = ['/api/v1/drawings', '/api/v1/drawings:delete'];

let wire: Wire;
beforeEach(() => {
  wire = new Wire();
});

async function listed(ids: string[], next: string | null = null, version = 1) {
  const asked = await wire.next('GET', list);
  asked.answer(200, { drawings: ids.map((id) => drawingOf(id, { version })), next });
  return asked.query;
}
const outcome = (id: string, done: boolean) => ({
  id,
  ...(done ? { deleted: true } : { problem: { status: 412 } }),
});

it('deletes what an import stored until none is left, whoever changes some meanwhile', async () => {
  const steps: number[] = [];
  const done = deleteImported('job', (deleted) => steps.push(deleted));
  expect(Object.fromEntries(await listed(['a', 'b'], 'more'))).toEqual({ import: 'job', limit: '200' });
  const first = await wire.next('POST', remove);
  expect(first.body).toEqual({ drawings: ['a', 'b'].map((id) => ({ id, version: 1 })) });
  first.answer(200, { results: [outcome('a', true), outcome('b', false)] });
  await listed(['b'], null, 2);
  const second = await wire.next('POST', remove);
  expect(second.body).toEqual({ drawings: [{ id: 'b', version: 2 }] });
  second.answer(200, { results: [outcome('b', true)] });
  await listed([], 'far');
  expect((await listed([])).get('cursor')).toBe('far');
  expect(await done).toEqual({ deleted: 2, problem: null });
  expect(steps).toEqual([1, 2]);
});

it('gives up where nothing of it can be deleted, and tells what went wrong', async () => {
  const vain = deleteImported('job', () => {});
  for (let tries = 0; tries < 3; ++tries) {
    await listed(['a']);
    (await wire.next('POST', remove)).answer(200, { results: [outcome('a', false)] });
  }
  expect(await vain).toEqual({ deleted: 0, problem: null });
  const failing = deleteImported('job', () => {});
  await listed(['a']);
  (await wire.next('POST', remove)).answer(403, { status: 403 });
  expect((await failing).problem?.status).toBe(403);
});

it('deletes no more once the person has turned away', async () => {
  const turned = new AbortController();
  const done = deleteImported('job', () => {}, turned.signal);
  await listed(['a', 'b']);
  const first = await wire.next('POST', remove);
  turned.abort();
  first.answer(200, { results: [outcome('a', true), outcome('b', true)] });
  expect(await done).toEqual({ deleted: 2, problem: null });
  const late = new AbortController();
  const none = deleteImported('job', () => {}, late.signal);
  late.abort();
  await listed(['c']);
  expect(await none).toEqual({ deleted: 0, problem: null });
  expect(wire.count(`POST ${remove}`)).toBe(1);
});

it('knows what is left of what an import stored, and whether it waits for a review', async () => {
  const all = { import: 'job', order: 'most_telling_first', limit: '1' };
  const waiting = { ...all, reviewed: 'false' };
  for (const [pages, known] of [
    [[['a']], 'to review'],
    [[[], ['a']], 'reviewed'],
    [[[], []], 'none'],
  ] as const) {
    const asked = leftOf('job');
    for (const [at, ids] of pages.entries())
      expect(Object.fromEntries(await listed([...ids]))).toEqual(at === 0 ? waiting : all);
    expect(await asked).toBe(known);
  }
  const asked = leftOf('job');
  (await wire.next('GET', list)).lose();
  expect(await asked).toBe(null);
});
