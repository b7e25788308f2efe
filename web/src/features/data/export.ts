import { slug } from '../../api/project';
import type { paths } from '../../generated/annotator';
import { commonQuery, type CommonFilter } from '../gallery/filter';

export const formats = ['imagefolder', 'csv', 'ndjson', 'coco', 'labelstudio', 'huggingface'] as const;
export type ExportFormat = (typeof formats)[number];
export type ExportQuery = NonNullable<paths['/api/v1/exports']['get']['parameters']['query']>;

/** What the person chose; an empty text is no choice. */
export interface ExportForm extends CommonFilter {
  format: ExportFormat;
  split: '' | 'learn' | 'judge';
}

export const nothingChosen: ExportForm = {
  format: 'imagefolder',
  tag: '',
  reviewed: '',
  from: '',
  until: '',
  split: '',
  disagreement: '',
  minConfidence: null,
  maxConfidence: null,
};

export function exportQuery(form: ExportForm): ExportQuery {
  const query: ExportQuery = { format: form.format, ...commonQuery(form) };
  if (form.split) query.split = form.split;
  return query;
}

export const fileNameOf = (format: ExportFormat) => `${slug}.${format === 'ndjson' ? 'ndjson' : 'zip'}`;

/** Hands a file to the browser's downloads. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
