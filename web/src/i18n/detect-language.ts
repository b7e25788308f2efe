export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** The browser's own variant of a language, which writes dates its way (en-GB rather than en, which is en-US). */
export function regional(language: Language, preferred: readonly string[]): string {
  return preferred.find((wanted) => wanted.toLowerCase().split('-')[0] === language) ?? language;
}

/** The first of a browser's languages that there is, by its primary subtag (RFC 4647's lookup); else English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const wanted of preferred) {
    const primary = wanted.toLowerCase().split('-')[0];
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}
