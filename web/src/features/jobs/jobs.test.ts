import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Job } from '../../api/client';
import { Wire } from '../../testing/wire';
import { isOpen, isOwn, isRetriable, LatestJob, RecentJobs } from './jobs.svelte';

const path = '/api/v1/jobs';

const jobOf = (id: string, given: Partial<Job> = {}): Job => ({
  id,
  kind: 'teach',
  project: 'shapes',
  state: 'running',
  progress: 0,
  cancel_requested: false,
  attempts: 1,
  by: 'ada',
  created_at: '2026-01-01T00:00:00Z',
  started_at: null,
  finished_at: null,
  ...given,
});

describe('a job', () => {
  it('is ended and done again by who queued it, and by an admin', () => {
    const job = jobOf('a', { by: 'ada' });
    expect(isOwn(job, { name: 'ada', role: 'annotator' })).toBe(true);
    expect(isOwn(job, { name: 'root', role: 'admin' })).toBe(true);
    expect(isOwn(job, { name: 'noor', role: 'annotator' })).toBe(false);
    expect(isOwn(job, null)).toBe(false);
  });

  it('is done again where it failed or was stopped, an import only where it failed', () => {
    const retriable = (kind: string, state: Job['state']) => isRetriable(jobOf('a', { kind, state }));
    expect(
      ['failed', 'cancelled', 'succeeded', 'running'].map((state) =>
        retriable('teach', state as Job['state']),
      ),
    ).toEqual([true, true, false, false]);
    expect(retriable('import', 'failed')).toBe(true);
    expect(retriable('import', 'cancelled')).toBe(false);
  });
});

