import type { Job, Model } from '../../api/client';

/** How a training goes, as its job tells it. */
export interface Progress {
  step: number;
  steps: number;
  loss: number;
  /** Of the samples, each before it was learnt from, 0…1; null where the program does not tell it. */
  accuracy: number | null;
  /** Steps, and the loss at each. */
  curve: [number[], number[]];
  /** Steps, and the accuracy at each that tells it. */
  accuracies: [number[], number[]];
}

type Point = [step: number, loss: number, accuracy?: number];
const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) &&
  (value.length === 2 || value.length === 3) &&
  value.every((each) => typeof each === 'number');

/** The loss, and the accuracy where it is told, over the steps. */
function curvesOf(curve: unknown): Pick<Progress, 'curve' | 'accuracies'> {
  const points = Array.isArray(curve) ? curve.filter(isPoint) : [];
  const told = points.flatMap(([at, , share]) => (share === undefined ? [] : [[at, share] as const]));
  return {
    curve: [points.map(([at]) => at), points.map(([, value]) => value)],
    accuracies: [told.map(([at]) => at), told.map(([, share]) => share)],
  };
}

/** Nothing while it has told nothing yet. */
export function progressOf({ detail }: Job): Progress | null {
  const { step, steps, loss, accuracy, curve } = (detail ?? {}) as Record<string, unknown>;
  if (typeof step !== 'number' || typeof steps !== 'number' || typeof loss !== 'number') return null;
  return {
    step,
    steps,
    loss,
    accuracy: typeof accuracy === 'number' ? accuracy : null,
    ...curvesOf(curve),
  };
}

/** Curves of several models over the same steps, as a plot takes them: of each only where it has a value. */
export interface Curves {
  /** Places among the models, of those that have a curve. */
  of: number[];
  /** The steps, then a row for each of these. */
  data: (number | null)[][];
}

function together(curves: [number[], number[]][]): Curves {
  const of = curves.flatMap(([steps], at) => (steps.length > 1 ? [at] : []));
  const rows = of.map((at) => {
    const [steps, values] = curves[at] ?? [[], []];
    return new Map(steps.map((step, i) => [step, values[i] ?? null]));
  });
  const steps = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort((a, b) => a - b);
  return { of, data: [steps, ...rows.map((row) => steps.map((step) => row.get(step) ?? null))] };
}

/** How trained models learnt, beside one another; a taught one has no curve. */
export function trainingsOf(models: (Model | undefined)[]): { losses: Curves; accuracies: Curves } {
  const curves = models.map((model) =>
    curvesOf((model?.lineage as Record<string, unknown> | undefined)?.curve),
  );
  return {
    losses: together(curves.map(({ curve }) => curve)),
    accuracies: together(
      curves.map(({ accuracies: [steps, shares] }) => [steps, shares.map((share) => 100 * share)]),
    ),
  };
}
