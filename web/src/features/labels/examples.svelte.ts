import { settle, type Drawing, type Label } from '../../api/client';
import { inTurn } from '../../util/bounded';
import { annotatorApi } from '../session/session.svelte';

/** As much of a drawing as its picture takes. */
export type Pictured = Pick<Drawing, 'id' | 'image_url' | 'width' | 'height' | 'hidden'>;

const example_size = 64;

/** The drawing that an admin chose to show the label by. An older server tells of none. */
export const chosenExample = ({ example, example_url }: Partial<Label>): Pictured | null =>
  example && example_url
    ? { id: example, image_url: example_url, width: example_size, height: example_size }
    : null;

const asked_at_once = 4;
/** Labels that are asked about; a project may have many more. */
const most_examples = 60;

/** A drawing of each label that people said it is, for labels that the page has no sketch of. */
export class Examples {
  private found = $state<Record<string, Drawing>>({});
  private asked = new Set<string>();

  of(tag: string): Drawing | null {
    return this.found[tag] ?? null;
  }

  /** Asks about each label once. One without an example yet has none. */
  async find(tags: readonly string[]): Promise<void> {
    const fresh = tags
      .filter((tag) => !this.asked.has(tag))
      .slice(0, Math.max(0, most_examples - this.asked.size));
    for (const tag of fresh) this.asked.add(tag);
    await inTurn(fresh, asked_at_once, async (tag) => {
      const query = { tag, reviewed: true, limit: 1 };
      const answer = await settle(annotatorApi.GET('/api/v1/drawings', { params: { query } }));
      const drawing = answer.ok ? answer.data.drawings[0] : undefined;
      if (drawing) this.found[tag] = drawing;
    });
  }
}
