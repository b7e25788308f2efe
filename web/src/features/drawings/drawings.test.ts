import { beforeEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { drawingOf, labelOf, settleAll, Wire } from '../../testing/wire';
import { DrawingList, isAnswered } from './drawings.svelte';
import { noFilter } from './filter';

const path = '/api/v1/public/drawings';
const labelsPath = '/api/v1/public/labels';
const label = (tag: string, drawings: number, assignable = true) => labelOf(tag, { drawings, assignable });

describe('a list of drawings', () => {
  let wire: Wire, list: DrawingList;
  beforeEach(() => {
    wire = new Wire();
    list = new DrawingList('public');
  });

  it('shows what was asked for last, however late the answers come', async () => {
    const first = list.show('public', { ...noFilter, tag: 'star' });
    const [stars, starLabels] = [await wire.next('GET', path), await wire.next('GET', labelsPath)];
    const second = list.show('public', { ...noFilter, tag: 'heart' });
    const [hearts, heartLabels] = [await wire.next('GET', path), await wire.next('GET', labelsPath)];
    hearts.answer(200, { drawings: [drawingOf('h', { tag: 'heart' })], next: null });
    heartLabels.answer(200, { labels: [label('heart', 1)] });
    await second;
    stars.answer(200, { drawings: [drawingOf('s', { tag: 'star' })], next: 'more' });
    starLabels.answer(200, { labels: [label('star', 9)] });
    await first;
    expect(list.items.map(({ id }) => id)).toEqual(['h']);
    expect([list.next, list.loading]).toEqual([null, false]);
    expect(list.labels).toEqual([label('heart', 1)]);
  });

  it('asks on where a page looked at many drawings and found none', async () => {
    const shown = list.show('public', { ...noFilter, tag: 'star' });
    const [first, labels] = [await wire.next('GET', path), await wire.next('GET', labelsPath)];
    labels.answer(200, { labels: [] });
    first.answer(200, { drawings: [], next: 'one' });
    const second = await wire.next('GET', path);
    expect([list.next, list.loading]).toEqual(['one', true]);
    second.answer(200, { drawings: [], next: 'two' });
    (await wire.next('GET', path)).answer(200, { drawings: [drawingOf('s')], next: 'three' });
    await shown;
    expect(list.items.map(({ id }) => id)).toEqual(['s']);
    expect([list.next, list.loading]).toEqual(['three', false]);
  });

  it('asks for the labels of a closed project as whoever is signed in', async () => {
    const own = new DrawingList('queue');
    const counted = own.count();
    (await wire.next('GET', labelsPath)).answer(404, { status: 404 });
    (await wire.next('GET', '/api/v1/labels')).answer(200, { labels: [label('wren', 0)] });
    await counted;
    expect(own.assignable).toEqual(['wren']);
    const everyones = list.count();
    (await wire.next('GET', labelsPath)).answer(404, { status: 404 });
    await everyones;
    expect(list.labels).toEqual([]);
  });

  it('holds a drawing for answered that others are asked about, but not one that people dispute', () => {
    const disputed = true;
    expect(isAnswered(drawingOf('a'))).toBe(false);
    expect(isAnswered(drawingOf('a', { opinion: 'star' }))).toBe(true);
    expect(isAnswered(drawingOf('a', { opinion: 'star', disputed }))).toBe(false);
    expect(isAnswered(drawingOf('a', { tagged_by: 'ada' }))).toBe(true);
  });

  it('waits for the page that is on its way, and asks for no other', async () => {
    const shown = list.show('public');
    await wire.next('GET', labelsPath);
    const first = await wire.next('GET', path);
    const both = [list.more(), list.more()];
    first.answer(200, { drawings: [drawingOf('a'), drawingOf('b')], next: null });
    expect(await Promise.all(both)).toEqual([2, 2]);
    expect([wire.count(`GET ${path}`), await list.more()]).toEqual([1, 0]);
    void shown;
  });

  it('keeps the newer version where an older answer comes later', () => {
    const before = drawingOf('a');
    list.items = [before];
    list.labels = [label('circle', 1), label('star', 0), label('heart', 0)];
    list.replace(drawingOf('a', { tag: 'heart', version: 3 }), before);
    list.replace(drawingOf('a', { tag: 'star', version: 2 }), before);
    expect(list.find('a')).toMatchObject({ tag: 'heart', version: 3 });
    expect(list.labels.map(({ drawings }) => drawings)).toEqual([0, 0, 1]);
  });

  it('knows a drawing that is on none of its pages, and its changes, also when it starts anew', async () => {
    const looked = list.lookUp('far');
    (await wire.next('GET', `${path}/far`)).answer(200, drawingOf('far'));
    expect(await looked).toBeNull();
    const before = list.find('far')!;
    list.replace(drawingOf('far', { tag: 'star', version: 2 }), before);
    expect(list.find('far')?.tag).toBe('star');

    list.items = [drawingOf('near')];
    await list.lookUp('near');
    void list.show('public');
    expect(list.find('near')?.id).toBe('near');
    expect(list.items).toEqual([]);
  });

  it('looks at the drawing that was asked for last', async () => {
    void list.lookUp('one');
    void list.lookUp('two');
    const [one, two] = [await wire.next('GET', `${path}/one`), await wire.next('GET', `${path}/two`)];
    two.answer(200, drawingOf('two'));
    one.answer(200, drawingOf('one'));
    await settleAll();
    expect([list.find('one'), list.find('two')?.id]).toEqual([null, 'two']);
  });

  it("names labels as the project does, in the person's language, else as the page does", async () => {
    const counted = list.count();
    const labels = [
      labelOf('star', { titles: { en: 'pentagram', de: 'Stern' } }),
      labelOf('heart', { titles: {} }),
    ];
    (await wire.next('GET', labelsPath)).answer(200, { labels });
    await counted;
    expect(['star', 'heart', 'spiral', 'constructor'].map((tag) => i18n.tag(tag))).toEqual([
      'pentagram',
      'heart',
      'spiral',
      'constructor',
    ]);
  });

  it('offers what the project has, not what only an earlier model knew', () => {
    list.labels = [label('spiral', 0), label('star', 4, false), label('unknown', 1)];
    expect(list.assignable).toEqual(['spiral', 'unknown']);
  });

  it('forgets one that is gone, in the list and beside it', async () => {
    list.items = [drawingOf('a'), drawingOf('b')];
    list.labels = [label('circle', 2)];
    list.remove('a');
    list.remove('unheard of');
    expect(list.items.map(({ id }) => id)).toEqual(['b']);
    expect(list.labels[0]?.drawings).toBe(1);
    const looking = list.lookUp('beside');
    (await wire.next('GET', `${path}/beside`)).answer(200, drawingOf('beside'));
    await looking;
    list.remove('beside');
    expect(list.find('beside')).toBeNull();
  });

  it('reads one drawing as its audience sees it', async () => {
    const own = new DrawingList('annotator');
    void own.lookUp('hidden');
    (await wire.next('GET', '/api/v1/drawings/hidden')).answer(200, drawingOf('hidden', { hidden: true }));
    await settleAll();
    expect(own.find('hidden')?.hidden).toBe(true);
  });

  it('begins the queue anew once it has let go of what it held, and takes no late answer for the new one', async () => {
    void list.show('queue');
    const late = await wire.next('PUT', /claims/);
    const again = list.show('queue');
    const released = await wire.next('DELETE', /claims/);
    late.answer(200, { drawings: [drawingOf('a')] });
    await settleAll();
    expect(wire.log.filter((line) => line.startsWith('PUT'))).toHaveLength(1);
    expect(list.items).toEqual([]);
    released.answer(204);
    (await wire.next('PUT', /claims/)).answer(200, { drawings: [drawingOf('b')] });
    (await wire.next('GET', labelsPath)).answer(200, { labels: [] });
    (await wire.next('GET', labelsPath)).answer(200, { labels: [] });
    await again;
    expect(list.items.map(({ id }) => id)).toEqual(['b']);
  });

  it('holds what the queue gives, for longer with each page, and lets it go', async () => {
    const own = new DrawingList('annotator');
    const shown = own.show('queue');
    await settleAll();
    const claims = wire.log.find((line) => line.startsWith('PUT /api/v1/queue/claims/'))!.slice(4);
    const first = await wire.next('PUT', claims);
    expect(first.body).toEqual({ limit: 24 });
    const drawings = Array.from({ length: 24 }, (_, i) => ({ ...drawingOf(`q${i}`), asked: 'margin' }));
    first.answer(200, { expires_at: '2026-11-25T12:00:00Z', drawings });
    (await wire.next('GET', labelsPath)).answer(200, { labels: [] });
    await shown;
    expect(own.items.length).toBe(24);
    own.replace(drawingOf('q0', { tagged_by: 'ada', version: 2 }), drawings[0]!);
    const more = own.more();
    const second = await wire.next('PUT', claims);
    expect(second.body).toEqual({ limit: 47 });
    second.answer(200, { expires_at: '2026-11-25T12:01:00Z', drawings: drawings.slice(1) });
    expect(await more).toBe(0);
    expect(own.next).toBeNull();
    own.replace(drawingOf('q1', { tagged_by: 'ada', version: 2 }), drawings[1]!);
    expect(own.next).not.toBeNull();
    void own.renew();
    expect((await wire.next('PUT', claims)).body).toEqual({ limit: 22 });
    own.release();
    await wire.next('DELETE', claims);
  });

  it('lets go of what the queue gave once what was said of it is saved', async () => {
    const own = new DrawingList('annotator');
    void own.show('queue');
    (await wire.next('PUT', /claims/)).answer(200, { drawings: [drawingOf('a')] });
    let saved!: () => void;
    void own.release(new Promise<void>((resolve) => (saved = resolve)));
    await settleAll();
    expect(wire.log.some((line) => line.startsWith('DELETE'))).toBe(false);
    saved();
    await wire.next('DELETE', /claims/);
    expect(own.release()).toBeNull();
  });
});
