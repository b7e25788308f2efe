import { describe, expect, it } from 'vitest';

import type { Job } from '../../api/client';
import { formOf, mappingsOf, problemsOf, reportOf, type ImportReport } from './import';

describe('an import', () => {
  it('reads mappings a line', () => {
    expect(mappingsOf('Rond = circle\n\nÉtoile=star\nnothing\n=x\ny=\na=b=c')).toEqual([
      'Rond=circle',
      'Étoile=star',
      'a=b=c',
    ]);
  });

  it('sends what was chosen before the files', () => {
    const files = [new File(['x'], 'a.png'), new File(['y'], 'b.csv')];
    const form = formOf({ files, labelsAs: 'suggested', makeLabels: true, map: 'A=b\nC=d' }, true);
    expect([...form.keys()]).toEqual(['labels_as', 'new_labels', 'dry_run', 'map', 'map', 'file', 'file']);
    expect(form.getAll('map')).toEqual(['A=b', 'C=d']);
    expect([form.get('labels_as'), form.get('new_labels'), form.get('dry_run')]).toEqual([
      'suggested',
      'make',
      'true',
    ]);
    expect(form.getAll('file').map((file) => (file as File).name)).toEqual(['a.png', 'b.csv']);
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
