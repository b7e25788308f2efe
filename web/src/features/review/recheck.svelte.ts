import { settle, type RecheckDrawing } from '../../api/client';
import type { Problem } from '../../api/problem';
import { newUuid } from '../../util/uuid';
import { annotatorApi } from '../session/session.svelte';

const held_at_once = 12;
const most_passed = 200; // the API's limit

/** Somebody was there first, or the drawing is gone: it is asked about no more. */
const isOver = ({ status }: Problem) => status === 404 || status === 412;

/** The random audit: reviewed drawings that nobody looked at one by one, of which this person is told no tag. */
export class Recheck {
  drawings = $state.raw<readonly RecheckDrawing[]>([]);
  /** Answers that were given here. */
  done = $state(0);
  saving = $state(false);
  /** Nothing more is there for this person. */
  finished = $state(false);
  problem = $state<Problem | null>(null);
  private claim: string | null = newUuid();
  private passed: string[] = [];
  private turn = 0;

  get current(): RecheckDrawing | undefined {
    return this.drawings[0];
  }

  /** Holds the next drawings, and those that are here for longer. */
  async more(): Promise<void> {
    this.claim ??= newUuid();
    const turn = ++this.turn;
    this.problem = null;
    const params = { path: { id: this.claim } };
    const passed = this.passed.slice(-most_passed);
    const body = { limit: held_at_once, ...(passed.length > 0 ? { passed } : {}) };
    const answer = await settle(annotatorApi.PUT('/api/v1/quality/recheck/claims/{id}', { params, body }));
    if (turn !== this.turn) return;
    if (!answer.ok) {
      this.problem = answer.problem;
      return;
    }
    // The one before the person's eyes stays there.
    const { current } = this;
    const { drawings } = answer.data;
    const same = drawings.filter(({ id }) => id === current?.id);
    this.drawings = [...same, ...drawings.filter(({ id }) => id !== current?.id)];
    this.finished = drawings.length === 0;
  }

  /** Says what the current drawing is. */
  async say(tag: string): Promise<void> {
    const { current } = this;
    if (!current || this.saving) return;
    this.saving = true;
    const answer = await settle(
      annotatorApi.PATCH('/api/v1/drawings/{id}', {
        params: { path: { id: current.id }, header: { 'If-Match': `"${current.version}"` } },
        body: { tag },
      }),
    );
    this.saving = false;
    if (!answer.ok && !isOver(answer.problem)) {
      this.problem = answer.problem;
      return;
    }
    if (answer.ok) this.done += 1;
    await this.goOn(current);
  }

  /** Leaves the current drawing to others. */
  async pass(): Promise<void> {
    const { current } = this;
    if (!current || this.saving) return;
    this.passed.push(current.id);
    await this.goOn(current);
  }

  private async goOn(from: RecheckDrawing): Promise<void> {
    this.drawings = this.drawings.filter(({ id }) => id !== from.id);
    if (this.drawings.length === 0) await this.more();
  }

  async renew(): Promise<void> {
    if (this.claim !== null && this.drawings.length > 0) await this.more();
  }

  release(): Promise<unknown> | null {
    if (this.claim === null) return null;
    const params = { path: { id: this.claim } };
    this.claim = null;
    this.turn += 1;
    return settle(annotatorApi.DELETE('/api/v1/queue/claims/{id}', { params, keepalive: true }));
  }
}
