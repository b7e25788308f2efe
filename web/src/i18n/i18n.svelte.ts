import { recall, remember } from '../util/local-storage';
import { en, type Dictionary } from './en';
import { fr } from './fr';
import { spaced } from './spaced';
import { isLanguage, pickLanguage, regional, type Language } from './detect-language';

const dictionaries: Record<Language, Dictionary> = { en, fr: spaced(fr) };

function firstLanguage(): Language {
  const chosen = recall('language');
  return isLanguage(chosen) ? chosen : pickLanguage(navigator.languages);
}

class I18n {
  language = $state<Language>(firstLanguage());

  /** What the project calls its labels, by tag and language. */
  private titles = $state.raw<Record<string, Record<string, string>>>({});

  get t(): Dictionary {
    return dictionaries[this.language];
  }

  private get locale(): string {
    return regional(this.language, navigator.languages);
  }

  choose(language: Language): void {
    this.language = language;
    remember('language', language);
  }

  nameOf(language: Language): string {
    return dictionaries[language].name;
  }

  /** Takes the project's own names of its labels, which are used where it has one in the person's language. */
  learn(labels: readonly { tag: string; titles?: Record<string, string> }[]): void {
    const named = labels.map(({ tag, titles = {} }) => [tag, titles] as const);
    this.titles = { ...this.titles, ...Object.fromEntries(named) };
  }

  /** What the project calls it in the person's language, or in a variant of that ("fr-CA"); null where it does not. */
  titleOf(tag: string): string | null {
    const titles = Object.hasOwn(this.titles, tag) ? (this.titles[tag] ?? {}) : {};
    const variant = Object.keys(titles).find((name) => name.toLowerCase().split('-')[0] === this.language);
    return titles[this.locale] ?? titles[this.language] ?? (variant ? titles[variant] : undefined) ?? null;
  }

  /** A tag as people read it; one that nobody has named is shown as it is. */
  tag(tag: string): string {
    const { tags } = this.t;
    return this.titleOf(tag) ?? (Object.hasOwn(tags, tag) ? tags[tag] : undefined) ?? tag;
  }

  /** In whole percent; what only rounds to nothing or to all is said to be almost that. */
  percent(share: number): string {
    if (share > 0 && share < 0.005) return `< ${this.wholePercent(0.01)}`;
    if (share < 1 && share >= 0.995) return `> ${this.wholePercent(0.99)}`;
    return this.wholePercent(share);
  }

  private wholePercent(share: number): string {
    return new Intl.NumberFormat(this.locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  }

  /** A difference of shares in percentage points: "2.1". */
  points(difference: number): string {
    return new Intl.NumberFormat(this.locale, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    }).format(Math.round(1000 * difference) / 10 || 0);
  }

  /** "a, b or c" */
  anyOf(words: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: 'disjunction' }).format(words);
  }

  /** Whether the language speaks of so many as of one. */
  isOne(value: number): boolean {
    return new Intl.PluralRules(this.locale).select(value) === 'one';
  }

  number(value: number): string {
    return new Intl.NumberFormat(this.locale).format(value);
  }

  /** What `say` says of so many. */
  count<Rest extends readonly unknown[]>(
    say: (n: number, said: string, ...rest: Rest) => string,
    n: number,
    ...rest: Rest
  ): string {
    return say(n, this.number(n), ...rest);
  }

  /** A day of the calendar: 2026-11-23. */
  day(day: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(`${day}T00:00:00Z`),
    );
  }

  /** The day of the calendar that a moment lies on in UTC, without its year. */
  monthAndDay(time: Date): string {
    return new Intl.DateTimeFormat(this.locale, { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(
      time,
    );
  }

  /** A size in bytes, in the unit that suits it. */
  bytes(size: number): string {
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
    const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)));
    return new Intl.NumberFormat(this.locale, {
      style: 'unit',
      unit: units[step],
      unitDisplay: 'short',
      maximumFractionDigits: step === 0 ? 0 : 1,
    }).format(size / 1000 ** step);
  }

  /** To the minute; seconds where it was within the last minute would only be noise. */
  date(time: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
      new Date(time),
    );
  }
}

export const i18n = new I18n();
