import type { Drawing } from '../../api/client';
import type { paths } from '../../generated/annotator';
import { beginOf, momentOf, share } from '../../util/days';

export const orders = ['newest_first', 'oldest_first', 'most_telling_first'] as const;
export type Order = (typeof orders)[number];
export type ListQuery = NonNullable<paths['/api/v1/drawings']['get']['parameters']['query']>;

/** Which drawings a list shows, as the person chose; an empty text is no choice. */
export interface Filter {
  tag: string;
  reviewed: '' | 'true' | 'false';
  /** The name of whoever reviewed them. */
  taggedBy: string;
  /** A moment of the person's own time zone ("2026-01-31T14:07"): they were reviewed then or later. */
  taggedSince: string;
  source: string;
  /** Days of the person's own time zone, both included. */
  from: string;
  until: string;
  /** In percent. */
  minConfidence: number | null;
  maxConfidence: number | null;
  /** A person says otherwise than the model. */
  disagreement: '' | 'true' | 'false';
  /** People do not agree, and somebody is to decide. */
  disputed: '' | 'true' | 'false';
  /** Marked for attention. */
  flagged: '' | 'true' | 'false';
  /** The id of the import that brought them. */
  importJob: string;
  /** What the data calls the file, and the drawing; with a star at the end, how that begins. */
  fileName: string;
  externalId: string;
  /** Somewhere in one of the two, in capitals or in small letters. */
  nameContains: string;
  order: Order;
}

/** The choices that lists and exports have in common. */
export type CommonFilter = Omit<Filter, 'order'>;

export const anyDrawing: CommonFilter = {
  tag: '',
  reviewed: '',
  taggedBy: '',
  taggedSince: '',
  source: '',
  from: '',
  until: '',
  minConfidence: null,
  maxConfidence: null,
  disagreement: '',
  disputed: '',
  flagged: '',
  importJob: '',
  fileName: '',
  externalId: '',
  nameContains: '',
};
export const noFilter: Filter = { ...anyDrawing, order: 'newest_first' };

/** In characters; the API counts bytes, and refuses what has more. */
export const longestName = 1025;
export const longestPart = 128;

/** What everyone's list can be asked for; the rest is for those who are signed in. */
const forEveryone = ['tag', 'from', 'until', 'minConfidence', 'maxConfidence'] as const;

const flag = (text: string | null) => (text === 'true' || text === 'false' ? text : '');
const moment = (text: string) => (momentOf(text) === null ? '' : text);
const day = (text: string | null) => (text !== null && /^\d{4}-\d\d-\d\d$/.test(text) ? text : '');

function percent(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const part = Number(text);
  return part >= 0 && part <= 1 ? Math.round(part * 1000) / 10 : null;
}

export function commonIn(query: string): CommonFilter {
  const asked = new URLSearchParams(query);
  const text = (name: string) => asked.get(name) ?? '';
  return {
    tag: text('tag'),
    reviewed: flag(asked.get('reviewed')),
    taggedBy: text('tagged_by'),
    taggedSince: moment(text('tagged_since')),
    source: text('source'),
    from: day(asked.get('from')),
    until: day(asked.get('until')),
    minConfidence: percent(asked.get('min_confidence')),
    maxConfidence: percent(asked.get('max_confidence')),
    disagreement: flag(asked.get('disagreement')),
    disputed: flag(asked.get('disputed')),
    flagged: flag(asked.get('flagged')),
    importJob: text('import'),
    fileName: text('file_name'),
    externalId: text('external_id'),
    nameContains: text('name_contains'),
  };
}

/** The filter that an address has after its "?". What it does not understand it passes over. */
export function filterIn(query: string): Filter {
  const asked = new URLSearchParams(query).get('order');
  return { ...commonIn(query), order: orders.find((order) => order === asked) ?? noFilter.order };
}

/** As it stands in the address: what was chosen alone, always in the same order. */
export function addressOf(filter: Filter): string {
  const { tag, reviewed, taggedBy, taggedSince, source, from, until, order } = filter;
  const { disagreement, disputed, flagged, importJob, fileName, externalId, nameContains } = filter;
  const all = {
    tag,
    reviewed,
    tagged_by: taggedBy.trim(),
    tagged_since: taggedSince,
    source: source.trim(),
    from,
    until,
    min_confidence: share(filter.minConfidence)?.toString() ?? '',
    max_confidence: share(filter.maxConfidence)?.toString() ?? '',
    disagreement,
    disputed,
    flagged,
    import: importJob,
    file_name: fileName.trim(),
    external_id: externalId.trim(),
    name_contains: nameContains.trim(),
    order: order === noFilter.order ? '' : order,
  };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== '')).toString();
}

