import { describe, expect, it } from 'vitest';

import {
  add,
  blank,
  canUndo,
  clear,
  max_points,
  max_strokes,
  redo,
  room,
  toWire,
  undo,
  type Stroke,
} from './sketch';

const stroke = (x: number): Stroke => ({ points: [{ x, y: 2.26, t: 3.7 }], width: 4, colour: 'black' });

describe('a sketch', () => {
  it('undoes and redoes in order', () => {
    const two = add(add(blank, stroke(1)), stroke(2));
    const one = undo(two);
    expect(one.strokes.map((s) => s.points[0]!.x)).toEqual([1]);
    expect(redo(one).strokes).toEqual(two.strokes);
    expect(redo(two)).toBe(two);
  });

  it('forgets what was undone once something new is drawn', () => {
    const drawn = add(undo(add(blank, stroke(1))), stroke(2));
    expect(drawn.undone).toEqual([]);
  });

  it('brings back what was cleared', () => {
    const cleared = clear(add(blank, stroke(1)));
    expect(cleared.strokes).toEqual([]);
    expect(canUndo(cleared)).toBe(true);
    expect(undo(cleared).strokes).toHaveLength(1);
    expect(canUndo(blank)).toBe(false);
    expect(clear(cleared)).toBe(cleared);
    expect(undo(undo(add(cleared, stroke(2)))).strokes).toEqual([stroke(1)]);
  });

  it('takes no stroke without points, and none past the limit', () => {
    expect(add(blank, { ...stroke(1), points: [] })).toBe(blank);
    const full = { ...blank, strokes: Array<Stroke>(max_strokes).fill(stroke(1)) };
    expect(add(full, stroke(2))).toBe(full);
    const almost = { ...full, strokes: full.strokes.slice(1) };
    expect(add(almost, stroke(2)).strokes).toHaveLength(max_strokes);
    const long = add(blank, { ...stroke(1), points: Array(max_points - 1).fill({ x: 1, y: 1, t: 1 }) });
    const whole = add(long, stroke(2));
    expect(whole.strokes).toHaveLength(2);
    expect([room(blank), room(long), room(whole), room(full), room(almost)]).toEqual([
      max_points,
      1,
      0,
      0,
      max_points - almost.strokes.length,
    ]);
    expect(add(whole, stroke(3))).toBe(whole);
  });

  it("goes out in Quick, Draw!'s form", () => {
    expect(toWire([stroke(1.04)])).toEqual([[[1], [2.3], [4]]]);
  });
});
