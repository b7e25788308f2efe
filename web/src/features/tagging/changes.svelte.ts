import type { Drawing } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import type { DrawingList } from '../drawings/drawings.svelte';
import { Deeds } from './deeds.svelte';
import { inOrder } from './in-order';

/** To be shown or hidden; or marked for attention with these words, or not at all. */
export type Back = 'show' | 'hide' | { flag: string | null };

/** What this person did to a drawing: the version that it was of, and what it became. */
export interface Done {
  from: number;
  after: Drawing;
  /** When, in milliseconds since 1970. */
  at: number;
  /** What takes back that it was hidden or shown; a tag is undone. */
  back?: Back;
}

/** One act of this person: of a drawing, or of several at once. */
export type Change = readonly Done[];

/** Of the notices of what was done and taken back. */
export const topic = 'tagging';

/** What this person did and has not taken back. */
export class Changes {
  constructor(
    private readonly list: Pick<DrawingList, 'find'>,
    private readonly deeds: Deeds,
    private readonly undo: (change: Change) => void,
  ) {}

  /** The last at the end. */
  get all(): readonly Change[] {
    return this.deeds.changes;
  }

  /** Remembers what was done, in the order in which it was, whichever answer came first; offers the way back. */
  did(change: Change, said: string): void {
    this.deeds.changes = inOrder(this.all, change, ([done]) => done?.at ?? 0);
    const way = { label: i18n.t.annotate.undo, keys: 'Control+Z', run: () => this.undo(change) };
    notices.toast(said, way, topic);
  }

  /**
   * The last one of the drawing looked at, else the last of all, of those that were made until then. What somebody
   * changed again since is no longer this person's to take back.
   */
  next(id?: string, until = Infinity): Change | null {
    return this.ownOf(id) ?? this.all.filter(([done]) => done && done.at <= until).at(-1) ?? null;
  }

  /** The last one of one drawing, where it still stands. */
  ownOf(id?: string): Change | null {
    const own = this.all.filter(
      ([done, ...more]) => done && more.length === 0 && done.after.id === id && this.stands(done),
    );
    return own.at(-1) ?? null;
  }

  /** Whether the drawing is still as this person left it. */
  stands({ after }: Done): boolean {
    return (this.list.find(after.id) ?? after).version === after.version;
  }

  /** It is being taken back; whether it was there to be. */
  take(change: Change): boolean {
    const there = this.all.includes(change);
    if (there) this.deeds.changes = this.all.filter((other) => other !== change);
    return there;
  }

  /** What could not be taken back can be later. */
  keep(change: Change): void {
    if (change.length > 0) this.deeds.changes = [...this.all, change];
  }

  /** The change before the one taken back made what is there again: it can be taken back in its turn. */
  restored(taken: Change, now: Drawing): void {
    const from = taken.find(({ after }) => after.id === now.id)?.from;
    const again = (done: Done): Done =>
      done.after.id === now.id && done.after.version === from ? { ...done, after: now } : done;
    this.deeds.changes = this.all.map((change) =>
      change.some((done) => again(done) !== done) ? change.map(again) : change,
    );
  }

  /** What was decided of these drawings was taken back elsewhere; that they are hidden or flagged stays. */
  forget(drawings: readonly Drawing[]): void {
    const ids = new Set(drawings.map(({ id }) => id));
    const over = ({ after, back }: Done) => !back && ids.has(after.id);
    this.deeds.changes = this.all
      .map((change) => (change.some(over) ? change.filter((done) => !over(done)) : change))
      .filter((change) => change.length > 0);
  }
}
