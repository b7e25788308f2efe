import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Cluster, Drawing } from '../../api/client';
import { notices } from '../../ui/notices.svelte';
import { Wire } from '../../testing/wire';
import { Clusters } from './clusters.svelte';

let wire: Wire;
beforeEach(() => (wire = new Wire()));
afterEach(() => notices.clear());

const drawing = (id: string, version = 1, tag = 'star'): Drawing =>
  ({ id, version, tag, predicted_tag: 'star', tagged_by: null, image_url: '' }) as unknown as Drawing;
const cluster = (...ids: string[]): Cluster => ({
  suggested: 'star',
  suggested_of: ids.length,
  size: ids.length,
  drawings: ids.map((id) => drawing(id)),
});

async function read(...list: Cluster[]): Promise<Clusters> {
  const clusters = new Clusters();
  const done = clusters.read();
  (await wire.next('GET', '/api/v1/clusters')).answer(200, { looked_at: 9, clusters: list });
  await done;
  return clusters;
}
const results = (...drawings: (Drawing | null)[]) => ({
  results: drawings.map((one, at) =>
    one ? { id: one.id, drawing: one } : { id: `lost-${at}`, problem: { status: 412 } },
  ),
});

it('tags what was not left out, and the cluster goes', async () => {
  const clusters = await read(cluster('a', 'b', 'c'), cluster('d'));
  const [first] = clusters.open!;
  first!.toggle('b');
  first!.tag = 'heart';
  const done = clusters.tag(first!);
  const asked = await wire.next('POST', '/api/v1/drawings:tag');
  expect(asked.body).toEqual({
    tag: 'heart',
    drawings: [
      { id: 'a', version: 1 },
      { id: 'c', version: 1 },
    ],
  });
  asked.answer(200, results(drawing('a', 2), null));
  await done;
  expect(clusters.open!.map(({ cluster }) => cluster.drawings[0]!.id)).toEqual(['d']);
  expect(notices.toasts.at(-1)!.text).toMatch(/One drawing is .* now · one was changed meanwhile/);
});

it('undoes one answer as a whole, the last first', async () => {
  const clusters = await read(cluster('a', 'b'), cluster('c'), cluster('d'));
  for (const ids of [['a', 'b'], ['c']]) {
    const done = clusters.tag(clusters.open![0]!);
    (await wire.next('POST', '/api/v1/drawings:tag')).answer(
      200,
      results(...ids.map((id) => drawing(id, 2))),
    );
    await done;
  }
  for (const expected of [['c'], ['a', 'b']]) {
    const done = clusters.undo();
    const asked = await wire.next('POST', '/api/v1/drawings:undo');
    expect(asked.body).toEqual({ drawings: expected.map((id) => ({ id, version: 2 })) });
    asked.answer(200, results(...expected.map((id) => drawing(id, 3))));
    (await wire.next('GET', '/api/v1/clusters')).answer(200, { looked_at: 0, clusters: [] });
    await done;
  }
  expect(clusters.canUndo).toBe(false);
});

it('keeps the cluster, and what it can undo, where the answer was lost', async () => {
  const clusters = await read(cluster('a'), cluster('b'));
  const failed = clusters.tag(clusters.open![0]!);
  (await wire.next('POST', '/api/v1/drawings:tag')).lose();
  await failed;
  expect(clusters.open!.length).toBe(2);
  expect(clusters.canUndo).toBe(false);
  const done = clusters.tag(clusters.open![0]!);
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('a', 2)));
  await done;
  const undone = clusters.undo();
  (await wire.next('POST', '/api/v1/drawings:undo')).lose();
  await undone;
  expect(clusters.canUndo).toBe(true);
});

it('reads on where the last one is answered, and asks nothing where all is left out', async () => {
  const clusters = await read(cluster('a'));
  const [only] = clusters.open!;
  only!.toggle('a');
  await clusters.tag(only!);
  expect(wire.log).toEqual(['GET /api/v1/clusters']);
  only!.toggle('a');
  const done = clusters.tag(only!);
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('a', 2)));
  (await wire.next('GET', '/api/v1/clusters')).answer(200, { looked_at: 1, clusters: [cluster('z')] });
  await done;
  expect(clusters.open!.length).toBe(1);
});

it('keeps what was left out, and the tags that were chosen, of clusters that are read again', async () => {
  const clusters = await read(cluster('a', 'b', 'c'), cluster('d', 'e'), cluster('f'));
  const [first, second] = clusters.open;
  second!.toggle('e');
  second!.tag = 'heart';
  first!.toggle('b');
  const done = clusters.tag(first!);
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('a', 2), drawing('c', 2)));
  await done;
  const undone = clusters.undo();
  (await wire.next('POST', '/api/v1/drawings:undo')).answer(200, results(drawing('a', 3), drawing('c', 3)));
  (await wire.next('GET', '/api/v1/clusters')).answer(200, {
    looked_at: 9,
    clusters: [cluster('c', 'b', 'a'), cluster('e', 'd'), cluster('b', 'g')],
  });
  await undone;
  const chosen = clusters.open.map(({ tag, chosen }) => [tag, ...chosen.map(({ id }) => id)]);
  expect(chosen).toEqual([
    ['star', 'c', 'a'],
    ['heart', 'd'],
    ['star', 'b', 'g'],
  ]);
});

it('takes back what is being tagged, and not what was tagged before it', async () => {
  const clusters = await read(cluster('a'), cluster('b'), cluster('c'));
  const before = clusters.tag(clusters.open[0]!);
  (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, results(drawing('a', 2)));
  await before;
  const late = clusters.tag(clusters.open[0]!);
  const asked = await wire.next('POST', '/api/v1/drawings:tag');
  const undone = clusters.undo();
  asked.answer(200, results(drawing('b', 2)));
  await late;
  const back = await wire.next('POST', '/api/v1/drawings:undo');
  expect(back.body).toEqual({ drawings: [{ id: 'b', version: 2 }] });
  back.answer(200, results(drawing('b', 3)));
  (await wire.next('GET', '/api/v1/clusters')).answer(200, { looked_at: 9, clusters: [] });
  await undone;
});
