import { beforeEach, expect, it } from 'vitest';

import { drawingOf, settleAll, Wire } from '../../testing/wire';
import { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { Moderation } from './moderation.svelte';
import { Tagging } from './tagging.svelte';

let wire: Wire;
let list: DrawingList;
let everyone: DrawingList;
let moderation: Moderation;
beforeEach(() => {
  wire = new Wire();
  notices.clear();
  list = new DrawingList('annotator');
  everyone = new DrawingList('public');
  for (const each of [list, everyone]) each.items = [drawingOf('a'), drawingOf('b'), drawingOf('c')];
  session.user = { id: 'u', name: 'admin', role: 'admin' };
  moderation = new Moderation(list, [everyone], new Tagging(list, [everyone]));
});

const ids = (of: DrawingList) => of.items.map(({ id }) => id);

it('takes what is deleted out of every list', async () => {
  const acting = moderation.act('delete', list.items.slice(0, 2));
  const asked = await wire.next('POST', '/api/v1/drawings:delete');
  expect(asked.body).toEqual({
    drawings: [
      { id: 'a', version: 1 },
      { id: 'b', version: 1 },
    ],
  });
  asked.answer(200, {
    results: [
      { id: 'a', deleted: true },
      { id: 'b', problem: { status: 412 } },
    ],
  });
  expect(await acting).toBeNull();
  expect(ids(list)).toEqual(['b', 'c']);
  expect(ids(everyone)).toEqual(['b', 'c']);
  expect(notices.toasts.at(-1)?.action).toBeUndefined();
});

it('leaves what is hidden to annotators, and takes it back', async () => {
  const acting = moderation.act('hide', [list.items[0]!]);
  const hidden = drawingOf('a', { version: 2, hidden: true });
  (await wire.next('POST', '/api/v1/drawings:hide')).answer(200, { results: [{ id: 'a', drawing: hidden }] });
  await acting;
  expect(list.find('a')?.hidden).toBe(true);
  expect(ids(everyone)).toEqual(['b', 'c']);
  notices.toasts.at(-1)!.action!.run();
  const asked = await wire.next('POST', '/api/v1/drawings:show');
  expect(asked.body).toEqual({ drawings: [{ id: 'a', version: 2 }] });
  asked.answer(200, { results: [{ id: 'a', drawing: drawingOf('a', { version: 3 }) }] });
  await settleAll();
  expect(list.find('a')?.hidden).toBeUndefined();
});

it('tells a problem to whoever asked, and changes nothing', async () => {
  const acting = moderation.act('delete', list.items);
  (await wire.next('POST', '/api/v1/drawings:delete')).answer(403, { type: '/problems/forbidden' });
  expect((await acting)?.status).toBe(403);
  expect(ids(list)).toEqual(['a', 'b', 'c']);
  expect(moderation.busy).toBe(false);
});

it('takes back the hiding of what was not hidden before, and of nothing else', async () => {
  list.items[1] = drawingOf('b', { version: 4, hidden: true });
  const acting = moderation.act('hide', list.items);
  (await wire.next('POST', '/api/v1/drawings:hide')).answer(200, {
    results: [
      { id: 'a', drawing: drawingOf('a', { version: 2, hidden: true }) },
      { id: 'b', drawing: drawingOf('b', { version: 4, hidden: true }) },
      { id: 'c', problem: { status: 404 } },
    ],
  });
  expect(await acting).toBeNull();
  notices.toasts.at(-1)!.action!.run();
  const asked = await wire.next('POST', '/api/v1/drawings:show');
  expect(asked.body).toEqual({ drawings: [{ id: 'a', version: 2 }] });
});

it('deletes what is being tagged and hidden once that is answered, as it is then', async () => {
  const tagging = new Tagging(list, [everyone]);
  moderation = new Moderation(list, [everyone], tagging);
  const [a] = list.items;
  const tagged = tagging.set(a!, 'star');
  const hiding = moderation.act('hide', [a!]);
  const deleting = moderation.act('delete', [a!]);
  await settleAll();
  expect(wire.log).toEqual(['PATCH /api/v1/drawings/a']);
  const star = { tag: 'star', tagged_by: 'admin', version: 2 };
  (await wire.next('PATCH', '/api/v1/drawings/a')).answer(200, drawingOf('a', star));
  await tagged;
  const hide = await wire.next('POST', '/api/v1/drawings:hide');
  expect(hide.body).toEqual({ drawings: [{ id: 'a', version: 2 }] });
  const hidden = drawingOf('a', { ...star, version: 3, hidden: true });
  hide.answer(200, { results: [{ id: 'a', drawing: hidden }] });
  const gone = await wire.next('POST', '/api/v1/drawings:delete');
  expect(gone.body).toEqual({ drawings: [{ id: 'a', version: 3 }] });
  gone.answer(200, { results: [{ id: 'a', deleted: true }] });
  expect(await Promise.all([hiding, deleting])).toEqual([null, null]);
  expect(ids(list)).toEqual(['b', 'c']);
});
