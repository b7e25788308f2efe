import type { Drawing } from '../../api/client';
import type { DrawingList } from '../drawings/drawings.svelte';
import type { Tagging } from '../tagging/tagging.svelte';

/** Where the focus goes with a step: to the drawing, which keys mean then, or to one of the buttons that step. */
export type Focus = 'drawing' | 'previous' | 'next';

/** The way through a list of which one drawing is shown: to its neighbours, and on to what waits. */
export class Walk {
  /** Nothing waits any more. */
  finished = $state(false);
  private left = false;
  /** Counts the steps from drawing to drawing, so that an answer can tell whether the person went on meanwhile. */
  private steps = 0;

  constructor(
    private readonly list: DrawingList,
    private readonly tagging: Pick<Tagging, 'saving' | 'failures' | 'settled'>,
    private readonly current: () => Drawing,
    /** Shows the drawing; null where none waits and the one shown stays. */
    private readonly arrive: (to: Drawing | null, focus: Focus) => void,
  ) {}

  /** Where the drawing stands in the list; -1 where it is in the list no more. */
  readonly position = $derived.by(() => this.list.items.findIndex((item) => item.id === this.shown));

  /** From one that is in the list no more, the queue goes on with what waits. */
  readonly following = $derived.by(() => {
    if (this.position >= 0) return this.list.items[this.position + 1];
    return this.list.oneByOne ? this.waiting : undefined;
  });

  readonly preceding = $derived.by(() => this.list.items[this.position - 1]);

  /** The drawing shown. */
  get drawing(): Drawing {
    return this.current();
  }

  /** Its id. */
  get shown(): string {
    return this.drawing.id;
  }

  /** An answer may come after the person left: then there is no drawing to compare it with. */
  get gone(): boolean {
    return this.left;
  }

  /** What waits: first what could not be saved, then what stands after the drawing shown, or else before it. */
  private get waiting(): Drawing | undefined {
    const { list, tagging, position } = this;
    const waits = (item: Drawing) => item.id !== this.shown && list.waits(item) && !tagging.saving[item.id];
    const failed = (item: Drawing) => tagging.failures[item.id] !== undefined && waits(item);
    return list.items.find(failed) ?? list.items.slice(position + 1).find(waits) ?? list.items.find(waits);
  }

  /** For whoever waits for an answer: whether the person is still where they are now. */
  mark(): () => boolean {
    const at = this.steps;
    return () => !this.left && at === this.steps;
  }

  /** The person turns to something else: answers on their way lead nowhere. Gives what mark() does from then on. */
  turn(): () => boolean {
    ++this.steps;
    this.finished = false;
    return this.mark();
  }

  leave(): void {
    this.left = true;
  }

  /** Goes on to another drawing. */
  go(to: Drawing | undefined, focus: Focus = 'drawing'): void {
    if (!to) return;
    this.turn();
    if (this.list.items.indexOf(to) >= this.list.items.length - 3) void this.list.more();
    this.arrive(to, focus);
  }

  /**
   * Goes on to what waits; where all that came is done, asks for more, and where there is none waits for what is being
   * saved, which may come back, and says so.
   */
  async goOn(focus: Focus): Promise<void> {
    const stays = this.mark();
    if (!this.waiting) await this.list.more();
    if (stays() && !this.waiting) {
      await this.tagging.settled();
      if (!this.left) await this.list.more();
    }
    if (!stays()) return;
    const to = this.waiting;
    this.finished = !to;
    if (to) this.go(to, focus);
    else this.arrive(null, focus);
  }
}
