/** Decides whether a request is for a repeated service, so that doing it once does not end it. */
import { asConceptText, asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isGiven, listOf } from './parts.ts';

const RHYTHM = ['frequency', 'period', 'dayOfWeek', 'timeOfDay', 'when', 'count', 'countMax'];
/** Codes of one time only, as Epic and others write them. */
const ONCE =
  /\b(?:once(?! (?:a|per|every|daily|weekly|monthly)\b)|one[- ]time|single|stat|asap|now|urgent|routine|today|tomorrow)\b/i;

/** FHIR R4 Timing of several times. Never throws. */
export function isSeries({ occurrenceTiming }: ForeignRecord): boolean {
  const { code, event, repeat } = asRecord(occurrenceTiming);
  const rhythm = asRecord(repeat);
  const isOnce = rhythm.count === 1 && !isGiven(rhythm.countMax);
  const words = asConceptText(code);
  const isCoded = words !== undefined && !ONCE.test(words);
  return listOf(event).length > 1 || (!isOnce && (isCoded || RHYTHM.some((name) => isGiven(rhythm[name]))));
}
