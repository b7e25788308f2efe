import type { Dictionary } from './en';

/** What the page calls the fields of requests, where it asks for them. */
const titles = (t: Dictionary): Record<string, string> => ({
  ...t.problem.fields,
  colour: t.labels.colour,
  example: t.labels.example,
  format: t.data.format,
  from: t.data.from,
  guidelines: t.projects.guidelines,
  into: t.labels.into,
  key: t.labels.key,
  label_column: t.data.labelColumn,
  labels_as: t.data.labelsAs,
  map: t.data.mapTitle,
  name: t.projects.name,
  names_in: t.data.namesIn,
  opinions_wanted: t.projects.opinions,
  order: t.gallery.order,
  password: t.users.password,
  path_column: t.data.pathColumn,
  present_password: t.login.presentPassword,
  retention_days: t.projects.retention,
  role: t.users.role,
  slug: t.projects.slug,
  source: t.gallery.source,
  tagged_by: t.gallery.reviewedBy,
  tagged_since: t.gallery.reviewedSince,
  teach_after: t.projects.teachAfter,
  until: t.data.until,
  who_browses: t.projects.whoBrowses,
  who_draws: t.projects.whoDraws,
});

/** The field's title; its own name where the page has none for it, and nothing where there is no field. */
export function fieldTitle(field: string, t: Dictionary): string {
  const [name = ''] = field.split('/');
  const known = titles(t);
  return Object.hasOwn(known, name) ? (known[name] ?? name) : name;
}
