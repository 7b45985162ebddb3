/** Moves the hospital's dates, which were written for a day in July 2026, to today. */

/** The "now" of the records: planned events are after it, recorded ones before. */
const WRITTEN_FOR = Date.parse('2026-07-15T17:00:00Z');
const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d\d)(?:-(\d\d))?(T.+)?$/;

/** The number of whole days by which the records are moved; hours and offsets stay unchanged. */
export function daysSinceWritten(now: Date): number {
  return Math.floor((now.getTime() - WRITTEN_FOR) / DAY_MS);
}

/** Moves every date of a resource, but no date of birth. A month stays a month. */
export function moveDates<T>(resource: T, days: number): T {
  return JSON.parse(
    JSON.stringify(resource, (key, value: unknown) =>
      typeof value === 'string' && key !== 'birthDate' ? moved(value, days) : value,
    ),
  );
}

function moved(text: string, days: number): string {
  const [, year, month, day, rest = ''] = DATE.exec(text) ?? [];
  if (year === undefined) return text;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1) + days)).toISOString();
  return day === undefined ? date.slice(0, 7) : date.slice(0, 10) + rest;
}
