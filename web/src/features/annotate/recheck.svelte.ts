import { settle, type RecheckDrawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { releaseClaim } from '../drawings/claims';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { newUuid } from '../../util/uuid';
import { annotatorApi } from '../session/session.svelte';
import { inOrder } from '../tagging/in-order';

const held_at_once = 12;
const most_passed = 200; // the API's limit
/** While so many answers are being saved, another one waits. */
const most_ahead = 10;

const topic = 'recheck'; // of the notices

/** Somebody was there first, or the drawing is gone: it is asked about no more. */
const isOver = ({ status }: Problem) => status === 404 || status === 412;

/** It stands no more as this person left it. */
const isLost = (problem: Problem) => isOver(problem) || problem.status === 409;

/** What was asked about, and the version that the answer made. */
interface Answered {
  drawing: RecheckDrawing;
  version: number;
  /** Which one it was of those that were given here. */
  turn: number;
}

/** The random audit: reviewed drawings that nobody looked at one by one, of which this person is told no tag. */
export class Recheck {
  drawings = $state.raw<readonly RecheckDrawing[]>([]);
  /** Answers that were given here. */
  done = $state(0);
  /** An answer is being taken back: what would be said meanwhile might be of another drawing. */
  saving = $state(false);
  /** Nothing more is there for this person. */
  finished = $state(false);
  problem = $state<Problem | null>(null);
  /** What can be taken back, the last at the end. */
  private answers: readonly Answered[] = [];
  /** The drawings that are asked about again, whoever holds them by now. */
  private again = new Set<string>();
  /** What is being saved, the last at the end: it comes back where that fails. */
  private sent = new Map<string, Promise<unknown>>();
  /** What was not saved, and is asked about once more. */
  private failed = new Set<string>();
  private given = 0;
  private claim: string | null = newUuid();
  private passed: string[] = [];
  private turn = 0;

  get current(): RecheckDrawing | undefined {
    return this.drawings[0];
  }

  /** How many answers are being saved. */
  get ahead(): number {
    return this.sent.size;
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
    // The server may not have been told yet what was said.
    const drawings = answer.data.drawings.filter(({ id }) => !this.sent.has(id));
    const same = drawings.filter(({ id }) => id === current?.id);
    const kept = current && same.length === 0 && this.again.has(current.id) ? [current] : same;
    this.drawings = [...kept, ...drawings.filter(({ id }) => id !== current?.id)];
    this.finished = this.drawings.length === 0 && this.sent.size === 0;
  }

  /** Says what the current drawing is, and goes on at once. */
  async say(tag: string): Promise<void> {
    const { current } = this;
    if (!current || this.saving) return;
    if (this.sent.size >= most_ahead) return notices.toast(i18n.t.review.stillSaving, undefined, topic);
    this.failed.delete(current.id);
    const work = this.save(current, tag, ++this.given);
    this.sent.set(current.id, work);
    await this.goOn(current);
    await work;
  }

  private async save(drawing: RecheckDrawing, tag: string, turn: number): Promise<void> {
    const { id, version } = drawing;
    const answer = await settle(
      annotatorApi.PATCH('/api/v1/drawings/{id}', {
        params: { path: { id }, header: { 'If-Match': `"${version}"` } },
        body: { tag },
        keepalive: true,
      }),
    );
    this.sent.delete(id);
    if (answer.ok) this.said({ drawing, version: answer.data.version, turn }, tag);
    else if (!isOver(answer.problem)) this.bringBack(drawing, answer.problem);
    if (!this.current && !this.finished && this.sent.size === 0) await this.more();
  }

  /** It is asked about next: what stands before the person's eyes stays there. */
  private bringBack(drawing: RecheckDrawing, problem: Problem): void {
    const [current, ...others] = this.drawings.filter(({ id }) => id !== drawing.id);
    this.failed.add(drawing.id);
    this.finished = false;
    this.problem = problem;
    this.drawings = current ? [current, drawing, ...others] : [drawing];
  }

  private said(answered: Answered, tag: string): void {
    const { annotate, recheck } = i18n.t;
    this.done += 1;
    this.answers = inOrder(this.answers, answered, ({ turn }) => turn);
    const run = () => void this.undo(answered);
    notices.toast(recheck.said(i18n.tag(tag)), { label: annotate.undo, keys: 'Control+Z', run }, topic);
  }

  /**
   * Takes an answer back, the last where none is named, and asks again; one that is being saved is waited for, and
   * meant. The drawing is as it was before, and what it was is not told here either.
   */
  async undo(meant?: Answered): Promise<void> {
    const [last, turn] = [[...this.sent.keys()].at(-1), this.given];
    await this.saved();
    if (this.saving) return;
    if (!meant && last !== undefined && this.failed.has(last)) return this.showFailed(last);
    const answered = meant ?? this.answers.filter((other) => other.turn <= turn).at(-1);
    const { t } = i18n;
    if (!answered || !this.answers.includes(answered)) {
      notices.toast(t.annotate.nothingToUndo, undefined, topic);
      return;
    }
    this.saving = true;
    const params = {
      path: { id: answered.drawing.id },
      header: { 'If-Match': `"${answered.version}"` },
    };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings/{id}/undo', { params }));
    this.saving = false;
    if (answer.ok || isLost(answer.problem))
      this.answers = this.answers.filter((other) => other !== answered);
    if (answer.ok) this.askAgain({ ...answered.drawing, version: answer.data.version });
    const why = answer.ok || isLost(answer.problem) ? t.annotate.changedSince : explain(answer.problem, t);
    notices.toast(answer.ok ? t.recheck.undone : i18n.count(t.annotate.notUndone, 1, why), undefined, topic);
  }

  /** Once what was said so far is saved, or not. */
  saved(): Promise<unknown> {
    return Promise.allSettled(this.sent.values());
  }

  /** What was not saved needs no taking back: it is asked about at once. */
  private showFailed(id: string): void {
    const failed = this.drawings.filter((drawing) => drawing.id === id);
    this.problem = null;
    this.drawings = [...failed, ...this.drawings.filter((drawing) => drawing.id !== id)];
    notices.toast(i18n.t.recheck.undone, undefined, topic);
  }

  private askAgain(drawing: RecheckDrawing): void {
    this.again.add(drawing.id);
    this.done -= 1;
    this.finished = false;
    this.drawings = [drawing, ...this.drawings.filter(({ id }) => id !== drawing.id)];
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

  release(saved?: Promise<unknown>): Promise<unknown> | null {
    const { claim } = this;
    if (claim === null) return null;
    this.claim = null;
    this.turn += 1;
    return releaseClaim(claim, saved);
  }
}
