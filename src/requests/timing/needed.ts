/** Reads when a request is needed, from every `occurrence[x]` and `asNeeded[x]`, and drops no part silently. */
import { dayIn } from '#src/adapters/time-zone.ts';
import { type FhirDate, latestDay, readFhirDate } from '#src/patients/fhir-date.ts';
import { flagOf } from '#src/patients/foreign-flag.ts';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { timingCodePhrases } from './abbreviations.ts';
import { MOST_READ, readEvents } from './listed-times.ts';
import { type DateContext, isReversed, momentText, periodPhrases } from './moments.ts';
import { isGiven, listOf, otherMembers, type Phrases } from './phrases.ts';
import { repeatPhrases } from './repeat.ts';

export interface Needed {
  /** The time in words; undefined when the EHR gives no time. */
  readonly text: string | undefined;
  /** After this day, in the organization's zone, it is certainly late; undefined where none is proved. */
  readonly lastDay: string | undefined;
  /** In ms: the moment at which it is needed at the latest; undefined for a series and where only a day is proved. */
  readonly lastAt: number | undefined;
}

interface Occurrence {
  readonly phrases: Phrases;
  readonly lastDay: string | undefined;
  readonly lastAt?: number | undefined;
}

const MORE = 'more in the EHR';
const MAX_LENGTH = 300;
const OF_THE_TIME = /^_?(?:occurrence|asNeeded)/;
const READ = new Set(
  'occurrenceDateTime occurrencePeriod occurrenceTiming asNeeded asNeededBoolean asNeededCodeableConcept asNeededFor'.split(
    ' ',
  ),
);

/** All of occurrence[x] and asNeeded[x], bounded. Never throws. @param at in the organization's `timeZone`. */
export function readNeeded(resource: ForeignRecord, at: { now: Date; timeZone: string }): Needed {
  const context = { timeZone: at.timeZone, today: dayIn(at.now, at.timeZone) };
  const { occurrenceDateTime: moment, occurrencePeriod: period, occurrenceTiming: timing } = resource;
  const given: Occurrence[] = [];
  if (isGiven(moment)) given.push(readMoment(moment, context));
  if (isGiven(period)) given.push(readPeriod(asRecord(period), context));
  if (isGiven(timing)) given.push(readTiming(asRecord(timing), context));
  const when = given.map(({ phrases }) => phrases.filter((text) => text !== null).join(', '));
  const asNeeded = asNeededPhrases(resource);
  const hasMore =
    isNeedUnknown(resource) ||
    given.some(({ phrases }) => phrases.includes(null)) ||
    asNeeded.includes(null) ||
    hasUnknownKind(resource);
  const said = [when.filter(Boolean).join('; '), ...asNeeded.filter((text) => text !== null)].filter(Boolean);
  const text = asText(said.join(', '), MAX_LENGTH);
  const lastDays = given.map(({ lastDay }) => lastDay).filter((day) => day !== undefined);
  const isLimited = asNeeded.length === 0 && lastDays.length === given.length;
  // A truncated text says that there is more.
  const more = hasMore || text?.endsWith('…') ? MORE : undefined;
  return {
    text: text !== undefined && more !== undefined ? `${text}, ${more}` : (text ?? more),
    lastDay: isLimited ? lastDays.toSorted().at(-1) : undefined,
    lastAt: isLimited && given.length === 1 ? given[0]?.lastAt : undefined,
  };
}

function readMoment(moment: unknown, context: DateContext): Occurrence {
  const date = readFhirDate(moment, context.timeZone);
  return { phrases: [momentText(moment, context)], lastDay: date && latestDay(date), lastAt: date && momentOf(date) };
}

/** Whether there are members that are not read here, such as those of a later FHIR version or extensions. */
function hasUnknownKind(resource: ForeignRecord): boolean {
  // This makes no list of the members, because it runs for every request of a list.
  for (const name in resource) if (OF_THE_TIME.test(name) && !READ.has(name) && isGiven(resource[name])) return true;
  return false;
}

function readPeriod(period: ForeignRecord, context: DateContext): Occurrence {
  const { start, end } = period;
  const from = readFhirDate(start, context.timeZone);
  const to = readFhirDate(end, context.timeZone);
  const isOrdered = !isGiven(start) || (from !== undefined && to !== undefined && !isReversed(from, to));
  return {
    phrases: periodPhrases(period, context, 'window'),
    lastDay: to && isOrdered ? latestDay(to) : undefined,
    lastAt: to && isOrdered ? momentOf(to) : undefined,
  };
}

/** A Timing with events and a rhythm shows both: only the EHR knows which of them counts. */
function readTiming(timing: ForeignRecord, context: DateContext): Occurrence {
  const { code, event, repeat } = timing;
  const events = readEvents(event, context);
  const coded = isGiven(code) ? timingCodePhrases(code) : [];
  const found = [
    ...inParts(coded, asRecord(repeat), context),
    ...events.phrases,
    ...(isGiven(repeat) ? orMore(repeatPhrases(asRecord(repeat), context)) : []),
    ...otherMembers(timing, ['code', 'event', 'repeat']),
  ];
  // "Every 8 hours" as a code and as a rhythm is one.
  const phrases = [...new Map(orMore(found).map((text) => [text?.toLowerCase(), text])).values()];
  return { phrases, lastDay: phrases.includes(null) ? undefined : seriesEnd(timing, events.lastDay, context) };
}

