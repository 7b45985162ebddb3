/** Days and times by the calendar of a time zone. How a page writes a moment is in views/zone.ts. */
import { LRUCache } from 'lru-cache';

/** The zone this server runs in; what a page shows when it belongs to no organization. */
export const serverTimeZone = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** Whether this is an IANA name such as `America/New_York`; a bare offset is none, as it knows no summer time. */
export function isTimeZone(name: string): boolean {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const is = isNamed(name);
  judged.set(name, is);
  return is;
}

/** To ask costs a millisecond, and a few names are asked for again and again. */
const judged = new LRUCache<string, boolean>({ max: 200 });

function isNamed(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The day it is in a time zone, as `YYYY-MM-DD`; of `now`, this is the today that a date typed there is compared with. */
export function dayIn(at: Date, timeZone: string): string {
  return dayAndTimeIn(at, timeZone).day;
}

/** `2026-11-24` and `14:02:09`. */
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

/** A list asks for the day of one moment, its own, again for each of its rows. */
let last: { ms: number; timeZone: string; is: DayAndTime } = { ms: NaN, timeZone: '', is: { day: '', time: '' } };

/**
 * The moment a day begins in a time zone: midnight, or what comes first where the clock jumps over midnight.
 *
 * @param day `YYYY-MM-DD`, on the calendar.
 */
export function startOfDay(day: string, timeZone: string): Date {
  const utc = Date.parse(day);
  // Where clocks change that day, the second look is the right one.
  const guess = utc - offsetMs(new Date(utc), timeZone);
  const at = utc - offsetMs(new Date(guess), timeZone);
  return dayIn(new Date(at), timeZone) < day ? new Date(guess) : new Date(at);
}

function offsetMs(at: Date, timeZone: string): number {
  const { day, time } = dayAndTimeIn(at, timeZone);
  return Date.parse(`${day}T${time}Z`) - Math.floor(at.getTime() / 1_000) * 1_000;
}

/** Formats are slow to make, and few. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Swedes write dates as ISO 8601 does. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return format;
}
