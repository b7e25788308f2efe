import { SvelteSet } from 'svelte/reactivity';

import { settle, type Cluster, type Drawing } from '../../api/client';
import type { Problem } from '../../api/problem';
import { Together } from '../review/together.svelte';
import { annotatorApi } from '../session/session.svelte';

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

  private together = new Together('clusters', (_, problem) => (problem ? undefined : this.read()));
  private asked = 0;

  get canUndo(): boolean {
    return this.together.canUndo;
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
    const [, problem] = await this.together.tag(chosen, one.tag);
    one.saving = false;
    if (problem) return;
    this.open = (this.open ?? []).filter((other) => other !== one);
    if (this.open.length === 0) await this.read();
  }

  /** Takes back the last answer: its drawings wait for review again. */
  undo(): Promise<void> {
    return this.together.undo();
  }
}
