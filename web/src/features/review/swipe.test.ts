import { describe, expect, it } from 'vitest';

import { swiped, swipeOf, type Swipe } from './swipe';

describe('a swipe', () => {
  it('is far enough, and rather across than down', () => {
    expect([swipeOf(80, 0), swipeOf(-200, 90), swipeOf(79, 0), swipeOf(100, 60), swipeOf(0, 300)]).toEqual([
      'right',
      'left',
      null,
      null,
      null,
    ]);
  });

  /** A finger on an element, and what was heard of it. */
  function finger() {
    const node = new EventTarget();
    const heard: Swipe[] = [];
    const moves: number[] = [];
    swiped(node as HTMLElement, { onmove: (x) => moves.push(x), onswipe: (swipe) => heard.push(swipe) });
    const send = (type: string, clientX: number, clientY = 0, more = {}) =>
      node.dispatchEvent(
        Object.assign(new Event(type), {
          clientX,
          clientY,
          pointerId: 1,
          pointerType: 'touch',
          isPrimary: true,
          ...more,
        }),
      );
    return { send, heard, moves };
  }

  it('is told once, when the finger is lifted', () => {
    const { send, heard, moves } = finger();
    send('pointerdown', 10);
    send('pointermove', 60);
    send('pointermove', 120);
    expect([heard, moves]).toEqual([[], [50, 110]]);
    send('pointerup', 120);
    send('pointerup', 120);
    expect([heard, moves.at(-1)]).toEqual([['right'], 0]);
  });

  it('is none of a mouse, of two fingers, or of one that the browser scrolls with', () => {
    const { send, heard } = finger();
    send('pointerdown', 10, 0, { pointerType: 'mouse' });
    send('pointerup', 200, 0, { pointerType: 'mouse' });
    send('pointerdown', 10);
    send('pointerdown', 30, 0, { pointerId: 2, isPrimary: false });
    send('pointerup', 200);
    send('pointerdown', 10);
    send('pointercancel', 60);
    send('pointerup', 200);
    expect(heard).toEqual([]);
  });
});
