import { i18n } from '../../i18n/i18n.svelte';
import { settle, type Drawing } from '../../api/client';
import { saidOf, type DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { explain, mayRetry, type Problem } from '../../api/problem';
import { annotatorApi, session } from '../session/session.svelte';
import { Changes, topic, type Change, type Done } from './changes.svelte';
import { Deeds } from './deeds.svelte';
import { Flags } from './flags';
import { decisionsOf } from './progress';
import { Saves } from './saves.svelte';
import { Several } from './several';
import { Undoing } from './undoing';
import { unsaved } from './unsaved';

/** Somebody else was faster: what this person wanted, beside what is there now. */
export interface Conflict {
  mine: string;
}

/** An answer that the server did not take: it is shown with its drawing, which waits still. */
export interface Failure {
  tag: string;
  why: string;
  /** The same may be saved when it is sent again. */
  mayRetry: boolean;
}

/** An answer on its way, and what the person said of the same drawing since. */
interface Sent {
  tag: string;
  next: string | null;
  saved: Promise<boolean>;
}

/**
 * Changes of tags, each safe against a change made meanwhile (If-Match), each with its undo. An answer updates the
 * drawing that it was asked for, wherever the person is by then.
 */
export class Tagging {
  conflicts = $state<Record<string, Conflict>>({});
  failures = $state<Record<string, Failure>>({});

  /** How many decisions there were when this began. */
  readonly decidedBefore: number;
  private readonly saves: Saves;
  private readonly made: Changes;
  private readonly several: Several;
  private readonly flags: Flags;
  private readonly undoing: Undoing;
  /** By the drawing's id, the last one that was given at the end. */
  private sent = new Map<string, Sent>();

  /** `list` is the one worked on; `others` show the same drawings and are kept true. */
  constructor(
    private list: DrawingList,
    others: DrawingList[],
    deeds = new Deeds(),
  ) {
    this.saves = new Saves(list, others);
    this.made = new Changes(list, deeds, (change) => void this.undo(change));
    this.several = new Several(this.saves, this.made);
    this.flags = new Flags(this.saves, this.made);
    this.undoing = new Undoing(this.saves, this.made, this.flags);
    this.decidedBefore = decisionsOf(this.changes).length;
  }

  /** The drawings that wait for the server's answer, by their ids. */
  get saving(): Record<string, boolean> {
    return this.saves.saving;
  }

  /** How many they are. */
  get ahead(): number {
    return Object.keys(this.saving).length;
  }

  /** The drawing of the answer that was given last, where it is being saved. */
  get lastSent(): string | null {
    return [...this.sent.keys()].at(-1) ?? null;
  }

  /** Once all that was asked for so far is answered. */
  settled(): Promise<void> {
    return this.saves.settled();
  }

  /**
   * Sets the tag; setting the one it has accepts it. Another one that is said while that is saved follows it, on the
   * version that it made. Whether it was saved: not where something else is done to the drawing or where there is
   * nothing to change.
   */
  set(drawing: Drawing, tag: string): Promise<boolean> {
    const sent = this.sent.get(drawing.id);
    if (sent) {
      sent.next = sent.tag === tag ? null : tag;
      return sent.saved;
    }
    const nothing = saidOf(drawing) === tag && this.list.settled(drawing);
    if (this.saving[drawing.id] || nothing) return Promise.resolve(false);
    const saved = this.saves.track(this.save(drawing, tag));
    this.sent.set(drawing.id, { tag, next: null, saved });
    return saved;
  }

  private async save(drawing: Drawing, tag: string): Promise<boolean> {
    const { id, version, tag: before } = drawing;
    const at = Date.now();
    this.saves.begin([drawing]);
    delete this.failures[id];
    // The page may go away meanwhile.
    const answer = await settle(
      annotatorApi.PATCH('/api/v1/drawings/{id}', {
        params: { path: { id }, header: { 'If-Match': `"${version}"` } },
        body: { tag },
        keepalive: true,
      }),
    );
    this.saves.end([drawing]);
    const next = this.sent.get(id)?.next ?? null;
    this.sent.delete(id);
    if (answer.ok) this.saves.show(answer.data, drawing);
    if (answer.ok || answer.problem.status === 412) unsaved.settled(id);
    else this.refused(drawing, next ?? tag, answer.problem);
    const now = answer.ok
      ? answer.data
      : answer.problem.status === 412
        ? await this.meet(drawing, next ?? tag)
        : null;
    if (!now) return false;
    delete this.conflicts[id];
    this.did([{ from: version, after: now, at }], told(now, before === tag));
    return next === null || this.set(now, next);
  }

  /**
   * Fetches what is there now and leaves the decision to the person. Where an earlier try of this person was saved
   * and only its answer lost, gives the drawing: all is well.
   */
  private async meet(before: Drawing, mine: string): Promise<Drawing | null> {
    const now = await this.saves.reread(before);
    if (!now) return null;
    const own = now.tagged_by === session.user?.name && now.version === before.version + 1;
    if (now.tag === mine) return own ? now : null;
    this.conflicts[before.id] = { mine };
    return null;
  }

  private refused(drawing: Drawing, tag: string, problem: Problem): void {
    if (!session.user) return;
    const { t } = i18n;
    const unknown =
      problem.code === 'tag_not_assignable' || (problem.status === 422 && problem.field === 'tag');
    // The labels were another model's when this page read them.
    if (unknown) void this.list.count();
    const why = unknown ? t.annotate.noSuchTag : explain(problem, t);
    const { id } = drawing;
    this.failures[id] = { tag, why, mayRetry: mayRetry(problem) };
    if (mayRetry(problem))
      return unsaved.add(id, tag, why, () => void this.set(this.list.find(id) ?? drawing, tag));
    unsaved.settled(id);
    notices.toast(t.annotate.notSaved(i18n.tag(tag), why), undefined, topic);
  }

  keepTheirs(id: string): void {
    delete this.conflicts[id];
  }

  /** An answer that was not saved is not meant any more. */
  giveUp(id: string): void {
    delete this.failures[id];
    unsaved.settled(id);
  }

  /** Accepts the tags of these as they are; what went wrong before all were asked for. */
  acceptAll(drawings: readonly Drawing[]): Promise<Problem | null> {
    return this.several.setAll(drawings, null);
  }

  /** As Several does. */
  setAll(drawings: readonly Drawing[], tag: string | null): Promise<Problem | null> {
    return this.several.setAll(drawings, tag);
  }

  /** Marks a drawing for attention, or, without words, takes the mark away; what went wrong. */
  flag(drawing: Drawing, words: string | null): Promise<Problem | null> {
    return this.flags.flag(drawing, words);
  }

  /** What was done here and not taken back, the last at the end. */
  get changes(): readonly Change[] {
    return this.made.all;
  }

  /** Remembers what was done, and offers the way back. */
  did(change: Change, said: string): void {
    this.made.did(change, said);
  }

  /** The change that undo() is to take back: the last one of the drawing looked at, else of all until then. */
  next(id?: string, until?: number): Change | null {
    return this.made.next(id, until);
  }

  /** The last change of one drawing, where it still stands. */
  ownOf(id?: string): Change | null {
    return this.made.ownOf(id);
  }

  /** Whether the drawing is still as this person left it. */
  stands(done: Done): boolean {
    return this.made.stands(done);
  }

  /** Takes a change of this person back. */
  undo(change: Change): Promise<void> {
    return this.undoing.undo(change);
  }

  /** Takes back the last change of a drawing, whoever made it; of opinions, this person's own. */
  undoLast(drawing: Drawing, ownOpinion = false): Promise<void> {
    return this.undoing.undoLast(drawing, ownOpinion);
  }

  nothing(): void {
    this.undoing.nothing();
  }

  /** Shows what was taken back of these, which cannot be undone once more. */
  takenBack(drawings: readonly Drawing[]): void {
    this.made.forget(drawings);
    for (const drawing of drawings) this.saves.showKnown(drawing);
  }
}

/** What is said of an answer that was saved: it accepted the tag that was there, or gave another. */
function told(now: Drawing, accepted: boolean): string {
  const { acceptedToast, saved, opinionSaved, disputedNow } = i18n.t.annotate;
  const say = now.disputed ? disputedNow : now.opinion ? opinionSaved : accepted ? acceptedToast : saved;
  return say(i18n.tag(now.opinion ?? now.tag));
}
