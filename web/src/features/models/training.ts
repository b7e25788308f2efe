import type { Job } from '../../api/client';

/** How a training goes, as its job tells it. */
export interface Progress {
  step: number;
  steps: number;
  loss: number;
  /** Steps, and the loss at each. */
  curve: [number[], number[]];
}

const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number');

/** Nothing while it has told nothing yet. */
export function progressOf({ detail }: Job): Progress | null {
  const { step, steps, loss, curve } = (detail ?? {}) as Record<string, unknown>;
  if (typeof step !== 'number' || typeof steps !== 'number' || typeof loss !== 'number') return null;
  const points = Array.isArray(curve) ? curve.filter(isPair) : [];
  return { step, steps, loss, curve: [points.map(([at]) => at), points.map(([, value]) => value)] };
}
