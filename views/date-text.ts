/** Writes a moment for a page: `2026-11-24`, `14:02:09`, `CET`. Computing with days is in src/adapters/time-zone.ts. */

/** The server's time zone, for pages that belong to no organization. */
export const serverTimeZone = new Intl.DateTimeFormat('en-US').resolvedOptions().timeZone;

/** `2026-11-24`: the day in a time zone. */
export function dayIn(at: Date, timeZone: string): string {
  const { year, month, day } = partsIn(at, timeZone);
  return `${year}-${month}-${day}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** As a page names them. */
export const MONTHS: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A day on its own, not in a number, address or file name. Year 0001 is no date. */
const DAY = /((?<![\p{L}\w./:#=+|@&?%_-])[1-9]\d{3}-\d\d-\d\d(?![\p{L}\w/#=+|@&%-]|[.:]\w))/u;
const DAYS = new RegExp(DAY, 'gu');
/** A month alone, as the whole text. In free text it may be a code, so only the text of a date is read as a month. */
const MONTH = /^((?:19|20)\d\d-\d\d)$/;

/** A text split at its days: each second part is a day. @param isDate the text is a date, which may be a month alone. */
export function partsAtDays(text: string, isDate: boolean): string[] {
  return text.split(isDate && MONTH.test(text) ? MONTH : DAY);
}

/** Each day of free text as a clinician reads it: `Sun 20 Dec 2026`. */
export function textWithDays(text: string): string {
  return text.includes('-') ? text.replace(DAYS, (day) => wordsOf(day, true)) : text;
}

/** The same of a date that is planned, which may be a month alone. */
export function withDayWords(date: string): string {
  return MONTH.test(date) ? wordsOf(date, true) : textWithDays(date);
}

/** The same of a date in the past, which needs no weekday: `14 Mar 1958`, or `Mar 1958` for a month alone. */
export function withPastDayWords(text: string): string {
  return text.replace(MONTH.test(text) ? MONTH : DAYS, (day) => wordsOf(day, false));
}

/** A day or month that does not exist stays as it is. */
function wordsOf(day: string, hasWeekday: boolean): string {
  const at = new Date(day);
  // JavaScript reads 30 February as 2 March, and a month alone as its first day.
  if (at.getUTCDate() !== Number(day.slice(8) || 1)) return day;
  const words = [WEEKDAYS[at.getUTCDay()], at.getUTCDate(), MONTHS[at.getUTCMonth()], at.getUTCFullYear()];
  return words.slice(day.length === 7 ? 2 : hasWeekday ? 0 : 1).join('\u00A0');
}

/** `14:02`. */
export function clockIn(at: Date, timeZone: string): string {
  const { hour, minute } = partsIn(at, timeZone);
  return `${hour}:${minute}`;
}

/** `14:02:09`. */
export function secondsIn(at: Date, timeZone: string): string {
  return `${clockIn(at, timeZone)}:${partsIn(at, timeZone).second}`;
}

/** A locale abbreviates only the zones of its own country, so several English locales are tried. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'];

/** `EST`, `CEST`, or `GMT+3` for a zone without an abbreviation. The moment decides between winter and summer time. */
export function zoneName(at: Date, timeZone: string): string {
  const quarter = Math.floor(at.getTime() / QUARTER_MS);
  const known = zoneNames.get(timeZone);
  if (known?.quarter === quarter) return known.name;
  // Each locale costs a format, so none is asked after the first that has a name.
  const nameIn = (locale: string) => partsIn(at, timeZone, locale).timeZoneName ?? '';
  const name = nameIn(LOCALES.find((locale) => !/^(?:GMT|UTC)[+-]/.test(nameIn(locale))) ?? 'en-US') || timeZone;
  if (zoneNames.size >= MOST_KEPT) zoneNames.clear();
  zoneNames.set(timeZone, { quarter, name });
  return name;
}

/** Names are valid in any case, so there are more of them than zones. */
const MOST_KEPT = 200;
/** A zone's abbreviation changes with its clocks, which change at full quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const zoneNames = new Map<string, { quarter: number; name: string }>();

/** Day, time and zone in one line: `2026-11-22 09:05 CET`. */
export function instantText(at: Date, timeZone: string): string {
  return `${dayIn(at, timeZone)} ${clockIn(at, timeZone)} ${zoneName(at, timeZone)}`;
}

/** Creating a format is slow, so one is kept per zone and locale, with its last result: a page repeats its moments. */
const formats = new Map<string, { format: Intl.DateTimeFormat; second: number; parts: Parts }>();
const DIGITS = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;

type Parts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function partsIn(at: Date, timeZone: string, locale = 'en-US'): Parts {
  const key = `${locale} ${timeZone}`;
  const known = formats.get(key);
  const second = Math.floor(at.getTime() / 1_000);
  if (known?.second === second) return known.parts;
  const options = { ...DIGITS, second: '2-digit', hourCycle: 'h23', timeZoneName: 'short', timeZone } as const;
  const format = known?.format ?? new Intl.DateTimeFormat(locale, options);
  const parts: Parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  if (formats.size >= MOST_KEPT && !known) formats.clear();
  formats.set(key, { format, second, parts });
  return parts;
}
