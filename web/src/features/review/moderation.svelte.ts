import { i18n } from '../../i18n/i18n.svelte';
import { settle, type Drawing } from '../../api/client';
import type { DrawingList } from '../gallery/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import { explain, type Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

export type Act = 'delete' | 'hide' | 'show';

const most_at_once = 200; // the API's limit

/** What an admin does with drawings that others should not see. What is hidden can be shown again. */
export class Moderation {
  busy = $state(false);

  /** `list` shows what annotators see; `others` what everyone sees. */
  constructor(
    private list: DrawingList,
    private others: DrawingList[],
  ) {}

  /** What went wrong before all were asked for; those that somebody changed meanwhile are said, not a problem. */
  async act(act: Act, drawings: readonly Drawing[]): Promise<Problem | null> {
    if (this.busy) return null;
    this.busy = true;
    const done: Drawing[] = [];
    let problem: Problem | null = null;
    for (let from = 0; from < drawings.length && !problem; from += most_at_once) {
      const some = drawings.slice(from, from + most_at_once);
      const body = { drawings: some.map(({ id, version }) => ({ id, version })) };
      const answer = await settle(annotatorApi.POST(`/api/v1/drawings:${act}`, { body }));
      if (!answer.ok) {
        ({ problem } = answer);
        break;
      }
      answer.data.results.forEach((result, index) => {
        const before = some[index];
        if (!before) return;
        if (result.deleted) this.forget(before);
        else if (result.drawing) this.shown(result.drawing, before);
        if (result.deleted || result.drawing) done.push(result.drawing ?? before);
      });
    }
    this.busy = false;
    if (done.length > 0) for (const list of [this.list, ...this.others]) void list.count();
    this.say(act, done, drawings.length - done.length, problem);
    return problem;
  }

  private forget({ id }: Drawing): void {
    for (const list of [this.list, ...this.others]) list.remove(id);
  }

  /** What is shown again comes back to the others at its place when they are read anew. */
  private shown(now: Drawing, before: Drawing): void {
    this.list.replace(now, before);
    if (now.hidden) for (const list of this.others) list.remove(now.id);
  }

  private say(act: Act, done: Drawing[], left: number, problem: Problem | null): void {
    const { deleted, hidden, shown, notDone, undo } = i18n.t.moderation;
    const said = { delete: deleted, hide: hidden, show: shown }[act](done.length);
    const parts = [...(done.length > 0 ? [said] : []), ...(left > 0 && !problem ? [notDone(left)] : [])];
    const back =
      act === 'hide' && done.length > 0 ? { label: undo, run: () => void this.undo(done) } : undefined;
    if (parts.length > 0) notices.toast(parts.join(' · '), back, 'moderation');
  }

  private async undo(hidden: readonly Drawing[]): Promise<void> {
    const problem = await this.act('show', hidden);
    if (problem) notices.toast(explain(problem, i18n.t));
  }
}
