/** The moment at which a day ("2026-01-31") begins where the person is; `after` days later. */
export function beginOf(day: string, after = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  return new Date(year, month - 1, date + after).toISOString();
}

/** A part of one, of so many percent. */
export const share = (percent: number | null): number | undefined =>
  percent === null || Number.isNaN(percent) ? undefined : Math.min(1, Math.max(0, percent / 100));
