import { afterEach, describe, expect, it, vi } from 'vitest';

import { lateWords } from './late.svelte';

const served = vi.hoisted(() => ({ give: (): Promise<object> => new Promise(() => {}) }));
vi.mock('./words', () => served.give());

afterEach(() => {
  vi.useRealTimers();
});

describe('late words', () => {
  it('keep a person waiting for three seconds at most', async () => {
    vi.useFakeTimers();
    let done = false;
    void lateWords.fetch().then(() => (done = true));
    await vi.advanceTimersByTimeAsync(2900);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(done).toBe(true);
    expect(lateWords.all).toBe(null);
  });
});
