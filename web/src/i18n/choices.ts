import type { Dictionary } from './en';
import { i18n } from './i18n.svelte';

type Choice = Record<string, string>;

/** What the page calls the words that a field of a request may have, where it offers them. */
const choices = (t: Dictionary): Record<string, Choice[]> => ({
  action: [t.audit.actions],
  disagreement: [{ true: t.data.disagree, false: t.data.agree }],
  disputed: [{ true: t.gallery.disputed, false: t.gallery.notDisputed }],
  flagged: [{ true: t.gallery.flagged, false: t.gallery.notFlagged }],
  format: [t.data.formats, t.data.importFormats],
  labels_as: [t.data.worth],
  order: [t.gallery.orders],
  reviewed: [{ true: t.data.onlyReviewed, false: t.data.onlyUnreviewed }],
  role: [t.login.roles],
  split: [{ learn: t.data.learn, judge: t.data.judge }],
  who_browses: [t.projects.access],
  who_draws: [t.projects.access],
});

/** What the page calls a word of a field; null where it has no name for it. */
export function choiceTitle(field: string, word: string, t: Dictionary): string | null {
  const known = choices(t);
  const tables = Object.hasOwn(known, field) ? (known[field] ?? []) : [];
  return tables.find((table) => Object.hasOwn(table, word))?.[word] ?? null;
}

/**
 * Words with commas between them, one of which the field must have, as a person reads them: by what the page calls
 * them, and those of programs alone as they are.
 */
export function anyOf(field: string, words: string, t: Dictionary): string {
  const [name = ''] = field.split('/');
  const known = choices(t);
  const all = words.split(', ');
  const tables = Object.hasOwn(known, name) ? (known[name] ?? []) : [];
  // An import has formats that an export has not.
  const has = (table: Choice) => all.filter((word) => Object.hasOwn(table, word)).length;
  const [table = {}] = [...tables].sort((one, other) => has(other) - has(one));
  const named = all.map((word) => (Object.hasOwn(table, word) ? t.data.quoted(table[word] ?? word) : word));
  return i18n.anyOf(named);
}
