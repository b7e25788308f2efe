import { settle, type TagEvent } from '../../api/client';
import { annotatorApi, session } from '../session/session.svelte';
import { opinionOf } from '../tagging/opinion';
import type { Walk } from './walk.svelte';

/** What has happened to the drawing shown. */
export class History {
  private known = $state.raw<{ of: string; events: TagEvent[] }>({ of: '', events: [] });

  constructor(private readonly walk: Pick<Walk, 'drawing' | 'gone'>) {}

  readonly events = $derived.by(() => (this.known.of === this.walk.drawing.id ? this.known.events : []));

  /** What a model said of it in the data that it was imported from. */
  readonly suggested = $derived.by(() => this.events.filter(({ kind }) => kind === 'suggested').at(-1)?.to);

  /** What this person said, while others are asked too. */
  readonly ownOpinion = $derived.by(() => {
    const { opinion, tagged_by } = this.walk.drawing;
    return opinion ?? (tagged_by === null ? opinionOf(session.user?.id, this.events) : null);
  });

  /** Reads that of the drawing shown; an answer that comes when another one is shown, or another version, is let be. */
  async read(id: string, version: number): Promise<void> {
    const answer = await settle(
      annotatorApi.GET('/api/v1/drawings/{id}/history', { params: { path: { id } } }),
    );
    const { walk } = this;
    if (walk.gone || !answer.ok || id !== walk.drawing.id || version !== walk.drawing.version) return;
    this.known = { of: id, events: answer.data.events };
  }
}
