import { i18n } from '../i18n/i18n.svelte';
import { settle, type Drawing, type DrawingDetail } from './api';
import type { DrawingList } from './drawings.svelte';
import { notices } from './notices.svelte';
import { explain } from './problem';
import { annotatorApi } from './session.svelte';

/** Somebody else was faster: what this person wanted, beside what is there now. */
export interface Conflict {
  mine: string;
  reason?: string;
}

/** Changes of tags in a list, each safe against a change made meanwhile (If-Match), each with its undo. */
export class Tagging {
  saving = $state<Record<string, boolean>>({});
  conflicts = $state<Record<string, Conflict>>({});

  constructor(private list: DrawingList) {}

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
      this.list.replace(answer.data);
      this.say(drawing, answer.data, reason);
      return answer.data;
    }
    if (answer.problem.status === 412) await this.meet(drawing.id, { mine: tag, reason });
    else if (answer.problem.status !== 401) notices.toast(explain(answer.problem, i18n.t));
    return null;
  }

  keepTheirs(id: string): void {
    delete this.conflicts[id];
  }

  /** Fetches what is there now and leaves the decision to the person. */
  private async meet(id: string, conflict: Conflict): Promise<void> {
    const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params: { path: { id } } }));
    if (!answer.ok) {
      notices.toast(explain(answer.problem, i18n.t));
      return;
    }
    this.list.replace(answer.data);
    if (answer.data.tag !== conflict.mine) this.conflicts[id] = conflict;
  }

  private say(before: Drawing, after: Drawing, reason?: string): void {
    const { t } = i18n;
    const tag = i18n.tag(after.tag);
    if (reason === 'undone') {
      notices.toast(t.annotate.undone(tag));
      return;
    }
    const text = before.tag === after.tag ? t.annotate.acceptedToast(tag) : t.annotate.saved(tag);
    const undo = () =>
      void this.set(this.list.items.find((d) => d.id === after.id) ?? after, before.tag, 'undone');
    notices.toast(text, before.tag === after.tag ? undefined : { label: t.annotate.undo, run: undo });
  }
}
