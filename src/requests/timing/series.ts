/** Decides whether a request is for a repeated service, so that doing it once does not end it. */
import { flagOf } from '#src/patients/foreign-flag.ts';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isGiven, listOf } from './phrases.ts';

const RHYTHM = 'frequency period dayOfWeek timeOfDay when count countMax boundsDuration boundsRange'.split(' ');
/** Codes of one time only, as Epic and others write them. */
const ONCE =
  /\b(?:once(?! (?:a|per|every|daily|weekly|monthly)\b)|one[- ]time|single|stat|asap|now|urgent|routine|today|tomorrow)\b/i;

/** Units of a service that is given once at a time; "12 boxes" may come in one delivery. */
const TIMES = /\b(?:visit|session|treatment|appointment|trip|ride|shift|meal|time)s?\b/i;

/**
 * "3x/week", "8 sessions", and "2w6" of home care, twice a week for six weeks: in the words of an order whose elements do
 * not say it. "4 times a day" is rather how a device that is delivered once is used.
 */
const OFTEN =
  /\b(?:\d{1,2}(?: ?x| times| visits?| sessions?| trips?)?|once|twice) ?(?:\/|per|a|each|every) ?(?:week|wk|month)\b|\b(?:\d{1,2}|once|twice) (?:visits?|sessions?|trips?) ?(?:\/|per|a|each|every) ?day\b|\b\d{1,2} ?x ?(?:week|wk|month)\b|\b\d{1,2}w\d{1,2}\b|(?:\b|x)(?:[2-9]|[1-9]\d{1,2}) (?:visits|sessions|treatments|trips|rides|meals|appointments)\b/i;

/** FHIR R4 Timing of several times, an order as needed, or one of several visits. Never throws. @param service in words. */
export function isSeries(resource: ForeignRecord, service: string): boolean {
  const { occurrenceTiming, quantityQuantity, quantityRange, quantityRatio } = resource;
  if (isAsNeeded(resource) || isOften(service) || isOftenInDetails(resource.orderDetail)) return true;
  const { code, event, repeat } = asRecord(occurrenceTiming);
  const { low, high } = asRecord(quantityRange);
  if ([quantityQuantity, low, high, asRecord(quantityRatio).numerator].some(isManyTimes)) return true;
  const rhythm = asRecord(repeat);
  const isOnce = rhythm.count === 1 && !isGiven(rhythm.countMax);
  const words = asConceptText(code);
  const isCoded = words !== undefined && !ONCE.test(words);
  return listOf(event).length > 1 || (!isOnce && (isCoded || RHYTHM.some((name) => isGiven(rhythm[name]))));
}

/** The first of these finds most texts, and is quick. */
const isOften = (text = '') => NUMBER.test(text) && OFTEN.test(text);
const NUMBER = /\d|once|twice/i;

const isOftenInDetails = (details: unknown) => asRecords(details).some((one) => isOften(asConceptText(one)));

function isAsNeeded(resource: ForeignRecord): boolean {
  const { asNeededBoolean, asNeeded, asNeededCodeableConcept, asNeededFor } = resource;
  const isFlagged =
    (asNeededBoolean !== undefined && flagOf(resource, 'asNeededBoolean') === true) ||
    (asNeeded !== undefined && flagOf(resource, 'asNeeded') === true);
  return isFlagged || isGiven(asNeededCodeableConcept) || isGiven(asNeededFor);
}

function isManyTimes(quantity: unknown): boolean {
  const { value, unit, code } = asRecord(quantity);
  // `Number` throws for an object whose member `toString` is not a function.
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 1 && [unit, code].some((text) => TIMES.test(asText(text, 40) ?? ''));
}
