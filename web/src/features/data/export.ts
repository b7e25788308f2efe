import { slug } from '../../api/project';
import type { paths } from '../../generated/annotator';
import {
  addressOf as addressOfFilter,
  anyDrawing,
  commonIn,
  commonQuery,
  noFilter,
  type CommonFilter,
} from '../drawings/filter';

export const formats = ['imagefolder', 'csv', 'ndjson', 'coco', 'labelstudio', 'huggingface'] as const;
export type ExportFormat = (typeof formats)[number];
export type ExportQuery = NonNullable<paths['/api/v1/exports']['get']['parameters']['query']>;

/** What the person chose; an empty text is no choice. */
export interface ExportForm extends CommonFilter {
  format: ExportFormat;
  split: '' | 'learn' | 'judge';
}

/** What somebody reviewed alone: the rest has the model's tag, which a training is not to take for a label. */
export const nothingChosen: ExportForm = {
  ...anyDrawing,
  format: 'imagefolder',
  reviewed: 'true',
  split: '',
};

const splits = ['learn', 'judge'] as const;

/** In the address, where it says nothing of review. */
const allDrawings = 'all';

/** The form that an address has after its "?", as a list's filters stand there. */
export function formIn(query: string): ExportForm {
  const asked = new URLSearchParams(query);
  const { reviewed, ...filter } = commonIn(query);
  return {
    ...filter,
    format: formats.find((format) => format === asked.get('format')) ?? nothingChosen.format,
    reviewed: reviewed || (asked.get('reviewed') === allDrawings ? '' : nothingChosen.reviewed),
    split: splits.find((split) => split === asked.get('split')) ?? '',
  };
}

/** As it stands in the address: what was chosen alone, always in the same order. */
export function addressOf({ format, split, ...filter }: ExportForm): string {
  const asked = new URLSearchParams(addressOfFilter({ ...noFilter, ...filter }));
  if (filter.reviewed === nothingChosen.reviewed) asked.delete('reviewed');
  if (filter.reviewed === '') asked.set('reviewed', allDrawings);
  if (split) asked.set('split', split);
  if (format !== nothingChosen.format) asked.set('format', format);
  return asked.toString();
}

/** What is in sight at first; the rest is folded away. */
const inSight = ['format', 'tag', 'reviewed', 'from', 'until'] as const;

/** Whether something was chosen of what is folded away at first. */
export function isNarrow(form: ExportForm): boolean {
  const shown = Object.fromEntries(inSight.map((name) => [name, nothingChosen[name]]));
  return addressOf({ ...form, ...shown }) !== '';
}

export function exportQuery(form: ExportForm): ExportQuery {
  const query: ExportQuery = { format: form.format, ...commonQuery(form) };
  if (form.split) query.split = form.split;
  return query;
}

export const fileNameOf = (format: ExportFormat) => `${slug}.${format === 'ndjson' ? 'ndjson' : 'zip'}`;
