import { settle } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import { annotatorApi } from '../session/session.svelte';
import { decisionsOf, paceOf } from '../tagging/progress';
import type { Tagging } from '../tagging/tagging.svelte';

/** How far what waits is decided, and how fast. */
export class QueueProgress {
  /** Drawings that waited when this opened, those decided before included. */
  private waitingAtFirst = $state<number | null>(null);

  constructor(
    private readonly list: DrawingList,
    private readonly tagging: Pick<Tagging, 'changes' | 'decidedBefore'>,
  ) {}

  /** The latest first. */
  readonly decisions = $derived.by(() => decisionsOf(this.tagging.changes));

  readonly decided = $derived.by(() => Math.max(0, this.decisions.length - this.tagging.decidedBefore));

  /** Decisions a minute, once there are enough to tell. */
  readonly pace = $derived.by(() => paceOf(this.tagging.changes.flatMap((done) => done[0]?.at ?? [])));

  /** Drawings to decide, those decided included; null where none are counted. */
  readonly total = $derived.by(() => {
    if (this.list.source === 'suspects') return this.list.items.length;
    return this.list.source === 'queue' ? this.waitingAtFirst : null;
  });

  /** Asks how many wait. */
  async read(): Promise<void> {
    const { importJob } = this.list;
    const query = importJob === null ? {} : { import: importJob };
    const answer = await settle(annotatorApi.GET('/api/v1/queue/progress', { params: { query } }));
    if (answer.ok) this.waitingAtFirst = answer.data.waiting + this.decided;
  }
}
