/** The hospital's dates, moved so that what was written for a day of July 2026 reads as if it were today's. */

/** When the records are up to date: what is planned lies after it, and what was recorded before. */
const WRITTEN_FOR = Date.parse('2026-07-15T17:00:00Z');
const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d\d)(?:-(\d\d))?(T.+)?$/;

/** By how many whole days the records are moved for a time of today; hours and offsets stay as they are. */
export function daysSinceWritten(now: Date): number {
  return Math.floor((now.getTime() - WRITTEN_FOR) / DAY_MS);
}

/** A resource with every date moved, but no date of birth: a month stays a month, and an age stays true. */
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
