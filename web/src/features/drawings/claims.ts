import { settle } from '../../api/client';
import { annotatorApi } from '../session/session.svelte';

/**
 * Lets others have what a claim holds, also while the page goes away. What is said of a drawing is kept with why it was
 * asked about, which the claim knows: it is let go once that is `saved`.
 */
export function releaseClaim(id: string, saved?: Promise<unknown>): Promise<unknown> {
  const params = { path: { id } };
  const release = () => settle(annotatorApi.DELETE('/api/v1/queue/claims/{id}', { params, keepalive: true }));
  return saved ? saved.then(release) : release();
}
