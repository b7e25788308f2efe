import { beforeEach, expect, it } from 'vitest';

import { Wire } from '../../testing/wire';
import { dataOf, erase, type Erased } from './person';

const path = '/api/v1/people/class%204b';

let wire: Wire;
beforeEach(() => {
  wire = new Wire();
});

it('erases step by step until nothing is left', async () => {
  const steps: Erased[] = [];
  const erased = erase('class 4b', (so) => steps.push(so));
  (await wire.next('DELETE', path)).answer(200, { drawings: 200, events: 0, done: false });
  (await wire.next('DELETE', path)).answer(200, { drawings: 12, events: 0, done: false });
  (await wire.next('DELETE', path)).answer(200, { drawings: 0, events: 3, done: true });
  expect(await erased).toEqual({ erased: { drawings: 212, events: 3 }, done: true, problem: null });
  expect(steps.map(({ drawings }) => drawings)).toEqual([200, 212]);
});

it('tells what was erased before the server failed', async () => {
  const erased = erase('class 4b', () => {});
  (await wire.next('DELETE', path)).answer(200, { drawings: 200, events: 0, done: false });
  (await wire.next('DELETE', path)).lose();
  const { erased: so, problem } = await erased;
  expect([so.drawings, problem?.status]).toEqual([200, 0]);
});

it('erases no more once the person has turned away', async () => {
  const turned = new AbortController();
  const erased = erase('class 4b', () => {}, turned.signal);
  const asked = await wire.next('DELETE', path);
  turned.abort();
  asked.answer(200, { drawings: 200, events: 0, done: false });
  expect(await erased).toEqual({ erased: { drawings: 200, events: 0 }, done: false, problem: null });
  expect(wire.count(`DELETE ${path}`)).toBe(1);
});

it('gives no file where nothing is kept, and what was refused', async () => {
  const none = dataOf('class 4b');
  (await wire.next('GET', path)).answer(200);
  expect(await none).toBeNull();
  const refused = dataOf('class 4b');
  (await wire.next('GET', path)).answer(403, { status: 403 });
  expect(await refused).toMatchObject({ status: 403 });
});
