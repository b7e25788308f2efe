import type { Label, LabelChange, NewLabel } from '../../api/client';
import { languages, type Language } from '../../i18n/detect-language';

/** A label as it is written into a form. */
export interface Draft {
  name: string;
  titles: Record<Language, string>;
  colour: string;
  /** Empty for none. */
  key: string;
  /** The id of the drawing that shows it; empty for none. */
  example: string;
}

const titlesOf = (title: (language: Language) => string) =>
  Object.fromEntries(languages.map((language) => [language, title(language)])) as Draft['titles'];

export const grey = '#808080';

export const blankDraft = (): Draft => ({
  name: '',
  titles: titlesOf(() => ''),
  colour: grey,
  key: '',
  example: '',
});

export function draftOf({ tag, titles, colour, key, example }: Label): Draft {
  return {
    name: tag,
    titles: titlesOf((language) => titles[language] ?? ''),
    colour: colour ?? grey,
    key: key ?? '',
    example: example ?? '',
  };
}

export function newLabel({ name, titles, colour, key }: Draft): NewLabel {
  const given = Object.entries(titles)
    .map(([language, title]) => [language, title.trim()] as const)
    .filter(([, title]) => title !== '');
  return { name: name.trim(), titles: Object.fromEntries(given), colour, key: key || null };
}

/** What the form changes of the label; a title that was emptied is taken away. */
export function changeOf(before: Label, { titles, colour, key, example }: Draft): LabelChange {
  const was = draftOf(before);
  const change: LabelChange = {};
  const edited = languages.filter((language) => titles[language].trim() !== was.titles[language]);
  if (edited.length > 0)
    change.titles = Object.fromEntries(edited.map((language) => [language, titles[language].trim() || null]));
  if (colour !== was.colour) change.colour = colour;
  if (key !== was.key) change.key = key || null;
  if (example !== was.example) change.example = example || null;
  return change;
}
