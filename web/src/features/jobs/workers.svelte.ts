import { settle, type Worker } from '../../api/client';
import type { Problem } from '../../api/problem';
import type { Dictionary } from '../../i18n/en';
import { annotatorApi } from '../session/session.svelte';

/** Who does jobs, as it was when last looked at; null before. */
export class WorkerList {
  workers = $state.raw<Worker[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  private asked = 0;

  async look(): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/workers'));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.workers = answer.data.workers;
  }
}

/** Kinds of jobs, once each, in a person's words; one that the page does not know as it is. */
export function named(kinds: readonly string[], t: Dictionary): string {
  const words: Partial<Record<string, string>> = t.models.workers.kinds;
  return [...new Set(kinds)].map((kind) => words[kind] ?? kind).join(', ');
}

/** Whether it is idle, or what it is at. */
export function doing({ jobs }: Worker, t: Dictionary): string {
  const { idle, at } = t.models.workers;
  return jobs.length === 0
    ? idle
    : at(
        named(
          jobs.map(({ kind }) => kind),
          t,
        ),
      );
}
