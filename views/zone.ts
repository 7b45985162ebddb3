/** Days and times of a time zone as people read them, with the zone's short name: `2026-11-24`, `14:02`, `CET`. */

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

/**
 * The day it is in a time zone, as `YYYY-MM-DD`; of `now`, this is the today that a date typed there is compared with.
 *
 * @param timeZone an IANA name; an organization's has been checked.
 */
export function dayIn(at: Date, timeZone: string): string {
  return dayAndClockIn(at, timeZone).day;
}

/** Both at once, for lists of many moments: `2026-11-24` and `14:02`. */
export function dayAndClockIn(at: Date, timeZone: string): { day: string; time: string } {
  const { year = '', month, day, hour, minute } = partsIn(at, timeZone);
  return { day: `${year.padStart(4, '0')}-${month}-${day}`, time: `${hour}:${minute}` };
}

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
  const local = Date.parse(`${dayIn(at, timeZone)}T${secondsIn(at, timeZone)}Z`);
  return local - Math.floor(at.getTime() / 1_000) * 1_000;
}

/** The time it is in a time zone, to the minute: `14:02`. */
export function clockIn(at: Date, timeZone: string): string {
  return dayAndClockIn(at, timeZone).time;
}

/** The same to the second: `14:02:09`. */
export function secondsIn(at: Date, timeZone: string): string {
  return `${clockIn(at, timeZone)}:${partsIn(at, timeZone).second}`;
}

/** English spells a zone's letters only where they are used; each of these knows other ones. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'];

/** `EST`, `CEST`, or `GMT+3` where the zone has no letters; at this moment, as summer time has another name. */
export function zoneName(at: Date, timeZone: string): string {
  const names = LOCALES.map((locale) => partsIn(at, timeZone, locale).timeZoneName ?? '');
  return names.find((name) => !/^(?:GMT|UTC)[+-]/.test(name)) ?? names[0] ?? timeZone;
}

/** All of it in a line: `2026-11-22 09:05 CET`. */
export function instantText(at: Date, timeZone: string): string {
  return `${dayIn(at, timeZone)} ${clockIn(at, timeZone)} ${zoneName(at, timeZone)}`;
}

type Parts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function partsIn(at: Date, timeZone: string, locale = 'en-US'): Parts {
  return Object.fromEntries(
    formatOf(timeZone, locale)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
}

/** Formats are slow to make and few: one per zone and locale. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, locale: string): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone}`;
  const format = formats.get(key) ?? makeFormat(timeZone, locale);
  formats.set(key, format);
  return format;
}

function makeFormat(timeZone: string, locale: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
}
