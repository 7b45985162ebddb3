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

/** The searches for what happened to the request. */
export const eventSearches = (options: DetailOptions): string[] =>
  EVENT_SEARCHES.flatMap(([type, parameter]) =>
    searchOf(type, MOST_EVENTS, options, parameter && { [parameter]: `ServiceRequest/${options.requestId}` }),
  );

/** The search for the patient's other requests. */
export const siblingSearches = (options: DetailOptions): string[] => searchOf('ServiceRequest', MOST_SIBLINGS, options);

/** Only types that may be searched are requested (SCO-19). */
function searchOf(
  type: string,
  count: number,
  { patientId, searchParameters, mayUse }: DetailOptions,
  others: Record<string, string> = {},
): string[] {
  if (!mayUse({ type, interaction: 's' })) return [];
  const query = new URLSearchParams({ patient: patientId, _count: String(count), ...others });
  return [`${type}?${withSearchParameters(query, searchParameters)}`];
}
