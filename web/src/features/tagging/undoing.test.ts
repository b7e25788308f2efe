import { beforeEach, describe, expect, it } from 'vitest';

import { i18n } from '../../i18n/i18n.svelte';
import { partsOver, queueOfThree, reviewed, said, words } from '../../testing/tagging';
import { drawingOf, settleAll, type Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import type { Saves } from './saves.svelte';
import type { Changes } from './changes.svelte';
import type { Undoing } from './undoing';

describe('what is taken back', () => {
  let wire: Wire,
    list: DrawingList,
    at: (id: string) => Drawing,
    saves: Saves,
    changes: Changes,
    undoing: Undoing;

  beforeEach(() => {
    ({ wire, list, at } = queueOfThree());
    ({ saves, changes, undoing } = partsOver(list));
  });

  /** As the answer to that leaves it. */
  function tag(id: string, to: string): void {
    const before = at(id);
    const after = reviewed(id, to, before.version + 1);
    saves.show(after, before);
    changes.did([{ from: before.version, after, at: Date.now() }], to);
  }

  it('reads the queue of one import anew as that of this import, where what it took back is not there', async () => {
    void list.show('queue', undefined, 'an import');
    const claim = await wire.next('PUT', /claims/);
    expect(claim.body).toMatchObject({ import: 'an import' });
    claim.answer(200, { drawings: [drawingOf('a')] });
    await settleAll();
    tag('a', 'star');
    list.items = [];
    const undone = undoing.undo(changes.all[0]!);
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, drawingOf('a', { version: 3 }));
    await undone;
    (await wire.next('DELETE', /claims/)).answer(204);
    const again = await wire.next('PUT', /claims/);
    expect(again.body).toMatchObject({ import: 'an import' });
  });

  it('takes one change after another back, of one drawing too', async () => {
    tag('a', 'star');
    tag('a', 'heart');
    tag('b', 'star');
    const undo = async (id: string, version: number, now: Drawing) => {
      const undone = undoing.undo(changes.next()!);
      const sent = await wire.next('POST', `/api/v1/drawings/${id}/undo`);
      expect(sent.headers.get('If-Match')).toBe(`"${version}"`);
      sent.answer(200, now);
      await undone;
    };
    await undo('b', 2, drawingOf('b', { version: 3 }));
    await undo('a', 3, reviewed('a', 'star', 4));
    await undo('a', 4, drawingOf('a', { version: 5 }));
    expect(list.items.map(({ tag, tagged_by }) => [tag, tagged_by])).toEqual(Array(3).fill(['circle', null]));
    expect(changes.next()).toBeNull();
  });

  it('says so where somebody changed it since, shows that, and takes it off the list', async () => {
    tag('a', 'star');
    const undone = undoing.undo(changes.next()!);
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(412, { status: 412 });
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, reviewed('a', 'heart', 3, 'jean'));
    await undone;
    expect(said()).toBe(i18n.count(words.notUndone, 1, words.changedSince));
    expect(at('a').tag).toBe('heart');
    expect(changes.next()).toBeNull();
  });

  it('says that there is nothing to undo, where the server says so', async () => {
    list.replace(reviewed('a', 'heart', 2, 'jean'), at('a'));
    const undone = undoing.undoLast(at('a'));
    const problem = { status: 409, code: 'nothing_to_undo' };
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(409, problem);
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, reviewed('a', 'heart', 2, 'jean'));
    await undone;
    expect(said()).toBe(words.nothingToUndo);
  });

  it('can be told to undo again where the server could not be reached', async () => {
    tag('a', 'star');
    const undone = undoing.undo(changes.next()!);
    (await wire.next('POST', '/api/v1/drawings/a/undo')).lose();
    await undone;
    expect(said()).toContain('cannot be reached');
    expect(changes.next()?.[0]?.after.id).toBe('a');
  });

  it('takes a change back once, however often it is asked', async () => {
    tag('a', 'star');
    const change = changes.next()!;
    const both = [undoing.undo(change), undoing.undo(change)];
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, drawingOf('a', { version: 3 }));
    await Promise.all(both);
    expect(wire.count('POST /api/v1/drawings/a/undo')).toBe(1);
  });

  it('shows again what was hidden of several at once, and keeps what could not be reached', async () => {
    const done = ['a', 'b'].map((id) => {
      const after = drawingOf(id, { version: 2, hidden: true });
      saves.show(after, at(id));
      return { from: 1, after, at: 1, back: 'show' as const };
    });
    changes.did(done, 'hidden');
    const lost = undoing.undo(changes.next()!);
    (await wire.next('POST', '/api/v1/drawings:show')).lose();
    await lost;
    expect(changes.all).toEqual([done]);
    const undone = undoing.undo(changes.next()!);
    const asked = await wire.next('POST', '/api/v1/drawings:show');
    expect(asked.body).toEqual({ drawings: ['a', 'b'].map((id) => ({ id, version: 2 })) });
    asked.answer(200, { results: ['a', 'b'].map((id) => ({ id, drawing: drawingOf(id, { version: 3 }) })) });
    await undone;
    expect(said()).toBe(i18n.count(words.undoneAll, 2));
    expect([at('a').version, changes.all]).toEqual([3, []]);
  });
});