/** The choices beside tag and order. */
export function countOf(filter: Filter): number {
  return new URLSearchParams(addressOf({ ...filter, tag: '', order: noFilter.order })).size;
}

/** What the list understands of it; everyone's understands less. */
export function restricted(filter: Filter, source: 'public' | 'annotator'): Filter {
  if (source === 'annotator') return filter;
  return { ...noFilter, ...Object.fromEntries(forEveryone.map((name) => [name, filter[name]])) };
}

/** A number's field that was emptied holds nothing at all, which is no bound. */
export const filledIn = <Form extends Pick<Filter, 'minConfidence' | 'maxConfidence'>>(form: Form): Form => ({
  ...form,
  minConfidence: form.minConfidence ?? null,
  maxConfidence: form.maxConfidence ?? null,
});

/** The last day counts whole. */
export function commonQuery(filter: CommonFilter) {
  const query: Omit<ListQuery, 'limit' | 'cursor' | 'order'> = {};
  if (filter.tag) query.tag = filter.tag;
  if (filter.reviewed) query.reviewed = filter.reviewed === 'true';
  if (filter.taggedBy) query.tagged_by = filter.taggedBy;
  const since = momentOf(filter.taggedSince);
  if (since !== null) query.tagged_since = new Date(since).toISOString();
  if (filter.source) query.source = filter.source;
  const [begin, end] = [beginOf(filter.from), beginOf(filter.until, 1)];
  if (begin) query.from = begin;
  if (end) query.until = end;
  const [least, most] = [share(filter.minConfidence), share(filter.maxConfidence)];
  if (least !== undefined) query.min_confidence = least;
  if (most !== undefined) query.max_confidence = most;
  if (filter.disagreement) query.disagreement = filter.disagreement === 'true';
  if (filter.disputed) query.disputed = filter.disputed === 'true';
  if (filter.flagged) query.flagged = filter.flagged === 'true';
  if (filter.importJob) query.import = filter.importJob;
  if (filter.fileName) query.file_name = filter.fileName;
  if (filter.externalId) query.external_id = filter.externalId;
  if (filter.nameContains) query.name_contains = filter.nameContains;
  return query;
}

export function queryOf(filter: Filter): ListQuery {
  const query: ListQuery = commonQuery(filter);
  if (filter.order !== noFilter.order) query.order = filter.order;
  return query;
}

/** Whether a drawing that was just stored belongs at the beginning of the list. */
export function admits(filter: Filter, drawing: Drawing): boolean {
  const {
    tag,
    reviewed,
    tagged_by,
    tagged_since,
    source,
    from,
    until,
    min_confidence,
    max_confidence,
    disagreement,
    disputed,
    flagged,
    import: importJob,
    file_name,
    external_id,
    name_contains,
    order,
  } = queryOf(filter);
  const time = Date.parse(drawing.created_at);
  const reviewedAt = drawing.tagged_at === null ? -Infinity : Date.parse(drawing.tagged_at);
  const disagrees = drawing.tagged_by !== null && drawing.tag !== drawing.predicted_tag;
  return (
    order === undefined &&
    importJob === undefined &&
    file_name === undefined && // one that was just drawn has neither
    external_id === undefined &&
    name_contains === undefined &&
    (tag === undefined || tag === drawing.tag) &&
    (reviewed === undefined || reviewed === (drawing.tagged_by !== null)) &&
    (tagged_by === undefined || tagged_by === drawing.tagged_by) &&
    (tagged_since === undefined || reviewedAt >= Date.parse(tagged_since)) &&
    (source === undefined || source === drawing.source) &&
    (from === undefined || time >= Date.parse(from)) &&
    (until === undefined || time < Date.parse(until)) &&
    (min_confidence === undefined || drawing.confidence >= min_confidence) &&
    (max_confidence === undefined || drawing.confidence <= max_confidence) &&
    (disagreement === undefined || disagreement === disagrees) &&
    (disputed === undefined || disputed === (drawing.disputed ?? false)) &&
    (flagged === undefined || flagged === (drawing.flag !== undefined))
  );
}
