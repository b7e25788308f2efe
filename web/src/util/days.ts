/** The moment at which a day ("2026-01-31") begins where the person is; `after` days later. */
export function beginOf(day: string, after = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + after).toISOString();
}

/** A part of one, of so many percent. */
export const share = (percent: number | null): number | undefined =>
  percent === null || Number.isNaN(percent) ? undefined : Math.min(1, Math.max(0, percent / 100));

const two = (part: number) => String(part).padStart(2, '0');

/** The moment at which today began where the person is, as a field of a date and a time has it: "2026-01-31T00:00". */
export const beginOfToday = (now: Date): string =>
  `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}T00:00`;

/** What stands in such a field, in milliseconds since 1970; null where that is no moment. */
export function momentOf(field: string): number | null {
  const time = /^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(field) ? Date.parse(field) : NaN;
  return Number.isNaN(time) ? null : time;
}
