import type { Job } from '../../api/client';
import type * as annotator from '../../generated/annotator';

export type ImportReport = annotator.components['schemas']['ImportReport'];

/** What the person chose. */
export interface ImportForm {
  files: File[];
  labelsAs: 'reviewed' | 'suggested' | 'ignore';
  makeLabels: boolean;
  /** A line a word: "Rond = circle". */
  map: string;
}

/** As the server wants mappings: FROM=TO. Lines without both sides are left out. */
export function mappingsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, Math.max(at, 0)).trim(), at < 0 ? '' : line.slice(at + 1).trim()] as const;
    })
    .filter(([from, to]) => from !== '' && to !== '')
    .map(([from, to]) => `${from}=${to}`);
}

/** The parameters come before the files, so that a refusal does not wait for these. */
export function formOf({ files, labelsAs, makeLabels, map }: ImportForm, dryRun: boolean): FormData {
  const form = new FormData();
  form.set('labels_as', labelsAs);
  form.set('new_labels', makeLabels ? 'make' : 'refuse');
  form.set('dry_run', String(dryRun));
  for (const mapping of mappingsOf(map)) form.append('map', mapping);
  for (const file of files) form.append('file', file);
  return form;
}

/** What came of a job that succeeded. */
export const reportOf = (job: Job | null): ImportReport | null =>
  job?.state === 'succeeded' && job.result ? (job.result as unknown as ImportReport) : null;

/** Rejected records first, then remarks. */
export const problemsOf = (report: ImportReport) => [
  ...report.problems.filter(({ rejected }) => rejected),
  ...report.problems.filter(({ rejected }) => !rejected),
];
