/** The searches that go along with the reads of one request: what happened to it, and the patient's other requests. */
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import type { DetailOptions } from './read-detail.ts';

/**
 * Searches for what happened to a request, each where it is granted: FHIR R4 search parameters of these types, beside the
 * patient. Of Task by patient alone, as Epic knows no other one that fits; what is about other requests is left out.
 */
export const EVENT_SEARCHES = [
  ['Task', undefined],
  ['Provenance', 'target'],
  ['Appointment', 'based-on'],
  ['Communication', 'based-on'],
] as const;
/** Events of one type that are looked at. */
export const MOST_EVENTS = 200;
const MOST_SIBLINGS = 50;

/** Only what may be searched is asked for (SCO-19). */
export function eventSearches(options: DetailOptions): string[] {
  const granted = EVENT_SEARCHES.filter(([type]) => options.mayUse({ type, interaction: 's' }));
  return granted.map(([type, parameter]) => {
    const about = parameter === undefined ? {} : { [parameter]: `ServiceRequest/${options.requestId}` };
    return searchOf(type, MOST_EVENTS, options, about);
  });
}

/** One, for the patient's other requests; none where it is not granted. */
export function siblingSearches(options: DetailOptions): string[] {
  const isGranted = options.mayUse({ type: 'ServiceRequest', interaction: 's' });
  return isGranted ? [searchOf('ServiceRequest', MOST_SIBLINGS, options, {})] : [];
}

function searchOf(
  type: string,
  count: number,
  { patientId, searchParameters }: DetailOptions,
  others: Record<string, string>,
): string {
  const query = new URLSearchParams({ patient: patientId, _count: String(count), ...others });
  return `${type}?${withSearchParameters(query, searchParameters)}`;
}
