/** Judges what the EHR's answer to a create proves (FH-17): only a proved request is called sent. */
import { isOfAnotherPatient, numbersOf } from '#src/patients/patient-of-resource.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { asInformation, asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import { localReference, resourceNamed } from '#src/smart/fhir/reference.ts';
import type { CreateAnswer } from '#src/smart/step-6-fhir-api.ts';

/**
 * `created`: the request exists. `denied`: the answer calls itself an error, whatever its status is. `unproved`: a portal, a
 * queue or another resource answered, and only a search can show whether it exists.
 */
export type CreateProof = 'created' | 'denied' | 'unproved';

/**
 * FHIR R4 http, create: 201 says that the resource exists; 200 has to return a ServiceRequest with our identifier, or
 * with an id and none. A body that does not name this patient, of another type, or of an earlier order proves nothing.
 * @param sent the posted request, which is about this patient.
 */
export function proofOf(
  { status, body }: Pick<CreateAnswer, 'status' | 'body'>,
  sent: FhirResource,
  { patientId, base }: { patientId: string; base: URL },
): CreateProof {
  if (summarizeOutcome(body).isFailure) return 'denied';
  // A web page: a portal or a gateway may have answered in place of the EHR.
  if (typeof body === 'string') return 'unproved';
  const resource = asRecord(body);
  const isRequest = resource.resourceType === 'ServiceRequest';
  const isOfPatient =
    resource.subject === undefined || localReference(resource.subject, base) === `Patient/${patientId}`;
  if (namesOther(body, patientId) || !isOfPatient || isEarlier(resource, sent)) return 'unproved';
  if (status === 201 && (isRequest || BESIDE_THE_REQUEST.has(resource.resourceType))) return 'created';
  const isShown = !isUnderOther(resource, sent) && (isResourceId(resource.id) || numbersOf(resource).length > 0);
  return status === 200 && isRequest && isShown ? 'created' : 'unproved';
}

/** Whether a request has numbers, and ours is not among them. */
export function isUnderOther(request: ForeignRecord, sent: ForeignRecord): boolean {
  const names = numbersOf(request);
  return names.length > 0 && !numbersOf(sent).every((own) => names.includes(own));
}

/**
 * Whether the EHR has answered with an order that it had before: one of an earlier time, or another one of this app. Its
 * clock may be slow, and it may leave out time or zone.
 */
function isEarlier(request: ForeignRecord, sent: ForeignRecord): boolean {
  if (!isUnderOther(request, sent)) return false;
  const own = asRecords(sent.identifier).map(({ system }) => system);
  if (asRecords(request.identifier).some(({ system }) => own.includes(system))) return true;
  const had = asWritten(request.authoredOn);
  const isExact = /(?:Z|[+-]\d\d:\d\d)$/.test(had) && !had.includes('T00:00');
  return isBefore(had, sent.authoredOn, isExact ? 10 * 60_000 : DAY_ANYWHERE_MS);
}

/** A day in the west ends 36 hours after its beginning in UTC. */
const DAY_ANYWHERE_MS = 36 * 60 * 60_000;

/**
 * Whether the EHR had an order long before this moment: by when it was written, or last changed. Some EHRs write their own
 * local time as if it were UTC, so hours prove nothing.
 */
export function wasBefore({ authoredOn, meta }: ForeignRecord, moment: unknown): boolean {
  return [authoredOn, asRecord(meta).lastUpdated].some((had) => isBefore(had, moment, DAY_ANYWHERE_MS));
}

/** @param had untrusted */
function isBefore(had: unknown, moment: unknown, slackMs: number): boolean {
  const day = asWritten(had);
  return day.length >= 10 && Date.parse(day) + slackMs < Date.parse(asWritten(moment));
}

/** What a server may answer in place of the request that it has created: nothing, or remarks on it. */
const BESIDE_THE_REQUEST = new Set<unknown>([undefined, 'OperationOutcome']);

/** Whether the answer is a request of another patient, or of this one under another number: it may be in a wrong chart. */
export function namesOther(body: unknown, patientId: string): boolean {
  const request = requestIn(body);
  return request !== undefined && isOfAnotherPatient(request, patientId);
}

/**
 * From the answer to the create, or from the request found later; undefined where neither names it.
 * @param at the answer's Location, which counts on this FHIR server alone.
 */
export function namesIn(body: unknown, sent: ForeignRecord, at?: { location?: string | undefined; base: URL }) {
  const { location = '', base } = at ?? {};
  const named = base && resourceNamed(location.startsWith('/') ? `${base.origin}${location}` : location, base);
  const found = requestIn(body)?.['id'] ?? (named?.type === 'ServiceRequest' ? named.id : undefined);
  return { resource: isResourceId(found) ? `ServiceRequest/${found}` : undefined, number: numberIn(body, sent) };
}

/** The request that an answer returns. */
export function requestIn(body: unknown): FhirResource | undefined {
  const { resourceType, ...rest } = asRecord(body);
  return resourceType === 'ServiceRequest' ? { resourceType, ...rest } : undefined;
}

function numberIn(body: unknown, sent: ForeignRecord): string | undefined {
  const ours = numbersOf(sent);
  const theirs = asRecords(asRecord(body).identifier).filter(
    (one) => !numbersOf({ identifier: one }).some((name) => ours.includes(name)),
  );
  return theirs.map(({ value }) => asInformation(value, 60)).find((value) => value !== undefined);
}
