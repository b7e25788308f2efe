import { i18n } from '../../i18n/i18n.svelte';
import { settle, type Answer, type Drawing } from '../../api/client';
import { isAnswered, saidOf, type DrawingList } from '../gallery/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { explain, mayRetry, type Problem } from '../../api/problem';
import { inTurn } from '../../util/bounded';
import { annotatorApi, session } from '../session/session.svelte';
import { Deeds } from './deeds.svelte';
import { inOrder } from './in-order';
import { decisionsOf } from './progress';
import { unsaved } from './unsaved';

/** Somebody else was faster: what this person wanted, beside what is there now. */
export interface Conflict {
  mine: string;
}

/** What this person did to a drawing: the version that it was of, and what it became. */
export interface Done {
  from: number;
  after: Drawing;
  /** When, in milliseconds since 1970. */
  at: number;
  /** What takes back that it was hidden or shown; a tag is undone. */
  back?: Back;
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

/** To be shown or hidden; or marked for attention with these words, or not at all. */
export type Back = 'show' | 'hide' | { flag: string | null };

/** One act of this person: of a drawing, or of several at once. */
export type Change = readonly Done[];

const rereads_at_once = 4;

const most_at_once = 200; // the API's limit
const topic = 'tagging';

/** Somebody else was there since: nothing of it can be taken back any more. */
const lost = ({ status }: Problem) => status === 404 || status === 409 || status === 412;

/**
 * Changes of tags, each safe against a change made meanwhile (If-Match), each with its undo. An answer updates the
 * drawing that it was asked for, wherever the person is by then.
 */
export class Tagging {
  saving = $state<Record<string, boolean>>({});
  conflicts = $state<Record<string, Conflict>>({});
  failures = $state<Record<string, Failure>>({});

  /** How many decisions there were when this began. */
  readonly decidedBefore: number;
  private underWay = new Set<Promise<unknown>>();
  /** By the drawing's id, the last one that was given at the end. */
  private sent = new Map<string, Sent>();

  /** `list` is the one worked on; `others` show the same drawings and are kept true. */
  constructor(
    private list: DrawingList,
    private others: DrawingList[],
    private deeds = new Deeds(),
  ) {
    this.decidedBefore = decisionsOf(this.changes).length;
  }

  /** What was done here and not taken back, the last at the end. */
  get changes(): readonly Change[] {
    return this.deeds.changes;
  }

  set changes(changes: readonly Change[]) {
    this.deeds.changes = changes;
  }

  /** How many drawings wait for the server's answer. */
  get ahead(): number {
    return Object.keys(this.saving).length;
  }

  /** The drawing of the answer that was given last, where it is being saved. */
  get lastSent(): string | null {
    return [...this.sent.keys()].at(-1) ?? null;
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
    const saved = this.track(this.save(drawing, tag));
    this.sent.set(drawing.id, { tag, next: null, saved });
    return saved;
  }

  private async save(drawing: Drawing, tag: string): Promise<boolean> {
    const { id, version, tag: before } = drawing;
    const at = Date.now();
    this.saving[id] = true;
    delete this.failures[id];
    // The page may go away meanwhile.
    const answer = await settle(
      annotatorApi.PATCH('/api/v1/drawings/{id}', {
        params: { path: { id }, header: { 'If-Match': `"${version}"` } },
        body: { tag },
        keepalive: true,
      }),
    );
    delete this.saving[id];
    const next = this.sent.get(id)?.next ?? null;
    this.sent.delete(id);
    if (answer.ok) this.show(answer.data, drawing);
    if (answer.ok || answer.problem.status === 412) unsaved.settled(id);
    else this.refused(drawing, next ?? tag, answer.problem);
    const now = answer.ok
      ? answer.data
      : answer.problem.status === 412
        ? await this.meet(drawing, next ?? tag)
        : null;
    if (!now) return false;
    delete this.conflicts[id];
    const { acceptedToast, saved, opinionSaved, disputedNow } = i18n.t.annotate;
    const said = now.disputed
      ? disputedNow
      : now.opinion
        ? opinionSaved
        : before === tag
          ? acceptedToast
          : saved;
    this.did([{ from: version, after: now, at }], said(i18n.tag(now.opinion ?? now.tag)));
    return next === null || this.set(now, next);
  }

  /** Accepts the tags of these as they are; what went wrong before all were asked for. */
  acceptAll(drawings: readonly Drawing[]): Promise<Problem | null> {
    return this.setAll(drawings, null);
  }

