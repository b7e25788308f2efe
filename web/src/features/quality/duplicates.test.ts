import { afterEach, beforeEach, expect, it } from 'vitest';

import type { DuplicateGroup } from '../../api/client';
import { Wire } from '../../testing/wire';
import { notices } from '../../ui/notices.svelte';
import { Duplicates, type Duplicate } from './duplicates.svelte';

let wire: Wire;
beforeEach(() => (wire = new Wire()));
afterEach(() => notices.clear());

const drawing = (id: string, tag: string, by: string | null = 'marie', version = 2): Duplicate =>
  ({ id, version, tag, tagged_by: by, similarity: 1, judges: false, image_url: '' }) as unknown as Duplicate;
const group = (...drawings: Duplicate[]): DuplicateGroup =>
  ({
    size: drawings.length,
    tags: [{ tag: drawings[0]!.tag, drawings: 1 }],
    drawings,
    others: [] as string[],
  }) as DuplicateGroup;
const told = (...groups: DuplicateGroup[]) => ({
  as_of: '2026-11-27T12:00:00Z',
  looked_at: 9,
  found: groups.length,
  drawings: 5,
  contradicting: 1,
  crossing: 0,
  judging: 0,
  dismissed: 0,
  groups,
});
const results = (...drawings: Duplicate[]) => ({
  results: drawings.map((one) => ({ id: one.id, drawing: one })),
});
const pair = () => group(drawing('a', 'star'), drawing('b', 'heart'));

async function read(...groups: DuplicateGroup[]): Promise<Duplicates> {
  const duplicates = new Duplicates();
  const done = duplicates.read();
  (await wire.next('GET', '/api/v1/quality/duplicates')).answer(200, told(...groups));
  await done;
  return duplicates;
}

it('says that a group is none, and takes that back', async () => {
  const large = { ...pair(), size: 3, others: ['c'] };
  const duplicates = await read(large, pair());
  const [first] = duplicates.open;
  const done = duplicates.dismiss(first!);
  const asked = await wire.next('POST', '/api/v1/quality/duplicates/dismissals');
  expect(asked.body).toEqual({ drawings: ['a', 'b', 'c'] });
  asked.answer(200, { id: 'said', at: '2026-11-27T12:00:00Z', by: 'marie', size: 3 });
  await done;
  expect(duplicates.open).not.toContain(first);
  expect([duplicates.open.length, duplicates.told!.dismissed]).toEqual([1, 1]);
  const undone = duplicates.undo();
  (await wire.next('DELETE', '/api/v1/quality/duplicates/dismissals/said')).answer(204);
  (await wire.next('GET', '/api/v1/quality/duplicates')).answer(200, told(large, pair()));
  await undone;
  expect([duplicates.open.length, duplicates.canUndo]).toEqual([2, false]);
});

it('keeps what it can undo where the answer was lost, and names all of a large group', async () => {
  const duplicates = await read(pair(), { ...pair(), others: Array<string>(4998).fill('x') });
  const [first, second] = duplicates.open;
  const lost = duplicates.dismiss(first!);
  (await wire.next('POST', '/api/v1/quality/duplicates/dismissals')).lose();
  await lost;
  expect([duplicates.open.length, duplicates.canUndo]).toEqual([2, false]);
  expect(second!.all.length).toBe(5000);
  expect(wire.count('POST /api/v1/quality/duplicates/dismissals')).toBe(1);
  const done = duplicates.dismiss(first!);
  const asked = await wire.next('POST', '/api/v1/quality/duplicates/dismissals');
  asked.answer(200, { id: 'said', at: '2026-11-27T12:00:00Z', by: null, size: 2 });
  await done;
  const undone = duplicates.undo();
  (await wire.next('DELETE', '/api/v1/quality/duplicates/dismissals/said')).lose();
  await undone;
  expect(duplicates.canUndo).toBe(true);
});

it('tags alike those that say something else or are not reviewed, and leaves the others alone', async () => {
  const duplicates = await read(
    group(drawing('a', 'star'), drawing('b', 'heart'), drawing('c', 'star', null), drawing('d', 'star')),
  );
  const [one] = duplicates.open;
  expect([one!.contradicts, one!.tag]).toEqual([true, 'star']);
  const done = duplicates.tag(one!);
  const asked = await wire.next('POST', '/api/v1/drawings:tag');
  expect(asked.body).toEqual({
    tag: 'star',
    drawings: [
      { id: 'b', version: 2 },
      { id: 'c', version: 2 },
    ],
  });
  asked.answer(200, results(drawing('b', 'star', 'admin', 3), drawing('c', 'star', 'admin', 3)));
  await done;
  expect([one!.contradicts, one!.others.length, one!.drawings.length]).toEqual([false, 0, 4]);
  await duplicates.tag(one!);
  expect(wire.count('POST /api/v1/drawings:tag')).toBe(1);
});

