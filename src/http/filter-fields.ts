/** Filters of our own lists as typed into an address: values that cannot be meant are ignored. */
import type { Request } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { startOfDay } from '#src/adapters/time-zone.ts';
import { queryOf } from './request-values.ts';

/** The ids of our rows: anything else is not even looked up. */
export const ROW_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What dates of our rows can be; PostgreSQL and ISO texts disagree about years beyond. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;
const DAY_MS = 24 * 60 * 60_000;
const LONGEST_FIELD = 200;

/**
 * The fields of a list's filter as typed, to be shown again, and the days they name: of the page's time zone, both
 * included.
 */
export function readListFilter<Name extends string>(request: Request, names: readonly Name[], timeZone: string) {
  const query = queryOf(request);
  const text = (name: string) => filterText(query, name, LONGEST_FIELD);
  const typed = Object.fromEntries([...names, 'from', 'to'].map((name) => [name, text(name)])) as Record<
    Name | 'from' | 'to',
    string
  >;
  return { text, typed, from: dayOf(typed.from, timeZone)?.from, before: dayOf(typed.to, timeZone)?.until };
}

/** One parameter, '' when it is missing or too long to be meant: trimmed and one line. */
export function filterText(query: URLSearchParams, name: string, longest: number): string {
  const text = query.get(name) ?? '';
  return text.length > longest ? '' : storedText(text).trim();
}

/**
 * The first moment of a day such as 2026-11-22, and of the day after it, in a time zone.
 *
 * @param timeZone an IANA name that has been checked.
 */
function dayOf(text: string, timeZone: string): { from: Date; until: Date } | undefined {
  const noon = /^\d{4}-\d\d-\d\d$/.test(text) ? instantOf(`${text}T12:00:00Z`) : undefined;
  if (noon === undefined) return undefined;
  const [day = '', next = ''] = [0, DAY_MS].map((ms) => new Date(noon.getTime() + ms).toISOString().slice(0, 10));
  return { from: startOfDay(day, timeZone), until: startOfDay(next, timeZone) };
}

/** An instant of the years 1970 to 9998. */
export function instantOf(text: string): Date | undefined {
  const at = new Date(text);
  const year = at.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at : undefined;
}
