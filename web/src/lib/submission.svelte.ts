import { drawingAsPng } from '../draw/png';
import { toWire, type Stroke } from '../draw/sketch';
import { publicApi, settle, type DrawingDetail, type Preview } from './api';
import type { Problem } from './problem';
import { countDown, isPassing, submitRules, waitBefore } from './retry';
import { newUuid } from './uuid';

const preview_delay_ms = 300;

/** Sends the drawing, and goes on trying while the server is only busy. */
export class Submission {
  result = $state<DrawingDetail | null>(null);
  guess = $state<Preview | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  replayed = $state(false);
  /** Seconds until the next try; 0 while none is planned. */
  waiting = $state(0);
  /** Why there is a next try. */
  obstacle = $state<Problem | null>(null);

  private key = '';
  private cancelled = new AbortController();
  private previewTimer: ReturnType<typeof setTimeout> | undefined;
  private previewed = 0;

  /** The drawing changed: the next submission is another one. */
  changed(strokes: readonly Stroke[]): void {
    this.key = '';
    this.result = null;
    this.guess = strokes.length === 0 ? null : this.guess;
    this.problem = null;
    this.cancel();
    clearTimeout(this.previewTimer);
    ++this.previewed;
    if (strokes.length > 0)
      this.previewTimer = setTimeout(() => void this.preview(strokes), preview_delay_ms);
  }

  cancel(): void {
    this.cancelled.abort();
    this.cancelled = new AbortController();
  }

  /** The stored drawing, or null where it was not stored or that is not known. */
  async send(strokes: readonly Stroke[]): Promise<DrawingDetail | null> {
    if (this.busy) return null;
    // Kept until the drawing changes, so that a second try after a lost answer stores nothing twice.
    this.key ||= newUuid();
    const key = this.key;
    const body = { image: drawingAsPng(strokes), strokes: toWire(strokes), source: 'page' };
    clearTimeout(this.previewTimer);
    this.busy = true;
    this.problem = null;
    const stored = await this.tryAll(body, key, this.cancelled.signal);
    this.busy = false;
    this.waiting = 0;
    if (stored && key === this.key) this.result = stored;
    return stored;
  }

  private async tryAll(
    body: { image: string; strokes: number[][][]; source: string },
    key: string,
    signal: AbortSignal,
  ): Promise<DrawingDetail | null> {
    for (let attempt = 1; ; ++attempt) {
      const params = { header: { 'Idempotency-Key': key } };
      const answer = await settle(publicApi.POST('/api/v1/public/predictions', { params, body }));
      if (answer.ok) {
        this.replayed = answer.response.headers.get('Idempotency-Replayed') === 'true';
        return answer.data;
      }
      const { problem } = answer;
      if (!isPassing(problem.status) || attempt === submitRules.tries || signal.aborted) {
        if (!signal.aborted) this.problem = problem;
        return null;
      }
      this.obstacle = problem;
      const wait = waitBefore(attempt + 1, problem.retryAfter, submitRules);
      const go = await countDown(wait, (left) => (this.waiting = left), signal);
      this.waiting = 0;
      if (!go) return null;
    }
  }

  /** The live guess; it is a nicety, so that its failures say nothing. */
  private async preview(strokes: readonly Stroke[]): Promise<void> {
    const turn = ++this.previewed;
    const body = { image: drawingAsPng(strokes) };
    const answer = await settle(publicApi.POST('/api/v1/public/predictions:preview', { body }));
    if (turn === this.previewed) this.guess = answer.ok ? answer.data : null;
  }
}
