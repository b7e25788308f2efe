import { describe, expect, it } from 'vitest';

import { best, dayPoints, people, reliabilityPoints, weekPoints, type Agreed } from './figures';

const share = (agreed: number, of: number): Agreed => ({
  agreed,
  of,
  part: of ? agreed / of : 0,
  low: 0.25,
  high: 0.75,
});

describe('the figures of quality', () => {
  it('prefer what was asked at random, where that is enough', () => {
    expect(best({ name: 'star', random: share(19, 20), all: share(30, 90) })).toEqual({
      share: share(19, 20),
      atRandom: true,
    });
    expect(best({ name: 'star', random: share(19, 19), all: share(30, 90) }).atRandom).toBe(false);
  });

  it('stand by week with their intervals, and leave out weeks without any', () => {
    const weeks = [
      { name: '2026-11-16', random: share(0, 0), all: share(3, 4) },
      { name: '2026-11-23', random: share(0, 0), all: share(0, 0) },
    ];
    expect(weekPoints(weeks)).toEqual([[Date.UTC(2026, 10, 16) / 1000], [75], [25], [75]]);
  });

  it('of reliability leave out empty bins', () => {
    const bin = (drawings: number, confidence: number, agreement: number) => ({
      low: 0,
      high: 1,
      drawings,
      confidence,
      agreement,
    });
    const calibration = {
      at_random: true,
      answers: 3,
      bins: [bin(0, 0, 0), bin(3, 0.5, 1)],
      error: 0.5,
      error_by_chance: { mean: 0, most: 0 },
    };
    expect(reliabilityPoints(calibration)).toEqual([
      [0, 50, 100],
      [null, 100, null],
      [0, 50, 100],
    ]);
    expect(reliabilityPoints({ ...calibration, bins: [] })).toEqual([[], [], []]);
  });

  it('of the days show the empty ones between, and of the people the busiest first', () => {
    const answers = [
      { day: '2026-11-20', by: 'ada', answers: 2 },
      { day: '2026-11-20', by: 'bob', answers: 5 },
      { day: '2026-11-22', by: 'ada', answers: 1 },
    ];
    expect(dayPoints(answers)[1]).toEqual([7, 0, 1]);
    expect(dayPoints([])).toEqual([[], []]);
    expect(people(answers)).toEqual([
      { by: 'bob', answers: 5, days: 1 },
      { by: 'ada', answers: 3, days: 2 },
    ]);
  });
});
