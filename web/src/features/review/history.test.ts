import { beforeEach, expect, it } from 'vitest';

import { drawingOf, Wire } from '../../testing/wire';
import type { Drawing, TagEvent } from '../../api/client';
import { session } from '../session/session.svelte';
import { History } from './history.svelte';

const event = (version: number, more: Partial<TagEvent>) =>
  ({ version, kind: 'corrected', by_id: null, opinion: null, undoes: null, ...more }) as TagEvent;

let wire: Wire, walk: { drawing: Drawing; gone: boolean }, history: History;
beforeEach(() => {
  wire = new Wire();
  session.user = { id: 'u', name: 'marie', role: 'annotator' };
  walk = { drawing: drawingOf('a', { version: 2 }), gone: false };
  history = new History(walk);
});

/** Reads that of the drawing shown; `meanwhile` happens before the answer comes. */
async function read(events: TagEvent[], meanwhile = () => {}): Promise<void> {
  const { id, version } = walk.drawing;
  const done = history.read(id, version);
  const asked = await wire.next('GET', `/api/v1/drawings/${id}/history`);
  meanwhile();
  asked.answer(200, { events });
  await done;
}

it('tells what was suggested last, and what this person says', async () => {
  await read([
    event(1, { kind: 'suggested', to: 'star' }),
    event(1, { kind: 'suggested', to: 'heart' }),
    event(2, { by_id: 'u', opinion: 'line' }),
  ]);
  expect([history.events.length, history.suggested, history.ownOpinion]).toEqual([3, 'heart', 'line']);
});

it('takes the opinion from the drawing where that tells it, and none where somebody decided', async () => {
  walk.drawing = drawingOf('a', { version: 2, opinion: 'arrow' });
  history = new History(walk);
  await read([event(2, { by_id: 'u', opinion: 'line' })]);
  expect(history.ownOpinion).toBe('arrow');
  walk.drawing = drawingOf('a', { version: 2, tagged_by: 'ada' });
  history = new History(walk);
  await read([event(2, { by_id: 'u', opinion: 'line' })]);
  expect(history.ownOpinion).toBeNull();
});

it.each<[string, () => void]>([
  ['another drawing is shown', () => (walk.drawing = drawingOf('b'))],
  ['it has changed', () => (walk.drawing = drawingOf('a', { version: 3 }))],
  ['the person left', () => (walk.gone = true)],
])('passes over an answer that comes when %s', async (_, meanwhile) => {
  await read([event(1, { kind: 'suggested', to: 'star' })], meanwhile);
  walk.drawing = drawingOf('a', { version: 2 });
  expect(history.events).toEqual([]);
});
