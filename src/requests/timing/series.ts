/** Decides whether a request is for a repeated service, so that doing it once does not end it. */
import { asConceptText, asRecord, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isGiven, listOf } from './parts.ts';

const RHYTHM = ['frequency', 'period', 'dayOfWeek', 'timeOfDay', 'when', 'count', 'countMax'];
/** Codes of one time only, as Epic and others write them. */
const ONCE =
  /\b(?:once(?! (?:a|per|every|daily|weekly|monthly)\b)|one[- ]time|single|stat|asap|now|urgent|routine|today|tomorrow)\b/i;

/** Units of a service that is given once at a time; "12 boxes" may come in one delivery. */
const TIMES = /\b(?:visit|session|treatment|appointment|trip|ride|shift|meal|time)s?\b/i;

/** FHIR R4 Timing of several times, or a quantity of several visits. Never throws. */
export function isSeries({ occurrenceTiming, quantityQuantity, quantityRange, quantityRatio }: ForeignRecord): boolean {
  const { code, event, repeat } = asRecord(occurrenceTiming);
  const { low, high } = asRecord(quantityRange);
  if ([quantityQuantity, low, high, asRecord(quantityRatio).numerator].some(isManyTimes)) return true;
  const rhythm = asRecord(repeat);
  const isOnce = rhythm.count === 1 && !isGiven(rhythm.countMax);
  const words = asConceptText(code);
  const isCoded = words !== undefined && !ONCE.test(words);
  return listOf(event).length > 1 || (!isOnce && (isCoded || RHYTHM.some((name) => isGiven(rhythm[name]))));
}

function isManyTimes(quantity: unknown): boolean {
  const { value, unit, code } = asRecord(quantity);
  // `Number` throws for an object whose member `toString` is not a function.
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && number > 1 && [unit, code].some((text) => TIMES.test(asText(text, 40) ?? ''));
}
