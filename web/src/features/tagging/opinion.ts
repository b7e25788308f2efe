import type { TagEvent } from '../../api/client';

/** A person's opinion that still stands. */
export function opinionOf(person: string | undefined, events: readonly TagEvent[]): string | null {
  const undone = new Set(events.map(({ undoes }) => undoes));
  const own = events.filter(
    ({ opinion, by_id, version }) => opinion !== null && by_id === person && !undone.has(version),
  );
  return own.at(-1)?.opinion ?? null;
}
