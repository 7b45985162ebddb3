/** `Timing.event` in words: the next day first, then how many more; of a past series, when it ended. */
import { type FhirDate, lastDayOf, latestDay, readFhirDate } from '#src/patients/fhir-date.ts';
import { type DateContext, dateText, isPast, zoneText } from './moments.ts';
import { listOf, type Phrases } from './phrases.ts';

const MOST_TIMES = 6;
/** The most times read of one request: converting each to the time zone is slow, and a hostile EHR may send thousands. */
export const MOST_READ = 100;
const DAY_MS = 86_400_000;

/** Every event by its day, in order; repeated ones count once. */
type Days = readonly (readonly [day: string, dates: readonly FhirDate[]])[];

/**
 * "2026-11-24 09:00 and 14:00 CET, +2 more days (1 earlier)", and the last day any event can be on. That day is undefined if
 * an event is unreadable, if none is given, or if there are more than 100 times: then only the next ones are read.
 */
export function readEvents(value: unknown, context: DateContext): { phrases: Phrases; lastDay: string | undefined } {
  const items = listOf(value);
  const times = items.filter((item) => typeof item === 'string' && item.includes('T'));
  if (times.length > MOST_READ) return { phrases: [...nextPhrases(items, context), null], lastDay: undefined };
  const dates = datesIn(items, context);
  const isWhole = dates.length === items.length;
  const lastDays = dates.map(latestDay).toSorted();
  return {
    phrases: [...wordsOf(dates, context), ...(isWhole ? [] : [null])],
    lastDay: isWhole ? lastDays.at(-1) : undefined,
  };
}

/** Each day with its times, for a page that has room for all of them; empty where {@link readEvents} says them already. */
export function eachDay(value: unknown, timeZone: string): string[] {
  const dates = datesIn(listOf(value).slice(0, MOST_READ), { timeZone });
  const days = [
    ...Map.groupBy(
      dates.toSorted((a, b) => a.at - b.at),
      dayOf,
    ),
  ];
  return days.length > 1 ? days.map((day) => dayWords(day, { timeZone })) : [];
}

function datesIn(items: readonly unknown[], { timeZone }: Pick<DateContext, 'timeZone'>): FhirDate[] {
  return items.flatMap((item) => readFhirDate(item, timeZone) ?? []);
}

/** Neither the last day nor the number of days is known, so the request is never said to be over. */
function nextPhrases(items: readonly unknown[], context: DateContext): string[] {
  // As a text, a time can be a day behind the facility's calendar.
  const yesterday = new Date(Date.parse(context.today) - DAY_MS).toISOString().slice(0, 10);
  const texts = items.filter((item) => typeof item === 'string');
  const near = texts.filter((text) => lastDayOf(text.slice(0, 10)) >= yesterday).toSorted();
  const next = datesIn(near.slice(0, MOST_READ), context).filter((date) => !isPast(latestDay(date), context));
  return next.length > 0 ? wordsOf(next, context) : [`${items.length} times`];
}

function wordsOf(dates: readonly FhirDate[], context: DateContext): string[] {
  const inOrder = dates.toSorted((a, b) => a.at - b.at);
  const days: Days = [...Map.groupBy(inOrder, dayOf)];
  const [past, ahead] = [true, false].map((isOver) => days.filter(([day]) => isPast(day, context) === isOver));
  const [next, ...later] = ahead ?? [];
  const last = past?.at(-1);
  if (next) {
    const earlier = past?.length ? ` (${past.length} earlier)` : '';
    return [`${dayWords(next, context)}${later.length > 0 ? `, +${dayCount(later.length, 'more ')}` : ''}${earlier}`];
  }
  if (!last) return [];
  return days.length === 1
    ? [dayWords(last, context)]
    : [`ended ${dayWords(last, context)}, ${dayCount(days.length)} in all`];
}

/** A partial date stays partial. */
const dayOf = ({ day, writtenDay = day }: FhirDate): string => (writtenDay > day ? writtenDay : day);

function dayCount(count: number, more = ''): string {
  return `${count} ${more}${count === 1 ? 'day' : 'days'}`;
}

/** The times of one day in one breath where they are of one zone, else each in full. */
function dayWords([day, dates]: Days[number], { timeZone }: Pick<DateContext, 'timeZone'>): string {
  const timed = [...new Map(dates.filter(({ time }) => time !== undefined).map((date) => [date.at, date])).values()];
  if (timed.length === 0) return day;
  const shown = timed.slice(0, MOST_TIMES);
  const more = timed.length > shown.length ? ` +${timed.length - shown.length} more times` : '';
  const [zone, ...others] = new Set(shown.map((date) => zoneText(date, timeZone)));
  if (others.length > 0 || shown.some((date) => date.day !== (date.writtenDay ?? date.day)))
    return `${shown.map((date) => dateText(date, timeZone)).join(' and ')}${more}`;
  return `${day} ${shown.map(({ time }) => time).join(' and ')} ${zone}${more}`;
}