it('hides all but the oldest unless others are picked, and one undo shows them again', async () => {
  const duplicates = await read(
    group(drawing('a', 'star'), drawing('b', 'star'), drawing('c', 'star')),
    pair(),
  );
  const [first] = duplicates.open;
  expect(first!.chosen.map(({ id }) => id)).toEqual(['b', 'c']);
  first!.toggle('c');
  const done = duplicates.hide(first!);
  const asked = await wire.next('POST', '/api/v1/drawings:hide');
  expect(asked.body).toEqual({ drawings: [{ id: 'b', version: 2 }] });
  asked.answer(200, results(drawing('b', 'star', 'marie', 3)));
  await done;
  expect(first!.drawings.map(({ id }) => id)).toEqual(['a', 'c']);
  expect(duplicates.open.length).toBe(2);
  const undone = duplicates.undo();
  const back = await wire.next('POST', '/api/v1/drawings:show');
  expect(back.body).toEqual({ drawings: [{ id: 'b', version: 3 }] });
  back.answer(200, results(drawing('b', 'star', 'marie', 4)));
  (await wire.next('GET', '/api/v1/quality/duplicates')).answer(200, told(pair()));
  await undone;
  expect(duplicates.canUndo).toBe(false);
});

it('keeps what was chosen of the groups when they are read again, and never takes all for extra', async () => {
  const three = () => group(drawing('a', 'star'), drawing('b', 'star'), drawing('c', 'star'));
  const other = () => group(drawing('d', 'star'), drawing('e', 'heart'));
  const duplicates = await read(three(), other());
  duplicates.open[0]!.toggle('c');
  duplicates.open[1]!.toggle('d');
  duplicates.open[1]!.toggle('e');
  duplicates.open[1]!.tag = 'heart';
  const again = async (...groups: DuplicateGroup[]) => {
    const done = duplicates.read();
    (await wire.next('GET', '/api/v1/quality/duplicates')).answer(200, told(...groups));
    await done;
    return duplicates.open.map(({ chosen, tag }) => [tag, ...chosen.map(({ id }) => id)]);
  };
  expect(await again(three(), other())).toEqual([
    ['star', 'b'],
    ['heart', 'd'],
  ]);
  // Another drawing joins one group, and the oldest of the other is gone: what is left of that is not all extra.
  duplicates.open[0]!.toggle('a');
  const joined = { ...three(), drawings: [...three().drawings, drawing('f', 'star')] };
  expect(await again(joined, group(drawing('d', 'star')))).toEqual([['star', 'a', 'b', 'f'], ['star']]);
});

it('takes back the last act first, whether it tagged or hid', async () => {
  const duplicates = await read(
    pair(),
    group(drawing('c', 'star'), drawing('d', 'star'), drawing('e', 'star')),
  );
  const [first, second] = duplicates.open;
  const tagged = duplicates.tag(first!);
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('b', 'star', 'admin', 3)));
  await tagged;
  second!.toggle('d');
  const hidden = duplicates.hide(second!);
  (await wire.next('POST', '/api/v1/drawings:hide')).answer(200, results(drawing('e', 'star', 'marie', 3)));
  await hidden;
  for (const act of ['show', 'undo']) {
    const done = duplicates.undo();
    (await wire.next('POST', `/api/v1/drawings:${act}`)).answer(200, results(drawing('x', 'star')));
    (await wire.next('GET', '/api/v1/quality/duplicates')).answer(200, told(pair()));
    await done;
  }
});

it('deletes for good, and what is alone then is no group', async () => {
  const duplicates = await read(pair(), pair());
  const [first] = duplicates.open;
  const failed = duplicates.delete(first!, first!.chosen);
  (await wire.next('POST', '/api/v1/drawings:delete')).lose();
  expect((await failed)?.status).toBe(0);
  const done = duplicates.delete(first!, first!.chosen);
  const asked = await wire.next('POST', '/api/v1/drawings:delete');
  expect(asked.body).toEqual({ drawings: [{ id: 'b', version: 2 }] });
  asked.answer(200, { results: [{ id: 'b', deleted: true }] });
  expect(await done).toBeNull();
  expect(duplicates.open).not.toContain(first);
  expect(duplicates.canUndo).toBe(false);
});
