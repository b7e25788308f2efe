import { settle, type Drawing } from '../../api/client';
import type { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { inTurn } from '../../util/bounded';
import { isAnswered, saidOf } from '../drawings/drawings.svelte';
import { annotatorApi } from '../session/session.svelte';
import { topic, type Changes, type Done } from './changes.svelte';
import { most_at_once, type Saves } from './saves.svelte';

const rereads_at_once = 4;

/** One that was left alone, and why, as the status of its refusal. */
interface Refused {
  drawing: Drawing;
  status: number | undefined;
}

/** Several drawings given a tag at once, or accepted as they are. */
export class Several {
  constructor(
    private readonly saves: Saves,
    private readonly changes: Changes,
  ) {}

  /**
   * Gives all of these the tag, or accepts those that they have; what went wrong before all were asked for. Where
   * there is nothing to change, nothing is written; what somebody else changed or deleted meanwhile is left alone.
   */
  setAll(drawings: readonly Drawing[], tag: string | null): Promise<Problem | null> {
    const meant = drawings.filter(
      (drawing) =>
        !this.saves.saving[drawing.id] && (!isAnswered(drawing) || (tag !== null && saidOf(drawing) !== tag)),
    );
    return this.saves.track(this.saveAll(meant, tag));
  }

  private async saveAll(drawings: readonly Drawing[], tag: string | null): Promise<Problem | null> {
    const done: Done[] = [];
    const refused: Refused[] = [];
    let problem: Problem | null = null;
    for (let from = 0; from < drawings.length && !problem; from += most_at_once) {
      const some = drawings.slice(from, from + most_at_once);
      this.saves.begin(some);
      const answer = await this.ask(some, tag);
      this.saves.end(some);
      if (!answer.ok) {
        ({ problem } = answer);
        break;
      }
      answer.data.results.forEach((result, index) => {
        const drawing = some[index];
        if (result.drawing) {
          done.push({ from: result.drawing.version - 1, after: result.drawing, at: Date.now() });
          this.saves.show(result.drawing, drawing ?? result.drawing);
        } else if (drawing) refused.push({ drawing, status: result.problem?.status });
      });
    }
    const said = told(done, refused, tag);
    if (done.length > 0) this.changes.did(done, said);
    else if (!problem) notices.toast(said, undefined, topic);
    void this.catchUp(refused);
    return problem;
  }

  private ask(drawings: readonly Drawing[], tag: string | null) {
    const seen = drawings.map(({ id, version }) => ({ id, version }));
    return settle(
      tag === null
        ? annotatorApi.POST('/api/v1/drawings:accept', { body: { drawings: seen } })
        : annotatorApi.POST('/api/v1/drawings:tag', { body: { tag, drawings: seen } }),
    );
  }

  /** Shows what is there now of those that were left alone. */
  private async catchUp(refused: readonly Refused[]): Promise<void> {
    for (const { drawing, status } of refused) if (status === 404) this.saves.remove(drawing.id);
    const changed = refused.filter(({ status }) => status === 412).map(({ drawing }) => drawing);
    await inTurn(changed, rereads_at_once, async (drawing) => {
      const params = { path: { id: drawing.id } };
      const answer = await settle(annotatorApi.GET('/api/v1/drawings/{id}', { params }));
      if (answer.ok) this.saves.show(answer.data, drawing);
    });
  }
}

/** How many got the tag, how many an opinion, and how many were left alone for which reason. */
function told(done: readonly Done[], refused: readonly Refused[], tag: string | null): string {
  const { acceptedAll, taggedAll, opinionsGiven, notAccepted, goneAll, notAssigned } = i18n.t.annotate;
  const opinions = done.filter(({ after }) => after.tagged_by === null).length;
  const tagged = done.length - opinions;
  const count = (status: number) => refused.filter((other) => other.status === status).length;
  const [gone, unassignable] = [count(404), count(422)];
  const changed = refused.length - gone - unassignable;
  return [
    ...(tagged > 0 || opinions === 0
      ? [tag === null ? i18n.count(acceptedAll, tagged) : i18n.count(taggedAll, tagged, i18n.tag(tag))]
      : []),
    ...(opinions > 0 ? [i18n.count(opinionsGiven, opinions)] : []),
    ...(changed > 0 ? [i18n.count(notAccepted, changed)] : []),
    ...(gone > 0 ? [i18n.count(goneAll, gone)] : []),
    ...(unassignable > 0 ? [i18n.count(notAssigned, unassignable)] : []),
  ].join(' · ');
}
