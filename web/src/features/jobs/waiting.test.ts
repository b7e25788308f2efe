import { describe, expect, it } from 'vitest';

import type { Job } from '../../api/client';
import { en } from '../../i18n/en';
import { fr } from '../../i18n/fr';
import { whyItWaits } from './waiting';

const queued: Job = {
  id: '0190a6c0-0000-7000-8000-000000000000',
  kind: 'train',
  project: 'shapes',
  state: 'queued',
  progress: 0,
  cancel_requested: false,
  attempts: 0,
  by: 'admin',
  created_at: '2026-11-26T20:00:00Z',
  started_at: null,
  finished_at: null,
  waiting: { for: 'worker', reason: '', since: '2026-11-26T20:00:00Z' },
};
const date = (time: string) => `at ${time}`;
const why = (job: Job, startable = true) => whyItWaits(job, en, date, startable);

describe('why a job waits', () => {
  it('is nothing of one that somebody is at, or that is about to be begun', () => {
    const atWork: Job = { ...queued, state: 'running' };
    delete atWork.waiting;
    expect(why(atWork)).toBeNull();
    expect(why({ ...queued, waiting: { for: 'claim', reason: '' } })).toBeNull();
  });

  it('names what a training needs, and since when nobody has begun it', () => {
    const { told, command } = why(queued)!;
    expect(told).toMatch(
      /queued, at 2026-11-26T20:00:00Z\..*No server or worker that is running does this.*croquis-train/,
    );
    expect(command).toBe('croquis worker --train-program FILE');
    expect(whyItWaits(queued, fr, date)!.told).toMatch(/croquis-train/);
    expect(why({ ...queued, kind: 'teach' })!.command).toBe('croquis worker');
  });

  it('says no more than is known of one that was begun before', () => {
    const before = { ...queued, started_at: '2026-11-26T20:01:00Z' };
    expect(why({ ...before, waiting: { for: 'worker', reason: '' } })!.told).toMatch(/handed it back/);
    const silent = why({ ...before, state: 'running' })!.told;
    expect(silent).toMatch(/silent since at 2026-11-26T20:00:00Z/);
    expect(silent).not.toMatch(/queued/);
  });

  it('asks for nothing to be started where the job has its turn to come, or no worker may be', () => {
    expect(why({ ...queued, waiting: { for: 'turn', reason: '' } })!.command).toBeNull();
    expect(why(queued, false)!.command).toBeNull();
    expect(why(queued, false)!.told).not.toMatch(/worker/);
  });
});
