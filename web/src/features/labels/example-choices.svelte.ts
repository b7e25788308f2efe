import { settle, type Label } from '../../api/client';
import { commonQuery, noFilter, type Filter } from '../drawings/filter';
import { annotatorApi } from '../session/session.svelte';
import { chosenExample, type Pictured } from './examples.svelte';

/** What a label's drawings are narrowed by. */
export type ExampleFilter = Pick<Filter, 'from' | 'until' | 'minConfidence' | 'maxConfidence'>;

export const anyExample: ExampleFilter = { from: '', until: '', minConfidence: null, maxConfidence: null };

/** The drawings that a label may be shown by: those that people said it is, newest first, a page at a time. */
export class ExampleChoices {
  asking = $state(false);
  failed = $state(false);
  private shown = $state.raw<Pictured[]>([]);
  private next = $state<string | null>(null);
  private filter = anyExample;
  private turn = 0;
  private readonly before: Pictured | null;
  /** All that were ever shown: one that was picked stays in sight when the filter leaves it out. */
  private readonly seen = new Map<string, Pictured>();

  constructor(
    private readonly label: Label,
    private readonly limit: number,
  ) {
    this.before = chosenExample(label);
  }

  get more(): boolean {
    return this.next !== null;
  }

  /** How many the filter lets through, of those asked for until now. */
  get found(): number {
    return this.shown.length;
  }

  /** First the one that the label has, then the one that is picked, then those that were found. */
  offered(picked: string): Pictured[] {
    const first = [this.before, this.shown.some(({ id }) => id === picked) ? null : this.seen.get(picked)];
    const kept = first.filter((drawing) => drawing !== null && drawing !== undefined);
    const ids = new Set(kept.map(({ id }) => id));
    return [...kept, ...this.shown.filter(({ id }) => !ids.has(id))];
  }

  /** From the first page on. */
  ask(filter: ExampleFilter): Promise<void> {
    this.filter = { ...filter };
    return this.read(null);
  }

  async goOn(): Promise<void> {
    if (!this.asking && this.next !== null) await this.read(this.next);
  }

  private async read(cursor: string | null): Promise<void> {
    const turn = ++this.turn;
    this.asking = true;
    const query = {
      ...commonQuery({ ...noFilter, ...this.filter }),
      tag: this.label.tag,
      reviewed: true,
      limit: this.limit,
      ...(cursor === null ? {} : { cursor }),
    };
    const answer = await settle(annotatorApi.GET('/api/v1/drawings', { params: { query } }));
    if (turn !== this.turn) return;
    this.asking = false;
    this.failed = !answer.ok;
    if (!answer.ok) return;
    const fresh = answer.data.drawings.filter(({ hidden }) => !hidden);
    for (const drawing of fresh) this.seen.set(drawing.id, drawing);
    this.shown = cursor === null ? fresh : [...this.shown, ...fresh];
    this.next = answer.data.next ?? null;
  }
}