  /**
   * Gives all of these the tag, or accepts those that they have; what went wrong before all were asked for. Where
   * there is nothing to change, nothing is written; what somebody else changed or deleted meanwhile is left alone.
   */
  setAll(drawings: readonly Drawing[], tag: string | null): Promise<Problem | null> {
    const meant = drawings.filter(
      (drawing) =>
        !this.saving[drawing.id] && (!isAnswered(drawing) || (tag !== null && saidOf(drawing) !== tag)),
    );
    return this.track(this.saveAll(meant, tag));
  }

  private async saveAll(drawings: readonly Drawing[], tag: string | null): Promise<Problem | null> {
    const done: Done[] = [];
    const refused: { drawing: Drawing; status: number | undefined }[] = [];
    let problem: Problem | null = null;
    for (let from = 0; from < drawings.length && !problem; from += most_at_once) {
      const some = drawings.slice(from, from + most_at_once);
      for (const { id } of some) this.saving[id] = true;
      const answer = await this.askAll(some, tag);
      for (const { id } of some) delete this.saving[id];
      if (!answer.ok) {
        ({ problem } = answer);
        break;
      }
      answer.data.results.forEach((result, index) => {
        const drawing = some[index];
        if (result.drawing) {
          done.push({ from: result.drawing.version - 1, after: result.drawing, at: Date.now() });
          this.show(result.drawing, drawing ?? result.drawing);
        } else if (drawing) refused.push({ drawing, status: result.problem?.status });
      });
    }
    this.sayAll(
      done,
      refused.map(({ status }) => status),
      tag,
      problem,
    );
    void this.catchUp(refused);
    return problem;
  }

  private askAll(drawings: readonly Drawing[], tag: string | null) {
    const seen = drawings.map(({ id, version }) => ({ id, version }));
    return settle(
      tag === null
        ? annotatorApi.POST('/api/v1/drawings:accept', { body: { drawings: seen } })
        : annotatorApi.POST('/api/v1/drawings:tag', { body: { tag, drawings: seen } }),
    );
  }

  private sayAll(
    done: readonly Done[],
    refused: readonly (number | undefined)[],
    tag: string | null,
    problem: Problem | null,
  ): void {
    const { acceptedAll, taggedAll, opinionsGiven, notAccepted, goneAll, notAssigned } = i18n.t.annotate;
    const opinions = done.filter(({ after }) => after.tagged_by === null).length;
    const tagged = done.length - opinions;
    const count = (status: number) => refused.filter((other) => other === status).length;
    const [gone, unassignable] = [count(404), count(422)];
    const changed = refused.length - gone - unassignable;
    const said = [
      ...(tagged > 0 || opinions === 0
        ? [tag === null ? i18n.count(acceptedAll, tagged) : i18n.count(taggedAll, tagged, i18n.tag(tag))]
        : []),
      ...(opinions > 0 ? [i18n.count(opinionsGiven, opinions)] : []),
      ...(changed > 0 ? [i18n.count(notAccepted, changed)] : []),
      ...(gone > 0 ? [i18n.count(goneAll, gone)] : []),
      ...(unassignable > 0 ? [i18n.count(notAssigned, unassignable)] : []),
    ].join(' · ');
    if (done.length > 0) this.did(done, said);
    else if (!problem) notices.toast(said, undefined, topic);
  }

