import { describe, expect, it } from 'vitest';

import { countDown, isPassing, retryAfter, submitRules, waitBefore } from './retry';

describe('retrying', () => {
  it('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2026-11-24T14:00:00Z');
    expect(retryAfter('7', now)).toBe(7);
    expect(retryAfter('Tue, 24 Nov 2026 14:00:10 GMT', now)).toBe(10);
    expect(retryAfter('Tue, 24 Nov 2026 13:00:00 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBeNull();
    expect(retryAfter(null, now)).toBeNull();
  });

  it('waits as long as asked, within bounds, else twice as long each time', () => {
    expect([2, 3, 4, 5].map((next) => waitBefore(next, null, submitRules))).toEqual([1, 2, 4, 8]);
    expect(waitBefore(2, 5, submitRules)).toBe(5);
    expect(waitBefore(2, 0, submitRules)).toBe(1);
    expect(waitBefore(2, 999, submitRules)).toBe(submitRules.longestWait);
  });

  it('can be cancelled while it waits', async () => {
    const cancelled = new AbortController();
    const told: number[] = [];
    const gone = countDown(60, (left) => told.push(left), cancelled.signal);
    cancelled.abort();
    expect(await gone).toBe(false);
    expect(told).toEqual([60]);
  });

  it('only tries again what may pass', () => {
    expect([0, 429, 502, 503, 504].every(isPassing)).toBe(true);
    expect([400, 401, 409, 412, 413, 422, 500].some(isPassing)).toBe(false);
  });
});
