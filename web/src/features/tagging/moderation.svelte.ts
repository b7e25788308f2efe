import { i18n } from '../../i18n/i18n.svelte';
import { settle, type Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import { notices } from '../../ui/notices.svelte';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';
import type { Done } from './changes.svelte';
import type { Tagging } from './tagging.svelte';

export type Act = 'delete' | 'hide' | 'show';

const most_at_once = 200; // the API's limit

/** What an admin does with drawings that others should not see. What is hidden can be shown again. */
export class Moderation {
  busy = $state(false);
  private last: Promise<unknown> = Promise.resolve();

  /** `list` shows what annotators see; `others` what everyone sees. */
  constructor(
    private list: DrawingList,
    private others: DrawingList[],
    /** Has the way back of whatever can be taken back. */
    private tagging: Tagging,
  ) {}

  /**
   * What went wrong before all were asked for; those that somebody changed meanwhile are said, not a problem. What this
   * person asked for before, and is not answered yet, comes first.
   */
  act(act: Act, drawings: readonly Drawing[]): Promise<Problem | null> {
    const done = Promise.all([this.last, this.tagging.settled()]).then(() =>
      this.actNow(
        act,
        drawings.map((drawing) => this.list.find(drawing.id) ?? drawing),
      ),
    );
    this.last = done;
    return done;
  }

  private async actNow(act: Act, drawings: readonly Drawing[]): Promise<Problem | null> {
    this.busy = true;
    const done: Drawing[] = [];
    const changed: Done[] = [];
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
        // One that was so before stays so when the rest is taken back.
        if (result.drawing && result.drawing.version !== before.version && act !== 'delete')
          changed.push({
            from: before.version,
            after: result.drawing,
            at: Date.now(),
            back: act === 'hide' ? 'show' : 'hide',
          });
      });
    }
    this.busy = false;
    if (done.length > 0) for (const list of [this.list, ...this.others]) void list.count();
    const said = this.told(act, done.length, drawings.length - done.length, problem);
    if (changed.length > 0) this.tagging.did(changed, said);
    else if (said !== '') notices.toast(said, undefined, 'tagging');
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

  private told(act: Act, done: number, left: number, problem: Problem | null): string {
    const { deleted, hidden, shown, notDone } = i18n.t.moderation;
    const said = i18n.count({ delete: deleted, hide: hidden, show: shown }[act], done);
    return [...(done > 0 ? [said] : []), ...(left > 0 && !problem ? [i18n.count(notDone, left)] : [])].join(
      ' · ',
    );
  }
}
