import { describe, expect, it } from 'vitest';

import { addressOf, exportQuery, fileNameOf, formIn, isNarrow, nothingChosen } from './export';

const nothing = { ...nothingChosen, format: 'csv', reviewed: '' } as const;

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

  it('asks for those reviewed since a moment, by somebody, that came from somewhere', () => {
    const asked = exportQuery({
      ...nothing,
      taggedSince: '2026-01-31T14:07',
      taggedBy: 'marie',
      source: 'import',
    });
    expect(asked).toEqual({
      format: 'csv',
      tagged_since: new Date(2026, 0, 31, 14, 7).toISOString(),
      tagged_by: 'marie',
      source: 'import',
    });
    expect(exportQuery({ ...nothing, taggedSince: 'soon' }).tagged_since).toBeUndefined();
  });

  it('asks for all that a list can be asked for', () => {
    const form = { ...nothing, flagged: 'true', disputed: 'false', importJob: 'an import' } as const;
    expect(exportQuery(form)).toEqual({ format: 'csv', flagged: true, disputed: false, import: 'an import' });
    expect(formIn(addressOf(form))).toEqual(form);
    for (const one of [{ flagged: 'false' }, { disputed: 'true' }, { importJob: 'an import' }] as const)
      expect(isNarrow({ ...nothing, ...one })).toBe(true);
  });

  it('asks for files and drawings by name', () => {
    const form = { ...nothing, fileName: 'birds/*', externalId: 'scan-7', nameContains: 'r_7' };
    expect(exportQuery(form)).toEqual({
      format: 'csv',
      file_name: 'birds/*',
      external_id: 'scan-7',
      name_contains: 'r_7',
    });
    expect(formIn(addressOf(form))).toEqual(form);
    expect(isNarrow({ ...nothing, fileName: 'birds/*' })).toBe(true);
    expect(isNarrow({ ...nothing, nameContains: 'r_7' })).toBe(true);
  });

  it('stands in the address, and passes over what it does not understand', () => {
    expect(addressOf(nothingChosen)).toBe('');
    const form = {
      ...nothing,
      tag: 'star',
      reviewed: 'true',
      taggedSince: '2026-01-31T14:07',
      split: 'judge',
      minConfidence: 50,
    } as const;
    expect(formIn(addressOf(form))).toEqual(form);
    expect(formIn(addressOf(nothing))).toEqual(nothing);
    expect(formIn('format=zip&split=half&tagged_since=soon&order=oldest_first')).toEqual(nothingChosen);
  });

  it('takes what somebody reviewed alone, unless all drawings are chosen', () => {
    expect(exportQuery(formIn(''))).toEqual({ format: 'imagefolder', reviewed: true });
    expect(exportQuery(formIn('tag=star&reviewed=maybe')).reviewed).toBe(true);
    expect(addressOf({ ...nothingChosen, reviewed: '' })).toBe('reviewed=all');
    expect(exportQuery(formIn('reviewed=all'))).toEqual({ format: 'imagefolder' });
    expect(addressOf({ ...nothingChosen, reviewed: 'false' })).toBe('reviewed=false');
    expect(exportQuery(formIn('reviewed=false')).reviewed).toBe(false);
    expect(exportQuery(formIn('reviewed=true')).reviewed).toBe(true);
  });

  it('is narrow where something was chosen beside label, review and days', () => {
    expect(isNarrow({ ...nothing, tag: 'star', reviewed: 'true', from: '2026-01-31' })).toBe(false);
    expect(isNarrow({ ...nothing, taggedSince: '2026-01-31T14:07' })).toBe(true);
    expect(isNarrow({ ...nothing, maxConfidence: 0 })).toBe(true);
  });

  it('names its file by its format', () => {
    expect(fileNameOf('ndjson')).toBe('shapes.ndjson');
    expect(fileNameOf('imagefolder')).toBe('shapes.zip');
  });
});
