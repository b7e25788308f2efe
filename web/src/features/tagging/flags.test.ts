import { beforeEach, describe, expect, it } from 'vitest';

import { en } from '../../i18n/en';
import { drawingOf, settleAll, Wire } from '../../testing/wire';
import type { Drawing, Me } from '../../api/client';
import { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { Changes } from './changes.svelte';
import { Deeds } from './deeds.svelte';
import { Flags } from './flags';
import { Saves } from './saves.svelte';
import { Undoing } from './undoing';

const { annotate: words } = en;
const me: Me = { id: 'u', name: 'marie', role: 'annotator' };
const reviewed = (id: string, tag: string, version = 2, by = 'marie') =>
  drawingOf(id, { tag, version, tagged_by: by, tagged_at: '2026-11-25T12:01:00Z' });
const said = () => notices.toasts.at(-1)?.text;

describe('flags', () => {
  let wire: Wire, list: DrawingList, saves: Saves, changes: Changes, flags: Flags, undoing: Undoing;
  const at = (id: string): Drawing => list.find(id)!;

  beforeEach(() => {
    wire = new Wire();
    notices.clear();
    session.user = me;
    list = new DrawingList('queue');
    list.items = ['a', 'b', 'c'].map((id) => drawingOf(id));
    saves = new Saves(list, []);
    changes = new Changes(list, new Deeds(), () => {});
    flags = new Flags(saves, changes);
    undoing = new Undoing(saves, changes, flags);
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
