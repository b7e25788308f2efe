import { describe, expect, it } from 'vitest';

import { exportQuery, fileNameOf, nothingChosen } from './export';

const nothing = { ...nothingChosen, format: 'csv' } as const;

describe('an export', () => {
  it('asks for what was chosen alone', () => {
    expect(exportQuery(nothing)).toEqual({ format: 'csv' });
    expect(exportQuery({ ...nothing, tag: 'star', reviewed: 'false' })).toEqual({
      format: 'csv',
      tag: 'star',
      reviewed: false,
    });
    expect(exportQuery({ ...nothing, reviewed: 'true' }).reviewed).toBe(true);
    expect(
      exportQuery({
        ...nothing,
        split: 'judge',
        disagreement: 'true',
        minConfidence: 50,
        maxConfidence: 120,
      }),
    ).toEqual({ format: 'csv', split: 'judge', disagreement: true, min_confidence: 0.5, max_confidence: 1 });
    expect(exportQuery({ ...nothing, minConfidence: 0 }).min_confidence).toBe(0);
  });

  it('takes the last day whole, in the time zone of the person', () => {
    const { from, until } = exportQuery({ ...nothing, from: '2026-01-31', until: '2026-01-31' });
    expect(new Date(from!)).toEqual(new Date(2026, 0, 31));
    expect(new Date(until!)).toEqual(new Date(2026, 1, 1));
    expect(exportQuery({ ...nothing, from: 'soon' }).from).toBeUndefined();
  });

  it('names its file by its format', () => {
    expect(fileNameOf('ndjson')).toBe('shapes.ndjson');
    expect(fileNameOf('imagefolder')).toBe('shapes.zip');
  });
});
