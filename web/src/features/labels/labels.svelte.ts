import { settle, type Label, type LabelChange, type NewLabel } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

/** The project's labels, retired ones too, as those signed in see and admins change them. */
export class Labels {
  /** Null before the first answer. */
  all = $state.raw<Label[] | null>(null);
  problem = $state<Problem | null>(null);
  private asked = 0;
  private moving: Promise<unknown> = Promise.resolve();

  /** Those of the project; tags that drawings carry and that are none of its labels come after them. */
  get own(): Label[] {
    return (this.all ?? []).filter(({ assignable, retired }) => assignable || retired);
  }

  get strays(): Label[] {
    return (this.all ?? []).filter(({ assignable, retired }) => !assignable && !retired);
  }

  /** What was asked for last is what is shown, however late the answers come. */
  async read(): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/labels'));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    this.all = answer.data.labels;
    i18n.learn(answer.data.labels);
  }

  async add(body: NewLabel): Promise<Problem | null> {
    const answer = await settle(annotatorApi.POST('/api/v1/labels', { body }));
    await this.read();
    return answer.ok ? null : answer.problem;
  }

  async change(name: string, body: LabelChange): Promise<Problem | null> {
    const params = { path: { name } };
    const answer = await settle(annotatorApi.PATCH('/api/v1/labels/{name}', { params, body }));
    await this.read();
    return answer.ok ? null : answer.problem;
  }

  /** One place up (-1) or down (1), from where earlier moves have brought it. */
  move(name: string, by: number): Promise<Problem | null> {
    const moved = this.moving.then(() => {
      const at = this.own.findIndex(({ tag }) => tag === name);
      const to = Math.min(Math.max(0, at + by), this.own.length - 1);
      return to === at ? null : this.change(name, { position: to });
    });
    this.moving = moved;
    return moved;
  }

  /**
   * Goes on until no drawing carries the label any more, or the signal ends it; `tell` hears how many were moved so far.
   * Whether all were.
   */
  async merge(
    name: string,
    into: string,
    tell: (moved: number) => void,
    signal?: AbortSignal,
  ): Promise<{ done: boolean; problem: Problem | null }> {
    const params = { path: { name } };
    let problem: Problem | null = null;
    let done = false;
    for (let moved = 0; !done && !problem && !signal?.aborted;) {
      const answer = await settle(
        annotatorApi.POST('/api/v1/labels/{name}:merge', { params, body: { into } }),
      );
      if (!answer.ok) problem = answer.problem;
      else {
        ({ done } = answer.data);
        moved += answer.data.moved;
        tell(moved);
      }
    }
    await this.read();
    return { done, problem };
  }
}
