import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { saidOf, type DrawingList } from '../drawings/drawings.svelte';
import type { History } from './history.svelte';
import type { Sight } from '../picture/sight.svelte';
import type { Tagging } from '../tagging/tagging.svelte';
import type { Focus, Walk } from './walk.svelte';

/** While so many answers are being saved, the drawing stays until one is. */
const most_ahead = 10;
const topic = 'tagging';

/**
 * What the person says of the drawing shown, and takes back. A decision is never that of a drawing which the person has
 * not seen.
 */
export class Deciding {
  constructor(
    private readonly list: DrawingList,
    private readonly tagging: Tagging,
    private readonly walk: Walk,
    private readonly sight: Sight,
    private readonly history: Pick<History, 'ownOpinion'>,
  ) {}

  /** The drawing waits for the server's answer. */
  readonly saving = $derived.by(() => this.tagging.saving[this.walk.shown] ?? false);

  /** Nothing is to be decided of it. */
  readonly settled = $derived.by(() => this.list.settled(this.walk.drawing));

  /** What undo() would take back. */
  readonly change = $derived.by(() => this.tagging.next(this.walk.shown));

  /** Whether the person sees it, or saw it at that time; says so where not. */
  sees(at?: number): boolean {
    const { sight, walk } = this;
    const seen = sight.has(walk.shown, at);
    // Where its picture did not come, the notice of that stands there.
    if (!seen && sight.lost !== walk.shown) notices.toast(i18n.t.review.notSeen, undefined, topic);
    return seen;
  }

  /**
   * Saves the answer, and goes on at once: one that is not saved comes back. By a click the focus is then on Next, where
   * Enter changes nothing; by a key Enter accepts.
   */
  async set(tag: string, focus: Focus): Promise<void> {
    const { list, tagging, walk } = this;
    if (!this.sees()) return;
    // It may have been meant for the next one, which is not there yet.
    if (list.oneByOne && this.saving) return notices.toast(i18n.t.review.stillSaving, undefined, topic);
    const asked = walk.shown;
    const stays = walk.mark();
    const saved = tagging.set(walk.drawing, tag);
    const ahead = list.oneByOne && this.saving && tagging.ahead <= most_ahead;
    if (ahead) void walk.goOn(focus);
    const done = await saved;
    if (done && list.oneByOne && !ahead && stays()) void walk.goOn(focus);
    if (!done && (walk.gone || walk.shown !== asked) && tagging.conflicts[asked]) this.sayConflict(asked);
  }

  accept(focus: Focus): void {
    const { drawing } = this.walk;
    if (this.settled) notices.toast(i18n.t.annotate.already(i18n.tag(saidOf(drawing))), undefined, topic);
    else void this.set(drawing.tag, focus);
  }

  /** Leaves the drawing to others. */
  skip(focus: Focus): void {
    const { list, walk } = this;
    if (!list.oneByOne) return;
    if (list.waits(walk.drawing)) list.pass(walk.drawing);
    void walk.goOn(focus);
  }

  /**
   * Takes the last change back and shows its drawing; an answer that is still being saved is waited for, and meant.
   * Where that was not saved, there is nothing to take back: its drawing is shown.
   */
  async undo(): Promise<void> {
    const { list, tagging, walk } = this;
    const stays = walk.turn();
    const [from, opinion, asked] = [walk.drawing, this.history.ownOpinion, Date.now()];
    const sent = tagging.ownOf(from.id) ? null : tagging.lastSent;
    await tagging.settled();
    if (walk.gone) return;
    if (sent !== null && tagging.failures[sent]) return this.bringBack(sent);
    const last = tagging.next(from.id, asked);
    if (!last) return void tagging.undoLast(from, opinion !== null);
    const [done] = last;
    const back = done && last.length === 1 ? list.find(done.after.id) : null;
    if (back && back.id !== walk.shown && stays()) walk.go(back);
    void tagging.undo(last);
  }

  /** An answer that was not saved is taken back by not sending it again. */
  private bringBack(id: string): void {
    const { list, tagging, walk } = this;
    tagging.giveUp(id);
    const back = list.find(id);
    if (back && id !== walk.shown) walk.go(back);
    notices.toast(i18n.t.annotate.undoneUnreviewed(i18n.tag(back?.tag ?? '')), undefined, topic);
  }

  /** The notice of a conflict stands with its drawing, which the person has left. */
  private sayConflict(id: string): void {
    const { list, walk } = this;
    const theirs = list.find(id);
    if (!theirs) return;
    const { conflict, somebody, show } = i18n.t.annotate;
    const way = { label: show, run: () => !walk.gone && walk.go(list.find(id) ?? theirs) };
    const said = conflict(i18n.tag(theirs.tag), theirs.tagged_by ?? somebody);
    notices.toast(said, walk.gone ? undefined : way);
  }
}
