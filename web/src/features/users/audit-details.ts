import type { AuditEvent, Quality } from '../../api/client';
import { choiceTitle } from '../../i18n/choices';
import type { Dictionary } from '../../i18n/en';
import { i18n } from '../../i18n/i18n.svelte';

type Share = NonNullable<Quality['fall']>['now'];

/** What a detail is called. */
const titles = (t: Dictionary): Record<string, string> => ({
  ...t.audit.details,
  colour: t.labels.colour,
  disagreement: t.data.disagreement,
  disputed: t.gallery.opinions,
  example: t.labels.example,
  external_id: t.gallery.externalId,
  file_name: t.gallery.fileName,
  flagged: t.gallery.flags,
  format: t.data.format,
  from: t.data.from,
  guidelines: t.projects.guidelines,
  into: t.labels.into,
  key: t.labels.key,
  max_confidence: t.data.maxConfidence,
  min_confidence: t.data.minConfidence,
  name: t.projects.name,
  name_contains: t.gallery.nameContains,
  opinions_wanted: t.projects.opinions,
  retention_days: t.projects.retention,
  reviewed: t.data.reviewed,
  role: t.users.role,
  source: t.gallery.source,
  split: t.data.split,
  tag: t.data.tag,
  tagged_by: t.gallery.reviewedBy,
  tagged_since: t.gallery.reviewedSince,
  teach_after: t.projects.teachAfter,
  until: t.data.until,
  who_browses: t.projects.whoBrowses,
  who_draws: t.projects.whoDraws,
});

const labels = ['into', 'tag'];
const times = ['from', 'tagged_since', 'until'];
/** In percent, as the form of an export has them. */
const shares = ['max_confidence', 'min_confidence'];
/** Filters by what may be a person's name, which the log does not keep. */
const names = ['external_id', 'file_name', 'name_contains', 'tagged_by'];

/** The detail's value: what the page has words for in the person's language; names, ids and numbers as they are. */
function valueOf(name: string, value: unknown, t: Dictionary): string {
  const { no, nothing, yes, wasChanged } = t.audit;
  if (value === null && name === 'retention_days') return t.projects.retentionNone;
  if (value === null && name === 'teach_after') return t.projects.teachAsServer;
  if (value === null) return name === 'example' ? t.labels.noExample : nothing;
  if (name === 'guidelines') return wasChanged;
  if (names.includes(name) && value === true) return t.audit.notKept;
  if (shares.includes(name) && typeof value === 'number') return i18n.number(100 * value);
  const known = choiceTitle(name, String(value), t);
  if (known !== null) return known;
  if (typeof value === 'boolean') return value ? yes : no;
  if (typeof value === 'number') return i18n.number(value);
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value !== 'string') return JSON.stringify(value);
  if (name === 'source') return t.gallery.sources[value] ?? value;
  if (times.includes(name) && !Number.isNaN(Date.parse(value))) return i18n.date(value);
  return labels.includes(name) ? i18n.tag(value) : value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isShare = (value: unknown): value is Share =>
  isRecord(value) && ['part', 'low', 'high', 'of'].every((name) => typeof value[name] === 'number');

const shareIn = ({ part, low, high, of }: Share, t: Dictionary) =>
  t.quality.share(i18n.percent(part), i18n.percent(low), i18n.percent(high), i18n.number(of));

function told(name: string, value: unknown, t: Dictionary): string[] {
  const { said } = t.projects;
  // No model was live before.
  if (name === 'before' && value === null) return [];
  if (name === 'titles' && isRecord(value))
    return Object.entries(value).map(([language, title]) => said(t.labels.titleIn(language), String(title)));
  if (name === 'why' && isRecord(value) && isShare(value.now) && isShare(value.then))
    return [t.quality.rolledBackWhy(shareIn(value.now, t), shareIn(value.then, t))];
  const known = titles(t);
  const title = Object.hasOwn(known, name) ? (known[name] ?? name) : name;
  return [said(title, valueOf(name, value, t))];
}

/** What an entry of the audit log says beside its action, in the person's language; a detail that is new as it is. */
export const detailsOf = ({ details }: Pick<AuditEvent, 'details'>, t: Dictionary): string[] =>
  Object.entries(details).flatMap(([name, value]) => told(name, value, t));
