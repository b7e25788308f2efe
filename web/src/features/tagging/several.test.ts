import { beforeEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { partsOver, queueOfThree, reviewed, said, words } from '../../testing/tagging';
import { drawingOf, settleAll, type Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import type { Saves } from './saves.svelte';
import type { Changes } from './changes.svelte';
import type { Several } from './several';
import type { Undoing } from './undoing';

describe('several drawings at once', () => {
  let wire: Wire,
    list: DrawingList,
    at: (id: string) => Drawing,
    saves: Saves,
    changes: Changes,
    several: Several,
    undoing: Undoing;

  beforeEach(() => {
    ({ wire, list, at } = queueOfThree());
    ({ saves, changes, several, undoing } = partsOver(list));
  });

  it('tells of several at once what counts and what is an opinion that others are asked about too', async () => {
    const tagged = several.setAll(list.items, 'star');
    (await wire.next('POST', '/api/v1/drawings:tag')).answer(200, {
      results: [
        { id: 'a', drawing: reviewed('a', 'star') },
        { id: 'b', drawing: drawingOf('b', { version: 2, opinion: 'star' }) },
        { id: 'c', drawing: drawingOf('c', { version: 2, opinion: 'star' }) },
      ],
    });
    await tagged;
    expect(said()).toBe(`${i18n.count(words.taggedAll, 1, 'star')} · ${i18n.count(words.opinionsGiven, 2)}`);
    changes.forget([at('a'), at('b'), at('c')]);
    list.items = [drawingOf('d')];
    const accepted = several.setAll(list.items, null);
    (await wire.next('POST', '/api/v1/drawings:accept')).answer(200, {
      results: [{ id: 'd', drawing: drawingOf('d', { version: 2, opinion: 'circle' }) }],
    });
    await accepted;
    expect(said()).toBe(i18n.count(words.opinionsGiven, 1));
  });

  it('accepts several at once, and takes all of them back at once', async () => {
    const accepted = several.setAll([at('a'), at('b'), at('c')], null);
    const sent = await wire.next('POST', '/api/v1/drawings:accept');
    expect(sent.body).toEqual({ drawings: ['a', 'b', 'c'].map((id) => ({ id, version: 1 })) });
    sent.answer(200, {
      results: [
        { id: 'a', drawing: reviewed('a', 'circle') },
        { id: 'b', problem: { status: 412 } },
        { id: 'c', drawing: reviewed('c', 'circle') },
      ],
    });
    expect(await accepted).toBeNull();
    expect(said()).toBe(`${i18n.count(words.acceptedAll, 2)} · ${i18n.count(words.notAccepted, 1)}`);

    const undone = undoing.undo(changes.next()!);
    const back = await wire.next('POST', '/api/v1/drawings:undo');
    expect(back.body).toEqual({ drawings: ['a', 'c'].map((id) => ({ id, version: 2 })) });
    back.answer(200, {
      results: ['a', 'c'].map((id) => ({ id, drawing: drawingOf(id, { version: 3 }) })),
    });
    await undone;
    expect(said()).toBe(i18n.count(words.undoneAll, 2));
    expect(list.items.every((drawing) => drawing.tagged_by === null)).toBe(true);
  });

  it('gives several a tag at once, tells of each that was left alone, and takes all of it back at once', async () => {
    list.items = ['a', 'b', 'c', 'd', 'e'].map((id) => drawingOf(id));
    list.replace(reviewed('e', 'star', 2, 'jean'), at('e'));
    const tagged = several.setAll(list.items, 'star');
    const sent = await wire.next('POST', '/api/v1/drawings:tag');
    // The last one is a reviewed star already.
    expect(sent.body).toEqual({
      tag: 'star',
      drawings: ['a', 'b', 'c', 'd'].map((id) => ({ id, version: 1 })),
    });
    // Nothing else is to be written to them meanwhile.
    expect(Object.keys(saves.saving)).toEqual(['a', 'b', 'c', 'd']);
    sent.answer(200, {
      results: [
        { id: 'a', drawing: reviewed('a', 'star') },
        { id: 'b', problem: { status: 412 } },
        { id: 'c', problem: { status: 404 } },
        { id: 'd', drawing: reviewed('d', 'star') },
      ],
    });
    expect(await tagged).toBeNull();
    expect(said()).toBe(
      [
        i18n.count(words.taggedAll, 2, 'star'),
        i18n.count(words.notAccepted, 1),
        i18n.count(words.goneAll, 1),
      ].join(' · '),
    );
    (await wire.next('GET', '/api/v1/drawings/b')).answer(200, reviewed('b', 'heart', 2, 'jean'));
    await settleAll();
    expect(list.items.map(({ id, tag }) => [id, tag])).toEqual([
      ['a', 'star'],
      ['b', 'heart'],
      ['d', 'star'],
      ['e', 'star'],
    ]);

    const undone = undoing.undo(changes.next()!);
    const back = await wire.next('POST', '/api/v1/drawings:undo');
    expect(back.body).toEqual({ drawings: ['a', 'd'].map((id) => ({ id, version: 2 })) });
    back.answer(200, {
      results: ['a', 'd'].map((id) => ({ id, drawing: drawingOf(id, { version: 3 }) })),
    });
    await undone;
    expect([at('a').tagged_by, at('d').tag, at('e').tagged_by]).toEqual([null, 'circle', 'jean']);
  });

  it('keeps what was accepted before a request failed, with its undo', async () => {
    const many = Array.from({ length: 201 }, (_, index) => drawingOf(`d${index}`));
    const accepted = several.setAll(many, null);
    (await wire.next('POST', '/api/v1/drawings:accept')).answer(200, {
      results: many.slice(0, 200).map(({ id }) => ({ id, drawing: reviewed(id, 'circle') })),
    });
    (await wire.next('POST', '/api/v1/drawings:accept')).answer(503, { status: 503 });
    expect((await accepted)?.status).toBe(503);
    expect(said()).toBe(i18n.count(words.acceptedAll, 200));
    expect(changes.next()).toHaveLength(200);
  });
});
