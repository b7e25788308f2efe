import { SvelteSet } from 'svelte/reactivity';

import { settle, type Drawing, type DuplicateGroup, type Duplicates as Told } from '../../api/client';
import type { Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { Groups, haveSame } from '../groups/groups.svelte';
import { annotatorApi } from '../session/session.svelte';

export type Duplicate = DuplicateGroup['drawings'][number];

/** A group as the page shows it, with what was done to its drawings since. */
export class OpenGroup {
  drawings = $state.raw<readonly Duplicate[]>([]);
  /** What its drawings are to be tagged. */
  tag = $state('');
  /** The extra ones, to be hidden or deleted: at first all but the oldest. */
  readonly extra = new SvelteSet<string>();
  saving = $state(false);
  /** Drawings that are not shown. */
  readonly more: number;

  constructor(readonly group: DuplicateGroup) {
    this.drawings = group.drawings;
    this.more = group.size - group.drawings.length;
    this.tag = this.proposed;
    for (const { id } of group.drawings.slice(1)) this.extra.add(id);
  }

  /** What people say most, else the model. */
  get proposed(): string {
    const [most] = this.group.tags;
    return most?.tag ?? this.group.drawings[0]?.tag ?? '';
  }

  get chosen(): readonly Duplicate[] {
    return this.drawings.filter(({ id }) => this.extra.has(id));
  }

  /** Those of which nobody says yet what all are to be. */
  get others(): readonly Duplicate[] {
    return this.drawings.filter(({ tag, tagged_by }) => tag !== this.tag || tagged_by === null);
  }

  /** What people say, of the drawings that are shown. */
  get contradicts(): boolean {
    return (
      new Set(this.drawings.filter(({ tagged_by }) => tagged_by !== null).map(({ tag }) => tag)).size > 1
    );
  }

  /** All of the group, as far as it is known; none where there is nothing to say of them. */
  get all(): string[] {
    const ids = [...this.drawings.map(({ id }) => id), ...this.group.others];
    return ids.length > 1 ? ids : [];
  }

  toggle(id: string): void {
    if (!this.extra.delete(id)) this.extra.add(id);
  }

  /** Keeps what was chosen of each drawing, but never takes all of a group for extra, and the tag of the same drawings. */
  resume(others: readonly OpenGroup[]): void {
    for (const { id } of this.drawings) {
      const known = others.find(({ drawings }) => drawings.some((drawing) => drawing.id === id));
      if (known?.extra.has(id)) this.extra.add(id);
      else if (known) this.extra.delete(id);
    }
    const [oldest] = this.drawings;
    if (oldest && this.chosen.length === this.drawings.length) this.extra.delete(oldest.id);
    const same = others.find(({ drawings }) => haveSame(drawings, this.drawings));
    if (same && same.tag !== same.proposed) this.tag = same.tag;
  }

  /** Drawings as they are now. */
  show(now: readonly Drawing[]): void {
    const known = new Map(now.map((drawing) => [drawing.id, drawing]));
    this.drawings = this.drawings.map((drawing) => ({ ...drawing, ...known.get(drawing.id) }));
  }

  leave(gone: readonly string[]): void {
    this.drawings = this.drawings.filter(({ id }) => !gone.includes(id));
  }
}

/** Drawings that are nearly the same: tagged alike, hidden, deleted or said to be no duplicates a group at a time; what can be is taken back. */
export class Duplicates extends Groups<Told, OpenGroup> {
  constructor() {
    super('duplicates');
  }

  protected ask() {
    return settle(annotatorApi.GET('/api/v1/quality/duplicates', { params: { query: { limit: 12 } } }));
  }

  protected groupsIn({ groups }: Told, open: readonly OpenGroup[], gone: readonly OpenGroup[]): OpenGroup[] {
    const all = groups.map((group) => new OpenGroup(group));
    for (const one of all) one.resume([...open, ...[...gone].reverse()]);
    return all;
  }

  /** Gives all of a group the tag that was chosen for it. The group stays: its extra ones may go yet. */
  async tag(one: OpenGroup): Promise<void> {
    if (one.saving || one.others.length === 0) return;
    one.saving = true;
    const [tagged] = await this.together.tag(one.others, one.tag);
    one.saving = false;
    one.show(tagged);
  }

  /** Hides the extra ones of a group. */
  async hide(one: OpenGroup): Promise<void> {
    if (one.saving || one.chosen.length === 0) return;
    one.saving = true;
    const [hidden] = await this.together.hide(one.chosen);
    one.saving = false;
    await this.leave(
      one,
      hidden.map(({ id }) => id),
    );
  }

  /** Says that the group is none. */
  async dismiss(one: OpenGroup): Promise<void> {
    if (one.saving || one.all.length === 0) return;
    one.saving = true;
    const problem = await this.together.dismiss(one.all);
    one.saving = false;
    if (problem) return;
    if (this.told) this.told = { ...this.told, dismissed: this.told.dismissed + 1 };
    await this.drop(one);
  }

  /** Deletes drawings of a group for good. */
  async delete(one: OpenGroup, drawings: readonly Duplicate[]): Promise<Problem | null> {
    const body = { drawings: drawings.map(({ id, version }) => ({ id, version })) };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings:delete', { body }));
    if (!answer.ok) return answer.problem;
    const gone = answer.data.results.flatMap(({ deleted }, at) => (deleted ? (drawings[at]?.id ?? []) : []));
    const left = drawings.length - gone.length;
    const { deleted, notDone } = i18n.t.moderation;
    const said = [
      ...(gone.length > 0 ? [i18n.count(deleted, gone.length)] : []),
      ...(left > 0 ? [i18n.count(notDone, left)] : []),
    ];
    notices.toast(said.join(' · '), undefined, 'duplicates');
    await this.leave(one, gone);
    return null;
  }

  /** One drawing alone is no group. */
  private async leave(one: OpenGroup, gone: readonly string[]): Promise<void> {
    one.leave(gone);
    if (one.drawings.length <= 1) await this.drop(one);
  }
}
