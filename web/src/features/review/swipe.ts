export type Swipe = 'right' | 'left';

/** So far a finger must go for it to be meant. */
const enough_px = 80;

/** What a finger asks for that went so far across and down; null while it may as well scroll, or has not gone far. */
export function swipeOf(across: number, down: number): Swipe | null {
  if (Math.abs(across) < enough_px || Math.abs(across) < 2 * Math.abs(down)) return null;
  return across > 0 ? 'right' : 'left';
}

interface Options {
  /** How far the finger has gone, for what follows it; 0 at the end. */
  onmove: (across: number) => void;
  onswipe: (swipe: Swipe) => void;
}

/** Listens for one finger that goes across; the browser goes on scrolling with one that goes down. */
export function swiped(node: HTMLElement, options: Options) {
  let start: { id: number; x: number; y: number } | null = null;

  const begin = (event: PointerEvent) => {
    // A second finger zooms.
    const first = start === null && event.pointerType === 'touch' && event.isPrimary;
    start = first ? { id: event.pointerId, x: event.clientX, y: event.clientY } : null;
    if (!first) options.onmove(0);
  };
  const move = (event: PointerEvent) => {
    if (start?.id !== event.pointerId) return;
    const [across, down] = [event.clientX - start.x, event.clientY - start.y];
    options.onmove(Math.abs(across) > 2 * Math.abs(down) ? across : 0);
  };
  const end = (event: PointerEvent) => {
    if (start?.id !== event.pointerId) return;
    const swipe = swipeOf(event.clientX - start.x, event.clientY - start.y);
    start = null;
    options.onmove(0);
    if (swipe) options.onswipe(swipe);
  };
  const cancel = () => {
    start = null;
    options.onmove(0);
  };
  const listen = { pointerdown: begin, pointermove: move, pointerup: end, pointercancel: cancel };
  for (const [name, heard] of Object.entries(listen)) node.addEventListener(name, heard as EventListener);
  return {
    update: (to: Options) => (options = to),
    destroy: () => {
      for (const [name, heard] of Object.entries(listen))
        node.removeEventListener(name, heard as EventListener);
    },
  };
}
