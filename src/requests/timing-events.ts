/** `Timing.event` in words: the next day first, then how many more; of a past series, when it ended. */
import { type FhirDate, lastDayOf, readFhirDate } from '#src/patients/fhir-date.ts';
import { type DateContext, dateText, isPast } from './moments.ts';
import { isGiven, type Phrases } from './phrases.ts';

const MOST_TIMES = 6;

/** Every event by its day, in order; repeated ones count once. */
type Days = readonly (readonly [day: string, dates: readonly FhirDate[]])[];

/**
 * "2026-11-24 09:00 and 14:00 CET, +2 more days (1 earlier)".
 *
 * @param value a list of dateTimes as received, or a lone one; untrusted.
 */
export function eventPhrases(value: unknown, context: DateContext): Phrases {
  if (!isGiven(value)) return [];
  const { days, isWhole } = readEvents(value, context);
  return [...wordsOf(days, context), ...(isWhole ? [] : [null])];
}

/** The last day any event can be on; undefined where one is unreadable. */
export function lastEventDay(value: unknown, context: DateContext): string | undefined {
  const { days, isWhole } = readEvents(value, context);
  return isWhole
    ? days
        .map(([day]) => lastDayOf(day))
        .toSorted()
        .at(-1)
    : undefined;
}

function readEvents(value: unknown, { timeZone }: DateContext): { days: Days; isWhole: boolean } {
  const items: unknown[] = [value].flat();
  const dates = items.map((item) => readFhirDate(item, timeZone)).filter((date) => date !== undefined);
  const inOrder = dates.toSorted((a, b) => a.at - b.at);
  return { days: [...Map.groupBy(inOrder, ({ day }) => day)], isWhole: dates.length === items.length };
}

function wordsOf(days: Days, context: DateContext): string[] {
  const [past, ahead] = [true, false].map((isOver) => days.filter(([day]) => isPast(day, context) === isOver));
  const [next, ...later] = ahead ?? [];
  const last = past?.at(-1);
  if (next) {
    const earlier = past?.length ? ` (${past.length} earlier)` : '';
    return [`${dayWords(next)}${later.length > 0 ? `, +${dayCount(later.length, 'more ')}` : ''}${earlier}`];
  }
  if (!last) return [];
  return days.length === 1 ? [dayWords(last)] : [`ended ${dayWords(last)}, ${dayCount(days.length)} in all`];
}

function dayCount(count: number, more = ''): string {
  return `${count} ${more}${count === 1 ? 'day' : 'days'}`;
}

/** The times of one day in one breath where they are of one zone, else each in full. */
function dayWords([day, dates]: Days[number]): string {
  const timed = dates.filter(({ time }) => time !== undefined);
  const texts = [...new Set(timed.map(dateText))];
  if (texts.length === 0) return day;
  const shown = texts.slice(0, MOST_TIMES);
  const more = texts.length > MOST_TIMES ? ` +${texts.length - MOST_TIMES} more times` : '';
  const zones = new Set(timed.map(({ zone }) => zone));
  if (zones.size > 1 || shown.length === 1) return `${shown.join(' and ')}${more}`;
  const times = [...new Set(timed.map(({ time }) => time))].slice(0, MOST_TIMES).join(' and ');
  return `${day} ${times} ${[...zones][0] ?? '(time zone not given)'}${more}`;
}
