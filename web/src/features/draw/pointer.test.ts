import { beforeEach, describe, expect, it } from 'vitest';

import { DrawingPointer, type Contact } from './pointer';

const contact = (type: string, id: number, more: Partial<Contact> = {}): Contact => ({
  pointerId: id,
  pointerType: type,
  isPrimary: true,
  button: 0,
  buttons: 1,
  pressure: 0.5,
  ...more,
});
const mouse = (more: Partial<Contact> = {}) => contact('mouse', 1, more);
const moved = { button: -1 };
const hovering = { button: -1, buttons: 0, pressure: 0 };

let pointer: DrawingPointer;
beforeEach(() => {
  pointer = new DrawingPointer();
});

describe.each(['mouse', 'touch', 'pen', ''])('a pointer of type "%s"', (type) => {
  it('draws from its press to its release', () => {
    expect(pointer.down(contact(type, 4))).toEqual(['begin']);
    expect(pointer.draws({ pointerId: 4 })).toBe(true);
    expect(pointer.move(contact(type, 4, moved))).toEqual(['extend']);
    expect(pointer.up({ pointerId: 4 })).toEqual(['finish']);
    expect(pointer.up({ pointerId: 4 })).toEqual([]);
    expect(pointer.move(contact(type, 4, hovering))).toEqual([]);
  });

  it('ends its stroke by a move without a button, and may draw again', () => {
    pointer.down(contact(type, 4));
    expect(pointer.move(contact(type, 4, hovering))).toEqual(['finish']);
    expect(pointer.move(contact(type, 4, hovering))).toEqual([]);
    expect(pointer.down(contact(type, 4))).toEqual(['begin']);
  });

  it('ends its stroke by a second press, where no release was seen', () => {
    pointer.down(contact(type, 4));
    expect(pointer.down(contact(type, 4))).toEqual(['finish', 'begin']);
    expect(pointer.down(contact(type, 5))).toEqual(['finish', 'begin']);
    expect(pointer.up({ pointerId: 4 })).toEqual([]);
    expect(pointer.up({ pointerId: 5 })).toEqual(['finish']);
  });

  it('has drawn nothing where the browser took it, and what it drew where it was lost', () => {
    pointer.down(contact(type, 4));
    expect(pointer.cancel({ pointerId: 9 })).toEqual([]);
    expect(pointer.cancel({ pointerId: 4 })).toEqual(['drop']);
    expect(pointer.lose()).toEqual([]);
    expect(pointer.down(contact(type, 4))).toEqual(['begin']);
    expect(pointer.lose()).toEqual(['finish']);
    expect(pointer.move(contact(type, 4, moved))).toEqual([]);
  });
});

describe('a capture that is lost', () => {
  it('leaves the stroke while the pointer is held, and ends it else', () => {
    pointer.down(mouse());
    expect(pointer.uncaptured(mouse({ button: -1, buttons: 1 }))).toEqual([]);
    expect(pointer.draws({ pointerId: 1 })).toBe(true);
    expect(pointer.uncaptured(contact('touch', 8, hovering))).toEqual([]);
    expect(pointer.uncaptured(mouse(hovering))).toEqual(['finish']);
    expect(pointer.draws({ pointerId: 1 })).toBe(false);
  });
});

describe('several buttons', () => {
  it('of a mouse: the left one ends the stroke, whichever is held', () => {
    pointer.down(mouse());
    expect(pointer.move(mouse({ button: 2, buttons: 3 }))).toEqual(['extend']);
    expect(pointer.move(mouse({ button: 0, buttons: 2 }))).toEqual(['finish']);
    expect(pointer.move(mouse({ button: -1, buttons: 2 }))).toEqual([]);
    expect(pointer.up({ pointerId: 1 })).toEqual([]);
  });

  it('of a mouse: the right one released first leaves the stroke', () => {
    pointer.down(mouse());
    pointer.move(mouse({ button: 2, buttons: 3 }));
    expect(pointer.move(mouse({ button: 2, buttons: 1 }))).toEqual(['extend']);
    expect(pointer.up({ pointerId: 1 })).toEqual(['finish']);
  });

  it('of a mouse: the left one pressed while the right is held draws', () => {
    expect(pointer.down(mouse({ button: 2, buttons: 2 }))).toEqual([]);
    expect(pointer.move(mouse({ button: 0, buttons: 3 }))).toEqual(['begin']);
    expect(pointer.move(mouse({ button: -1, buttons: 3 }))).toEqual(['extend']);
  });

  it('of a mouse that was pressed elsewhere draw nothing', () => {
    expect(pointer.move(mouse(moved))).toEqual([]);
    expect(pointer.down(mouse({ button: 1, buttons: 4 }))).toEqual([]);
  });

  it('of a pen: the barrel does not break a stroke, and the eraser draws none', () => {
    const pen = (more: Partial<Contact>) => contact('pen', 7, more);
    expect(pointer.down(pen({ button: 2, buttons: 2 }))).toEqual(['begin']);
    expect(pointer.move(pen({ button: -1, buttons: 2 }))).toEqual(['extend']);
    expect(pointer.move(pen({ button: 2, buttons: 1 }))).toEqual(['extend']);
    expect(pointer.up({ pointerId: 7 })).toEqual(['finish']);
    expect(pointer.down(pen({ button: 2, buttons: 2, pressure: 0 }))).toEqual([]);
    expect(pointer.down(pen({ button: 5, buttons: 32 }))).toEqual([]);
  });
});

describe('several pointers', () => {
  const palm = contact('touch', 2);
  const pen = contact('pen', 3);

  it('a palm gives way to the pen, and what it drew is no stroke', () => {
    pointer.down(palm);
    expect(pointer.down(pen)).toEqual(['drop', 'begin']);
    expect(pointer.move({ ...palm, ...moved })).toEqual([]);
    expect(pointer.up(palm)).toEqual([]);
    expect(pointer.cancel(palm)).toEqual([]);
    expect(pointer.move({ ...pen, ...moved })).toEqual(['extend']);
    expect(pointer.up(pen)).toEqual(['finish']);
  });

  it('a palm beside the pen draws nothing, also once the pen is lifted', () => {
    pointer.down(pen);
    expect(pointer.down(palm)).toEqual([]);
    expect(pointer.up(pen)).toEqual(['finish']);
    expect(pointer.move({ ...palm, ...moved })).toEqual([]);
    expect(pointer.down(pen)).toEqual(['begin']);
  });

  it('a second finger draws nothing', () => {
    pointer.down(palm);
    const second = contact('touch', 5, { isPrimary: false });
    expect(pointer.down(second)).toEqual([]);
    expect(pointer.up(second)).toEqual([]);
    expect(pointer.move({ ...palm, ...moved })).toEqual(['extend']);
  });

  it('a mouse gives way to the pen, its stroke kept, and not to a finger', () => {
    pointer.down(mouse());
    expect(pointer.down(palm)).toEqual([]);
    expect(pointer.down(pen)).toEqual(['finish', 'begin']);
    expect(pointer.down(mouse())).toEqual([]);
  });
});
