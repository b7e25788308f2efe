import { slug } from '../../api/project';
import type { paths } from '../../generated/annotator';
import { beginOf, share } from '../../util/days';

export const formats = ['imagefolder', 'csv', 'ndjson', 'coco', 'labelstudio', 'huggingface'] as const;
export type ExportFormat = (typeof formats)[number];
export type ExportQuery = NonNullable<paths['/api/v1/exports']['get']['parameters']['query']>;

/** What the person chose; an empty text is no choice. */
export interface ExportForm {
  format: ExportFormat;
  tag: string;
  reviewed: '' | 'true' | 'false';
  /** Days of the person's own time zone. */
  from: string;
  until: string;
  split: '' | 'learn' | 'judge';
  disagreement: '' | 'true' | 'false';
  /** In percent; null where the field is empty. */
  minConfidence: number | null;
  maxConfidence: number | null;
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

/** The last day counts whole. */
export function exportQuery(form: ExportForm): ExportQuery {
  const { format, tag, reviewed, from, until, split, disagreement } = form;
  const query: ExportQuery = { format };
  if (tag) query.tag = tag;
  if (reviewed) query.reviewed = reviewed === 'true';
  const begin = beginOf(from);
  const end = beginOf(until, 1);
  if (begin) query.from = begin;
  if (end) query.until = end;
  if (split) query.split = split;
  if (disagreement) query.disagreement = disagreement === 'true';
  const least = share(form.minConfidence);
  const most = share(form.maxConfidence);
  if (least !== undefined) query.min_confidence = least;
  if (most !== undefined) query.max_confidence = most;
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
