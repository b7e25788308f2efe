import { beforeEach, describe, expect, it } from 'vitest';

import { partsOver, queueOfThree, reviewed, said, words } from '../../testing/tagging';
import { drawingOf, settleAll, type Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import type { Saves } from './saves.svelte';
import type { Changes } from './changes.svelte';
import type { Flags } from './flags';
import type { Undoing } from './undoing';

describe('flags', () => {
  let wire: Wire,
    list: DrawingList,
    at: (id: string) => Drawing,
    saves: Saves,
    changes: Changes,
    flags: Flags,
    undoing: Undoing;

  beforeEach(() => {
    ({ wire, list, at } = queueOfThree());
    ({ saves, changes, flags, undoing } = partsOver(list));
  });

  it('flags with words, which undo takes away, and the opinion stays', async () => {
    list.items = [drawingOf('a', { opinion: 'star' })];
    const flagged = flags.flag(at('a'), 'odd');
    const sent = await wire.next('PUT', '/api/v1/drawings/a/flag');
    expect([sent.headers.get('If-Match'), sent.body]).toEqual(['"1"', { comment: 'odd' }]);
    sent.answer(200, drawingOf('a', { version: 2, flag: 'odd' }));
    expect(await flagged).toBe(null);
    expect([at('a').flag, at('a').opinion]).toEqual(['odd', 'star']);
    expect(said()).toBe(words.flaggedToast);
    const undone = undoing.undo(changes.next('a')!);
    const taken = await wire.next('DELETE', '/api/v1/drawings/a/flag');
    expect(taken.headers.get('If-Match')).toBe('"2"');
    taken.answer(200, drawingOf('a', { version: 3 }));
    await undone;
    expect([at('a').flag, at('a').opinion]).toEqual([undefined, 'star']);
  });

  it('takes a flag away, and undo puts the same words back', async () => {
    list.items = [drawingOf('a', { flag: 'odd' })];
    const plain = flags.flag(at('a'), null);
    (await wire.next('DELETE', '/api/v1/drawings/a/flag')).answer(200, drawingOf('a', { version: 2 }));
    await plain;
    expect(said()).toBe(words.unflaggedToast);
    const undone = undoing.undo(changes.next('a')!);
    const again = await wire.next('PUT', '/api/v1/drawings/a/flag');
    expect(again.body).toEqual({ comment: 'odd' });
    again.answer(200, drawingOf('a', { version: 3, flag: 'odd' }));
    await undone;
    expect(at('a').flag).toBe('odd');
  });

  it('flags what is being saved once that is answered, with the words that were typed meanwhile', async () => {
    let answered = () => {};
    const saved = saves.track(new Promise<void>((resolve) => (answered = resolve)));
    saves.begin([at('a')]);
    const flagged = flags.flag(at('a'), 'odd');
    await settleAll();
    expect(wire.log).toEqual([]);
    saves.show(reviewed('a', 'star'), at('a'));
    saves.end([at('a')]);
    answered();
    await saved;
    const sent = await wire.next('PUT', '/api/v1/drawings/a/flag');
    expect([sent.headers.get('If-Match'), sent.body]).toEqual(['"2"', { comment: 'odd' }]);
    sent.answer(200, { ...reviewed('a', 'star', 3), flag: 'odd' });
    expect(await flagged).toBe(null);
    expect(at('a').flag).toBe('odd');
  });

  it('reads again what somebody changed before it was flagged', async () => {
    const flagged = flags.flag(at('a'), '');
    (await wire.next('PUT', '/api/v1/drawings/a/flag')).answer(412, { status: 412, title: 't' });
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, reviewed('a', 'heart', 7));
    expect((await flagged)?.status).toBe(412);
    expect([at('a').version, changes.all.length]).toEqual([7, 0]);
  });
});