/** FHIR takes a code for all but the bounds. If it has the words of `repeat`, its parts are split and said once. */
function inParts(coded: Phrases, repeat: ForeignRecord, context: DateContext): Phrases {
  const { boundsDuration: _duration, boundsRange: _range, boundsPeriod: _period, ...rhythm } = repeat;
  const parts = coded.flatMap((text) => text?.split(', ') ?? [null]);
  const phrases = repeatPhrases(rhythm, context);
  return phrases.every((text) => text !== null && parts.includes(text)) ? parts : coded;
}

/** An element that is no object, or an empty one, has no words, so it counts as more in the EHR. */
function orMore(phrases: Phrases): Phrases {
  return phrases.length === 0 ? [null] : phrases;
}

/** Only events and a Period say when a series ends; any other rhythm may go on. */
function seriesEnd({ code, event, repeat }: ForeignRecord, last: string | undefined, context: DateContext) {
  if (!isGiven(code) && !isGiven(repeat)) return last;
  const until = readFhirDate(asRecord(asRecord(repeat).boundsPeriod).end, context.timeZone);
  const end = until && latestDay(until);
  if (end === undefined || !isGiven(event)) return end;
  return last && [end, last].toSorted().at(-1);
}

/** A midnight may stand for the whole day, and a time without a zone is no moment. */
function momentOf({ at, isMoment, time, writtenDay }: FhirDate): number | undefined {
  return isMoment && time !== '00:00' && writtenDay === undefined ? at : undefined;
}

/** The EHR does not know whether it is as needed, which it says beside the missing value. */
function isNeedUnknown({ _asNeededBoolean: ofR4, _asNeeded: beside = ofR4 }: ForeignRecord): boolean {
  return beside !== undefined && asRecords(asRecord(beside).extension).some(({ valueCode }) => valueCode === 'unknown');
}

/** R5 has other names, and a list of conditions. */
function asNeededPhrases({ asNeededBoolean, asNeeded, asNeededCodeableConcept, asNeededFor }: ForeignRecord): Phrases {
  const [said, what] = [asNeededBoolean ?? asNeeded, asNeededCodeableConcept ?? asNeededFor];
  if (said === undefined && what === undefined) return NONE;
  const concepts = isGiven(what) ? [what].flat().slice(0, MOST_READ) : [undefined];
  return [...new Set(concepts.flatMap((one) => conditionPhrases(said, asRecord(one).concept ?? one)))];
}

function conditionPhrases(said: unknown, concept: unknown): Phrases {
  const flag = flagOf({ said }, 'said');
  const odd = flag === 'unclear' ? [null] : [];
  if (!isGiven(concept)) return flag === true ? ['as needed'] : odd;
  const condition = asConceptText(concept);
  const words = condition === undefined ? ['as needed', null] : [conditionWords(condition)];
  return [...words, ...otherMembers(asRecord(concept), ['coding', 'text']), ...odd];
}

const NONE: Phrases = [];
const AS_NEEDED =
  /^(?:as needed|as required|prn|bei bedarf|b\.b\.|si (?:besoin|nécessaire)|(?:zo|als|indien) nodig|(?:ved|vid|efter|etter) behov|según necesidad|al bisogno)(?![\p{L}\p{N}])[\s:,-]*(?:for )?/iu;
/** Begins a condition that needs no "for", in the languages of EHRs that have Task or ServiceRequest. */
const JOINED =
  /^(?:for|to|by|if|when|while|unless|until|after|before|during|in case|at|on|upon|with|prior to|bei|beim|gegen|wenn|falls|zum|zur|nach|vor|en cas|si|pour|lors|quand|après|avant|en caso|para|cuando|bij|als|indien|voor|wanneer|ved|vid|hvis|mot|før|före|efter|etter|in caso|se|per) /iu;

/** A condition that begins with "PRN" or "as needed" gets no second "as needed". */
function conditionWords(condition: string): string {
  const rest = condition.replace(AS_NEEDED, '');
  return rest === '' ? 'as needed' : `as needed ${JOINED.test(rest) ? '' : 'for '}${rest}`;
}

/** The earliest moment that any occurrence[x] names, in ms; undefined where none can be read. Never throws. */
export function beginsAt(resource: ForeignRecord, timeZone: string): number | undefined {
  const { occurrenceDateTime, occurrencePeriod, occurrenceTiming } = resource;
  const { start, end } = asRecord(occurrencePeriod);
  if (occurrenceTiming === undefined && occurrenceDateTime === undefined)
    return readFhirDate(start ?? end, timeZone)?.at;
  const timing = asRecord(occurrenceTiming);
  const bounds = asRecord(asRecord(timing.repeat).boundsPeriod);
  const moments = [occurrenceDateTime, start ?? end, ...firstOf(listOf(timing.event)), bounds.start]
    .map((value) => readFhirDate(value, timeZone)?.at)
    .filter((at) => at !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** If there are more times than are read, the first one in the order of texts, which may be another time of the same day. */
function firstOf(events: readonly unknown[]): readonly unknown[] {
  if (events.length <= MOST_READ) return events;
  let first: string | undefined;
  for (const event of events) {
    if (typeof event === 'string' && /^\d{4}-/.test(event) && (first === undefined || event < first)) first = event;
  }
  return [first];
}
