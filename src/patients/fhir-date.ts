/** Reads a FHIR date, dateTime or instant into the day and time of one time zone; partial dates stay partial (FH-11). */
import { dayAndTimeIn } from '#src/adapters/time-zone.ts';
import { asInformation } from '#src/smart/fhir/fields.ts';
import { saysNothing } from '#src/smart/fhir/no-information.ts';

/** A date as precise as the EHR gave it. */
export interface FhirDate {
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; in the requested time zone if the value has an offset */
  readonly day: string;
  /** `HH:MM`; undefined for a date without a time */
  readonly time: string | undefined;
  /** the value has an offset, so it is a moment and `time` is in the requested time zone */
  readonly isMoment: boolean;
  /** for sorting, in ms: the moment, or the start of the day, month or year */
  readonly at: number;
  /** of a midnight, the day as written: some EHRs write a day as midnight in UTC, the evening before in the west */
  readonly writtenDay?: string;
}

const DATE =
  /^([1-9]\d{3}(?:-\d\d(?:-\d\d)?)?)(?:T([01]\d|2[0-3]):([0-5]\d)(?::(?:[0-5]\d|60)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Without a time, a calendar date of any zone. @param value untrusted. @returns undefined for impossible days. */
export function readFhirDate(value: unknown, timeZone: string): FhirDate | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const known = dates.get(value);
  if (known?.timeZone === timeZone) return known.date;
  const date = readText(value, timeZone);
  if (dates.size >= MOST_KEPT) dates.clear();
  dates.set(value, { timeZone, date });
  return date;
}

const MOST_KEPT = 1_000;
/** Results are cached, because a row reads its dates several times, and again at each reload. */
const dates = new Map<string, { timeZone: string; date: FhirDate | undefined }>();

function readText(written: string, timeZone: string): FhirDate | undefined {
  if (saysNothing(written)) return undefined;
  // A leap second, which `Date` does not know, counts as the second before it.
  const text = written.replace(/(?<=T\d\d:\d\d:)60/, '59');
  const [, day, hour, minute, offset] = DATE.exec(text) ?? [];
  if (day === undefined || !isOnCalendar(day)) return undefined;
  if (hour === undefined) return { day, time: undefined, isMoment: false, at: Date.parse(day) };
  if (day.length < 10) return undefined;
  if (offset === undefined) return { day, time: `${hour}:${minute}`, isMoment: false, at: Date.parse(`${text}Z`) };
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return undefined;
  const local = dayAndTimeIn(at, timeZone);
  const isMidnight = hour === '00' && minute === '00';
  const date = { day: local.day, time: local.time.slice(0, 5), isMoment: true, at: at.getTime() };
  return isMidnight ? { ...date, writtenDay: day } : date;
}

/** The day of a FHIR date in this zone, as precise as given; other text bounded, unless it says nothing. */
export function dayText(value: unknown, timeZone: string): string | undefined {
  const date = readFhirDate(value, timeZone);
  return date?.writtenDay ?? date?.day ?? asInformation(value, 40);
}

/** The last day that a date can mean; of a midnight, the later one of two days. */
export function latestDay({ day, writtenDay = day }: FhirDate): string {
  return lastDayOf(writtenDay > day ? writtenDay : day);
}

/** The last day a partial date can mean, in a form that compares as text: `2026-11` → `2026-11-31`. */
export function lastDayOf(day: string): string {
  return `${day}${'-12-31'.slice(day.length === 4 ? 0 : 3, day.length === 10 ? 3 : undefined)}`;
}

/** Checks the calendar, because `Date` silently turns 30 February into 2 March. Every month has its first 28 days. */
function isOnCalendar(day: string): boolean {
  const [month, dayOfMonth] = [Number(day.slice(5, 7) || 1), Number(day.slice(8, 10) || 1)];
  if (month < 1 || month > 12 || dayOfMonth < 1) return false;
  return dayOfMonth <= 28 || new Date(day).getUTCDate() === dayOfMonth;
}
