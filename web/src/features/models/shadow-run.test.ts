import { beforeEach, expect, it, vi } from 'vitest';

import type { Job, Model } from '../../api/client';
import { noteRun, runOf } from './shadow-run';

const model = (id: string) => ({ id }) as Model;
const job = (id: string) => ({ id }) as Job;

const stored = new Map<string, string>();

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
  });
});

it('knows which model the last comparison is of', () => {
  expect(runOf(model('a'))).toBeNull();
  noteRun(job('1'), model('a'));
  expect([runOf(model('a')), runOf(model('b'))]).toEqual(['1', null]);
  noteRun(job('2'), model('b'));
  expect([runOf(model('a')), runOf(model('b'))]).toEqual([null, '2']);
});

it('takes nothing else for one', () => {
  for (const noted of ['', 'a', '3', '{}', '["a"]', '["a", 3]']) {
    stored.set('croquis.shadow.shapes', noted);
    expect(runOf(model('a'))).toBeNull();
  }
});
