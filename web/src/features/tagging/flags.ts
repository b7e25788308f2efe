import { settle, type Answer, type Drawing } from '../../api/client';
import type { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { annotatorApi } from '../session/session.svelte';
import type { Changes } from './changes.svelte';
import { isLost, type Saves } from './saves.svelte';

/** Marks that drawings need attention, each with its way back. */
export class Flags {
  constructor(
    private readonly saves: Saves,
    private readonly changes: Changes,
  ) {}

  /** Marks a drawing for attention, or, without words, takes the mark away; what went wrong. */
  async flag(drawing: Drawing, words: string | null): Promise<Problem | null> {
    // What is being said of it comes first, and the words are not lost.
    if (this.saves.saving[drawing.id]) await this.saves.settled();
    return this.saves.track(this.save(this.saves.list.find(drawing.id) ?? drawing, words));
  }

  private async save(drawing: Drawing, words: string | null): Promise<Problem | null> {
    const { version } = drawing;
    const at = Date.now();
    this.saves.begin([drawing]);
    const answer = await this.set(drawing, words);
    this.saves.end([drawing]);
    if (!answer.ok) {
      if (isLost(answer.problem)) await this.saves.reread(drawing);
      return answer.problem;
    }
    const [after = drawing] = answer.data;
    this.saves.show(after, drawing);
    if (after.version === version) return null;
    const { flaggedToast, unflaggedToast } = i18n.t.annotate;
    const back = { flag: drawing.flag ?? null };
    this.changes.did([{ from: version, after, at, back }], words === null ? unflaggedToast : flaggedToast);
    return null;
  }

  /** The drawing as it is then, which is not shown yet. */
  async set(drawing: Drawing, words: string | null): Promise<Answer<Drawing[]>> {
    const { id, version, opinion } = drawing;
    const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
    const answer = await settle(
      words === null
        ? annotatorApi.DELETE('/api/v1/drawings/{id}/flag', { params })
        : annotatorApi.PUT('/api/v1/drawings/{id}/flag', { params, body: { comment: words } }),
    );
    if (!answer.ok) return answer;
    // What this person said stays said.
    const known = opinion !== undefined && answer.data.tagged_by === null ? { opinion } : {};
    return { ...answer, data: [{ ...answer.data, ...known }] };
  }
}
