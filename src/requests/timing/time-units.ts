/** Says units of time in words, from FHIR's UnitsOfTime, UCUM and what people write into `unit`. */
import { asRecord, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isGiven, otherMembers, type Phrases, readSpan, type Span, singleOf, spanText } from './phrases.ts';

/** The singular and the plural of a unit, as in "1 week" and "6 weeks". */
export interface TimeUnit {
  readonly one: string;
  readonly many: string;
}

const UNITS = new Map<unknown, TimeUnit>(
  Object.entries({
    second: 's sec',
    minute: 'min',
    hour: 'h hr',
    day: 'd',
    week: 'wk w',
    month: 'mo',
    year: 'a yr',
  }).flatMap(([one, codes]) =>
    [...codes.split(' '), one, `${one}s`].map((name) => [name, { one, many: `${one}s` }] as const),
  ),
);

/** A unit by its code; undefined for anything else. */
export function timeUnit(code: unknown): TimeUnit | undefined {
  return UNITS.get(code);
}

/** How many of a unit make one of the next, and from how many of those people use that one: "24 hours", "2 weeks". */
const LARGER = new Map([
  ['second', { size: 60, least: 1, next: 'minute' }],
  ['minute', { size: 60, least: 1, next: 'hour' }],
  ['hour', { size: 24, least: 3, next: 'day' }],
  ['day', { size: 7, least: 2, next: 'week' }],
]);

/** The same length in the largest unit that leaves no rest: 1440 minutes are 24 hours. */
export function inLargest(span: Span, unit: TimeUnit): readonly [Span, TimeUnit] {
  const { size, least, next } = LARGER.get(unit.one) ?? { size: 0, least: 0, next: '' };
  const larger = timeUnit(next);
  const isWhole = Object.values(span).every((end) => end % size === 0 && end / size >= least);
  if (!larger || !isWhole) return [span, unit];
  return inLargest(Object.fromEntries(Object.entries(span).map(([name, end]) => [name, end / size])), larger);
}

/** Such as "1 week", "4–6 weeks" or "up to 3 hours". */
export function spanOf(given: Span, givenUnit: TimeUnit): string {
  const [span, unit] = inLargest(given, givenUnit);
  return `${spanText(span)} ${singleOf(span) === 1 ? unit.one : unit.many}`;
}

const COMPARATORS = new Map<unknown, string>([
  ['<', 'less than '],
  ['<=', 'at most '],
  ['>=', 'at least '],
  ['>', 'more than '],
]);

/** A mark alone, such as "<", is information here. */
const isCompared = ({ comparator }: ForeignRecord) => isGiven(comparator) || COMPARATORS.has(comparator);

const UCUM = 'http://unitsofmeasure.org';
const MEMBERS = ['value', 'unit', 'system', 'code', 'comparator'];

/** A FHIR Duration or Quantity in words: "6 weeks", "at least 10 days". */
export function durationPhrases(value: unknown): Phrases {
  const quantity = asRecord(value);
  const amount = readSpan(quantity.value, undefined, 'decimal');
  const unit = unitOf(quantity);
  const { comparator } = quantity;
  const word = isCompared(quantity) ? COMPARATORS.get(comparator) : '';
  if (!amount || unit === undefined || word === undefined) return [null];
  return [`${word}${spanOf(amount, unit)}`, ...otherMembers(quantity, MEMBERS)];
}

/** A FHIR Range of time: "4–6 weeks", "at least 4 weeks", "10 days to 2 weeks". */
export function rangePhrases(value: unknown): Phrases {
  const range = asRecord(value);
  const { low, high } = range;
  const others = otherMembers(range, ['low', 'high']);
  const [least, most] = [low, high].map((end) => (isGiven(end) ? durationPhrases(end) : undefined));
  if (least === undefined || most === undefined) {
    const only = (least ?? most ?? [null]).map((text) => text && `at ${least ? 'least' : 'most'} ${text}`);
    return [...only, ...others];
  }
  const span = readSpan(asRecord(low).value, asRecord(high).value, 'decimal');
  const unit = unitOf(asRecord(low));
  const hasComparator = [low, high].some((end) => isCompared(asRecord(end)));
  if (least.includes(null) || most.includes(null) || hasComparator) return [null];
  if (unit?.one !== unitOf(asRecord(high))?.one) return [`${least[0]} to ${most[0]}`, ...others];
  return span && unit ? [spanOf(span, unit), ...others] : [null];
}

/** Code and text must not contradict each other. A text that is no known unit, such as "cycles", is shown as it is. */
function unitOf({ code, unit, system }: ForeignRecord): TimeUnit | undefined {
  const coded = !isGiven(system) || system === UCUM ? timeUnit(code) : undefined;
  const text = asText(unit, 20);
  const written = timeUnit(text?.toLowerCase()) ?? (text === undefined ? undefined : { one: text, many: text });
  if (coded === undefined) return isGiven(code) && text === undefined ? undefined : written;
  return text !== undefined && timeUnit(text.toLowerCase()) && written?.one !== coded.one ? undefined : coded;
}
