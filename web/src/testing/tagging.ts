// What tests of tagging work on: a list of three drawings for somebody who is signed in.
import { en } from '../i18n/en';
import { notices } from '../ui/notices.svelte';
import type { Drawing } from '../api/client';
import { DrawingList } from '../features/drawings/drawings.svelte';
import { session } from '../features/session/session.svelte';
import { Changes } from '../features/tagging/changes.svelte';
import { Deeds } from '../features/tagging/deeds.svelte';
import { Flags } from '../features/tagging/flags';
import { Saves } from '../features/tagging/saves.svelte';
import { Several } from '../features/tagging/several';
import { Undoing } from '../features/tagging/undoing';
import { drawingOf, Wire } from './wire';

export const { annotate: words } = en;

/** As the answer to a change leaves a drawing. */
export const reviewed = (id: string, tag: string, version = 2, by = 'marie'): Drawing =>
  drawingOf(id, { tag, version, tagged_by: by, tagged_at: '2026-11-25T12:01:00Z' });

/** What the last toast says. */
export const said = (): string | undefined => notices.toasts.at(-1)?.text;

/** The queue with a, b and c, of marie, and what the server is asked. */
export function queueOfThree(): { wire: Wire; list: DrawingList; at: (id: string) => Drawing } {
  const wire = new Wire();
  notices.clear();
  session.user = { id: 'u', name: 'marie', role: 'annotator' };
  const list = new DrawingList('queue');
  list.items = ['a', 'b', 'c'].map((id) => drawingOf(id));
  return { wire, list, at: (id) => list.find(id)! };
}

/** The parts of Tagging over a list. */
export function partsOver(list: DrawingList): {
  saves: Saves;
  changes: Changes;
  flags: Flags;
  several: Several;
  undoing: Undoing;
} {
  const saves = new Saves(list, []);
  const changes = new Changes(list, new Deeds(), () => {});
  const flags = new Flags(saves, changes);
  return {
    saves,
    changes,
    flags,
    several: new Several(saves, changes),
    undoing: new Undoing(saves, changes, flags),
  };
}
