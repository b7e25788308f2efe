import type { Job } from '../../api/client';

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

/** Nothing while it has told nothing yet. */
export function progressOf({ detail }: Job): Progress | null {
  const { step, steps, loss, accuracy, curve } = (detail ?? {}) as Record<string, unknown>;
  if (typeof step !== 'number' || typeof steps !== 'number' || typeof loss !== 'number') return null;
  const points = Array.isArray(curve) ? curve.filter(isPoint) : [];
  const told = points.flatMap(([at, , share]) => (share === undefined ? [] : [[at, share] as const]));
  return {
    step,
    steps,
    loss,
    accuracy: typeof accuracy === 'number' ? accuracy : null,
    curve: [points.map(([at]) => at), points.map(([, value]) => value)],
    accuracies: [told.map(([at]) => at), told.map(([, share]) => share)],
  };
}
