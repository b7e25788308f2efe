/** What a pointer event does to the stroke that is being drawn. */
export type Step =
  /** A stroke begins where the event is. */
  | 'begin'
  /** The stroke goes on to where the event is. */
  | 'extend'
  /** The stroke ends where it was last. */
  | 'finish'
  /** What was drawn is no stroke. */
  | 'drop';

export type Contact = Pick<
  PointerEvent,
  'pointerId' | 'pointerType' | 'isPrimary' | 'button' | 'buttons' | 'pressure'
>;

// The bits of PointerEvent.buttons.
const primary = 1;
const barrel = 2;

/** A hand that rests on the screen gives way to whatever is held in it. */
const rank = ({ pointerType }: { pointerType: string }) =>
  pointerType === 'touch' ? 0 : pointerType === 'pen' ? 2 : 1;

/** A pen's tip draws with its barrel button held too; its other end, an eraser, does not. */
const barrelHeld = ({ pointerType, buttons, pressure }: Contact) =>
  pointerType === 'pen' && (buttons & barrel) !== 0 && pressure > 0;

/** Whether the pointer is pressed as it is for drawing. */
const touches = (event: Contact) => (event.buttons & primary) !== 0 || barrelHeld(event);

/**
 * Follows the one pointer that draws, among all that touch the canvas. Takes the events in the order in which the
 * browser gives them and gives the steps to do, in order. No event is relied on to come: a release may have happened
 * outside the page, or while it was not in front.
 */
export class DrawingPointer {
  private active: Pick<Contact, 'pointerId' | 'pointerType'> | null = null;

  /** Whether this event's pointer is the one that draws. */
  draws(event: Pick<Contact, 'pointerId'>): boolean {
    return this.active?.pointerId === event.pointerId;
  }

  down(event: Contact): Step[] {
    if (event.button !== 0 && !barrelHeld(event)) return [];
    const end = this.active && this.endOf(this.active, event);
    if (end === 'keep') return [];
    this.active = { pointerId: event.pointerId, pointerType: event.pointerType };
    return end ? [end, 'begin'] : ['begin'];
  }

  move(event: Contact): Step[] {
    // While another button is held, pressing the left one comes as a move that tells which button changed.
    if (!this.active) return event.button === 0 && (event.buttons & primary) !== 0 ? this.down(event) : [];
    if (!this.draws(event)) return [];
    if (touches(event)) return ['extend'];
    // Released where the page could not see it, or released while another button is still held.
    return this.end('finish');
  }

  up(event: Pick<Contact, 'pointerId'>): Step[] {
    return this.draws(event) ? this.end('finish') : [];
  }

  /** The browser took the pointer for itself, for a system gesture or because it is a palm. */
  cancel(event: Pick<Contact, 'pointerId'>): Step[] {
    return this.draws(event) ? this.end('drop') : [];
  }

  /**
   * The canvas no longer has the pointer captured. Chromium lets go of a mouse as any of its buttons is released, so
   * that the left one may still be held: then the stroke goes on, and `draws` says so.
   */
  uncaptured(event: Contact): Step[] {
    return this.draws(event) && !touches(event) ? this.end('finish') : [];
  }

  /** The pointer's events no longer come, for a reason that says nothing of what was drawn. */
  lose(): Step[] {
    return this.active ? this.end('finish') : [];
  }

  private end(step: Step): Step[] {
    this.active = null;
    return [step];
  }

  /** What becomes of the stroke under way as another contact comes: 'keep' where that one draws nothing. */
  private endOf(
    active: Pick<Contact, 'pointerId' | 'pointerType'>,
    next: Contact,
  ): 'finish' | 'drop' | 'keep' {
    // Of one kind only the first contact is primary: then the earlier one is over, its end unseen.
    const same = active.pointerType === next.pointerType;
    if (active.pointerId === next.pointerId || (same && next.isPrimary)) return 'finish';
    if (rank(next) <= rank(active)) return 'keep';
    return active.pointerType === 'touch' ? 'drop' : 'finish';
  }
}
