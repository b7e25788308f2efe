import type { Job } from '../../api/client';
import type * as annotator from '../../generated/annotator';
import type { Dictionary } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';
import { tell } from '../../i18n/reasons';
import type { Chosen } from './chosen';

export type ImportReport = annotator.components['schemas']['ImportReport'];
type ImportQuery = NonNullable<annotator.paths['/api/v1/imports']['post']['parameters']['query']>;

/** What is read; the API's words. */
export const importFormats = [
  'imagefolder',
  'csv',
  'ndjson',
  'labelstudio',
  'coco',
  'datumaro',
  'cvat',
  'imagenet',
  'huggingface',
] as const satisfies ImportQuery['format'][];

/** What the person chose. */
export interface ImportForm {
  files: readonly Chosen[];
  labelsAs: 'reviewed' | 'suggested' | 'ignore';
  makeLabels: boolean;
  /** A line a word: "Rond = circle". */
  map: string;
  /** The rest is found out, or not said, where it is empty. */
  format: '' | (typeof importFormats)[number];
  pathColumn: string;
  labelColumn: string;
  namesIn: string;
  pseudonym: string;
}

export const nothingSaid: Omit<ImportForm, 'files'> = {
  labelsAs: 'reviewed',
  makeLabels: false,
  map: '',
  format: '',
  pathColumn: '',
  labelColumn: '',
  namesIn: '',
  pseudonym: '',
};

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

/** The mappings with a line more for each of these words that has none, to write its label behind. */
export function withWords(map: string, words: string[]): string {
  const lines = map.split('\n').filter((line) => line.trim() !== '');
  const there = lines.map((line) => line.split('=')[0]?.trim());
  const missing = words.filter((word) => !there.includes(word) && !word.includes('='));
  return [...lines, ...missing.map((word) => `${word} = `)].join('\n');
}

/** The parameters come before the files, so that a refusal does not wait for these. */
export function formOf({ files, map, ...said }: ImportForm, dryRun: boolean): FormData {
  const form = new FormData();
  form.set('labels_as', said.labelsAs);
  form.set('new_labels', said.makeLabels ? 'make' : 'refuse');
  form.set('dry_run', String(dryRun));
  const more = {
    format: said.format,
    path_column: said.pathColumn,
    label_column: said.labelColumn,
    names_in: said.namesIn,
    pseudonym: said.pseudonym,
  };
  for (const [name, value] of Object.entries(more)) if (value.trim() !== '') form.set(name, value.trim());
  for (const mapping of mappingsOf(map)) form.append('map', mapping);
  for (const { file, path } of files) form.append('file', file, path);
  return form;
}

/** What the server calls what can be said under "More", and what the form does. */
const fields = { path_column: 'pathColumn', label_column: 'labelColumn', names_in: 'namesIn' } as const;
const asked = new RegExp(`\\b(${Object.keys(fields).join('|')})\\b`, 'g');
export const asksForMore = (text: string) => text.search(asked) >= 0;

/** What the server says, with the names that the form's fields have. */
export const inWords = (text: string, { data }: Dictionary): string =>
  text.replace(asked, (name) => data.quoted(data[fields[name as keyof typeof fields]]));

/** Why a record was rejected, or what there is to know about it, in the person's language. */
export const toldOf = ({ reason, code, parameters }: ImportReport['problems'][number]): string =>
  inWords(tell({ sentence: reason, code, parameters }), i18n.t);

/** What came of a job that succeeded. */
export const reportOf = (job: Job | null): ImportReport | null =>
  job?.state === 'succeeded' && job.result ? (job.result as unknown as ImportReport) : null;

/** Rejected records first, then remarks. */
export const problemsOf = (report: ImportReport) => [
  ...report.problems.filter(({ rejected }) => rejected),
  ...report.problems.filter(({ rejected }) => !rejected),
];
