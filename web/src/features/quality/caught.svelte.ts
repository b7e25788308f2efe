import { SvelteSet } from 'svelte/reactivity';

import { settle, type Drawing, type DrawingMap } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { inTurn } from '../../util/bounded';
import { annotatorApi } from '../session/session.svelte';

export type Point = DrawingMap['points'][number];

/** Pictures that are shown of what was caught. */
export const most_shown = 24;
const most_at_once = 200; // the API's limit
const reads_at_once = 4;
const topic = 'map';

/** What was caught on the map: shown, left out one by one, tagged in one go, and taken back in one go. */
export class Caught {
  points = $state.raw<readonly Point[]>([]);
  /** As many as are shown, as far as they have come. */
  drawings = $state.raw<readonly Drawing[]>([]);
  readonly out = new SvelteSet<string>();
  saving = $state(false);

  /** What was tagged here and not taken back, the last at the end. */
  private done = $state.raw<readonly (readonly Drawing[])[]>([]);
  private asked = 0;

  /** `changed` is told of drawings as they are now, for the map. */
  constructor(private changed: (drawings: readonly Drawing[]) => void) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get chosen(): readonly Point[] {
    return this.points.filter(({ id }) => !this.out.has(id));
  }

  toggle(id: string): void {
    if (!this.out.delete(id)) this.out.add(id);
  }

  /** Takes the place of what was caught before. */
  async hold(points: readonly Point[]): Promise<void> {
    const turn = ++this.asked;
    this.points = points;
    this.drawings = [];
    this.out.clear();
    await inTurn(points.slice(0, most_shown), reads_at_once, async ({ id }) => {
      const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params: { path: { id } } }));
      if (turn === this.asked && answer.ok) this.drawings = [...this.drawings, answer.data];
    });
  }

  /** Gives what is chosen the tag, and lets go of it. */
  async tag(tag: string): Promise<void> {
    const chosen = this.chosen;
    if (this.saving || chosen.length === 0) return;
    this.saving = true;
    const [tagged, problem] = await this.each(chosen, (drawings) =>
      settle(annotatorApi.POST('/api/v1/drawings:tag', { body: { tag, drawings } })),
    );
    this.saving = false;
    this.changed(tagged);
    const { t } = i18n;
    const left = chosen.length - tagged.length;
    const said = [
      ...(tagged.length > 0 || !problem ? [t.clusters.tagged(tagged.length, i18n.tag(tag))] : []),
      ...(problem ? [explain(problem, t)] : left > 0 ? [t.clusters.notTagged(left)] : []),
    ].join(' · ');
    if (tagged.length === 0) {
      notices.toast(said, undefined, topic);
      return;
    }
    this.done = [...this.done, tagged];
    const run = () => void this.undo(tagged);
    notices.toast(said, { label: t.annotate.undo, keys: 'Control+Z', run }, topic);
    if (!problem) void this.hold([]);
  }

  /** Takes back one act, the last where none is named. */
  async undo(tagged = this.done.at(-1)): Promise<void> {
    const { t } = i18n;
    if (!tagged || !this.done.includes(tagged)) {
      notices.toast(t.annotate.nothingToUndo, undefined, topic);
      return;
    }
    this.done = this.done.filter((other) => other !== tagged);
    const [undone, problem] = await this.each(tagged, (drawings) =>
      settle(annotatorApi.POST('/api/v1/drawings:undo', { body: { drawings } })),
    );
    this.changed(undone);
    const back = new Set(undone.map(({ id }) => id));
    const rest = tagged.filter(({ id }) => !back.has(id));
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
    notices.toast(said, undefined, topic);
  }

  /** As many requests as it takes; the drawings that were changed, and what ended it early. */
  private async each(
    some: readonly { id: string; version: number }[],
    ask: (drawings: { id: string; version: number }[]) => Promise<Answered>,
  ): Promise<[Drawing[], Problem | null]> {
    const changed: Drawing[] = [];
    for (let at = 0; at < some.length; at += most_at_once) {
      const answer = await ask(some.slice(at, at + most_at_once).map(({ id, version }) => ({ id, version })));
      if (!answer.ok) return [changed, answer.problem];
      changed.push(...answer.data.results.flatMap(({ drawing }) => drawing ?? []));
    }
    return [changed, null];
  }
}

type Answered = { ok: true; data: { results: { drawing?: Drawing }[] } } | { ok: false; problem: Problem };
