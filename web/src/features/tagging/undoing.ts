import { settle, type Answer, type Drawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { isAnswered } from '../drawings/drawings.svelte';
import { annotatorApi, session } from '../session/session.svelte';
import { topic, type Back, type Change, type Changes } from './changes.svelte';
import type { Flags } from './flags';
import { isLost, most_at_once, type Saves } from './saves.svelte';

/** Takes back what this person did: each drawing is again as it was before, also whether it was reviewed. */
export class Undoing {
  constructor(
    private readonly saves: Saves,
    private readonly changes: Changes,
    private readonly flags: Pick<Flags, 'set'>,
  ) {}

  /** Takes a change back, once. */
  undo(change: Change): Promise<void> {
    if (!this.changes.take(change)) return Promise.resolve(this.nothing());
    return this.saves.track(this.takeBackAll(change));
  }

  private async takeBackAll(change: Change): Promise<void> {
    const back = change[0]?.back;
    const undone: Drawing[] = [];
    let problem: Problem | null = null;
    for (let from = 0; from < change.length && !problem; from += most_at_once) {
      const some = change.slice(from, from + most_at_once);
      const answer = await this.takeBack(
        some.map(({ after }) => after),
        back,
      );
      if (answer.ok) {
        for (const drawing of answer.data) this.changes.restored(some, drawing);
        undone.push(...answer.data);
      } else {
        problem = answer.problem;
        // What could not be reached can still be taken back later.
        if (!isLost(problem)) this.changes.keep(change.slice(from));
      }
    }
    if (typeof back === 'string') this.saves.count();
    this.say(change.length, undone, problem, back);
    // A queue that was read anew in between has them no longer.
    const { list } = this.saves;
    const missing = undone.some(({ id }) => !list.items.some((item) => item.id === id));
    if (missing && list.source === 'queue') void list.show('queue', undefined, list.importJob);
  }

  /** Takes back the last change of a drawing, whoever made it; of opinions, this person's own. */
  async undoLast(drawing: Drawing, ownOpinion = false): Promise<void> {
    if (!isAnswered(drawing) && !ownOpinion) return this.nothing();
    const answer = await this.saves.track(this.takeBack([drawing]));
    this.say(1, answer.ok ? answer.data : [], answer.ok ? null : answer.problem);
  }

  nothing(): void {
    notices.toast(i18n.t.annotate.nothingToUndo, undefined, topic);
  }

  /** Those that are as they were before; one that somebody changed since stays as it is now. */
  private async takeBack(drawings: readonly Drawing[], back?: Back): Promise<Answer<Drawing[]>> {
    const [only] = drawings;
    this.saves.begin(drawings);
    const answer = await (only && typeof back === 'object'
      ? this.flags.set(only, back.flag)
      : only && drawings.length === 1 && !back
        ? undoOne(only)
        : undoSeveral(drawings, typeof back === 'string' ? back : 'undo'));
    this.saves.end(drawings);
    for (const drawing of drawings) {
      const now = answer.ok ? answer.data.find(({ id }) => id === drawing.id) : null;
      if (now) this.saves.show(now, drawing);
    }
    if (only && !answer.ok && isLost(answer.problem)) await this.saves.reread(only);
    return answer;
  }

  private say(asked: number, undone: readonly Drawing[], problem: Problem | null, back?: Back): void {
    if (!session.user) return;
    if (problem?.code === 'nothing_to_undo') return this.nothing();
    const { undone: again, undoneUnreviewed, undoneAll, notUndone, changedSince } = i18n.t.annotate;
    const said: string[] = [];
    const [first] = undone;
    if (asked === 1 && first && !back)
      said.push((first.tagged_by ? again : undoneUnreviewed)(i18n.tag(first.tag)));
    else if (undone.length > 0) said.push(i18n.count(undoneAll, undone.length));
    const left = asked - undone.length;
    const why = problem && !isLost(problem) ? explain(problem, i18n.t) : changedSince;
    if (left > 0) said.push(i18n.count(notUndone, left, why));
    notices.toast(said.join(' · '), undefined, topic);
  }
}

async function undoOne({ id, version }: Drawing): Promise<Answer<Drawing[]>> {
  const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
  const answer = await settle(annotatorApi.POST('/api/v1/drawings/{id}/undo', { params }));
  return answer.ok ? { ...answer, data: [answer.data] } : answer;
}

async function undoSeveral(
  drawings: readonly Drawing[],
  by: 'undo' | 'show' | 'hide',
): Promise<Answer<Drawing[]>> {
  const body = { drawings: drawings.map(({ id, version }) => ({ id, version })) };
  const answer = await settle(annotatorApi.POST(`/api/v1/drawings:${by}`, { body }));
  return answer.ok
    ? { ...answer, data: answer.data.results.flatMap(({ drawing }) => drawing ?? []) }
    : answer;
}
