import { settle, type Drawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { annotatorApi } from '../session/session.svelte';

const most_at_once = 200; // the API's limit

type Seen = { id: string; version: number };
type Answered = { ok: true; data: { results: { drawing?: Drawing }[] } } | { ok: false; problem: Problem };

/** The drawings that were changed, and what ended it early. */
export type Changed = [Drawing[], Problem | null];

/** Drawings that were changed in one go, as they are since, and what takes it back. */
interface Change {
  drawings: readonly Drawing[];
  back: 'undo' | 'show';
}
/** What was said of drawings that are nearly the same. */
interface Dismissal {
  dismissal: string;
}
type Act = Change | Dismissal;

/**
 * Drawings tagged, hidden or said to be no duplicates in one go, each time with one undo for all of them, which the
 * notice offers too.
 */
export class Together {
  /** What was done here and not taken back, the last at the end. */
  private done = $state.raw<readonly Act[]>([]);
  /** What was asked for and is not answered yet. */
  private underWay = new Set<Promise<unknown>>();

  /** `topic` is of the notices. `tookBack` is told what an undo changed, and what ended it early. */
  constructor(
    private topic: string,
    private tookBack: (...changed: Changed) => void | Promise<void>,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  tag(chosen: readonly Seen[], tag: string): Promise<Changed> {
    const said = (count: number) => i18n.count(i18n.t.clusters.tagged, count, i18n.tag(tag));
    return this.track(
      this.act(chosen, 'undo', said, (drawings) =>
        settle(annotatorApi.POST('/api/v1/drawings:tag', { body: { tag, drawings } })),
      ),
    );
  }

  hide(chosen: readonly Seen[]): Promise<Changed> {
    const said = (count: number) => i18n.count(i18n.t.moderation.hidden, count);
    return this.track(
      this.act(chosen, 'show', said, (drawings) =>
        settle(annotatorApi.POST('/api/v1/drawings:hide', { body: { drawings } })),
      ),
    );
  }

  /** Says that drawings are no duplicates. Null where that was done. */
  dismiss(drawings: string[]): Promise<Problem | null> {
    return this.track(this.sayNone(drawings));
  }

  private async sayNone(drawings: string[]): Promise<Problem | null> {
    const answer = await settle(
      annotatorApi.POST('/api/v1/quality/duplicates/dismissals', { body: { drawings } }),
    );
    const { t } = i18n;
    if (answer.ok) this.tell(t.duplicates.dismissed, { dismissal: answer.data.id });
    else notices.toast(explain(answer.problem, t), undefined, this.topic);
    return answer.ok ? null : answer.problem;
  }

  /** Takes back one act, the last where none is named: one that is under way is waited for, and meant. */
  async undo(meant?: Act): Promise<void> {
    await Promise.allSettled(this.underWay);
    const { t } = i18n;
    const act = meant ?? this.done.at(-1);
    if (!act || !this.done.includes(act)) {
      notices.toast(t.annotate.nothingToUndo, undefined, this.topic);
      return;
    }
    this.done = this.done.filter((other) => other !== act);
    await ('dismissal' in act ? this.restore(act) : this.change(act));
  }

  private track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    return work.finally(() => this.underWay.delete(work));
  }

  private async restore(act: Dismissal): Promise<void> {
    const answer = await settle(
      annotatorApi.DELETE('/api/v1/quality/duplicates/dismissals/{id}', {
        params: { path: { id: act.dismissal } },
      }),
    );
    const { t } = i18n;
    // Somebody else may have taken it back.
    const problem = answer.ok || answer.problem.status === 404 ? null : answer.problem;
    if (problem) this.done = [...this.done, act];
    notices.toast(problem ? explain(problem, t) : t.duplicates.restored, undefined, this.topic);
    await this.tookBack([], problem);
  }

  private async change(act: Change): Promise<void> {
    const { t } = i18n;
    const [undone, problem] = await each(act.drawings, (drawings) =>
      settle(annotatorApi.POST(`/api/v1/drawings:${act.back}`, { body: { drawings } })),
    );
    const back = new Set(undone.map(({ id }) => id));
    const rest = act.drawings.filter(({ id }) => !back.has(id));
    // What may never have arrived can be tried again.
    if (problem) this.done = [...this.done, { ...act, drawings: rest }];
    const told = act.back === 'undo' ? t.annotate.undoneAll : t.moderation.shown;
    const said = [
      ...(undone.length > 0 ? [i18n.count(told, undone.length)] : []),
      ...(problem
        ? [explain(problem, t)]
        : rest.length > 0
          ? [i18n.count(t.annotate.notUndone, rest.length, t.annotate.changedSince)]
          : []),
    ].join(' · ');
    notices.toast(said, undefined, this.topic);
    await this.tookBack(undone, problem);
  }

  private async act(
    chosen: readonly Seen[],
    back: Change['back'],
    told: (count: number) => string,
    ask: (drawings: Seen[]) => Promise<Answered>,
  ): Promise<Changed> {
    const [drawings, problem] = await each(chosen, ask);
    const { t } = i18n;
    const left = chosen.length - drawings.length;
    const said = [
      ...(drawings.length > 0 || !problem ? [told(drawings.length)] : []),
      ...(problem ? [explain(problem, t)] : left > 0 ? [i18n.count(t.clusters.notTagged, left)] : []),
    ].join(' · ');
    this.tell(said, drawings.length > 0 ? { drawings, back } : null);
    return [drawings, problem];
  }

  /** Of nothing that was done there is nothing to be taken back. */
  private tell(said: string, act: Act | null): void {
    if (act) this.done = [...this.done, act];
    const run = () => void this.undo(act ?? undefined);
    const undo = act ? { label: i18n.t.annotate.undo, keys: 'Control+Z', run } : undefined;
    notices.toast(said, undo, this.topic);
  }
}

/** As many requests as it takes. */
async function each(some: readonly Seen[], ask: (drawings: Seen[]) => Promise<Answered>): Promise<Changed> {
  const changed: Drawing[] = [];
  for (let at = 0; at < some.length; at += most_at_once) {
    const answer = await ask(some.slice(at, at + most_at_once).map(({ id, version }) => ({ id, version })));
    if (!answer.ok) return [changed, answer.problem];
    changed.push(...answer.data.results.flatMap(({ drawing }) => drawing ?? []));
  }
  return [changed, null];
}
