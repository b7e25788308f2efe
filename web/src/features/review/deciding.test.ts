import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { en } from '../../i18n/en';
import { drawingOf, settleAll, Wire } from '../../testing/wire';
import type { Drawing } from '../../api/client';
import { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { session } from '../session/session.svelte';
import { Deciding } from './deciding.svelte';
import { Sight } from '../picture/sight.svelte';
import { Tagging } from '../tagging/tagging.svelte';
import { Walk, type Focus } from './walk.svelte';

const { annotate: words, review } = en;
const said = () => notices.toasts.at(-1)?.text;
const reviewed = (id: string, tag: string) => drawingOf(id, { tag, version: 2, tagged_by: 'marie' });

describe('deciding', () => {
  let wire: Wire, list: DrawingList, tagging: Tagging, walk: Walk, sight: Sight, deciding: Deciding;
  let shown: Drawing, opinion: string | null, focused: Focus | null;
  const at = (id: string): Drawing => list.find(id)!;
  const patch = (id: string) => wire.next('PATCH', `/api/v1/drawings/${id}`);

  beforeEach(() => {
    vi.stubGlobal('requestAnimationFrame', (paint: () => void) => paint());
    wire = new Wire();
    notices.clear();
    session.user = { id: 'u', name: 'marie', role: 'annotator' };
    list = new DrawingList('queue');
    list.items = [...'abcdefghijklmn'].map((id) => drawingOf(id));
    list.next = null;
    tagging = new Tagging(list, []);
    [opinion, focused] = [null, null];
    open();
  });
  afterEach(() => vi.unstubAllGlobals());

  /** Shows the first drawing, before the person's eyes. */
  function open(): void {
    sight = new Sight();
    const show = (drawing: Drawing) => {
      shown = drawing;
      sight.came(drawing.id, () => shown.id);
    };
    walk = new Walk(
      list,
      tagging,
      () => list.find(shown.id) ?? shown,
      (to, focus) => {
        if (to) show(to);
        focused = focus;
      },
    );
    const history = {
      get ownOpinion() {
        return opinion;
      },
    };
    show(at('a'));
    deciding = new Deciding(list, tagging, walk, sight, history);
  }

  it('saves the answer and goes on at once', async () => {
    void deciding.set('star', 'next');
    await settleAll();
    expect([walk.shown, focused]).toEqual(['b', 'next']);
    (await patch('a')).answer(200, reviewed('a', 'star'));
    await settleAll();
    expect([walk.shown, at('a').tag]).toEqual(['b', 'star']);
  });

  it('stays at a drawing of any other list', async () => {
    list.source = 'annotator';
    open();
    void deciding.accept('drawing');
    (await patch('a')).answer(200, reviewed('a', 'circle'));
    await settleAll();
    expect([walk.shown, deciding.settled]).toEqual(['a', true]);
    deciding.accept('drawing');
    expect(said()).toBe(words.already('circle'));
  });

  it('goes on to a drawing that is not being saved only while ten answers are', async () => {
    for (let n = 0; n < 11; ++n) {
      void deciding.set('star', 'drawing');
      await settleAll();
    }
    expect([walk.shown, tagging.ahead]).toEqual(['k', 11]);
    void deciding.set('heart', 'drawing');
    expect(said()).toBe(review.stillSaving);
    (await patch('k')).answer(200, reviewed('k', 'star'));
    await settleAll();
    expect(walk.shown).toBe('l');
  });

  it('stays where the person went meanwhile', async () => {
    for (let n = 0; n < 11; ++n) {
      void deciding.set('star', 'drawing');
      await settleAll();
    }
    walk.go(at('c'));
    (await patch('k')).answer(200, reviewed('k', 'star'));
    await settleAll();
    expect(walk.shown).toBe('c');
  });

  it('decides nothing of a drawing that the person has not seen, and says so once', async () => {
    sight.id = '';
    await deciding.set('star', 'drawing');
    expect([said(), wire.log]).toEqual([review.notSeen, []]);
    notices.clear();
    sight.lost = 'a';
    await deciding.set('star', 'drawing');
    expect([said(), wire.log]).toEqual([undefined, []]);
  });

  it('leaves a drawing to others, in a queue alone', async () => {
    deciding.skip('next');
    await settleAll();
    expect([walk.shown, focused, [...list.passed]]).toEqual(['b', 'next', ['a']]);
    list.source = 'annotator';
    deciding.skip('next');
    await settleAll();
    expect([walk.shown, list.passed.size]).toEqual(['b', 1]);
  });

  it('says a conflict of a drawing that the person has left, and shows the way there', async () => {
    void deciding.set('star', 'next');
    (await patch('a')).answer(412, {});
    const theirs = drawingOf('a', { version: 2, tag: 'heart', tagged_by: 'ada' });
    (await wire.next('GET', '/api/v1/drawings/a')).answer(200, theirs);
    await settleAll();
    expect(said()).toBe(words.conflict('heart', 'ada'));
    notices.toasts.at(-1)?.action?.run();
    expect([walk.shown, focused]).toEqual(['a', 'drawing']);
  });

  it('waits for the answer that is being saved, and takes that back', async () => {
    void deciding.set('star', 'next');
    await settleAll();
    void deciding.undo();
    await settleAll();
    expect(wire.count('POST /api/v1/drawings/a/undo')).toBe(0);
    (await patch('a')).answer(200, reviewed('a', 'star'));
    const undone = await wire.next('POST', '/api/v1/drawings/a/undo');
    expect(walk.shown).toBe('a');
    undone.answer(200, drawingOf('a', { version: 3 }));
    await settleAll();
    expect([list.waits(at('a')), said()]).toEqual([true, words.undoneUnreviewed('circle')]);
  });

  it('takes an answer that was not saved back by not sending it again, and shows its drawing', async () => {
    void deciding.set('star', 'next');
    await settleAll();
    void deciding.undo();
    (await patch('a')).answer(503, {});
    await settleAll();
    expect([walk.shown, tagging.failures, said()]).toEqual(['a', {}, words.undoneUnreviewed('circle')]);
    expect(wire.log).not.toContain('POST /api/v1/drawings/a/undo');
  });

  it('takes back without a step where the person went elsewhere meanwhile', async () => {
    void deciding.set('star', 'next');
    await settleAll();
    void deciding.undo();
    walk.go(at('e'));
    (await patch('a')).answer(200, reviewed('a', 'star'));
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, drawingOf('a', { version: 3 }));
    await settleAll();
    expect([walk.shown, at('a').version]).toEqual(['e', 3]);
  });

  it("takes back this person's opinion where nothing was done here", async () => {
    await deciding.undo();
    expect(said()).toBe(words.nothingToUndo);
    opinion = 'star';
    void deciding.undo();
    (await wire.next('POST', '/api/v1/drawings/a/undo')).answer(200, drawingOf('a', { version: 3 }));
    await settleAll();
    expect(at('a').version).toBe(3);
  });

  it('writes nothing after the person left', async () => {
    void deciding.set('star', 'next');
    await settleAll();
    void deciding.undo();
    walk.leave();
    (await patch('a')).answer(200, reviewed('a', 'star'));
    await settleAll();
    expect(wire.log).not.toContain('POST /api/v1/drawings/a/undo');
  });
});
