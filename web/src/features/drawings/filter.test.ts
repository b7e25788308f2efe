import { describe, expect, it } from 'vitest';

import { drawingOf } from '../../testing/wire';
import { addressOf, admits, countOf, filterIn, noFilter, queryOf, restricted, type Filter } from './filter';

const all: Filter = {
  tag: 'étoile & co',
  reviewed: 'true',
  taggedBy: 'ada',
  taggedSince: '2026-02-01T14:07:30',
  source: 'import',
  from: '2026-01-31',
  until: '2026-02-01',
  minConfidence: 12.5,
  maxConfidence: 90,
  disagreement: 'false',
  disputed: '',
  flagged: 'true',
  importJob: '019a5c1e-7b1a-7c3e-9d35-0a8f6c2b4e11',
  fileName: 'birds/*',
  externalId: 'scan 7',
  nameContains: '100%_é',
  order: 'oldest_first',
};

describe('a filter', () => {
  it('comes back from the address as it was', () => {
    expect(filterIn(addressOf(all))).toEqual(all);
    expect(addressOf(noFilter)).toBe('');
    expect(filterIn('')).toEqual(noFilter);
    expect(addressOf({ ...noFilter, minConfidence: 0 })).toBe('min_confidence=0');
  });

  it('passes over what it does not understand', () => {
    expect(
      filterIn(
        'reviewed=perhaps&from=soon&tagged_since=2026-01-31&min_confidence=2&max_confidence=&order=best&colour=red',
      ),
    ).toEqual(noFilter);
  });

  it('asks for what was chosen alone, the last day whole', () => {
    expect(queryOf(noFilter)).toEqual({});
    expect(queryOf(all)).toEqual({
      tag: 'étoile & co',
      reviewed: true,
      tagged_by: 'ada',
      tagged_since: new Date(2026, 1, 1, 14, 7, 30).toISOString(),
      source: 'import',
      from: new Date(2026, 0, 31).toISOString(),
      until: new Date(2026, 1, 2).toISOString(),
      min_confidence: 0.125,
      max_confidence: 0.9,
      flagged: true,
      import: all.importJob,
      file_name: 'birds/*',
      external_id: 'scan 7',
      name_contains: '100%_é',
      disagreement: false,
      order: 'oldest_first',
    });
  });

  it('counts the choices beside the tag and the order', () => {
    expect([countOf(noFilter), countOf({ ...noFilter, tag: 'star', order: 'oldest_first' })]).toEqual([0, 0]);
    expect(countOf(all)).toBe(14);
  });

  it('is for everyone only as far as everyone may ask', () => {
    expect(restricted(all, 'annotator')).toEqual(all);
    expect(addressOf(restricted(all, 'public'))).toBe(
      addressOf({
        ...noFilter,
        tag: all.tag,
        from: all.from,
        until: all.until,
        minConfidence: 12.5,
        maxConfidence: 90,
      }),
    );
  });

  it('admits a new drawing that it would show first', () => {
    const drawing = drawingOf('a', { tag: 'star', confidence: 0.5, created_at: '2026-11-25T12:00:00Z' });
    expect(admits(noFilter, drawing)).toBe(true);
    const no: Partial<Filter>[] = [
      { tag: 'heart' },
      { reviewed: 'true' },
      { taggedBy: 'ada' },
      { taggedSince: '2026-11-01T00:00' },
      { importJob: all.importJob },
      { fileName: '*' },
      { externalId: '*' },
      { nameContains: 'a' },
      { source: 'import' },
      { from: '2026-11-27' },
      { until: '2026-11-23' },
      { minConfidence: 51 },
      { maxConfidence: 49 },
      { disagreement: 'true' },
      { order: 'oldest_first' },
    ];
    for (const one of no) expect(admits({ ...noFilter, ...one }, drawing), JSON.stringify(one)).toBe(false);
    expect(
      admits(
        { ...noFilter, tag: 'star', reviewed: 'false', minConfidence: 50, disagreement: 'false' },
        drawing,
      ),
    ).toBe(true);
  });
});
