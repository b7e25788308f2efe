import { beforeEach, describe, expect, it } from 'vitest';

import type { Worker } from '../../api/client';
import { en } from '../../i18n/en';
import { fr } from '../../i18n/fr';
import { settleAll, Wire } from '../../testing/wire';
import { doing, named, WorkerList } from './workers.svelte';

const path = '/api/v1/workers';
const idle: Worker = {
  id: '0190a6c0-0000-7000-8000-000000000000',
  name: 'lab-2:4711',
  process: 'worker',
  version: '0.1.0',
  kinds: ['import', 'retag', 'teach'],
  since: '2026-11-26T20:00:00Z',
  seen_at: '2026-11-26T21:00:00Z',
  jobs: [],
};
const at = (...kinds: string[]): Worker => ({
  ...idle,
  jobs: kinds.map((kind, i) => ({ id: `0190a6c0-0000-7000-8000-00000000000${i}`, kind, project: 'shapes' })),
});

describe('a process that does jobs', () => {
  it('is idle, or at what it says', () => {
    expect(doing(idle, en)).toBe('idle');
    expect(doing(at('teach', 'import'), en)).toBe('at work: teaching, imports');
    expect(doing(at('train'), fr)).toMatch(/entraînement/);
  });

  it('takes kinds that have words, each once, and others as they are', () => {
    expect(named(['teach', 'teach', 'mlflow', 'dream'], en)).toBe('teaching, MLflow, dream');
  });
});

describe('the processes that do jobs', () => {
  let wire: Wire;
  beforeEach(() => {
    wire = new Wire();
  });

  it('are those of the last look, however late the one before is answered', async () => {
    const list = new WorkerList();
    expect(list.workers).toBeNull();
    void list.look();
    const first = await wire.next('GET', path);
    void list.look();
    (await wire.next('GET', path)).answer(200, { workers: [idle] });
    await settleAll();
    first.answer(200, { workers: [] });
    await settleAll();
    expect(list.workers).toEqual([idle]);
  });

  it('are there still where a look fails, beside why', async () => {
    const list = new WorkerList();
    void list.look();
    (await wire.next('GET', path)).answer(200, { workers: [idle] });
    await settleAll();
    void list.look();
    (await wire.next('GET', path)).lose();
    await settleAll();
    expect(list.problem).not.toBeNull();
    expect(list.workers).toEqual([idle]);
    void list.look();
    (await wire.next('GET', path)).answer(200, { workers: [] });
    await settleAll();
    expect([list.problem, list.workers]).toEqual([null, []]);
  });
});
