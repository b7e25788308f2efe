import { describe, expect, it } from 'vitest';

import shipped from '../../../../models/shapes.json';
import { leftOutIn, lostLabels, numberIn, shareIn } from './card';

describe('a card', () => {
  it('gives a share with its interval and the number of drawings', () => {
    const human = shareIn(shipped, 'human', 'accuracy')!;
    expect(human.value).toBe(shipped.human.accuracy);
    expect(human.range).toEqual(shipped.human.intervals_95.accuracy);
    expect(human.of).toBe(shipped.human.shapes);
    expect(human.range![0]).toBeLessThan(human.value);
    expect(human.range![1]).toBeGreaterThan(human.value);
  });

  it('of another training may say less, or something else', () => {
    expect(shareIn({ human: { accuracy: 0.5 } }, 'human', 'accuracy')).toEqual({
      value: 0.5,
      range: null,
      of: null,
    });
    for (const card of [null, 'card', {}, { human: 3 }, { human: { accuracy: 'high' } }])
      expect(shareIn(card, 'human', 'accuracy')).toBeNull();
    const odd = { human: { accuracy: 0.5, intervals_95: { accuracy: [0.4] } } };
    expect(shareIn(odd, 'human', 'accuracy')?.range).toBeNull();
    expect(numberIn({ human: { calibration_error: NaN } }, 'human', 'calibration_error')).toBeNull();
  });

  it('gives the sources that had no part in the learning, the worst first', () => {
    const sources = leftOutIn(shipped);
    const rows = shipped.left_out as unknown as {
      source: string;
      report: { shapes: number; accuracy: number; intervals_95: { accuracy: number[] } };
    }[];
    const measured = rows.filter(({ report }) => report.shapes > 0);
    expect(sources).toHaveLength(measured.length);
    const shares = measured.map(({ report }) => report.accuracy).sort((a, b) => a - b);
    expect(sources.map(({ share }) => share.value)).toEqual(shares);
    for (const { source, share } of sources) {
      const { report } = measured.find((row) => row.source === source)!;
      expect(share).toEqual({
        value: report.accuracy,
        range: report.intervals_95.accuracy,
        of: report.shapes,
      });
    }
    expect(sources.some(({ source }) => source === 'omniglot')).toBe(false);
  });

  it('of a taught model, or of another training, has no such sources', () => {
    const odd = [
      null,
      3,
      { source: 'a' },
      { source: 'a', report: { shapes: 3 } },
      { report: { accuracy: 1 } },
    ];
    for (const card of [{}, null, { left_out: 3 }, { left_out: odd }]) expect(leftOutIn(card)).toEqual([]);
    const bare = { left_out: [{ source: 'a', report: { accuracy: 0.5 } }] };
    expect(leftOutIn(bare)).toEqual([{ source: 'a', share: { value: 0.5, range: null, of: null } }]);
  });

  it('tells which labels in use a model would lose', () => {
    const used = ['circle', 'star', 'comb', 'unknown'];
    const other = { labels: ['circle', 'comb'], unknown_below: 0.4 };
    expect(lostLabels(shipped, other, used)).toEqual(['star']);
    expect(lostLabels(shipped, { ...other, unknown_below: 0 }, used)).toEqual(['star', 'unknown']);
    expect(lostLabels(other, shipped, used)).toEqual(['comb']);
    expect(lostLabels(shipped, {}, used)).toEqual([]);
  });
});
