import { describe, expect, it } from 'vitest';

import shipped from '../../../../models/shapes.json';
import { lostLabels, numberIn, shareIn } from './card';

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

  it('tells which labels in use a model would lose', () => {
    const used = ['circle', 'star', 'comb', 'unknown'];
    const other = { labels: ['circle', 'comb'], unknown_below: 0.4 };
    expect(lostLabels(shipped, other, used)).toEqual(['star']);
    expect(lostLabels(shipped, { ...other, unknown_below: 0 }, used)).toEqual(['star', 'unknown']);
    expect(lostLabels(other, shipped, used)).toEqual(['comb']);
    expect(lostLabels(shipped, {}, used)).toEqual([]);
  });
});
