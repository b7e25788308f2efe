import type { DrawingMap, Label } from '../../api/client';

/** Told apart by most people, also those who see fewer colours (Okabe and Ito 2008). */
const spare = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#888888'];

/** A colour for each tag on the map, the most frequent first: the label's own, or one of the spare ones. */
export function coloursOf(points: DrawingMap['points'], labels: readonly Label[]): Map<string, string> {
  const counts = new Map<string, number>();
  for (const { tag } of points) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const own = new Map(labels.map(({ tag, colour }) => [tag, colour]));
  const tags = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([tag]) => tag);
  return new Map(tags.map((tag, at) => [tag, own.get(tag) ?? spare[at % spare.length] ?? '#888888']));
}

/** Which of the places is nearest, if one is within `reach`. */
export function nearest(
  places: readonly (readonly [number, number])[],
  [x, y]: readonly [number, number],
  reach: number,
): number | null {
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
