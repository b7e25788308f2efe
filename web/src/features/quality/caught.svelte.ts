import { SvelteSet } from 'svelte/reactivity';

import { settle, type Drawing, type DrawingMap } from '../../api/client';
import { inTurn } from '../../util/bounded';
import { Together } from '../groups/together.svelte';
import { annotatorApi } from '../session/session.svelte';

export type Point = DrawingMap['points'][number];

/** Pictures that are shown of what was caught. */
export const most_shown = 24;
const reads_at_once = 4;

/** What was caught on the map: shown, left out one by one, tagged in one go, and taken back in one go. */
export class Caught {
  points = $state.raw<readonly Point[]>([]);
  /** As many as are shown, as far as they have come. */
  drawings = $state.raw<readonly Drawing[]>([]);
  readonly out = new SvelteSet<string>();
  saving = $state(false);

  private together = new Together('map', (undone) => this.changed(undone));
  private asked = 0;

  /** `changed` is told of drawings as they are now, for the map. */
  constructor(private changed: (drawings: readonly Drawing[]) => void) {}

  get canUndo(): boolean {
    return this.together.canUndo;
  }

  get chosen(): readonly Point[] {
    return this.points.filter(({ id }) => !this.out.has(id));
  }

  toggle(id: string): void {
    if (!this.out.delete(id)) this.out.add(id);
  }

  /** Takes the place of what was caught before. */
  async hold(points: readonly Point[]): Promise<void> {
    const turn = ++this.asked;
    this.points = points;
    this.drawings = [];
    this.out.clear();
    await inTurn(points.slice(0, most_shown), reads_at_once, async ({ id }) => {
      const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params: { path: { id } } }));
      if (turn === this.asked && answer.ok) this.drawings = [...this.drawings, answer.data];
    });
  }

  /** Gives what is chosen the tag, and lets go of it. */
  async tag(tag: string): Promise<void> {
    const chosen = this.chosen;
    if (this.saving || chosen.length === 0) return;
    this.saving = true;
    const [tagged, problem] = await this.together.tag(chosen, tag);
    this.saving = false;
    this.changed(tagged);
    if (tagged.length > 0 && !problem) void this.hold([]);
  }

  undo(): Promise<void> {
    return this.together.undo();
  }
}
