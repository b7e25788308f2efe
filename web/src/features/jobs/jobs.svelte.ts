import { EventSourceParserStream } from 'eventsource-parser/stream';

import { settle, type Job, type Me } from '../../api/client';
import type { Problem } from '../../api/problem';
import { slug } from '../../api/project';
import { annotatorApi } from '../session/session.svelte';

const look_again_ms = 700;
const look_for_others_ms = 10_000;

export const isOpen = (job: Job): boolean => job.state === 'queued' || job.state === 'running';
/** Whoever queued it ends it and does it again, and an admin. */
export const isOwn = (job: Job, user: Pick<Me, 'name' | 'role'> | null): boolean =>
  user !== null && (user.role === 'admin' || job.by === user.name);
/** What was uploaded for a stopped import is gone at once. */
export const isRetriable = ({ kind, state }: Job): boolean =>
  state === 'failed' || (state === 'cancelled' && kind !== 'import');
/** Nobody is at it, also where somebody was. */
export const isQueued = (job: Job): boolean => job.state === 'queued' || job.waiting !== undefined;

/**
 * The newest job of a kind, followed while it is open: through the events that the server sends, or where these do not
 * come through (a proxy keeps them back, as many follow as may), by asking again and again.
 */
export class LatestJob {
  job = $state.raw<Job | null>(null);
  problem = $state.raw<Problem | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listening: { id: string; ends: AbortController } | null = null;
  private hears = true;
  private stopped = false;
  private asked = 0;

  constructor(
    private kind: string,
    /** Told of a job that was followed to its end. */
    private onend: (job: Job) => void = () => {},
  ) {}

  /**
   * Looks for the page's project's newest one of the kind among the newest jobs, which are those of all projects; only
   * one that is `wanted`.
   */
  async find(wanted: (job: Job) => boolean = () => true): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/jobs', { params: { query: { limit: 200 } } }));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    const found = answer.ok
      ? answer.data.jobs.find((job) => job.kind === this.kind && job.project === slug && wanted(job))
      : null;
    if (found) this.follow(found);
  }

  /** Shows this one from now on. */
  follow(job: Job): void {
    clearTimeout(this.timer);
    const known = this.job;
    this.job = job;
    if (this.listening?.id !== job.id) this.leave();
    if (isOpen(job)) {
      if (!this.stopped) this.keepUp(job.id);
    } else {
      this.leave();
      if (known?.id === job.id && isOpen(known)) this.onend(job);
    }
  }

  /** Follows one that was begun elsewhere, unless it has been followed, or a newer one is. */
  takeUp(job: Job): void {
    const known = this.job;
    if (known && (known.id === job.id || isOpen(known) || known.created_at > job.created_at)) return;
    this.problem = null;
    this.follow(job);
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

  /** Does again what failed or was stopped; from then on that is the one that is shown. */
  async retry(): Promise<void> {
    if (!this.job) return;
    const params = { path: { id: this.job.id } };
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.POST('/api/v1/jobs/{id}:retry', { params }));
    if (turn !== this.asked) return;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.follow(answer.data);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.leave();
  }

  private leave(): void {
    this.listening?.ends.abort();
    this.listening = null;
  }

  private keepUp(id: string): void {
    if (this.hears) void this.listen(id);
    else this.timer = setTimeout(() => void this.look(id), look_again_ms);
  }

  private async listen(id: string): Promise<void> {
    if (this.listening) return;
    const listening = { id, ends: new AbortController() };
    this.listening = listening;
    const options = { params: { path: { id } }, parseAs: 'stream' as const, signal: listening.ends.signal };
    const answer = await settle(annotatorApi.GET('/api/v1/jobs/{id}/events', options));
    const heard = answer.ok && (await this.hear(answer.data, listening));
    if (this.listening !== listening) return;
    this.listening = null;
    this.hears = heard;
    // It ended before the job did, by itself or because something cut it short.
    await this.look(id);
  }

  /** Whether anything came. */
  private async hear(body: ReadableStream<BufferSource>, listening: object): Promise<boolean> {
    const events = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    let heard = false;
    try {
      for (;;) {
        const { done, value } = await events.read();
        if (done || this.listening !== listening) return heard;
        if (value.event !== 'job') continue;
        heard = true;
        this.problem = null;
        this.follow(JSON.parse(value.data) as Job);
      }
    } catch {
      return heard;
    }
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

/** The page's project's newest jobs, which somebody else, or another tab, may have begun: looked for now and then. */
export class RecentJobs {
  private jobs = $state.raw<readonly Job[]>([]);
  private asked = 0;

  /** The newest of the kind that is open; of a kind that is about a model, the one of that model. */
  open(kind: string, model?: string): Job | null {
    return this.newest(
      (job) => isOpen(job) && job.kind === kind && (model === undefined || job.model === model),
    );
  }

  /** The newest about that model, open or ended. */
  last(kind: string, model: string): Job | null {
    return this.newest((job) => job.kind === kind && job.model === model);
  }

  private newest(wanted: (job: Job) => boolean): Job | null {
    return this.jobs.find(wanted) ?? null;
  }

  /** A failure changes nothing: it is asked again. */
  async look(): Promise<void> {
    const turn = ++this.asked;
    const answer = await settle(annotatorApi.GET('/api/v1/jobs', { params: { query: { limit: 200 } } }));
    if (turn !== this.asked || !answer.ok) return;
    this.jobs = answer.data.jobs.filter((job) => job.project === slug);
  }

  /** Looks while the page is in sight, until what is returned is called. */
  watch(page: Document = document): () => void {
    const look = () => {
      if (!page.hidden) void this.look();
    };
    look();
    const timer = setInterval(look, look_for_others_ms);
    page.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      page.removeEventListener('visibilitychange', look);
      ++this.asked;
    };
  }
}
