import { SvelteSet } from 'svelte/reactivity';

import { settle, type Cluster, type Clusters as Told, type Drawing } from '../../api/client';
import { Groups, haveSame } from '../groups/groups.svelte';
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

  /** Leaves out what was left out of others, and keeps what was chosen for the same drawings. */
  resume(open: readonly OpenCluster[], gone: readonly OpenCluster[]): void {
    const { drawings } = this.cluster;
    const same = [...open, ...gone].filter(({ cluster }) => haveSame(cluster.drawings, drawings)).at(-1);
    const left = [...open, ...(same ? [same] : [])];
    for (const { id } of drawings) if (left.some(({ out }) => out.has(id))) this.out.add(id);
    if (same && same.tag !== same.cluster.suggested) this.tag = same.tag;
  }
}

/** The clusters of what waits for review, answered one cluster at a time, each with its undo. */
export class Clusters extends Groups<Told, OpenCluster> {
  constructor() {
    super('clusters');
  }

  protected ask() {
    return settle(annotatorApi.GET('/api/v1/clusters', { params: { query: { limit: 12 } } }));
  }

  protected groupsIn(
    { clusters }: Told,
    open: readonly OpenCluster[],
    gone: readonly OpenCluster[],
  ): OpenCluster[] {
    const groups = clusters.map((cluster) => new OpenCluster(cluster));
    for (const one of groups) one.resume(open, gone);
    return groups;
  }

  /** Gives what is chosen of a cluster its tag. The cluster goes; what was left out of it waits on. */
  async tag(one: OpenCluster): Promise<void> {
    const chosen = one.chosen;
    if (one.saving || chosen.length === 0) return;
    one.saving = true;
    const [, problem] = await this.together.tag(chosen, one.tag);
    one.saving = false;
    if (!problem) await this.drop(one);
  }
}
