import { settle, type Drawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import type { DrawingList } from '../drawings/drawings.svelte';
import { annotatorApi, session } from '../session/session.svelte';
import { topic } from './changes.svelte';

export const most_at_once = 200; // the API's limit

/** Somebody else was there since: nothing of it can be taken back any more. */
export const isLost = ({ status }: Problem): boolean => status === 404 || status === 409 || status === 412;

/** What is on its way to the server, of which drawings, and the lists that show what comes back. */
export class Saves {
  /** The drawings that wait for the server's answer, by their ids. */
  readonly saving = $state<Record<string, boolean>>({});
  private readonly underWay = new Set<Promise<unknown>>();

  /** `list` is the one worked on; `others` show the same drawings and are kept true. */
  constructor(
    readonly list: DrawingList,
    private readonly others: readonly DrawingList[],
  ) {}

  private get lists(): readonly DrawingList[] {
    return [this.list, ...this.others];
  }

  begin(drawings: readonly Pick<Drawing, 'id'>[]): void {
    for (const { id } of drawings) this.saving[id] = true;
  }

  end(drawings: readonly Pick<Drawing, 'id'>[]): void {
    for (const { id } of drawings) delete this.saving[id];
  }

  track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    return work.finally(() => this.underWay.delete(work));
  }

  /** Once all that was asked for so far is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  show(drawing: Drawing, before: Drawing): void {
    for (const list of this.lists) list.replace(drawing, before);
  }

  /** Where it is known. */
  showKnown(drawing: Drawing): void {
    for (const list of this.lists) {
      const known = list.find(drawing.id);
      if (known) list.replace(drawing, known);
    }
  }

  remove(id: string): void {
    for (const list of this.lists) list.remove(id);
  }

  count(): void {
    for (const list of this.lists) void list.count();
  }

  /** Shows what is there now; null, and says why, where that is not told. */
  async reread(before: Drawing): Promise<Drawing | null> {
    const params = { path: { id: before.id } };
    const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params }));
    if (answer.ok) this.show(answer.data, before);
    else if (session.user) notices.toast(explain(answer.problem, i18n.t), undefined, topic);
    return answer.ok ? answer.data : null;
  }
}
