import { settle, type LabelProgress } from '../../api/client';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

export type LabelState = LabelProgress['labels'][number];

/** After a decision, so that several in a row are asked about once. */
const settling_ms = 500;
/** The server tells again for a while what took it long to count. */
const again_ms = 5_000;
const most_again = 12;

/** What the labels have and still want, for as long as somebody looks. */
export class ProgressOfLabels {
  /** Null before the first answer. */
  read = $state.raw<LabelProgress | null>(null);
  problem = $state.raw<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private again = 0;

  /** Those that have too few examples come first. */
  readonly labels = $derived.by(() => {
    const all = this.read?.labels ?? [];
    return [...all.filter(wants), ...all.filter((label) => !wants(label))];
  });

  /** Asks at once. */
  async ask(): Promise<void> {
    clearTimeout(this.timer);
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/quality/labels'));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    const old = this.read?.as_of === answer.data.as_of;
    this.read = answer.data;
    if (old && this.again-- > 0) this.later(again_ms);
  }

  /** Something was decided: asks soon, until what is told was counted since. */
  changed(): void {
    this.again = most_again;
    this.later(settling_ms);
  }

  stop(): void {
    ++this.asked;
    clearTimeout(this.timer);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), ms);
  }
}

export const wants = ({ wanted }: LabelState) => wanted > 0;
