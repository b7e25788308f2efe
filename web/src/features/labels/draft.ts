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

/** Each stands out on the page's light and on its dark background, and from the one before. */
export const palette = [
  '#3b76d8',
  '#d1581c',
  '#1f8f5f',
  '#b8479e',
  '#a8791a',
  '#0f8ba3',
  '#d8455f',
  '#6b8e23',
  '#8a63d2',
  '#b0664a',
  '#5f8090',
  '#7a7fd6',
] as const;

/** For one more label: the first colour of the palette among those that the fewest labels have. */
export function nextColour(labels: readonly Pick<Label, 'colour'>[]): string {
  const uses = (colour: string) => labels.filter((label) => label.colour?.toLowerCase() === colour).length;
  return [...palette].sort((one, other) => uses(one) - uses(other))[0] ?? grey;
}

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
