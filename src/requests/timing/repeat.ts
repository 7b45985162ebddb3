/** Says `Timing.repeat` in plain words: "3 times a week, Mon Wed Fri, for 6 weeks". */
import { asRecord, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { whenPhrases } from './event-codes.ts';
import { type DateContext, periodPhrases } from './moments.ts';
import { isGiven, listOf, otherMembers, type Phrases, readSpan, type Span, singleOf, spanText } from './phrases.ts';
import { durationPhrases, inLargest, rangePhrases, spanOf, type TimeUnit, timeUnit } from './time-units.ts';

const KNOWN = [
  ...['boundsDuration', 'boundsRange', 'boundsPeriod', 'count', 'countMax'],
  ...['duration', 'durationMax', 'durationUnit', 'frequency', 'frequencyMax'],
  ...['period', 'periodMax', 'periodUnit', 'dayOfWeek', 'timeOfDay', 'when', 'offset'],
];

/** Every member of FHIR R4 Timing.repeat. Half a pair has no words, because half a rhythm misleads. */
export function repeatPhrases(repeat: ForeignRecord, context: DateContext): Phrases {
  return [
    ...rhythm(repeat),
    ...weekdays(repeat.dayOfWeek),
    ...timesOfDay(repeat.timeOfDay),
    ...whenPhrases(repeat.when, repeat.offset),
    ...lasting(repeat),
    ...count(repeat),
    ...bounds(repeat, context),
    ...otherMembers(repeat, KNOWN),
  ];
}

function rhythm({ frequency, frequencyMax, period, periodMax, periodUnit }: ForeignRecord): Phrases {
  const times = readSpan(frequency, frequencyMax);
  const every = readSpan(period, periodMax, 'decimal');
  const unit = timeUnit(periodUnit);
  if (times === undefined && every === undefined && !isGiven(periodUnit)) return [];
  // How often, where only the length of the period is missing; it is most likely one, but the EHR does not say so.
  if (times && every === undefined && unit) return [rhythmText(times, { low: 1 }, unit), null];
  if (times === null || !every || every.low === undefined || unit === undefined) return [null];
  return [rhythmText(times ?? { low: 1 }, ...inLargest(every, unit))];
}

function rhythmText(times: Span, every: Span, unit: TimeUnit): string {
  const isOnce = singleOf(times) === 1;
  const often = isOnce ? 'once' : `${spanText(times)} times`;
  if (singleOf(every) !== 1) return `${isOnce ? '' : `${often} `}every ${spanOf(every, unit)}`;
  return `${often} ${unit.one === 'hour' ? 'an' : 'a'} ${unit.one}`;
}

const WEEK = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function weekdays(value: unknown): Phrases {
  const codes = listOf(value).map((code) => asWritten(code).toLowerCase());
  const isDay = (day: string) => (code: string) => code.length > 2 && day.toLowerCase().startsWith(code);
  const days = WEEK.filter((day) => codes.some(isDay(day))).map((day) => day.slice(0, 3));
  const isWhole = codes.every((code) => WEEK.some((day) => isDay(day)(code)));
  return [...(days.length > 0 ? [days.join(' ')] : []), ...(isWhole ? [] : [null])];
}

const TIME = /^((?:[01]\d|2[0-3]):[0-5]\d)(?::00(?:\.0+)?|(:[0-5]\d)(?:\.\d+)?)?$/;
const MOST_TIMES = 8;

/** A time of day is local to the facility and has no zone. */
function timesOfDay(value: unknown): Phrases {
  const read = listOf(value).map((item) => (typeof item === 'string' ? TIME.exec(item.slice(0, 40)) : null));
  const times = read.filter((match) => match !== null).map(([, time = '', seconds = '']) => `${time}${seconds}`);
  const distinct = [...new Set(times)].toSorted();
  const more = distinct.length > MOST_TIMES ? ` +${distinct.length - MOST_TIMES} more` : '';
  const words = distinct.length > 0 ? [`at ${listText(distinct.slice(0, MOST_TIMES))}${more}`] : [];
  return [...words, ...(read.includes(null) ? [null] : [])];
}

function listText(items: readonly string[]): string {
  return [items.slice(0, -1).join(', '), items.at(-1)].filter(Boolean).join(' and ');
}

function lasting({ duration, durationMax, durationUnit }: ForeignRecord): Phrases {
  const span = readSpan(duration, durationMax, 'decimal');
  const unit = timeUnit(durationUnit);
  if (span === undefined && !isGiven(durationUnit)) return [];
  return span && unit ? [`lasting ${spanOf(span, unit)}`] : [null];
}

function count({ count: low, countMax: high }: ForeignRecord): Phrases {
  const span = readSpan(low, high);
  if (!span) return span === null ? [null] : [];
  return [singleOf(span) === 1 ? 'once in all' : `${spanText(span)} times in all`];
}

function bounds({ boundsDuration, boundsRange, boundsPeriod }: ForeignRecord, context: DateContext): Phrases {
  const words = (phrases: Phrases): Phrases => phrases.map((text) => text && `for ${text}`);
  return [
    ...(isGiven(boundsDuration) ? words(durationPhrases(boundsDuration)) : []),
    ...(isGiven(boundsRange) ? words(rangePhrases(boundsRange)) : []),
    ...(isGiven(boundsPeriod) ? periodPhrases(asRecord(boundsPeriod), context, 'series') : []),
  ];
}
