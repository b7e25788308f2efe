import { settle } from '../../api/client';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

const most_at_once = 200; // the API's limit
/** So often nothing of what was read could be deleted, for others change it all the while. */
const most_in_vain = 3;

/** What is there still of what an import stored, and whether any of it waits for a review. */
export type Left = 'none' | 'reviewed' | 'to review';

/** Null where it is not known. */
export async function leftOf(job: string): Promise<Left | null> {
  // In this order an index finds them, however old the import is.
  const all = { import: job, order: 'most_telling_first', limit: 1 } as const;
  for (const [query, left] of [
    [{ ...all, reviewed: false }, 'to review'],
    [all, 'reviewed'],
  ] as const) {
    const page = await settle(annotatorApi.GET('/api/v1/drawings', { params: { query } }));
    if (!page.ok) return null;
    if (page.data.drawings.length > 0) return left;
  }
  return 'none';
}

/**
 * Deletes what an import stored, step by step, until the signal ends it; with what went wrong comes how much was deleted
 * before.
 */
export async function deleteImported(
  job: string,
  onstep: (deleted: number) => void,
  signal?: AbortSignal,
): Promise<{ deleted: number; problem: Problem | null }> {
  let deleted = 0;
  let cursor: string | undefined;
  for (let inVain = 0; inVain < most_in_vain && !signal?.aborted;) {
    const query = { import: job, limit: most_at_once, ...(cursor && { cursor }) };
    const page = await settle(annotatorApi.GET('/api/v1/drawings', { params: { query } }));
    if (!page.ok) return { deleted, problem: page.problem };
    const { drawings, next } = page.data;
    if (drawings.length === 0 && next === null) break;
    cursor = drawings.length === 0 ? (next ?? undefined) : undefined;
    if (drawings.length === 0 || signal?.aborted) continue;
    const body = { drawings: drawings.map(({ id, version }) => ({ id, version })) };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings:delete', { body }));
    if (!answer.ok) return { deleted, problem: answer.problem };
    const now = answer.data.results.filter((result) => result.deleted).length;
    inVain = now > 0 ? 0 : inVain + 1;
    deleted += now;
    onstep(deleted);
  }
  return { deleted, problem: null };
}
