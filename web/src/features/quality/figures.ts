import type { Quality } from '../../api/client';

export type Named = Quality['weeks'][number];
export type Agreed = Named['all'];

/** Fewer drawings than this say next to nothing on their own. */
export const enough = 20;

/** What is asked about at random says how the model does; with too few of those, all there is stands in. */
export function best({ random, all }: Named): { share: Agreed; atRandom: boolean } {
  return random.of >= enough ? { share: random, atRandom: true } : { share: all, atRandom: false };
}

/** Points of a plot by week: seconds since 1970, the part that agreed and its interval, in per cent. */
export function weekPoints(weeks: Named[]): [number[], number[], number[], number[]] {
  const points: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const week of weeks) {
    const { share } = best(week);
    if (share.of === 0) continue;
    points[0].push(Date.parse(`${week.name}T00:00:00Z`) / 1000);
    points[1].push(share.part * 100);
    points[2].push(share.low * 100);
    points[3].push(share.high * 100);
  }
  return points;
}

/**
 * Points of the reliability plot: mean confidence, how often people agreed, and where the two are the same, in per
 * cent. The last reaches from end to end.
 */
export function reliabilityPoints({ bins }: Quality['calibration']): [number[], (number | null)[], number[]] {
  const filled = bins.filter(({ drawings }) => drawings > 0);
  if (filled.length === 0) return [[], [], []];
  const confidence = [0, ...filled.map((bin) => bin.confidence * 100), 100];
  return [confidence, [null, ...filled.map((bin) => bin.agreement * 100), null], confidence];
}

/** Answers of each day, those without any too, between the first day and the last. */
export function dayPoints(answers: Quality['answers']): [number[], number[]] {
  const day = 86_400;
  const by = new Map<number, number>();
  for (const { day: name, answers: count } of answers) {
    const at = Date.parse(`${name}T00:00:00Z`) / 1000;
    by.set(at, (by.get(at) ?? 0) + count);
  }
  const days = [...by.keys()];
  const points: [number[], number[]] = [[], []];
  if (days.length === 0) return points;
  for (let at = Math.min(...days); at <= Math.max(...days); at += day) {
    points[0].push(at);
    points[1].push(by.get(at) ?? 0);
  }
  return points;
}

/** Who answered how much, the most first. */
export function people(answers: Quality['answers']): { by: string; answers: number; days: number }[] {
  const all = new Map<string, { by: string; answers: number; days: number }>();
  for (const { by, answers: count } of answers) {
    const person = all.get(by) ?? { by, answers: 0, days: 0 };
    all.set(by, { by, answers: person.answers + count, days: person.days + 1 });
  }
  return [...all.values()].sort((a, b) => b.answers - a.answers || a.by.localeCompare(b.by));
}
