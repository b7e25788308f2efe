import { publicApi, settle, type NewProject, type Project, type ProjectChange } from '../../api/client';
import type { PublicProject } from '../../api/client';
import { firstProject, slug } from '../../api/project';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

/** The projects that whoever looks may go to, and the one of the page. */
export class Projects {
  /** The page's own; null before the first answer, and where there is none to be seen. */
  current = $state.raw<PublicProject | null>(null);
  /** In the order of their making. */
  all = $state.raw<readonly PublicProject[]>([]);
  /** With all that admins change; null for whoever is not signed in. */
  full = $state.raw<readonly Project[] | null>(null);
  /** There is no project at this address, or none for whoever looks. */
  missing = $state(false);
  problem = $state<Problem | null>(null);
  private asked = 0;

  constructor(private readonly own = slug) {}

  /** Those to choose from: what is archived is left to those who look after projects. */
  get open(): readonly PublicProject[] {
    const here = this.current;
    const others = this.all.filter(({ slug: other, archived }) => !archived || other === here?.slug);
    return here && others.every((other) => other.slug !== here.slug) ? [...others, here] : others;
  }

  /** Only those who are signed in may draw here. */
  get drawnByUsers(): boolean {
    return this.current?.who_draws === 'users';
  }

  /** Not even its labels are everyone's. */
  get closed(): boolean {
    return this.drawnByUsers && this.current?.who_browses === 'users';
  }

  /** Where its drawings come from; null where whoever looks may not see them, or it is not known yet. */
  browsedBy(signedIn: boolean): 'public' | 'annotator' | null {
    if (!this.current) return this.own === firstProject ? 'public' : null;
    if (this.current.who_browses !== 'users' && !this.current.archived) return 'public';
    return signedIn ? 'annotator' : null;
  }

  async read(signedIn: boolean): Promise<void> {
    const turn = ++this.asked;
    await (signedIn ? this.readAll(turn) : this.readPublic(turn));
  }

  async add(body: NewProject): Promise<Problem | null> {
    const answer = await settle(annotatorApi.POST('/api/v1/projects', { body }));
    await this.read(true);
    return answer.ok ? null : answer.problem;
  }

  async change(project: string, body: ProjectChange): Promise<Problem | null> {
    const params = { path: { project } };
    const answer = await settle(annotatorApi.PATCH('/api/v1/projects/{project}', { params, body }));
    await this.read(true);
    return answer.ok ? null : answer.problem;
  }

  private async readAll(turn: number): Promise<void> {
    const answer = await settle(annotatorApi.GET('/api/v1/projects'));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    this.full = answer.data.projects;
    this.show(
      answer.data.projects,
      answer.data.projects.find((project) => project.slug === this.own),
    );
  }

  private async readPublic(turn: number): Promise<void> {
    const [listed, own] = await Promise.all([
      settle(publicApi.GET('/api/v1/public/projects')),
      settle(publicApi.GET('/api/v1/public/projects/{project}', { params: { path: { project: this.own } } })),
    ]);
    if (turn !== this.asked) return;
    const failed = !listed.ok ? listed.problem : !own.ok && own.problem.status !== 404 ? own.problem : null;
    this.problem = failed;
    if (failed) return;
    this.full = null;
    this.show(listed.ok ? listed.data.projects : [], own.ok ? own.data : undefined);
  }

  private show(all: readonly PublicProject[], own: PublicProject | undefined): void {
    this.all = all;
    this.current = own ?? null;
    this.missing = own === undefined;
  }
}

export const projects = new Projects();
