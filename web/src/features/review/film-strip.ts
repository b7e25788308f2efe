import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import type { Tagging } from '../tagging/tagging.svelte';

const strip_before = 4;
const strip_after = 16;
/** Pictures of the next ones are there before their drawing is shown. */
const soon = 4;

/** The stretch of the list that the strip shows; from its beginning where the drawing shown is not in it. */
export function around<T>(items: readonly T[], position: number): T[] {
  return items.slice(Math.max(0, position - strip_before), Math.max(0, position) + strip_after + 1);
}

export function comingAfter<T>(items: readonly T[], position: number): T[] {
  return items.slice(position + 1, position + 1 + soon);
}

export type StripState = 'saving' | 'reviewed' | 'failed' | 'skipped' | 'waits';

export function stateOf(
  item: Drawing,
  list: Pick<DrawingList, 'settled' | 'passed'>,
  tagging: Pick<Tagging, 'saving' | 'failures'>,
): StripState {
  if (tagging.saving[item.id]) return 'saving';
  if (list.settled(item)) return 'reviewed';
  if (tagging.failures[item.id]) return 'failed';
  return list.passed.has(item.id) ? 'skipped' : 'waits';
}
