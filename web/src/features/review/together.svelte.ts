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

/** Drawings tagged in one go, each time with one undo for all of them, which the notice offers too. */
export class Together {
  /** What was tagged here and not taken back, the last at the end. */
  private done = $state.raw<readonly (readonly Drawing[])[]>([]);

  /** `topic` is of the notices. `tookBack` is told what an undo changed, and what ended it early. */
  constructor(
    private topic: string,
    private tookBack: (...changed: Changed) => void | Promise<void>,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  async tag(chosen: readonly Seen[], tag: string): Promise<Changed> {
    const [tagged, problem] = await each(chosen, (drawings) =>
      settle(annotatorApi.POST('/api/v1/drawings:tag', { body: { tag, drawings } })),
    );
    const { t } = i18n;
    const left = chosen.length - tagged.length;
    const said = [
      ...(tagged.length > 0 || !problem ? [t.clusters.tagged(tagged.length, i18n.tag(tag))] : []),
      ...(problem ? [explain(problem, t)] : left > 0 ? [t.clusters.notTagged(left)] : []),
    ].join(' · ');
    if (tagged.length > 0) this.done = [...this.done, tagged];
    const run = () => void this.undo(tagged);
    const undo = tagged.length > 0 ? { label: t.annotate.undo, keys: 'Control+Z', run } : undefined;
    notices.toast(said, undo, this.topic);
    return [tagged, problem];
  }

  /** Takes back one act, the last where none is named. */
  async undo(act = this.done.at(-1)): Promise<void> {
    const { t } = i18n;
    if (!act || !this.done.includes(act)) {
      notices.toast(t.annotate.nothingToUndo, undefined, this.topic);
      return;
    }
    this.done = this.done.filter((other) => other !== act);
    const [undone, problem] = await each(act, (drawings) =>
      settle(annotatorApi.POST('/api/v1/drawings:undo', { body: { drawings } })),
    );
    const back = new Set(undone.map(({ id }) => id));
    const rest = act.filter(({ id }) => !back.has(id));
    // What may never have arrived can be tried again.
    if (problem) this.done = [...this.done, rest];
    const said = [
      ...(undone.length > 0 ? [t.annotate.undoneAll(undone.length)] : []),
      ...(problem
        ? [explain(problem, t)]
        : rest.length > 0
          ? [t.annotate.notUndone(rest.length, t.annotate.changedSince)]
          : []),
    ].join(' · ');
    notices.toast(said, undefined, this.topic);
    await this.tookBack(undone, problem);
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
