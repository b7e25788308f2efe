import type { Answer } from '../../api/client';
import type { Problem } from '../../api/problem';
import { Together } from './together.svelte';

interface Known {
  id: string;
}

/** Whether these are the same drawings, in whichever order. */
export function haveSame(some: readonly Known[], others: readonly Known[]): boolean {
  const ids = new Set(others.map(({ id }) => id));
  return some.length === others.length && some.every(({ id }) => ids.has(id));
}

/** Groups of drawings that are answered a group at a time, and what was done taken back likewise. */
export abstract class Groups<Told, One> {
  /** The last answer of the server. */
  told = $state.raw<Told | null>(null);
  /** The groups that are not dealt with yet. */
  open = $state.raw<readonly One[]>([]);
  problem = $state.raw<Problem | null>(null);
  reading = $state(false);

  protected readonly together: Together;
  /** Those that were dealt with, of which each may be taken back. */
  private gone: readonly One[] = [];
  private asked = 0;

  /** `topic` is of the notices. */
  constructor(topic: string) {
    this.together = new Together(topic, (_, problem) => (problem ? undefined : this.read()));
  }

  protected abstract ask(): Promise<Answer<Told>>;
  /**
   * What a person chose in a group that was `open` stands in the one that has its drawings now; what they chose in one
   * that is `gone` does where all of it is back.
   */
  protected abstract groupsIn(told: Told, open: readonly One[], gone: readonly One[]): One[];

  get canUndo(): boolean {
    return this.together.canUndo;
  }

  async read(): Promise<void> {
    const turn = ++this.asked;
    this.reading = true;
    const answer = await this.ask();
    if (turn !== this.asked) return;
    this.reading = false;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    this.told = answer.data;
    this.open = this.groupsIn(answer.data, this.open, this.gone);
  }

  /** Takes back what was done last. */
  undo(): Promise<void> {
    return this.together.undo();
  }

  /** A group goes; where none is left, there may be others that were not shown. */
  protected async drop(one: One): Promise<void> {
    this.open = this.open.filter((other) => other !== one);
    this.gone = [...this.gone, one];
    if (this.open.length === 0) await this.read();
  }
}
