export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** The first of a browser's languages that there is, by its primary subtag (RFC 4647's lookup); else English. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const wanted of preferred) {
    const primary = wanted.toLowerCase().split('-')[0];
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}
