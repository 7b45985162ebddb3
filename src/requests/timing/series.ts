/** Decides whether a request is for a repeated service, so that doing it once does not end it. */
import { asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isGiven, listOf } from './parts.ts';

const RHYTHM = ['frequency', 'period', 'dayOfWeek', 'timeOfDay', 'when'];

/** FHIR R4 Timing of several times. Never throws. */
export function isSeries({ occurrenceTiming }: ForeignRecord): boolean {
  const { event, repeat } = asRecord(occurrenceTiming);
  const rhythm = asRecord(repeat);
  const isOnce = rhythm.count === 1 && !isGiven(rhythm.countMax);
  return listOf(event).length > 1 || (!isOnce && RHYTHM.some((name) => isGiven(rhythm[name])));
}
