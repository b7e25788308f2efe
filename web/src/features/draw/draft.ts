import {
  add,
  blank,
  canvas_units,
  colours,
  type Colour,
  type Point,
  type Sketch,
  type Stroke,
} from './sketch';
import { firstProject, slug } from '../../api/project';

/** A drawing that was not handed in yet. */
export interface Draft {
  sketch: Sketch;
  /** The key under which it was sent, should the page go before the answer comes; empty where it was not. */
  key: string;
}

/** Of one tab, so that two tabs do not draw over each other, and of one project; it outlives a reload. */
const place = slug === firstProject ? 'croquis.draft' : `croquis.draft.${slug}`;

/** As text, with each list of numbers by itself, which is shorter than points are. */
export function pack({ sketch, key }: Draft): string {
  const strokes = sketch.strokes.map(({ points, width, colour }) => ({
    width,
    colour,
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    t: points.map(({ t }) => t),
  }));
  return JSON.stringify({ key, strokes });
}

/** What `pack` made; null where the text is anything else. */
export function unpack(text: string): Draft | null {
  try {
    const { key, strokes } = JSON.parse(text);
    if (typeof key !== 'string' || !Array.isArray(strokes)) return null;
    let sketch = blank;
    for (const packed of strokes) {
      const stroke = strokeOf(packed);
      const more: Sketch = stroke ? add(sketch, stroke) : sketch;
      if (more === sketch) return null;
      sketch = more;
    }
    return { sketch, key };
  } catch {
    return null;
  }
}

function strokeOf({ x, y, t, width, colour }: Record<string, unknown>): Stroke | null {
  if (!Array.isArray(x) || !Array.isArray(y) || !Array.isArray(t) || !isColour(colour)) return null;
  if (x.length !== y.length || x.length !== t.length || !within(width, 100)) return null;
  const points: Point[] = x.map((_, index) => ({ x: x[index], y: y[index], t: t[index] }));
  const sound = points.every(
    (point) => within(point.x, canvas_units) && within(point.y, canvas_units) && within(point.t, Infinity),
  );
  return sound ? { points, width, colour } : null;
}

const within = (value: unknown, most: number): value is number =>
  typeof value === 'number' && value >= 0 && value <= most;

const isColour = (value: unknown): value is Colour => Object.keys(colours).some((name) => name === value);

export function readDraft(): Draft {
  try {
    return unpack(sessionStorage.getItem(place) ?? '') ?? { sketch: blank, key: '' };
  } catch {
    return { sketch: blank, key: '' };
  }
}

/** An empty one is forgotten. */
export function keepDraft(draft: Draft): void {
  try {
    // First, so that a drawing too large to be kept leaves no older one behind.
    sessionStorage.removeItem(place);
    if (draft.sketch.strokes.length > 0) sessionStorage.setItem(place, pack(draft));
  } catch {
    // Nothing to do: the drawing lasts as long as the page.
  }
}
