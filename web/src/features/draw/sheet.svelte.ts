import { i18n } from '../../i18n/i18n.svelte';
import { explain } from '../../api/problem';
import { notices } from '../../ui/notices.svelte';
import { keepDraft, readDraft } from './draft';
import * as sketching from './sketch';
import type { Sketch, Stroke } from './sketch';
import { Submission, type Outcome } from './submission.svelte';

const keep_delay_ms = 300;

/** What is drawn on: the drawing, what may be undone and redone in it, and its sending. A reload finds it again. */
export class Sheet {
  readonly submission: Submission;
  sketch = $state.raw<Sketch>(sketching.blank);
  private keeping: ReturnType<typeof setTimeout> | undefined;

  /** `lift` ends the stroke under way, which add() is given. */
  constructor(private readonly lift: () => void) {
    const draft = readDraft();
    this.submission = new Submission(draft.key);
    this.sketch = draft.sketch;
    this.submission.guessSoon(draft.sketch.strokes);
  }

  readonly hasInk = $derived.by(() => this.sketch.strokes.length > 0);

  /** How many points the next stroke may have. */
  readonly room = $derived.by(() => sketching.room(this.submission.handedIn ? sketching.blank : this.sketch));

  /** Keeps what is not stored yet for a reload; later changes wait for a pause. */
  keep(): void {
    clearTimeout(this.keeping);
    const { sketch, submission } = this;
    keepDraft(submission.result ? { sketch: sketching.blank, key: '' } : { sketch, key: submission.key });
  }

  private change(to: Sketch, said?: string): void {
    if (to === this.sketch) return;
    this.sketch = to;
    this.submission.changed(to.strokes);
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), keep_delay_ms);
    if (said) notices.announce(said);
  }

  /** `another` is the first stroke of another drawing. */
  add(stroke: Stroke, another: boolean): void {
    if (another) this.change(sketching.clear(this.sketch));
    this.change(sketching.add(this.sketch, stroke));
  }

  undo(): void {
    this.lift();
    if (sketching.canUndo(this.sketch)) this.change(sketching.undo(this.sketch), i18n.t.draw.undone);
  }

  redo(): void {
    this.lift();
    this.change(sketching.redo(this.sketch), i18n.t.draw.redone);
  }

  clear(said: string): void {
    this.lift();
    this.change(sketching.clear(this.sketch), said);
  }

  /** Null where there is nothing to send, where it was cancelled, or where another sending is under way. */
  async send(): Promise<Outcome | null> {
    this.lift();
    if (!this.hasInk) {
      notices.toast(i18n.t.draw.empty);
      return null;
    }
    const sent = this.sketch;
    const sending = this.submission.send(sent.strokes);
    this.keep();
    const outcome = await sending;
    if (!outcome) return null;
    this.keep();
    if (!outcome.current) this.tellOfEarlier(outcome, sent);
    return outcome;
  }

  /** Another drawing was begun before the answer came. */
  private tellOfEarlier(outcome: Outcome, sent: Sketch): void {
    if (outcome.ok) {
      notices.toast(i18n.t.draw.earlier(i18n.tag(outcome.data.tag)));
      return;
    }
    const again = {
      label: i18n.t.draw.bringBack,
      run: () => {
        this.lift();
        this.change({ ...sent, cleared: this.sketch.strokes });
      },
    };
    notices.toast(i18n.t.draw.earlierFailed(explain(outcome.problem, i18n.t)), again, undefined, true);
  }
}
