import { drawingAsPng } from './png';
import { toWire, type Stroke } from './sketch';
import { publicApi, settle, type Answer, type Preview, type StoredDrawing } from '../../api/client';
import type { Problem } from '../../api/problem';
import { countDown, isPassing, submitRules, waitBefore } from '../../api/retry';
import { newUuid } from '../../util/uuid';
import { projects } from '../projects/projects.svelte';
import { annotatorApi } from '../session/session.svelte';

const preview_delay_ms = 300;

/** How sending a drawing ended, and whether that drawing is still the one on the canvas. */
export type Outcome = Answer<StoredDrawing> & { current: boolean };

interface Body {
  image: string;
  strokes: number[][][];
  source: string;
}

/** Sends the drawing, and goes on trying while the server is only busy. */
export class Submission {
  result = $state<StoredDrawing | null>(null);
  guess = $state<Preview | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  replayed = $state(false);
  takingBack = $state(false);
  suggesting = $state(false);
  /** What the person says that the stored drawing is; empty where nothing was said. */
  suggested = $state('');
  /** Seconds until the next try; 0 while none is planned. */
  waiting = $state(0);
  /** Why there is a next try. */
  obstacle = $state<Problem | null>(null);
  /** The drawing is with the server or stored: what is drawn now is another one. */
  readonly handedIn = $derived(this.result !== null || (this.busy && this.waiting === 0));

  private turn = 0; // goes up with each drawing and each sending
  private cancelled = new AbortController();
  private previewTimer: ReturnType<typeof setTimeout> | undefined;
  private previewed = 0;

  /** `key` is that of an earlier page, which may have sent this drawing already. */
  constructor(public key = '') {}

  /**
   * The drawing changed: the next submission is another one. One that waits for its next try is given up, for the
   * drawing goes on; one that is under way goes on by itself and tells its outcome when it comes.
   */
  changed(strokes: readonly Stroke[]): void {
    if (this.waiting > 0) this.cancel();
    ++this.turn;
    this.key = '';
    this.busy = false;
    this.waiting = 0;
    this.result = null;
    this.suggested = '';
    this.problem = null;
    if (strokes.length === 0) this.guess = null;
    this.guessSoon(strokes);
  }

  /** Asks for a guess of these strokes unless others come soon. */
  guessSoon(strokes: readonly Stroke[]): void {
    clearTimeout(this.previewTimer);
    ++this.previewed;
    if (strokes.length > 0)
      this.previewTimer = setTimeout(() => void this.preview(strokes), preview_delay_ms);
  }

  cancel(): void {
    this.cancelled.abort();
  }

  /** Null where it was cancelled, or where another sending is under way. */
  async send(strokes: readonly Stroke[]): Promise<Outcome | null> {
    if (this.busy) return null;
    // Kept until the drawing changes, so that a second try after a lost answer stores nothing twice.
    this.key ||= newUuid();
    const body = { image: drawingAsPng(strokes), strokes: toWire(strokes), source: 'page' };
    clearTimeout(this.previewTimer);
    this.busy = true;
    this.problem = null;
    this.cancelled = new AbortController();
    const turn = ++this.turn;
    const answer = await this.tryAll(body, this.key, turn, this.cancelled.signal);
    const current = turn === this.turn;
    if (current) {
      this.busy = false;
      this.waiting = 0;
      this.suggested = '';
      if (answer?.ok) this.result = answer.data;
      else this.problem = answer?.problem ?? null;
    }
    return answer && { ...answer, current };
  }

  private async tryAll(
    body: Body,
    key: string,
    turn: number,
    signal: AbortSignal,
  ): Promise<Answer<StoredDrawing> | null> {
    /** What is shown belongs to the drawing on the canvas. */
    const show = (change: () => void) => turn === this.turn && change();
    for (let attempt = 1; ; ++attempt) {
      const params = { header: { 'Idempotency-Key': key } };
      const answer = await settle(
        projects.drawnByUsers
          ? annotatorApi.POST('/api/v1/predictions', { params, body })
          : publicApi.POST('/api/v1/public/predictions', { params, body }),
      );
      if (answer.ok) {
        const replayed = answer.response.headers.get('Idempotency-Replayed') === 'true';
        show(() => (this.replayed = replayed));
        return answer;
      }
      const { problem } = answer;
      if (signal.aborted) return null;
      if (!isPassing(problem.status) || attempt === submitRules.tries) return answer;
      show(() => (this.obstacle = problem));
      const wait = waitBefore(attempt + 1, problem.retryAfter, submitRules);
      const go = await countDown(wait, (left) => show(() => (this.waiting = left)), signal);
      show(() => (this.waiting = 0));
      if (!go) return null;
    }
  }

  /** Deletes what was just stored, where nobody else has. The drawing is still on the canvas, and can be sent again as another. */
  async takeBack(): Promise<Problem | null> {
    const stored = this.result;
    if (!stored?.withdrawal || this.takingBack) return null;
    this.takingBack = true;
    const { turn } = this;
    const params = { path: { id: stored.id }, header: { 'Withdrawal-Token': stored.withdrawal.token } };
    const answer = await settle(publicApi.DELETE('/api/v1/public/drawings/{id}', { params }));
    this.takingBack = false;
    // Somebody else may have deleted it before.
    const gone = answer.ok || answer.problem.status === 404;
    if (gone && turn === this.turn) {
      ++this.turn;
      this.key = '';
      this.result = null;
    }
    return answer.ok ? null : answer.problem;
  }

  /** Passes on what the person says that it is. */
  async suggest(tag: string): Promise<Problem | null> {
    const stored = this.result;
    if (!stored?.withdrawal || this.suggesting) return null;
    this.suggesting = true;
    const { turn } = this;
    const params = { path: { id: stored.id }, header: { 'Withdrawal-Token': stored.withdrawal.token } };
    const answer = await settle(
      publicApi.POST('/api/v1/public/drawings/{id}:suggest', { params, body: { tag } }),
    );
    this.suggesting = false;
    if (!answer.ok) return answer.problem;
    if (turn === this.turn) this.suggested = tag;
    return null;
  }

  /** The live guess; it is a nicety, so that its failures say nothing. */
  private async preview(strokes: readonly Stroke[]): Promise<void> {
    const turn = ++this.previewed;
    const body = { image: drawingAsPng(strokes) };
    const answer = await settle(
      projects.drawnByUsers
        ? annotatorApi.POST('/api/v1/predictions:preview', { body })
        : publicApi.POST('/api/v1/public/predictions:preview', { body }),
    );
    if (turn === this.previewed) this.guess = answer.ok ? answer.data : null;
  }
}
