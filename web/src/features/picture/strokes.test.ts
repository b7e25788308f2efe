import { describe, expect, it } from 'vitest';

import { pathOf, pointsAt, timesOf, viewOf } from './strokes';

describe('strokes', () => {
  it('are shown whole, with the pen around them', () => {
    const { box, pen } = viewOf([
      [
        [0, 236],
        [0, 100],
      ],
    ]);
    expect(box).toBe('-4 -4 244 108');
    expect(pen).toBe(4);
    expect(viewOf([])).toEqual({ box: expect.any(String) as string, pen: expect.any(Number) as number });
  });

  it('are paths, of as many points as there are by then', () => {
    const stroke = [
      [0, 10, 20],
      [5, 5, 6],
    ];
    expect(pathOf(stroke)).toBe('M0 5L10 5L20 6');
    expect(pathOf(stroke, 2)).toBe('M0 5L10 5');
    expect(pathOf(stroke, 1)).toBe('M0 5h0');
    expect(pathOf(stroke, 0)).toBe('');
    expect(pathOf([])).toBe('');
  });

  it('are replayed as fast as they were drawn, from their first moment', () => {
    const strokes = [
      [
        [0, 1],
        [0, 1],
        [100, 300],
      ],
      [[5], [5], [900]],
    ];
    expect(timesOf(strokes)).toEqual([[0, 200], [800]]);
  });

  it('take eight seconds at most, and never go back', () => {
    const long = [
      [
        [0, 1, 2],
        [0, 1, 2],
        [0, 90_000, 80_000],
      ],
    ];
    expect(timesOf(long)).toEqual([[0, 8000, 8000]]);
  });

  it('without times are drawn at the pace of a pen, with a pause between them', () => {
    const [first, second] = timesOf([
      [
        [0, 256],
        [0, 0],
      ],
      [[0], [0]],
    ]);
    expect(first![0]).toBe(0);
    expect(first![1]).toBeCloseTo(640);
    expect(second![0]).toBeCloseTo(790);
  });

  it('are there up to a moment', () => {
    expect([0, 5, 6, 99].map((moment) => pointsAt([0, 5, 10], moment))).toEqual([1, 2, 2, 3]);
    expect(pointsAt([5], 0)).toBe(0);
  });
});
