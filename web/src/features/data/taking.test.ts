import { beforeEach, expect, it, vi } from 'vitest';

import { notices } from '../../ui/notices.svelte';
import { drawingOf, settleAll, Wire, type Waiting } from '../../testing/wire';
import { i18n } from '../../i18n/i18n.svelte';
import { session } from '../session/session.svelte';
import { nothingChosen } from './export';
import { taking } from './taking.svelte';

const { saved, router } = vi.hoisted(() => ({ saved: vi.fn(), router: { place: 'data' } }));
vi.mock(import('../../util/save'), () => ({ save: saved }));

vi.mock('../../util/router.svelte', () => ({ router }));

const words = i18n.t.data;
const form = { ...nothingChosen, flagged: 'true' } as const;
let wire: Wire;

beforeEach(() => {
  wire = new Wire();
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, vi.fn());
  saved.mockReset();
  notices.clear();
  taking.forget();
  router.place = 'data';
});

/** Begins one of which some has come. */
async function begun() {
  const done = taking.take(form);
  (await wire.next('GET', '/api/v1/drawings')).answer(200, { drawings: [drawingOf('a')], next: null });
  const asked: Waiting = await wire.next('GET', '/api/v1/exports');
  const stream = asked.stream();
  stream.send('some', 'bytes');
  await vi.waitFor(() => expect(taking.bytes).toBeGreaterThan(0));
  return { done, asked, stream };
}

it('counts what comes, and hands the file over', async () => {
  const { done, asked, stream } = await begun();
  expect(Object.fromEntries(asked.query)).toEqual({
    format: 'imagefolder',
    reviewed: 'true',
    flagged: 'true',
  });
  const bytes = taking.bytes;
  stream.close();
  await done;
  expect(saved).toHaveBeenCalledTimes(1);
  expect(saved.mock.calls[0]).toEqual([expect.any(Blob), 'shapes.zip']);
  expect(taking.taken).toEqual({ kind: 'saved', name: 'shapes.zip', bytes });
  expect([taking.bytes, notices.toasts]).toEqual([null, []]);
});

it('goes on while one looks elsewhere, where its end is told', async () => {
  const { done, stream } = await begun();
  router.place = 'labels';
  await taking.take(form);
  expect(wire.count('GET /api/v1/exports')).toBe(1);
  stream.close();
  await done;
  expect(notices.toasts.map(({ text, stays }) => [text, stays])).toEqual([[words.done, false]]);
  expect(notices.toasts[0]?.action?.label).toBe(words.toData);
});

it('hands over nothing that was cut short, and says so', async () => {
  const { done, stream } = await begun();
  router.place = 'labels';
  stream.cut();
  await done;
  expect(saved).not.toHaveBeenCalled();
  expect(taking.taken?.kind).toBe('failed');
  expect(notices.toasts.map(({ text, stays }) => [text, stays])).toEqual([[words.notTaken, true]]);
});

it('is stopped without a word, and can begin anew', async () => {
  const { done, stream } = await begun();
  taking.stop();
  stream.cut();
  await done;
  expect([saved.mock.calls.length, taking.taken, taking.bytes, notices.toasts]).toEqual([0, null, null, []]);
  const again = await begun();
  again.stream.close();
  await again.done;
  expect(saved).toHaveBeenCalledTimes(1);
});

it('is not for the next person', async () => {
  const { done, stream } = await begun();
  session.user = { id: 'another', name: 'bob', role: 'annotator' } as typeof session.user;
  stream.close();
  await done;
  session.user = null;
  expect([saved.mock.calls.length, taking.taken]).toEqual([0, null]);
});

it('begins with no drawing to take by saying so', async () => {
  const done = taking.take(form);
  (await wire.next('GET', '/api/v1/drawings')).answer(200, { drawings: [], next: null });
  await done;
  await settleAll();
  expect([taking.taken, wire.count('GET /api/v1/exports')]).toEqual([{ kind: 'empty' }, 0]);
});
