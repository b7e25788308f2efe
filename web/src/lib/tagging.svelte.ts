import { i18n } from '../i18n/i18n.svelte';
import { settle, type Drawing, type DrawingDetail } from './api';
import type { DrawingList } from './drawings.svelte';
import { notices } from './notices.svelte';
import { explain } from './problem';
import { annotatorApi, session } from './session.svelte';

/** Somebody else was faster: what this person wanted, beside what is there now. */
export interface Conflict {
  mine: string;
  reason?: string;
}

const most_at_once = 200; // the API's limit

/** Changes of tags in a list, each safe against a change made meanwhile (If-Match), each with its undo. */
export class Tagging {
  saving = $state<Record<string, boolean>>({});
  conflicts = $state<Record<string, Conflict>>({});

  /** Takes the last change back; null where there is none. */
  undo: (() => void) | null = null;

  /** `list` is the one worked on; `others` show the same drawings and are kept true. */
  constructor(
    private list: DrawingList,
    private others: DrawingList[],
  ) {}

  /** The drawing as it is now, or null where it could not be saved. Setting the tag it has accepts it. */
  async set(drawing: Drawing, tag: string, reason?: string): Promise<DrawingDetail | null> {
    if (this.saving[drawing.id]) return null;
    this.saving[drawing.id] = true;
    const answer = await settle(
      annotatorApi.PATCH('/api/v1/drawings/{id}', {
        params: { path: { id: drawing.id }, header: { 'If-Match': `"${drawing.version}"` } },
        body: { tag, reason },
      }),
    );
    delete this.saving[drawing.id];
    if (answer.ok) {
      delete this.conflicts[drawing.id];
      this.show(answer.data, drawing);
      this.say(drawing, answer.data, reason);
      return answer.data;
    }
    if (answer.problem.status === 412) await this.meet(drawing, { mine: tag, reason });
    else if (session.user) notices.toast(explain(answer.problem, i18n.t));
    return null;
  }

  /** Accepts the tags of these as they are; how many were, or null where nobody knows. */
  async acceptAll(drawings: Drawing[]): Promise<number | null> {
    let accepted = 0;
    for (let from = 0; from < drawings.length; from += most_at_once) {
      const some = drawings.slice(from, from + most_at_once);
      const body = { drawings: some.map(({ id, version }) => ({ id, version })) };
      const answer = await settle(annotatorApi.POST('/api/v1/drawings:accept', { body }));
      if (!answer.ok) {
        if (session.user) notices.toast(explain(answer.problem, i18n.t));
        return null;
      }
      const now = answer.data.results.flatMap((result) => result.drawing ?? []);
      for (const drawing of now) this.show(drawing, drawing);
      accepted += now.length;
    }
    const left = drawings.length - accepted;
    const { acceptedAll, notAccepted } = i18n.t.annotate;
    notices.toast([acceptedAll(accepted), ...(left > 0 ? [notAccepted(left)] : [])].join(' · '));
    return accepted;
  }

  keepTheirs(id: string): void {
    delete this.conflicts[id];
  }

  /** Fetches what is there now and leaves the decision to the person. */
  private async meet(before: Drawing, conflict: Conflict): Promise<void> {
    const { id } = before;
    const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params: { path: { id } } }));
    if (!answer.ok) {
      notices.toast(explain(answer.problem, i18n.t));
      return;
    }
    this.show(answer.data, before);
    if (answer.data.tag !== conflict.mine) this.conflicts[id] = conflict;
  }

  private show(drawing: Drawing, before: Drawing): void {
    for (const list of [this.list, ...this.others]) list.replace(drawing, before);
  }

  private say(before: Drawing, after: Drawing, reason?: string): void {
    const { t } = i18n;
    const tag = i18n.tag(after.tag);
    this.undo = null;
    if (reason === 'undone') {
      notices.toast(t.annotate.undone(tag));
      return;
    }
    if (before.tag === after.tag) {
      notices.toast(t.annotate.acceptedToast(tag));
      return;
    }
    const undo = () =>
      void this.set(this.list.items.find((d) => d.id === after.id) ?? after, before.tag, 'undone');
    this.undo = undo;
    notices.toast(t.annotate.saved(tag), { label: t.annotate.undo, keys: 'Control+Z', run: undo });
  }
}
