/** Filters of our own lists as typed into an address: values that cannot be meant are ignored. */
import type { Request } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { instantsOf } from '#src/adapters/time-zone.ts';
import { queryOf } from './request-values.ts';

/** The ids of our rows: anything else is not even looked up. */
export const ROW_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What dates of our rows can be; PostgreSQL and ISO texts disagree about years beyond. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;
const MINUTE_MS = 60_000;
const LONGEST_FIELD = 200;

/**
 * The fields of a list's filter as typed, to be shown again, and the time they name: minutes or days of the page's time
 * zone, both included. A day is shown again as its first or last minute.
 */
export function readListFilter<Name extends string>(request: Request, names: readonly Name[], timeZone: string) {
  const query = queryOf(request);
  const text = (name: string) => filterText(query, name, LONGEST_FIELD);
  const typed = Object.fromEntries([...names, 'from', 'to'].map((name) => [name, text(name)])) as Record<
    Name | 'from' | 'to',
    string
  >;
  const [from, to] = [minuteOf(typed.from, '00:00', timeZone), minuteOf(typed.to, '23:59', timeZone)];
  const window = { from: from?.typed ?? typed.from, to: to?.typed ?? typed.to };
  const before = to && new Date(to.last.getTime() + MINUTE_MS);
  return { text, typed: { ...typed, ...window }, from: from?.first, before };
}

/** One parameter, '' when it is missing or too long to be meant: trimmed and one line. */
export function filterText(query: URLSearchParams, name: string, longest: number): string {
  const text = query.get(name) ?? '';
  return text.length > longest ? '' : storedText(text).trim();
}

/** `2026-11-22T14:05`, or a day alone with the time that it stands for. @param timeZone an IANA name that has been checked. */
function minuteOf(text: string, timeOfDay: string, timeZone: string) {
  const [, day = '', time = timeOfDay] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d)?)?$/.exec(text) ?? [];
  const typed = `${day}T${time}`;
  if (instantOf(`${typed}Z`) === undefined) return undefined;
  const [first, last] = instantsOf(day, time, timeZone);
  return { typed, first, last };
}

/** An instant of the years 1970 to 9998. */
export function instantOf(text: string): Date | undefined {
  const at = new Date(text);
  const year = at.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at : undefined;
}
