import { session } from '../session/session.svelte';
import type { Change } from './changes.svelte';

const nothing: readonly Change[] = [];

/**
 * What somebody did in a place and has not taken back, the last at the end. It stays while they look elsewhere, and is
 * nobody else's who signs in.
 */
export class Deeds {
  private done = $state.raw<{ by: string | null; changes: readonly Change[] }>({
    by: null,
    changes: nothing,
  });

  get changes(): readonly Change[] {
    return this.done.by === (session.user?.id ?? null) ? this.done.changes : nothing;
  }

  set changes(changes: readonly Change[]) {
    this.done = { by: session.user?.id ?? null, changes };
  }
}

/** Of the list, and of the review with its last decisions. */
export const deedsIn = { list: new Deeds(), review: new Deeds() };
