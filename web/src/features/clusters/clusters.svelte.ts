import { SvelteSet } from 'svelte/reactivity';

import { settle, type Cluster, type Drawing } from '../../api/client';
import { explain, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import { notices } from '../../ui/notices.svelte';
import { annotatorApi } from '../session/session.svelte';

const topic = 'clusters';

/** A cluster as the page shows it: what its drawings will be tagged, and which of them are left out. */
export class OpenCluster {
  tag = $state('');
  readonly out = new SvelteSet<string>();
  saving = $state(false);

  constructor(readonly cluster: Cluster) {
    this.tag = cluster.suggested;
  }

  get chosen(): Drawing[] {
    return this.cluster.drawings.filter(({ id }) => !this.out.has(id));
  }

  toggle(id: string): void {
    if (!this.out.delete(id)) this.out.add(id);
  }
}

/** The clusters of what waits for review, answered one cluster at a time, each with its undo. */
export class Clusters {
  open = $state.raw<readonly OpenCluster[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  reading = $state(false);

  /** What was answered here and not taken back, the last at the end. */
  private done = $state.raw<readonly (readonly Drawing[])[]>([]);
  private asked = 0;

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  async read(): Promise<void> {
    const turn = ++this.asked;
    this.reading = true;
    const answer = await settle(annotatorApi.GET('/api/v1/clusters', { params: { query: { limit: 12 } } }));
    if (turn !== this.asked) return;
    this.reading = false;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.open = answer.data.clusters.map((cluster) => new OpenCluster(cluster));
  }

  /** Gives what is chosen of a cluster its tag. The cluster goes; what was left out of it waits on. */
  async tag(one: OpenCluster): Promise<void> {
    const chosen = one.chosen;
    if (one.saving || chosen.length === 0) return;
    one.saving = true;
    const body = { tag: one.tag, drawings: chosen.map(({ id, version }) => ({ id, version })) };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings:tag', { body }));
    one.saving = false;
    if (!answer.ok) {
      notices.toast(explain(answer.problem, i18n.t), undefined, topic);
      return;
    }
    const tagged = answer.data.results.flatMap(({ drawing }) => drawing ?? []);
    this.open = (this.open ?? []).filter((other) => other !== one);
    const { t } = i18n;
    const left = chosen.length - tagged.length;
    const said = [
      t.clusters.tagged(tagged.length, i18n.tag(body.tag)),
      ...(left > 0 ? [t.clusters.notTagged(left)] : []),
    ].join(' · ');
    if (tagged.length === 0) {
      notices.toast(said, undefined, topic);
    } else {
      this.done = [...this.done, tagged];
      const run = () => void this.undo(tagged);
      notices.toast(said, { label: t.annotate.undo, keys: 'Control+Z', run }, topic);
    }
    if (this.open.length === 0) await this.read();
  }

  /** Takes back one answer, the last where none is named: its drawings wait for review again. */
  async undo(answered = this.done.at(-1)): Promise<void> {
    const { t } = i18n;
    if (!answered || !this.done.includes(answered)) {
      notices.toast(t.annotate.nothingToUndo, undefined, topic);
      return;
    }
    this.done = this.done.filter((other) => other !== answered);
    const body = { drawings: answered.map(({ id, version }) => ({ id, version })) };
    const answer = await settle(annotatorApi.POST('/api/v1/drawings:undo', { body }));
    if (!answer.ok) {
      // It may never have arrived: it can be tried again.
      this.done = [...this.done, answered];
      notices.toast(explain(answer.problem, t), undefined, topic);
      return;
    }
    const undone = answer.data.results.filter(({ drawing }) => drawing).length;
    const left = answered.length - undone;
    const said = [
      ...(undone > 0 ? [t.annotate.undoneAll(undone)] : []),
      ...(left > 0 ? [t.annotate.notUndone(left, t.annotate.changedSince)] : []),
    ].join(' · ');
    notices.toast(said, undefined, topic);
    await this.read();
  }
}
