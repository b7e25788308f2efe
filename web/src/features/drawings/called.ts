import type { Drawing } from '../../api/client';
import { i18n } from '../../i18n/i18n.svelte';

/** The model would rather not guess; where a person says that it is unknown, that is what it is. */
export const isUnsure = ({ tag, tagged_by }: Pick<Drawing, 'tag' | 'tagged_by'>): boolean =>
  tag === 'unknown' && !tagged_by;

/** What a visitor's list calls the drawings of a tag: as its cards do, unless the project has a name of its own for it. */
export const listedAs = (tag: string): string =>
  tag === 'unknown' ? (i18n.titleOf(tag) ?? i18n.t.result.unknownTitle) : i18n.tag(tag);

/** What a visitor reads of it, as it was answered when it was drawn. */
export const calledOf = (drawing: Pick<Drawing, 'tag' | 'tagged_by'>): string =>
  isUnsure(drawing) ? i18n.t.result.unknownTitle : i18n.tag(drawing.tag);
