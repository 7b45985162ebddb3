/** Says days, moments and Periods of a request in words, in the organization's time zone. */
import { type FhirDate, lastDayOf, latestDay, readFhirDate } from '#src/patients/fhir-date.ts';
import { asInformation, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { zoneName } from '#views/date-text.ts';
import { isGiven, otherMembers, type Phrases } from './phrases.ts';

export interface DateContext {
  /** The organization's time zone, an IANA name. */
  readonly timeZone: string;
  /** The day in that zone, `YYYY-MM-DD`. */
  readonly today: string;
}

/** Such as `2026-11-24 09:30 EST`; partial stays partial, unreadable is bounded, `null` means no text. */
export function momentText(value: unknown, { timeZone }: DateContext): string | null {
  const date = readFhirDate(value, timeZone);
  return date ? dateText(date, timeZone) : (asInformation(value, 40) ?? null);
}

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)(?!\w)/g;

/** Free text with the instants in it as {@link momentText} says them. */
export function withMoments(text: string, timeZone: string): string {
  return text.replace(INSTANT, (instant) => momentText(instant, { timeZone, today: '' }) ?? instant);
}

/** The text of a date that has been read. A midnight shows the day as it was written too, if that is another one. */
export function dateText(date: FhirDate, timeZone: string): string {
  const { day, time, writtenDay = day } = date;
  if (time === undefined) return day;
  const text = `${day} ${time} ${zoneText(date, timeZone)}`;
  return writtenDay === day ? text : `${writtenDay} (or ${text})`;
}

/** The zone of a time. For a time that the EHR wrote without an offset, the text says that no zone is given. */
export function zoneText({ at, isMoment }: FhirDate, timeZone: string): string {
  return isMoment ? zoneName(new Date(at), timeZone) : '(time zone not given)';
}

/** Whether a day, or all of a month or year, has passed. */
export function isPast(day: string, { today }: DateContext): boolean {
  return lastDayOf(day) < today;
}

/** "2026-11-24 14:30–16:00 CET", "by … (past)". @param kind the window of one event, or the life of a series. */
export function periodPhrases(period: ForeignRecord, context: DateContext, kind: 'window' | 'series'): Phrases {
  const others = otherMembers(period, ['start', 'end']);
  const [start, end] = [endOf(period.start, context), endOf(period.end, context)];
  if (start && end) return [...wholePeriod(start, end, period, context), ...others];
  const isOdd = start === null || end === null || (!start && !end);
  const from = start ? [`from ${start}`] : [];
  const until = end ? [endText(end, period.end, context, kind)] : [];
  return [...from, ...until, ...(isOdd ? [null] : others)];
}

function endOf(value: unknown, context: DateContext): string | null {
  return isGiven(value) ? momentText(value, context) : '';
}

function endText(text: string, end: unknown, context: DateContext, kind: 'window' | 'series'): string {
  const date = readFhirDate(end, context.timeZone);
  const isOver = date !== undefined && isPast(latestDay(date), context);
  if (kind === 'series') return `${isOver ? 'ended' : 'until'} ${text}`;
  return `by ${text}${isOver ? ' (past)' : ''}`;
}

function wholePeriod(start: string, end: string, period: ForeignRecord, context: DateContext): Phrases {
  const from = readFhirDate(period.start, context.timeZone);
  const to = readFhirDate(period.end, context.timeZone);
  if (start === end) return [start];
  if (!from || !to || isReversed(from, to)) return [`${start} to ${end}`, null];
  const isOneDay = from.day === to.day && [from, to].every(({ day, writtenDay = day }) => writtenDay === day);
  const zone = from.time === undefined || to.time === undefined ? undefined : zoneText(from, context.timeZone);
  const isOneZone = zone !== undefined && zone === zoneText(to, context.timeZone);
  if (isOneDay && isOneZone) return [`${from.day} ${from.time}–${to.time} ${zone}`];
  const isAsWritten = from.writtenDay === undefined && to.writtenDay === undefined;
  const begin = isOneZone && isAsWritten ? `${from.day} ${from.time}` : start;
  return [isPast(latestDay(to), context) ? `from ${begin}, ended ${end}` : `${begin} to ${end}`];
}

/** Whether a Period ends before it begins: a day without a time ends after all times of that day. */
export function isReversed(from: FhirDate, to: FhirDate): boolean {
  const areTimed = from.time !== undefined && to.time !== undefined;
  return areTimed ? to.at < from.at : lastDayOf(to.day) < from.day;
}
