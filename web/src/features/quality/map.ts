import type { DrawingMap, Label } from '../../api/client';

/** Told apart by most people, also those who see fewer colours (Okabe and Ito 2008). */
const spare = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#888888'];

/** What the dots of a map are coloured by. */
export const colourings = ['tag', 'model', 'person'] as const;
export type Colouring = (typeof colourings)[number];

type Point = DrawingMap['points'][number];

/** The tag of a dot, the model that predicted it, or who reviewed it (empty: nobody). */
export function groupOf(point: Point, by: Colouring): string {
  if (by === 'model') return point.model;
  return by === 'person' ? (point.tagged_by ?? '') : point.tag;
}

/** A colour for each group on the map, the largest first: the label's own, or one of the spare ones; grey for nobody. */
export function coloursOf(
  points: DrawingMap['points'],
  labels: readonly Label[],
  by: Colouring = 'tag',
): Map<string, string> {
  const counts = new Map<string, number>();
  for (const point of points) counts.set(groupOf(point, by), (counts.get(groupOf(point, by)) ?? 0) + 1);
  const own = new Map(by === 'tag' ? labels.map(({ tag, colour }) => [tag, colour]) : []);
  const groups = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([group]) => group);
  const named = groups.filter((group) => group !== '');
  const spareOf = (group: string) => spare[named.indexOf(group) % spare.length];
  return new Map(groups.map((group) => [group, own.get(group) ?? spareOf(group) ?? '#888888']));
}

export type Place = readonly [number, number];

/** Which of the places lie within the line, which is closed from its end to its beginning (even-odd rule). */
export function within(places: readonly Place[], line: readonly Place[]): number[] {
  const holds = ([x, y]: Place): boolean => {
    let inside = false;
    line.forEach(([ax, ay], at) => {
      const [bx, by] = line[(at + 1) % line.length] ?? [ax, ay];
      if (ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) inside = !inside;
    });
    return inside;
  };
  return line.length < 3 ? [] : places.flatMap((place, at) => (holds(place) ? [at] : []));
}

/** A rectangle over the map, in parts of it, 0…1: where its left top corner is, and its sides. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

const step = 0.04;
const least = 0.04;

/** The frame after a key: arrows move it, and with Shift stretch or shrink it. Nothing for another key. */
export function moved(frame: Frame, key: string, stretches: boolean): Frame | null {
  const across = { ArrowLeft: -step, ArrowRight: step }[key] ?? 0;
  const down = { ArrowUp: -step, ArrowDown: step }[key] ?? 0;
  if (across === 0 && down === 0) return null;
  const bounded = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  if (stretches)
    return {
      ...frame,
      width: bounded(frame.width + across, least, 1 - frame.x),
      height: bounded(frame.height + down, least, 1 - frame.y),
    };
  return {
    ...frame,
    x: bounded(frame.x + across, 0, 1 - frame.width),
    y: bounded(frame.y + down, 0, 1 - frame.height),
  };
}

/** The frame's corners on a map of that size. */
export const cornersOf = ({ x, y, width, height }: Frame, [across, down]: Place): Place[] => [
  [x * across, y * down],
  [(x + width) * across, y * down],
  [(x + width) * across, (y + height) * down],
  [x * across, (y + height) * down],
];

/** Which of the places is nearest, if one is within `reach`. */
export function nearest(places: readonly Place[], [x, y]: Place, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  places.forEach(([px, py], at) => {
    const distance = Math.hypot(px - x, py - y);
    if (distance > least) return;
    least = distance;
    best = at;
  });
  return best;
}
