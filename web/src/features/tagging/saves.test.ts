import { beforeEach, expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { drawingOf, settleAll, Wire } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { DrawingList } from '../drawings/drawings.svelte';
import { session } from '../session/session.svelte';
import { Saves } from './saves.svelte';

let wire: Wire, list: DrawingList, other: DrawingList, saves: Saves;

beforeEach(() => {
  wire = new Wire();
  notices.clear();
  session.user = { id: 'u', name: 'marie', role: 'annotator' };
  [list, other] = [new DrawingList('annotator'), new DrawingList('public')];
  list.items = ['a', 'b'].map((id) => drawingOf(id));
  other.items = [drawingOf('a')];
  saves = new Saves(list, [other]);
});

it('knows which drawings wait for an answer, and when all are answered', async () => {
  let answer = () => {};
  saves.begin(list.items);
  const work = saves.track(new Promise<void>((resolve) => (answer = resolve)));
  let settled = false;
  const waiting = saves.settled().then(() => (settled = true));
  await settleAll();
  expect([Object.keys(saves.saving), settled]).toEqual([['a', 'b'], false]);
  saves.end([drawingOf('a')]);
  answer();
  await Promise.all([work, waiting]);
  expect([saves.saving, settled]).toEqual([{ b: true }, true]);
});

it('shows what a drawing is now in every list that has it', () => {
  const now = drawingOf('a', { version: 2, tag: 'star' });
  saves.show(now, drawingOf('a'));
  expect([list.find('a'), other.find('a')]).toEqual([now, now]);
  saves.showKnown(drawingOf('b', { version: 2 }));
  expect([list.find('b')?.version, other.find('b')]).toEqual([2, null]);
  saves.remove('a');
  expect([list.find('a'), other.find('a')]).toEqual([null, null]);
});

it('reads a drawing again, and says why where that is not told, but to nobody who has signed out', async () => {
  const read = saves.reread(drawingOf('a'));
  (await wire.next('GET', '/api/v1/drawings/a')).answer(200, drawingOf('a', { version: 7 }));
  expect([(await read)?.version, list.find('a')?.version]).toEqual([7, 7]);
  const gone = saves.reread(drawingOf('b'));
  (await wire.next('GET', '/api/v1/drawings/b')).answer(404, { status: 404 });
  expect([await gone, notices.toasts.at(-1)?.text]).toEqual([null, en.problem.notFound]);
  notices.clear();
  const late = saves.reread(drawingOf('b'));
  const asked = await wire.next('GET', '/api/v1/drawings/b');
  session.user = null;
  asked.answer(401, { status: 401 });
  expect([await late, notices.toasts]).toEqual([null, []]);
});
