/** Parses the filters of our lists from an address; invalid values are ignored. */
import type { Request } from 'express';
import { storedText } from '#src/adapters/stored-text.ts';
import { instantsOf } from '#src/adapters/time-zone.ts';
import { queryOf } from './request-values.ts';

/** The format of our row ids; anything else is not looked up. */
export const ROW_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** The supported years; PostgreSQL and ISO texts disagree about years beyond. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 9998;
const MINUTE_MS = 60_000;
const LONGEST_FIELD = 200;

/** As typed, to show them again, and the time window: minutes or days of the page's time zone, both ends included. */
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

/** Reads one parameter, trimmed and on one line; '' when it is missing or too long. */
export function filterText(query: URLSearchParams, name: string, longest: number): string {
  const text = query.get(name) ?? '';
  return text.length > longest ? '' : storedText(text).trim();
}

/** Parses `2026-11-22T14:05`, or a day with the given time. @param timeZone an IANA name that has been checked. */
function minuteOf(text: string, timeOfDay: string, timeZone: string) {
  const [, day = '', time = timeOfDay] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d)?)?$/.exec(text) ?? [];
  const typed = `${day}T${time}`;
  if (instantOf(`${typed}Z`) === undefined) return undefined;
  const [first, last] = instantsOf(day, time, timeZone);
  return { typed, first, last };
}

/** Parses an instant of the years 1970 to 9998. */
export function instantOf(text: string): Date | undefined {
  const at = new Date(text);
  const year = at.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? at : undefined;
}
