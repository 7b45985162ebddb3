/** Finds when a request is first needed, for sorting a list. */
import { readFhirDate } from '#src/patients/fhir-date.ts';
import { asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { MOST_READ } from './listed-times.ts';
import { listOf } from './phrases.ts';

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
