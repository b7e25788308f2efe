import type { Language } from './detect-language';
import { i18n } from './i18n.svelte';
import { spacedText } from './spaced';

/** A text in each of the page's languages. */
type Translated = Record<Language, string>;

/** What the page says for each of the API's codes of a kind. */
export type CodedWords<Code extends string> = Record<Code, Translated>;

/** Whether there are words for the code: a server that is younger than the page may send others. */
export const hasCode = <Code extends string>(words: CodedWords<Code>, code: string): code is Code =>
  Object.hasOwn(words, code);

/** A text in the person's language, with the spaces that are typed otherwise than they are set. */
export const typeset = (text: string): string => (i18n.language === 'fr' ? spacedText(text) : text);
