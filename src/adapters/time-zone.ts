/** Calendar days and times in a time zone. Pages format a moment with views/date-text.ts. */
import { LRUCache } from 'lru-cache';
import { cached } from './cache.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The server's zone, for pages that belong to no organization. */
export const serverTimeZone = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** Whether this is an IANA name such as `America/New_York`. A bare offset is not, because it has no summer time. */
export function isTimeZone(name: string): boolean {
  return cached(judged, name, () => isNamed(name));
}

/** Results are cached, because validating a name takes a millisecond and few names occur. */
const judged = new LRUCache<string, boolean>({ max: 200 });

function isNamed(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The calendar day of an instant in a time zone, as `YYYY-MM-DD`; for `now`, the zone's today. */
export function dayIn(at: Date, timeZone: string): string {
  return dayAndTimeIn(at, timeZone).day;
}

/** The next day of the calendar, which 24 hours do not always reach. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

/** For example `2026-11-24` and `14:02:09`. */
export function dayAndTimeIn(at: Date, timeZone: string): DayAndTime {
  const ms = at.getTime();
  if (last.ms === ms && last.timeZone === timeZone) return last.is;
  const [day = '', time = ''] = formatOf(timeZone).format(at).padStart(19, '0').split(' ');
  last = { ms, timeZone, is: { day, time } };
  return last.is;
}

interface DayAndTime {
  readonly day: string;
  readonly time: string;
}

/** The last result, because a list asks for the day of the same moment in each of its rows. */
let last: { ms: number; timeZone: string; is: DayAndTime } = { ms: NaN, timeZone: '', is: { day: '', time: '' } };

/** When clocks show this day and time: twice if they are set back. A time that they skip is as far after the jump. */
export function instantsOf(day: string, time: string, timeZone: string): readonly [first: Date, last: Date] {
  const utc = Date.parse(`${day}T${time}Z`);
  // Clocks change by at most a day, and at most once in two days.
  const possible = [-DAY_MS, DAY_MS].map((ms) => new Date(utc - offsetMs(new Date(utc + ms), timeZone)));
  const isShown = (at: Date) => {
    const shown = dayAndTimeIn(at, timeZone);
    return shown.day === day && shown.time.startsWith(time);
  };
  const [first, second] = possible.filter(isShown).toSorted((a, b) => a.getTime() - b.getTime());
  return first ? [first, second ?? first] : latest(possible);
}

function latest(possible: readonly Date[]): readonly [Date, Date] {
  const at = new Date(Math.max(...possible.map((one) => one.getTime())));
  return [at, at];
}

/** By how much the clocks of a time zone are ahead of UTC. */
function offsetMs(at: Date, timeZone: string): number {
  const { day, time } = dayAndTimeIn(at, timeZone);
  // In another zone the last day of the year 9999 is in a year of five digits, which ISO 8601 writes with six.
  const written = day.length > 10 ? `+${day.padStart(12, '0')}` : day;
  return Date.parse(`${written}T${time}Z`) - Math.floor(at.getTime() / 1_000) * 1_000;
}

/** Bounded, because a form may name a zone in any case. */
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 200 });

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const options = { timeZone, dateStyle: 'short', timeStyle: 'medium' } as const;
  return cached(formats, timeZone, () => new Intl.DateTimeFormat('sv-SE', options));
}
