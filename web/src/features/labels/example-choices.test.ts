import { expect, it } from 'vitest';

import { drawingOf, labelOf, settleAll, Wire } from '../../testing/wire';
import { anyExample, ExampleChoices } from './example-choices.svelte';

const path = '/api/v1/drawings';
const page = (ids: string[], next: string | null) => ({ drawings: ids.map((id) => drawingOf(id)), next });
const ids = (choices: ExampleChoices, picked = '') => choices.offered(picked).map(({ id }) => id);

it('goes through all drawings of the label that people reviewed, page by page', async () => {
  const wire = new Wire();
  const choices = new ExampleChoices(labelOf('star'), 2);
  const first = choices.ask(anyExample);
  const asked = await wire.next('GET', path);
  expect(Object.fromEntries(asked.query)).toEqual({ tag: 'star', reviewed: 'true', limit: '2' });
  asked.answer(200, page(['a', 'b'], 'onward'));
  await first;
  expect(choices.more).toBe(true);
  const second = choices.goOn();
  void choices.goOn();
  const more = await wire.next('GET', path);
  expect(more.query.get('cursor')).toBe('onward');
  more.answer(200, { drawings: [drawingOf('c'), drawingOf('d', { hidden: true })], next: null });
  await second;
  expect(ids(choices)).toEqual(['a', 'b', 'c']);
  expect(choices.more).toBe(false);
  await choices.goOn();
  expect(wire.count(`GET ${path}`)).toBe(2);
});

it('narrows by day and confidence, and keeps what is chosen and what is picked in sight', async () => {
  const wire = new Wire();
  const choices = new ExampleChoices(labelOf('star', { example: 'x', example_url: '/image/x' }), 2);
  const first = choices.ask(anyExample);
  (await wire.next('GET', path)).answer(200, page(['a', 'x'], null));
  await first;
  expect(ids(choices)).toEqual(['x', 'a']);
  const narrowed = choices.ask({ ...anyExample, from: '2026-01-31', minConfidence: 90 });
  const asked = await wire.next('GET', path);
  expect(asked.query.get('min_confidence')).toBe('0.9');
  expect(new Date(asked.query.get('from')!)).toEqual(new Date(2026, 0, 31));
  asked.answer(200, page(['b'], null));
  await narrowed;
  expect(ids(choices, 'a')).toEqual(['x', 'a', 'b']);
  expect(ids(choices, 'b')).toEqual(['x', 'b']);
  expect(choices.found).toBe(1);
});

it('shows what was asked for last, whichever answer comes last, and what was there where none comes', async () => {
  const wire = new Wire();
  const choices = new ExampleChoices(labelOf('star'), 2);
  void choices.ask(anyExample);
  const slow = await wire.next('GET', path);
  void choices.ask({ ...anyExample, maxConfidence: 50 });
  (await wire.next('GET', path)).answer(200, page(['b'], 'onward'));
  await settleAll();
  slow.answer(200, page(['a'], null));
  await settleAll();
  expect(ids(choices)).toEqual(['b']);
  const lost = choices.goOn();
  (await wire.next('GET', path)).answer(422, { type: '/problems/invalid', title: '', status: 422 });
  await lost;
  expect(choices.failed).toBe(true);
  expect(ids(choices)).toEqual(['b']);
});
