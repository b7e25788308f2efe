/** The canvas in its own units: whatever its size on the screen, it is this many units wide and high. */
export const canvas_units = 512;

export const colours = {
  black: '#111111',
  blue: '#1f4fd8',
  red: '#c8232c',
  green: '#177a3c',
  orange: '#c65d00',
};
export type Colour = keyof typeof colours;

export interface Point {
  x: number; // canvas units
  y: number;
  t: number; // milliseconds since the drawing's start
}

export interface Stroke {
  points: Point[];
  width: number; // canvas units
  colour: Colour;
}

/** The API's form of strokes, Quick, Draw!'s: [[x…], [y…], [t…]] a stroke. */
export type WireStrokes = number[][][];

// The API's limits.
export const max_strokes = 1000;
export const max_points = 100_000;

/** A drawing and what may be undone and redone in it. Values: each change gives a new one. */
export interface Sketch {
  strokes: readonly Stroke[];
  undone: readonly Stroke[];
  /** What "clear" took away: undo brings it back once all drawn since is undone. */
  cleared: readonly Stroke[];
}

export const blank: Sketch = { strokes: [], undone: [], cleared: [] };

/** How many points the next stroke may have; 0 where the drawing is full. */
export function room({ strokes }: Sketch): number {
  if (strokes.length >= max_strokes) return 0;
  return Math.max(0, max_points - strokes.reduce((sum, { points }) => sum + points.length, 0));
}

export function add(sketch: Sketch, stroke: Stroke): Sketch {
  if (stroke.points.length === 0 || stroke.points.length > room(sketch)) return sketch;
  return { ...sketch, strokes: [...sketch.strokes, stroke], undone: [] };
}

export function canUndo(sketch: Sketch): boolean {
  return sketch.strokes.length > 0 || sketch.cleared.length > 0;
}

export function undo(sketch: Sketch): Sketch {
  const last = sketch.strokes.at(-1);
  if (last) return { ...sketch, strokes: sketch.strokes.slice(0, -1), undone: [...sketch.undone, last] };
  return { strokes: sketch.cleared, undone: [], cleared: [] };
}

export function redo(sketch: Sketch): Sketch {
  const next = sketch.undone.at(-1);
  if (!next) return sketch;
  return { ...sketch, strokes: [...sketch.strokes, next], undone: sketch.undone.slice(0, -1) };
}

export function clear(sketch: Sketch): Sketch {
  return sketch.strokes.length === 0 ? sketch : { strokes: [], undone: [], cleared: sketch.strokes };
}

const tenth = (value: number) => Math.round(value * 10) / 10;

export function toWire(strokes: readonly Stroke[]): WireStrokes {
  return strokes.map(({ points }) => [
    points.map((point) => tenth(point.x)),
    points.map((point) => tenth(point.y)),
    points.map((point) => Math.round(point.t)),
  ]);
}