  /** Shows what is there now of those that were left alone. */
  private async catchUp(refused: readonly { drawing: Drawing; status: number | undefined }[]): Promise<void> {
    for (const { drawing, status } of refused)
      if (status === 404) for (const list of [this.list, ...this.others]) list.remove(drawing.id);
    const changed = refused.filter(({ status }) => status === 412).map(({ drawing }) => drawing);
    await inTurn(changed, rereads_at_once, async (drawing) => {
      const params = { path: { id: drawing.id } };
      const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params }));
      if (answer.ok) this.show(answer.data, drawing);
    });
  }

  /**
   * The change that undo() would take back: the last one of the drawing looked at, else the last of all, of those that
   * were made until then. What somebody changed again since is no longer this person's to take back.
   */
  next(id?: string, until = Infinity): Change | null {
    return this.ownOf(id) ?? this.changes.filter(([done]) => done && done.at <= until).at(-1) ?? null;
  }

  /** The last change of one drawing, where it still stands. */
  ownOf(id?: string): Change | null {
    const own = this.changes.filter(
      ([done, ...more]) => done && more.length === 0 && done.after.id === id && this.stands(done),
    );
    return own.at(-1) ?? null;
  }

  /** Takes a change of this person back: each drawing is again as it was before, also whether it was reviewed. */
  undo(change: Change): Promise<void> {
    if (!this.changes.includes(change)) return Promise.resolve(this.nothing());
    return this.track(this.takeBackAll(change));
  }

  private async takeBackAll(change: Change): Promise<void> {
    this.changes = this.changes.filter((other) => other !== change);
    const undone: Drawing[] = [];
    let kept: Change = [];
    let problem: Problem | null = null;
    for (let from = 0; from < change.length && !problem; from += most_at_once) {
      const some = change.slice(from, from + most_at_once);
      const answer = await this.takeBack(
        some.map(({ after }) => after),
        change[0]?.back,
      );
      if (answer.ok) {
        for (const drawing of answer.data) this.restored(some, drawing);
        undone.push(...answer.data);
      } else {
        problem = answer.problem;
        // What could not be reached can still be taken back later.
        if (!lost(problem)) kept = change.slice(from);
      }
    }
    if (kept.length > 0) this.changes = [...this.changes, kept];
    if (typeof change[0]?.back === 'string')
      for (const list of [this.list, ...this.others]) void list.count();
    this.sayUndone(change.length, undone, problem, change[0]?.back);
    // A queue that was read anew in between has them no longer.
    const missing = undone.some(({ id }) => !this.list.items.some((item) => item.id === id));
    if (missing && this.list.source === 'queue') void this.list.show('queue', undefined, this.list.importJob);
  }

  /** Takes back the last change of a drawing, whoever made it; of opinions, this person's own. */
  async undoLast(drawing: Drawing, ownOpinion = false): Promise<void> {
    if (!isAnswered(drawing) && !ownOpinion) return this.nothing();
    const answer = await this.track(this.takeBack([drawing]));
    this.sayUndone(1, answer.ok ? answer.data : [], answer.ok ? null : answer.problem);
  }

  nothing(): void {
    notices.toast(i18n.t.annotate.nothingToUndo, undefined, topic);
  }

  /** Marks a drawing for attention, or, without words, takes the mark away; what went wrong. */
  async flag(drawing: Drawing, words: string | null): Promise<Problem | null> {
    // What is being said of it comes first, and the words are not lost.
    if (this.saving[drawing.id]) await this.settled();
    return this.track(this.saveFlag(this.list.find(drawing.id) ?? drawing, words));
  }

  private async saveFlag(drawing: Drawing, words: string | null): Promise<Problem | null> {
    const { id, version } = drawing;
    const at = Date.now();
    this.saving[id] = true;
    const answer = await this.setFlag(drawing, words);
    delete this.saving[id];
    if (!answer.ok) {
      if (lost(answer.problem)) await this.reread(drawing);
      return answer.problem;
    }
    const [after = drawing] = answer.data;
    this.show(after, drawing);
    if (after.version === version) return null;
    const { flaggedToast, unflaggedToast } = i18n.t.annotate;
    const back = { flag: drawing.flag ?? null };
    this.did([{ from: version, after, at, back }], words === null ? unflaggedToast : flaggedToast);
    return null;
  }

  private async setFlag(drawing: Drawing, words: string | null): Promise<Answer<Drawing[]>> {
    const { id, version, opinion } = drawing;
    const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
    const answer = await settle(
      words === null
        ? annotatorApi.DELETE('/api/v1/drawings/{id}/flag', { params })
        : annotatorApi.PUT('/api/v1/drawings/{id}/flag', { params, body: { comment: words } }),
    );
    if (!answer.ok) return answer;
    // What this person said stays said.
    const known = opinion !== undefined && answer.data.tagged_by === null ? { opinion } : {};
    return { ...answer, data: [{ ...answer.data, ...known }] };
  }

  keepTheirs(id: string): void {
    delete this.conflicts[id];
  }

  /** An answer that was not saved is not meant any more. */
  giveUp(id: string): void {
    delete this.failures[id];
    unsaved.settled(id);
  }

  /** Once all that was asked for so far is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    return work.finally(() => this.underWay.delete(work));
  }

  /** The change before the one taken back made what is there again: it can be taken back in its turn. */
  private restored(taken: Change, now: Drawing): void {
    const from = taken.find(({ after }) => after.id === now.id)?.from;
    const again = (done: Done): Done =>
      done.after.id === now.id && done.after.version === from ? { ...done, after: now } : done;
    this.changes = this.changes.map((change) =>
      change.some((done) => again(done) !== done) ? change.map(again) : change,
    );
  }

  /** Whether it is still as this person left it. */
  stands({ after }: Done): boolean {
    return (this.list.find(after.id) ?? after).version === after.version;
  }

  /** Those that are as they were before; one that somebody changed since stays as it is now. */
  private async takeBack(drawings: readonly Drawing[], back?: Back): Promise<Answer<Drawing[]>> {
    const [only] = drawings;
    for (const { id } of drawings) this.saving[id] = true;
    const answer = await (only && typeof back === 'object'
      ? this.setFlag(only, back.flag)
      : only && drawings.length === 1 && !back
        ? this.undoOne(only)
        : this.undoSeveral(drawings, typeof back === 'string' ? back : 'undo'));
    for (const drawing of drawings) {
      delete this.saving[drawing.id];
      const now = answer.ok ? answer.data.find(({ id }) => id === drawing.id) : null;
      if (now) this.show(now, drawing);
    }
    if (only && !answer.ok && lost(answer.problem)) await this.reread(only);
    return answer;
  }

  private async undoOne({ id, version }: Drawing): Promise<Answer<Drawing[]>> {
    const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings/{id}/undo', { params }));
    return answer.ok ? { ...answer, data: [answer.data] } : answer;
  }

  private async undoSeveral(
    drawings: readonly Drawing[],
    by: 'undo' | 'show' | 'hide',
  ): Promise<Answer<Drawing[]>> {
    const body = { drawings: drawings.map(({ id, version }) => ({ id, version })) };
    const answer = await settle(annotatorApi.POST(`/api/v1/drawings:${by}`, { body }));
    return answer.ok
      ? { ...answer, data: answer.data.results.flatMap(({ drawing }) => drawing ?? []) }
      : answer;
  }

  private sayUndone(asked: number, undone: Drawing[], problem: Problem | null, back?: Back): void {
    if (!session.user) return;
    const { undone: again, undoneUnreviewed, undoneAll, notUndone, changedSince } = i18n.t.annotate;
    const said: string[] = [];
    const [first] = undone;
    if (asked === 1 && first && !back)
      said.push((first.tagged_by ? again : undoneUnreviewed)(i18n.tag(first.tag)));
    else if (undone.length > 0) said.push(i18n.count(undoneAll, undone.length));
    const left = asked - undone.length;
    if (problem?.code === 'nothing_to_undo') return this.nothing();
    const why = problem && !lost(problem) ? explain(problem, i18n.t) : changedSince;
    if (left > 0) said.push(i18n.count(notUndone, left, why));
    notices.toast(said.join(' · '), undefined, topic);
  }

  /**
   * Fetches what is there now and leaves the decision to the person. Where an earlier try of this person was saved
   * and only its answer lost, gives the drawing: all is well.
   */
  private async meet(before: Drawing, mine: string): Promise<Drawing | null> {
    const now = await this.reread(before);
    if (!now) return null;
    const own = now.tagged_by === session.user?.name && now.version === before.version + 1;
    if (now.tag === mine) return own ? now : null;
    this.conflicts[before.id] = { mine };
    return null;
  }

  private async reread(before: Drawing): Promise<Drawing | null> {
    const { id } = before;
    const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params: { path: { id } } }));
    if (answer.ok) this.show(answer.data, before);
    else if (session.user) notices.toast(explain(answer.problem, i18n.t), undefined, topic);
    return answer.ok ? answer.data : null;
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

  /** Shows what was taken back of these, which cannot be undone once more. */
  takenBack(drawings: readonly Drawing[]): void {
    const ids = new Set(drawings.map(({ id }) => id));
    const over = ({ after, back }: Done) => !back && ids.has(after.id);
    this.changes = this.changes
      .map((change) => (change.some(over) ? change.filter((done) => !over(done)) : change))
      .filter((change) => change.length > 0);
    for (const drawing of drawings)
      for (const list of [this.list, ...this.others]) {
        const known = list.find(drawing.id);
        if (known) list.replace(drawing, known);
      }
  }

  private show(drawing: Drawing, before: Drawing): void {
    for (const list of [this.list, ...this.others]) list.replace(drawing, before);
  }

  /** Remembers what was done, in the order in which it was, whichever answer came first; offers the way back. */
  did(change: Change, said: string): void {
    this.changes = inOrder(this.changes, change, ([done]) => done?.at ?? 0);
    const { undo } = i18n.t.annotate;
    notices.toast(said, { label: undo, keys: 'Control+Z', run: () => void this.undo(change) }, topic);
  }
}
