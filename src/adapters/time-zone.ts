/** Days and times by the calendar of a time zone. How a page writes a moment is in views/zone.ts. */

const DAY_MS = 24 * 60 * 60_000;

/** The zone this server runs in; what a page shows when it belongs to no organization. */
export const serverTimeZone = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** Whether this is an IANA name such as `America/New_York`; a bare offset is none, as it knows no summer time. */
export function isTimeZone(name: string): boolean {
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
  return instantsOf(day, '00:00', timeZone)[0];
}

/**
 * The first and the last moment at which clocks in a time zone show a day and time: two where they are set back. A time
 * that they jump over is the moment after the jump that is as far from it.
 *
 * @param day `YYYY-MM-DD`. @param time `HH:MM`.
 */
export function instantsOf(day: string, time: string, timeZone: string): readonly [first: Date, last: Date] {
  const utc = Date.parse(`${day}T${time}Z`);
  // Clocks change by at most a day, and not twice in two.
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
