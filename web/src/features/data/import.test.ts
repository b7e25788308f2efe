import { describe, expect, it } from 'vitest';

import type { Job } from '../../api/client';
import { en } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';
import {
  asksForMore,
  formOf,
  inWords,
  mappingsOf,
  nothingSaid,
  problemsOf,
  reportOf,
  toldOf,
  withWords,
  type ImportReport,
} from './import';

describe('an import', () => {
  it('reads mappings a line', () => {
    expect(mappingsOf('Rond = circle\n\nÉtoile=star\nnothing\n=x\ny=\na=b=c')).toEqual([
      'Rond=circle',
      'Étoile=star',
      'a=b=c',
    ]);
  });

  it('adds a line for each word that has none', () => {
    expect(withWords('', ['sun', 'a=b'])).toBe('sun = ');
    const map = withWords('Rond = circle\n\n', ['Rond', 'sun', 'moon']);
    expect(map).toBe('Rond = circle\nsun = \nmoon = ');
    expect(mappingsOf(map)).toEqual(['Rond=circle']);
  });

  it('sends what was chosen before the files', () => {
    const files = ['one/a.png', 'two/a.png'].map((path) => ({ file: new File(['x'], 'a.png'), path }));
    const form = formOf(
      { ...nothingSaid, files, labelsAs: 'suggested', makeLabels: true, map: 'A=b\nC=d' },
      true,
    );
    expect([...form.keys()]).toEqual(['labels_as', 'new_labels', 'dry_run', 'map', 'map', 'file', 'file']);
    expect(form.getAll('map')).toEqual(['A=b', 'C=d']);
    expect([form.get('labels_as'), form.get('new_labels'), form.get('dry_run')]).toEqual([
      'suggested',
      'make',
      'true',
    ]);
    expect(form.getAll('file').map((file) => (file as File).name)).toEqual(['one/a.png', 'two/a.png']);
  });

  it('sends what was said of the rest alone', () => {
    const said = { format: 'csv', labelColumn: ' kind ', namesIn: 'GBK', pseudonym: '4b' } as const;
    const form = formOf({ ...nothingSaid, ...said, files: [] }, false);
    const names = ['format', 'path_column', 'label_column', 'names_in', 'pseudonym'];
    expect(names.map((name) => form.get(name))).toEqual(['csv', null, 'kind', 'GBK', '4b']);
  });

  it('is told what is asked in the words of the page', () => {
    const reason = 'The columns "class" and "kind" could both be meant: say which with label_column.';
    const parameters = { one: 'class', other: 'my "kind"', parameter: 'label_column' };
    const problem = { place: 'a.csv', reason, rejected: true, code: 'which_column' as const, parameters };
    expect(asksForMore(reason)).toBe(true);
    expect(toldOf(problem)).toBe(
      'The columns “class” and “my "kind"” could both be meant: say which as “Column of the labels”, under More.',
    );
    i18n.choose('fr');
    expect(toldOf(problem)).toContain('«\u00a0Colonne des étiquettes\u00a0»');
    i18n.choose('en');
    expect(toldOf({ place: 'a', reason: 'Read with names_in.', rejected: false })).toBe(
      'Read with “Character set of names”.',
    );
    expect(asksForMore('It is empty.')).toBe(false);
    expect(inWords('It is empty.', en)).toBe('It is empty.');
  });

  it('has a report where its job succeeded alone', () => {
    const job = { state: 'failed', error: 'No.' } as Job;
    expect(reportOf(null)).toBeNull();
    expect(reportOf(job)).toBeNull();
    expect(reportOf({ ...job, state: 'succeeded', result: { stored: 3 } })?.stored).toBe(3);
  });

  it('shows what was rejected before what is worth knowing', () => {
    const problems = [
      { place: 'a', reason: 'several labels', rejected: false },
      { place: 'b', reason: 'damaged', rejected: true },
    ];
    expect(problemsOf({ problems } as ImportReport).map(({ place }) => place)).toEqual(['b', 'a']);
  });
});
