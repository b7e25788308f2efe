import { i18n } from '../../i18n/i18n.svelte';
import { settle, type Drawing } from '../../api/client';
import { notices } from '../../ui/notices.svelte';
import type { Problem } from '../../api/problem';
import { annotatorApi, session } from '../session/session.svelte';
import type { DrawingList } from '../drawings/drawings.svelte';
import { noFilter, queryOf, type Filter } from '../drawings/filter';
import type { Pictured } from '../labels/examples.svelte';
import type { Tagging } from './tagging.svelte';

const most_at_once = 200; // the API's limit, of a page and of what is undone in one go

export type Decided = Pick<Drawing, 'id' | 'version' | 'tagged_at' | 'tag'> & Pictured;

const isSince = ({ tagged_at }: Pick<Decided, 'tagged_at'>, time: number): boolean =>
  tagged_at !== null && Date.parse(tagged_at) >= time;

/**
 * What the person who is signed in decided since a time, found and taken back, as far as the list in sight would show
 * it. A drawing that somebody decided after them is theirs no more and stays; one that they decided more than once is
 * again as it was at that time.
 */
export class TakingBack {
  /** How much was read so far. */
  read = $state(0);
  /** What stands in the person's name since the time that was read from; null until all of it was read. */
  decided = $state.raw<readonly Decided[] | null>(null);
  /** What kept it from being read. */
  problem = $state<Problem | null>(null);
  /** How many are dealt with, of how many; null while none are taken back. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  private left = false;
  private readonly person = session.user;

  /** What of the person's the list would show. */
  readonly filter: Filter;
  private from = Infinity;
  private turn = 0;

  constructor(
    private tagging: Tagging,
    list: DrawingList,
  ) {
    const importJob = list.importJob ?? list.filter.importJob;
    this.filter = { ...list.filter, importJob, order: noFilter.order };
  }

  /** Reads what the person decided since then, unless it was read already. */
  lookSince(time: number): void {
    if (time < this.from) void this.look(time);
  }

  /** Reads what the person decided since then; what is being saved counts as well. */
  async look(time: number): Promise<void> {
    const turn = ++this.turn;
    const all: Decided[] = [];
    this.from = time;
    this.decided = null;
    this.problem = null;
    this.read = 0;
    await this.tagging.settled();
    const { taggedBy } = this.filter;
    const tagged_by = this.person?.name;
    if (taggedBy !== '' && taggedBy !== tagged_by) {
      this.decided = [];
      return;
    }
    // What came in by an import is taken away as a whole, with its drawings.
    const asked = {
      ...queryOf(this.filter),
      tagged_by,
      tagged_since: new Date(time).toISOString(),
      imported: false,
    };
    let cursor: string | undefined;
    do {
      const query = { ...asked, limit: most_at_once, cursor };
      const answer = await settle(annotatorApi.GET('/api/v1/drawings', { params: { query } }));
      if (this.stopped || turn !== this.turn) return;
      if (!answer.ok) {
        this.problem = answer.problem;
        return;
      }
      for (const { id, version, tagged_at, tag, image_url, width, height, hidden } of answer.data.drawings)
        all.push({ id, version, tagged_at, tag, image_url, width, height, hidden });
      this.read = all.length;
      cursor = answer.data.next ?? undefined;
    } while (cursor !== undefined);
    this.decided = all;
  }

  /** What was decided at this time, in milliseconds since 1970, or later. */
  since(time: number): readonly Decided[] {
    return (this.decided ?? []).filter((drawing) => isSince(drawing, time));
  }

  /** Begins nothing more: the person turned away. What was asked for already is told when it is answered. */
  stop(): void {
    this.left = true;
  }

  private get stopped(): boolean {
    return this.left || session.user?.id !== this.person?.id;
  }

  /** Takes back what was decided since then; what went wrong before all were asked for. */
  async takeBack(time: number): Promise<Problem | null> {
    const meant = this.since(time);
    const told = { undone: 0, kept: 0 };
    let problem: Problem | null = null;
    this.progress = { done: 0, of: meant.length };
    for (let from = 0; from < meant.length && !problem && !this.stopped; from += most_at_once) {
      problem = await this.undo(meant.slice(from, from + most_at_once), time, told);
      this.progress = { done: told.undone + told.kept, of: meant.length };
    }
    this.progress = null;
    this.say(told);
    // Whether the last of it was written nobody knows where the answer was lost.
    if (problem && !this.stopped) void this.look(this.from);
    return problem;
  }

  /** Undoes what was decided of these until nothing since then is left. */
  private async undo(
    some: readonly Decided[],
    time: number,
    told: { undone: number; kept: number },
  ): Promise<Problem | null> {
    for (let asked = some; asked.length > 0;) {
      const drawings = asked.map(({ id, version }) => ({ id, version }));
      const answer = await settle(annotatorApi.POST('/api/v1/drawings:undo', { body: { drawings } }));
      if (!answer.ok) return answer.problem;
      const now = answer.data.results.flatMap(({ drawing }) => drawing ?? []);
      const again = now.filter(
        (drawing) => drawing.tagged_by === this.person?.name && isSince(drawing, time),
      );
      told.kept += asked.length - now.length;
      told.undone += now.length - again.length;
      this.tagging.takenBack(now);
      asked = again;
    }
    return null;
  }

  private say({ undone, kept }: { undone: number; kept: number }): void {
    if (session.user?.id !== this.person?.id) return;
    const { undoneAll, notUndone, changedSince } = i18n.t.annotate;
    const said = [
      ...(undone > 0 ? [i18n.count(undoneAll, undone)] : []),
      ...(kept > 0 ? [i18n.count(notUndone, kept, changedSince)] : []),
    ].join(' · ');
    if (said !== '') notices.toast(said, undefined, 'tagging');
  }
}
