import { describe, expect, it } from 'vitest';

import type { ModelReport } from '../../api/client';
import {
  confusionRows,
  errorOf,
  labelRows,
  parametersOf,
  reportAddress,
  reportAsked,
  reportQuery,
} from './report';

const share = (agreed: number, of: number) => ({ agreed, of, part: of ? agreed / of : 0, low: 0, high: 1 });

const report = (labels: ModelReport['labels'], confusion: ModelReport['confusion']) =>
  ({ labels, confusion }) as unknown as ModelReport;

describe('a report', () => {
  it('is asked for in the address', () => {
    expect(reportAsked('')).toBeNull();
    expect(reportAsked('report=')).toBeNull();
    expect(reportAsked(reportQuery('a b&c'))).toEqual({ model: 'a b&c', against: null });
    expect(reportAsked(reportQuery('a', 'b'))).toEqual({ model: 'a', against: 'b' });
    expect(reportAddress('a')).toBe('#/models?report=a');
  });

  it('tells no error of no answer', () => {
    expect(errorOf(0, 0, { most: 0 })).toBe('–');
    expect(errorOf(3, 0.1, { most: 0.2 })).toBe('10% (up to 20% by chance alone)');
  });

  it('stands beside another, label by label', () => {
    const one = report([{ label: 'star', given: share(3, 4), answered: share(3, 3) }], []);
    const other = report(
      [
        { label: 'star', given: share(4, 4), answered: share(4, 5) },
        { label: 'circle', given: share(0, 2), answered: share(0, 0) },
        { label: 'line', given: share(0, 0), answered: share(0, 1) },
      ],
      [],
    );
    expect(labelRows([one, other])).toEqual([
      { label: 'star', shares: [share(3, 4), share(4, 4)] },
      { label: 'circle', shares: [null, share(0, 2)] },
    ]);
    expect(labelRows([one, null])).toEqual([{ label: 'star', shares: [share(3, 4), null] }]);
  });

  it('tells what was taken for something else, the most frequent first', () => {
    const one = report(
      [],
      [
        { given: 'star', answered: 'star', drawings: 9 },
        { given: 'star', answered: 'line', drawings: 1 },
      ],
    );
    const other = report([], [{ given: 'line', answered: 'star', drawings: 3 }]);
    expect(confusionRows([one, other])).toEqual([
      { given: 'line', answered: 'star', drawings: [0, 3] },
      { given: 'star', answered: 'line', drawings: [1, 0] },
    ]);
  });

  it('names the numbers that a card has', () => {
    const model = { card: { temperature: 1.5 }, lineage: { strength: 0.1 } } as never;
    expect(parametersOf(model)).toEqual({ strength: 0.1, temperature: 1.5, unknownBelow: null });
  });
});
