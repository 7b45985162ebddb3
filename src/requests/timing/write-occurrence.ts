/** Writes when a request is needed, so that needed.ts reads it back with the same meaning. */
import { dayAfter, dayAndTimeIn, instantsOf } from '#src/adapters/time-zone.ts';
import { asRecord, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { repeatPhrases } from './repeat.ts';

/** A day, a time on it, a window, or a weekly series; a part that is not given is ''. */
export interface WantedTime {
  /** `YYYY-MM-DD`: the day, or the first of a series. */
  readonly day: string;
  /** `HH:MM`, on the facility's clock. */
  readonly time: string;
  /** `HH:MM`: the request is needed between `time` and this. If it is not later than `time`, it is on the next day. */
  readonly until: string;
  /** FHIR's days of the week, for a series. */
  readonly weekdays: readonly string[];
  /** The total number of times; '' for a series with a last day. */
  readonly times: string;
  readonly lastDay: string;
}

/** FHIR's days of the week, in the order of the form. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const LONGEST_WORDS = 200;

/** `2026-11-24T09:30:00-05:00`; of a time that comes twice the first, undefined for one that the clock skips. */
export function momentOn(day: string, time: string, timeZone: string): string | undefined {
  const utc = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(utc) || day.length > 10) return undefined;
  const [first] = instantsOf(day, time, timeZone);
  const local = dayAndTimeIn(first, timeZone);
  const isShown = local.day === day && local.time.startsWith(time);
  return isShown ? `${day}T${time}:00${offsetText(utc - first.getTime())}` : undefined;
}

/** The day on which a window ends. */
export function endDayOf({ day, time, until }: Pick<WantedTime, 'day' | 'time' | 'until'>): string {
  return until > time || Number.isNaN(Date.parse(day)) ? day : dayAfter(day);
}

const WINDOW = /\bbetween (\d\d:\d\d) and (\d\d:\d\d)\b/;

/** The window of each time of a series, which only the words of the series hold. */
export function windowIn({ code }: ForeignRecord): { time: string; until: string } | undefined {
  const [, time, until] = WINDOW.exec(asText(asRecord(code).text, LONGEST_WORDS) ?? '') ?? [];
  return time === undefined || until === undefined ? undefined : { time, until };
}

/** `occurrence[x]` (FHIR R4). A time that the clock skips is left out; the form has already refused it. */
export function writeOccurrence(wanted: WantedTime, timeZone: string): Record<string, unknown> {
  const { day, time, until, weekdays } = wanted;
  if (weekdays.length > 0)
    return { occurrenceTiming: until === '' ? { repeat: writeRepeat(wanted) } : withWindow(wanted) };
  const start = time === '' ? undefined : momentOn(day, time, timeZone);
  const end = until === '' ? undefined : momentOn(endDayOf(wanted), until, timeZone);
  if (start !== undefined && end !== undefined) return { occurrencePeriod: { start, end } };
  return { occurrenceDateTime: start ?? day };
}

/**
 * FHIR R4's `repeat` has no window: `timeOfDay` is the time itself, and `duration` is how long the service lasts. The
 * window is therefore in the text of `code`, which FHIR takes for a complete statement of everything but the bounds.
 */
function withWindow(wanted: WantedTime): Record<string, unknown> {
  const repeat = writeRepeat({ ...wanted, time: '' });
  const { boundsPeriod: _bounds, count, ...rhythm } = repeat;
  const { time, until } = wanted;
  const window = `between ${time} and ${until}${until > time ? '' : ' the next day'}`;
  const words = (part: ForeignRecord) => repeatPhrases(part, { timeZone: '', today: '' });
  return { code: { text: [...words(rhythm), window, ...words({ count })].join(', ') }, repeat };
}

function writeRepeat({ day, time, weekdays, times, lastDay }: WantedTime): Record<string, unknown> {
  return {
    boundsPeriod: { start: day, ...(lastDay === '' ? {} : { end: lastDay }) },
    ...(times === '' ? {} : { count: Number(times) }),
    frequency: weekdays.length,
    period: 1,
    periodUnit: 'wk',
    dayOfWeek: WEEKDAYS.filter((weekday) => weekdays.includes(weekday)),
    // A time of day has no zone in FHIR, so it is the facility's.
    ...(time === '' ? {} : { timeOfDay: [`${time}:00`] }),
  };
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.round(ms / 60_000));
  const two = (count: number) => String(count).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
