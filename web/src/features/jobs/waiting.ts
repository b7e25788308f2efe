import type { Job } from '../../api/client';
import type { Dictionary } from '../../i18n/en';

/** Why nobody is at a job, and what to start so that somebody is. */
export interface WhyItWaits {
  /** In sentences. */
  told: string;
  /** A command for whoever runs the server; null where nothing is to be done but to wait. */
  command: string | null;
}

/** Where a program has to be beside the worker. */
const training_command = 'croquis worker --train-program FILE';
const worker_commands: Partial<Record<string, string>> = {
  train: training_command,
  retrain: training_command,
};

function sinceWhen(
  { state, started_at, waiting }: Job,
  t: Dictionary,
  date: (time: string) => string,
): string {
  const { queued, silent, handedBack } = t.models.waiting;
  if (!waiting?.since) return started_at === null ? '' : handedBack;
  return state === 'running' ? silent(date(waiting.since)) : queued(date(waiting.since));
}

/**
 * Null for a job that somebody is at or is about to be at. `startable` is whether a worker may be started for it: on
 * SQLite none may.
 */
export function whyItWaits(
  job: Job,
  t: Dictionary,
  date: (time: string) => string,
  startable = true,
): WhyItWaits | null {
  const { waiting, kind } = job;
  if (!waiting || waiting.for === 'claim') return null;
  const words = t.models.waiting;
  if (waiting.for === 'turn') return { told: words.turn, command: null };
  const since = sinceWhen(job, t, date);
  const sentences = (...all: string[]) => all.filter((sentence) => sentence !== '').join(' ');
  if (!startable) return { told: sentences(since, words.needsProgram), command: null };
  const command = worker_commands[kind];
  const needs = command ? words.needsTraining : words.needsWorker;
  return { told: sentences(since, words.worker, needs), command: command ?? 'croquis worker' };
}
