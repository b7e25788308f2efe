import { settle, type Job } from '../../api/client';
import type { Problem } from '../../api/problem';
import { annotatorApi } from '../session/session.svelte';

const look_again_ms = 700;

export const isOpen = (job: Job): boolean => job.state === 'queued' || job.state === 'running';

/** The newest job of a kind, followed while it is open. */
export class LatestJob {
  job = $state.raw<Job | null>(null);
  problem = $state.raw<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private asked = 0;

  constructor(
    private kind: string,
    /** Told of a job that was followed to its end. */
    private onend: (job: Job) => void = () => {},
  ) {}

  /** Looks for the newest one of the kind among the newest jobs. */
  async find(): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/jobs', { params: { query: { limit: 200 } } }));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    const found = answer.ok ? answer.data.jobs.find(({ kind }) => kind === this.kind) : null;
    if (found) this.follow(found);
  }

  /** Shows this one from now on. */
  follow(job: Job): void {
    clearTimeout(this.timer);
    const known = this.job;
    this.job = job;
    if (isOpen(job)) {
      if (!this.stopped) this.timer = setTimeout(() => void this.look(job.id), look_again_ms);
    } else if (known?.id === job.id && isOpen(known)) this.onend(job);
  }

  async cancel(): Promise<void> {
    if (!this.job) return;
    const params = { path: { id: this.job.id } };
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.POST('/api/v1/jobs/{id}:cancel', { params }));
    if (turn !== this.asked) return;
    if (answer.ok) this.follow(answer.data);
    // It had just ended: what came of it is shown instead.
    else if (answer.problem.code === 'job_ended') await this.look(params.path.id);
    else this.problem = answer.problem;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async look(id: string): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/jobs/{id}', { params: { path: { id } } }));
    if (turn !== this.asked || this.stopped) return;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.follow(answer.data);
    // The work goes on whether it can be seen or not.
    else this.timer = setTimeout(() => void this.look(id), 4 * look_again_ms);
  }
}