describe('the newest job of a kind', () => {
  let wire: Wire, ended: string[], latest: LatestJob;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    wire = new Wire();
    ended = [];
    latest = new LatestJob('teach', ({ id }) => ended.push(id));
    return () => vi.useRealTimers();
  });

  const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const ticked = (): Promise<unknown> => vi.advanceTimersByTimeAsync(5000);

  const events = (id: string) => wire.next('GET', `${path}/${id}/events`);
  /** What is asked again and again, where no events come. */
  const polled = async (id: string) => {
    (await events(id)).lose();
    return wire.next('GET', `${path}/${id}`);
  };

  it('is followed through the events that come', async () => {
    latest.follow(jobOf('a', { state: 'queued' }));
    const stream = (await events('a')).stream();
    stream.send('job', jobOf('a', { progress: 0.25 }));
    await settled();
    expect(latest.job?.progress).toBe(0.25);
    stream.send('news', jobOf('a', { progress: 0.75 }));
    stream.send('job', jobOf('a', { progress: 1, state: 'succeeded' }));
    await settled();
    expect([latest.job?.state, ended]).toEqual(['succeeded', ['a']]);
    await ticked();
    expect(wire.log).toEqual([`GET ${path}/a/events`]);
  });

  it.each(['close', 'cut'] as const)(
    'is looked at, and followed again, where the events %s before it ends',
    async (end) => {
      latest.follow(jobOf('a'));
      const stream = (await events('a')).stream();
      stream.send('job', jobOf('a', { progress: 0.25 }));
      await settled();
      stream[end]();
      (await wire.next('GET', `${path}/a`)).answer(200, jobOf('a', { progress: 0.5 }));
      const again = (await events('a')).stream();
      again.send('job', jobOf('a', { state: 'failed' }));
      await settled();
      expect([latest.job?.state, ended]).toEqual(['failed', ['a']]);
    },
  );

  it('is asked after where no more may follow', async () => {
    latest.follow(jobOf('a'));
    (await events('a')).answer(503, {
      status: 503,
      type: '/problems/unavailable',
      title: 'Busy',
      detail: 'Busy.',
    });
    (await wire.next('GET', `${path}/a`)).answer(200, jobOf('a', { progress: 0.5 }));
    await ticked();
    (await wire.next('GET', `${path}/a`)).answer(200, jobOf('a', { state: 'succeeded' }));
    await ticked();
    expect([latest.problem, ended, wire.count(`GET ${path}/a/events`)]).toEqual([null, ['a'], 1]);
  });

  it('hears no more of one that another has replaced', async () => {
    latest.follow(jobOf('a'));
    const old = (await events('a')).stream();
    latest.follow(jobOf('b'));
    const stream = (await events('b')).stream();
    old.send('job', jobOf('a', { state: 'succeeded' }));
    stream.send('job', jobOf('b', { progress: 0.5 }));
    await settled();
    expect([latest.job?.id, latest.job?.progress, ended]).toEqual(['b', 0.5, []]);
  });

  it('is found among others and followed to its end', async () => {
    const found = latest.find();
    (await wire.next('GET', path)).answer(200, {
      jobs: [jobOf('r', { kind: 'retag' }), jobOf('o', { project: 'birds' }), jobOf('b'), jobOf('a')],
      next: null,
    });
    await found;
    expect(latest.job?.id).toBe('b');
    (await polled('b')).answer(200, jobOf('b', { progress: 0.5 }));
    await settled();
    expect(latest.job?.progress).toBe(0.5);
    (await wire.next('GET', `${path}/b`)).answer(200, jobOf('b', { state: 'succeeded', progress: 1 }));
    await ticked();
    expect([isOpen(latest.job!), ended]).toEqual([false, ['b']]);
    expect(wire.count(`GET ${path}/b`)).toBe(2);
  });

  it('is looked for among those that are wanted', async () => {
    const found = latest.find((job) => isOpen(job) && job.id !== 'b');
    const jobs = [jobOf('c', { state: 'succeeded' }), jobOf('b'), jobOf('a')];
    (await wire.next('GET', path)).answer(200, { jobs, next: null });
    await found;
    expect(latest.job?.id).toBe('a');
    (await events('a')).lose();
  });

  it('tells nobody of one that had ended before', async () => {
    const found = latest.find();
    (await wire.next('GET', path)).answer(200, { jobs: [jobOf('a', { state: 'failed' })], next: null });
    await found;
    expect([latest.job?.state, ended]).toEqual(['failed', []]);
  });

  it('is not replaced by the answer about an older one', async () => {
    latest.follow(jobOf('a'));
    const old = await polled('a');
    const found = latest.find();
    (await wire.next('GET', path)).answer(200, { jobs: [jobOf('b')], next: null });
    await found;
    old.answer(200, jobOf('a', { state: 'succeeded' }));
    await settled();
    expect(latest.job?.id).toBe('b');
  });

  it('goes on where the server could not be reached', async () => {
    latest.follow(jobOf('a'));
    (await polled('a')).lose();
    await settled();
    expect(latest.problem).not.toBeNull();
    await ticked();
    (await wire.next('GET', `${path}/a`)).answer(200, jobOf('a', { state: 'succeeded' }));
    await ticked();
    expect([latest.problem, ended]).toEqual([null, ['a']]);
  });

  it('asks nothing any more once it is stopped', async () => {
    latest.follow(jobOf('a'));
    latest.stop();
    await ticked();
    expect(wire.log).toEqual([`GET ${path}/a/events`]);
  });

  it('is taken up where another tab or person began it, once', async () => {
    latest.follow(jobOf('a', { state: 'failed' }));
    latest.takeUp(jobOf('b', { created_at: '2026-01-01T00:01:00Z' }));
    expect(latest.job?.id).toBe('b');
    const stream = (await events('b')).stream();
    stream.send('job', jobOf('b', { state: 'succeeded', created_at: '2026-01-01T00:01:00Z' }));
    await settled();
    // What was read before it ended, and what is older, is nothing new.
    latest.takeUp(jobOf('b', { created_at: '2026-01-01T00:01:00Z' }));
    latest.takeUp(jobOf('a'));
    expect([latest.job?.state, ended]).toEqual(['succeeded', ['b']]);
  });

  it('is not left for one that was begun elsewhere while it is open', async () => {
    latest.follow(jobOf('a'));
    latest.takeUp(jobOf('b', { created_at: '2026-01-01T00:01:00Z' }));
    expect(latest.job?.id).toBe('a');
    (await events('a')).lose();
  });

  it('is done again as another one, which is shown instead', async () => {
    latest.follow(jobOf('a', { state: 'failed' }));
    const asked = latest.retry();
    (await wire.next('POST', `${path}/a:retry`)).answer(202, jobOf('b', { state: 'queued', retries: 'a' }));
    await asked;
    expect(latest.job?.id).toBe('b');
    (await events('b')).lose();
  });

  it('says why it cannot be done again', async () => {
    latest.follow(jobOf('a', { state: 'failed' }));
    const asked = latest.retry();
    const refusal = {
      status: 409,
      type: '/problems/conflict',
      title: 'No',
      detail: 'Gone.',
      code: 'upload_gone',
    };
    (await wire.next('POST', `${path}/a:retry`)).answer(409, refusal);
    await asked;
    expect([latest.job?.id, latest.problem?.code]).toEqual(['a', 'upload_gone']);
  });
});

describe('the newest jobs', () => {
  it('are those of the project, by kind and model, and looked for while the page is in sight', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const wire = new Wire();
    const page = Object.assign(new EventTarget(), { hidden: false });
    const recent = new RecentJobs();
    const leave = recent.watch(page as unknown as Document);
    const jobs = [
      jobOf('o', { kind: 'shadow', project: 'birds', model: 'm' }),
      jobOf('d', { kind: 'shadow', state: 'succeeded', model: 'm' }),
      jobOf('s', { kind: 'shadow', model: 'm' }),
      jobOf('t', { state: 'queued' }),
    ];
    (await wire.next('GET', path)).answer(200, { jobs, next: null });
    await vi.waitFor(() => expect(recent.open('teach')?.id).toBe('t'));
    expect([recent.open('shadow', 'm')?.id, recent.open('shadow', 'n'), recent.open('train')]).toEqual([
      's',
      null,
      null,
    ]);
    expect([recent.last('shadow', 'm')?.id, recent.last('shadow', 'n')]).toEqual(['d', null]);

    page.hidden = true;
    vi.advanceTimersByTime(60_000);
    expect(wire.count(`GET ${path}`)).toBe(1);
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    (await wire.next('GET', path)).answer(200, { jobs: [], next: null });
    await vi.waitFor(() => expect(recent.open('teach')).toBeNull());
    vi.advanceTimersByTime(10_000);
    (await wire.next('GET', path)).lose();
    leave();
    vi.advanceTimersByTime(60_000);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(wire.count(`GET ${path}`)).toBe(3);
    vi.useRealTimers();
  });
});
