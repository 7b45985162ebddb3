/** The searches in the batch of one request: for what happened to it, and for the patient's other requests. */
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import type { DetailOptions } from './read-detail.ts';

/**
 * The types of events, each with the FHIR R4 search parameter that is sent besides `patient`. Task is searched by
 * patient alone, because Epic supports no other parameter that fits; Tasks about other requests are left out later.
 */
export const EVENT_SEARCHES = [
  ['Task', undefined],
  ['Provenance', 'target'],
  ['Appointment', 'based-on'],
  ['Communication', 'based-on'],
] as const;
export const MOST_EVENTS = 200;
const MOST_SIBLINGS = 50;

/** Only types that may be searched are requested (SCO-19). */
export function eventSearches(options: DetailOptions): string[] {
  const granted = EVENT_SEARCHES.filter(([type]) => options.mayUse({ type, interaction: 's' }));
  return granted.map(([type, parameter]) => {
    const about = parameter === undefined ? {} : { [parameter]: `ServiceRequest/${options.requestId}` };
    return searchOf(type, MOST_EVENTS, options, about);
  });
}

/** One search for the patient's other requests; none where it is not granted. */
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
