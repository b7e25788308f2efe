/** A share of a card with the range in which the true one lies, with 95% confidence, where the card says so. */
export interface Share {
  value: number;
  range: [number, number] | null;
  /** How many drawings it was measured on. */
  of: number | null;
}

/** What stands at that path of a card, which may come from any training: undefined where it does not say. */
function at(card: unknown, path: readonly string[]): unknown {
  let found = card;
  for (const key of path)
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  return found;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export function numberIn(card: unknown, ...path: string[]): number | null {
  const found = at(card, path);
  return isNumber(found) ? found : null;
}

/** The share `name` of the measurement on `data` ("human", "synthetic"); null where the card has none. */
export function shareIn(card: unknown, data: string, name: string): Share | null {
  const value = numberIn(card, data, name);
  if (value === null) return null;
  const range = at(card, [data, 'intervals_95', name]);
  const [low, high] = Array.isArray(range) ? (range as unknown[]) : [];
  const known = isNumber(low) && isNumber(high);
  return { value, range: known ? [low, high] : null, of: numberIn(card, data, 'shapes') };
}

/** A share measured on drawings of a source that had no part in the learning. */
export interface OfSource {
  source: string;
  share: Share;
}

/** How often networks trained as this one were right on all of a source that they had never met, the worst first. */
export function leftOutIn(card: unknown): OfSource[] {
  const rows = at(card, ['left_out']);
  return (Array.isArray(rows) ? (rows as unknown[]) : [])
    .flatMap((row) => {
      const source = at(row, ['source']);
      const share = shareIn(row, 'report', 'accuracy');
      // A source without shapes has other figures only.
      return typeof source === 'string' && share !== null && share.of !== 0 ? [{ source, share }] : [];
    })
    .sort((one, other) => one.share.value - other.share.value);
}

/** What a model can answer; null where its card does not say. */
function answersOf(card: unknown): string[] | null {
  const labels = at(card, ['labels']);
  if (!Array.isArray(labels)) return null;
  const named = labels.filter((label): label is string => typeof label === 'string');
  return (numberIn(card, 'unknown_below') ?? 0) > 0 ? [...named, 'unknown'] : named;
}

/** The labels of `used` that the live model answers and another one would not. */
export function lostLabels(live: unknown, other: unknown, used: readonly string[]): string[] {
  const [before, after] = [answersOf(live), answersOf(other)];
  if (before === null || after === null) return [];
  return used.filter((label) => before.includes(label) && !after.includes(label));
}
