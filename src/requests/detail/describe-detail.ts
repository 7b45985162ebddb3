/** Turns a request that was read, with what came for it, into what its page shows. */
import { readNamedResource } from '#src/requests/list/named-resource.ts';
import { type Naming, resolveNames } from '#src/requests/list/names.ts';
import { ownerOf, type RequestRow, toRow } from '#src/requests/list/row.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { newestTasks, readTask } from '#src/requests/progress/task.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { DetailFrame, DetailProps } from '#views/requests/detail-page.ts';
import { readFacts, readNumbers } from './facts.ts';
import type { ReadDetail } from './read-detail.ts';
import type { Place } from './referred.ts';
import { relatedRequests } from './related.ts';
import { resourceJson } from './resource-json.ts';
import { readTimeline } from './timeline.ts';

/** Asks the EHR for nothing more: names are those that came along. @param rows of the list that is kept. */
export async function describeDetail(
  api: FhirApi,
  { resource, referred, events, isAlone }: ReadDetail,
  rows: readonly RequestRow[],
  place: Place & Pick<Naming, 'patientId' | 'user'>,
): Promise<Omit<DetailProps, keyof DetailFrame | 'cancelHref'>> {
  const { base, now, timeZone, patientId, user } = place;
  const request = readServiceRequest(resource, place);
  const localOf = (reference: unknown) => localReference(reference, base);
  const tasks = events.flatMap((event) => readTask(event, { patientId, localOf }) ?? []);
  const task = newestTasks(tasks).get(`ServiceRequest/${request.id}`);
  const parties = [...request.performers, ...(request.requester ? [request.requester] : [])];
  const included = referred.map((one) => readNamedResource(one, { base, now }));
  const naming = { included, now, patientId, user, canRead: () => false };
  const { nameOf } = await resolveNames(api, [...parties, ...(task?.owner ? [ownerOf(task.owner)] : [])], naming);
  const fresh = toRow(request, nameOf, { now, timeZone }, task);
  const listed = rows.find(({ id }) => id === request.id);
  // The list has asked for Tasks, too: where this answer has none, what it found is not contradicted.
  const { status, next, still, sentTo } = task || !listed ? fresh : listed;
  const row = { ...fresh, status, next, still, sentTo };
  const performers = [...(task?.owner ? [ownerOf(task.owner)] : []), ...request.performers].map(nameOf);
  const requester = request.requester && nameOf(request.requester);
  const known = { needed: row.needed, requester, performers: [...new Set(performers)], reasons: request.reasons };
  return {
    row,
    sections: readFacts(resource, referred, known, place),
    timeline: readTimeline(resource, events, requester, place),
    related: relatedRequests(row, rows),
    numbers: readNumbers(resource),
    notices: isAlone ? ['Names and events that the EHR keeps elsewhere could not be read with this request.'] : [],
    json: resourceJson(resource),
  };
}
