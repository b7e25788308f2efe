import { SvelteSet } from 'svelte/reactivity';

import type { Drawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { page_size, type DrawingList } from '../drawings/drawings.svelte';
import { noFilter } from '../drawings/filter';
import { Selection } from '../drawings/selection.svelte';
import type { Act, Moderation } from '../tagging/moderation.svelte';
import type { Tagging } from '../tagging/tagging.svelte';

/** What a person does to drawings of a list, several at once, and which of them they have seen and picked. */
export class ListWork {
  readonly selection = new Selection();
  /** What has stood before the person's eyes, by its id. */
  private readonly seen = new SvelteSet<string>();

  constructor(
    private readonly list: DrawingList,
    private readonly tagging: Pick<Tagging, 'acceptAll' | 'setAll' | 'settled' | 'next' | 'undo' | 'nothing'>,
    private readonly moderation: Pick<Moderation, 'act'>,
  ) {}

  /** What is picked. */
  readonly selected = $derived.by(() => this.list.items.filter(({ id }) => this.selection.has(id)));

  /** What may be accepted in one go: at most what a page holds, for nobody has looked well at more than that at once. */
  readonly ready = $derived.by(() =>
    this.list.items
      .filter(({ id, tagged_by }) => tagged_by === null && this.seen.has(id))
      .slice(0, page_size),
  );

  /** Reads the list anew: nothing of it is seen or picked. */
  begin(source: 'annotator' | 'queue', filter = noFilter): void {
    this.seen.clear();
    this.selection.clear();
    void this.list.show(source, filter);
  }

  saw({ id }: Drawing): void {
    this.seen.add(id);
  }

  selectAll(): void {
    this.selection.all(this.list.items.map(({ id }) => id));
  }

  /** Accepts these as they are; the queue goes on with what waits then. */
  async acceptAll(drawings: readonly Drawing[]): Promise<Problem | null> {
    const problem = await this.tagging.acceptAll(drawings);
    if (!problem && this.list.source === 'queue') this.begin('queue');
    return problem;
  }

  async moderate(act: Act, drawings: readonly Drawing[]): Promise<Problem | null> {
    const problem = await this.moderation.act(act, drawings);
    if (!problem) this.selection.clear();
    return problem;
  }

  /** With a tag, gives it to all that are picked; without, accepts what they have. */
  async tagSelected(tag: string | null): Promise<void> {
    const problem = await this.tagging.setAll(this.selected, tag);
    if (problem) notices.toast(explain(problem, i18n.t));
    else this.selection.clear();
  }

  async hideOrShow(act: 'hide' | 'show'): Promise<void> {
    const problem = await this.moderate(act, this.selected);
    if (problem) notices.toast(explain(problem, i18n.t));
  }

  /** Takes back what was done last; what is being saved is waited for, and meant. */
  async undo(): Promise<void> {
    await this.tagging.settled();
    const change = this.tagging.next();
    if (!change) return this.tagging.nothing();
    await this.tagging.undo(change);
  }
}
