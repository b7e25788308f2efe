import { settle } from '../../api/client';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

export interface Erased {
  drawings: number;
  /** Of histories that had the name. */
  events: number;
}

/** What is kept of a person as a file; null where nothing is. */
export async function dataOf(pseudonym: string): Promise<Blob | Problem | null> {
  const params = { path: { pseudonym } };
  const answer = await settle(annotatorApi.GET('/api/v1/people/{pseudonym}', { params, parseAs: 'blob' }));
  if (!answer.ok) return answer.problem;
  const file = answer.data as unknown as Blob;
  return file.size === 0 ? null : file;
}

/** Step by step until nothing is left, or the signal ends it; with what went wrong comes what was erased before. */
export async function erase(
  pseudonym: string,
  onstep: (erased: Erased) => void,
  signal?: AbortSignal,
): Promise<{ erased: Erased; done: boolean; problem: Problem | null }> {
  const params = { path: { pseudonym } };
  let erased: Erased = { drawings: 0, events: 0 };
  for (;;) {
    const answer = await settle(annotatorApi.DELETE('/api/v1/people/{pseudonym}', { params }));
    if (!answer.ok) return { erased, done: false, problem: answer.problem };
    const { drawings, events, done } = answer.data;
    erased = { drawings: erased.drawings + drawings, events: erased.events + events };
    if (done || signal?.aborted) return { erased, done, problem: null };
    onstep(erased);
  }
}
