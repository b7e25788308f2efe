import { describe, expect, it } from 'vitest';

import { beginOfToday, momentOf } from './days';

describe('a field of a date and a time', () => {
  it('begins today where the person is', () => {
    const now = new Date(2026, 0, 5, 13, 7, 9);
    expect(beginOfToday(now)).toBe('2026-01-05T00:00');
    expect(momentOf(beginOfToday(now))).toBe(new Date(2026, 0, 5).getTime());
  });

  it('is read to the second, and is no moment while it is not filled in', () => {
    expect(momentOf('2026-01-05T13:07:09')).toBe(new Date(2026, 0, 5, 13, 7, 9).getTime());
    for (const field of ['', '2026-01-05', '2026-13-05T13:07', 'x']) expect(momentOf(field)).toBe(null);
  });
});
