import { settle } from '../../api/client';
import type { Problem } from '../../api/problem';
import type { DrawingList } from '../drawings/drawings.svelte';
import { annotatorApi } from '../session/session.svelte';

export const look_again_ms = 5_000;

/** Why the queue gives nothing: all is reviewed, or what waits is held elsewhere, which may come free. */
export class QueueEnd {
  /** How many drawings wait, whoever holds them; null before the first answer. */
  waiting = $state<number | null>(null);
  problem = $state<Problem | null>(null);
  looking = $state(false);

  /** `onfound` is called where drawings came free. */
  constructor(
    private readonly list: DrawingList,
    private readonly onfound: () => void,
  ) {}

  /** What the person passed over and nobody has reviewed since, as far as the list knows. */
  get skipped(): number {
    const { list } = this;
    const left = list.items.filter((item) => list.passed.has(item.id) && !list.settled(item)).length;
    return Math.min(left, this.waiting ?? 0);
  }

  /** What others hold, or this person in another tab or on another device. */
  get elsewhere(): number {
    return (this.waiting ?? 0) - this.skipped;
  }

  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const { importJob } = this.list;
    const query = importJob === null ? {} : { import: importJob };
    await this.list.lookAgain();
    const found = this.list.items.some(this.list.waits);
    const answer = found
      ? null
      : await settle(annotatorApi.GET('/api/v1/queue/progress', { params: { query } }));
    this.looking = false;
    if (!answer) return this.onfound();
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.waiting = answer.data.waiting;
  }

  /**
   * Looks at once, and again every few seconds while drawings are held elsewhere and the page is in sight: one that
   * nobody sees would hold what comes free. The result ends it.
   */
  watch(): () => void {
    const timer = setInterval(() => {
      if (!document.hidden && (this.problem !== null || this.elsewhere > 0)) void this.look();
    }, look_again_ms);
    void this.look();
    return () => clearInterval(timer);
  }
}
