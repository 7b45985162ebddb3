/** Judges what the EHR's answer to a create proves (FH-17): only a proved request is called sent. */
import { isOfAnotherPatient, numbersOf } from '#src/patients/patient-of-resource.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { asInformation, asRecord, asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { CreateAnswer } from '#src/smart/step-6-fhir-api.ts';

/**
 * `created`: the request exists. `denied`: the answer calls itself an error, whatever its status is. `unproved`: a portal, a
 * queue or another resource answered, and only a search can show whether it exists.
 */
export type CreateProof = 'created' | 'denied' | 'unproved';

/**
 * FHIR R4 http, create: 201 says that the resource exists; 200 has to return a ServiceRequest with our identifier, or
 * with an id and none. A body about another patient or of another type proves nothing.
 * @param sent the posted request, which is about this patient.
 */
export function proofOf({ status, body }: CreateAnswer, sent: FhirResource, patientId: string): CreateProof {
  if (summarizeOutcome(body).isFailure) return 'denied';
  const resource = asRecord(body);
  const isRequest = resource.resourceType === 'ServiceRequest';
  if (namesOther(body, patientId)) return 'unproved';
  if (status === 201 && (isRequest || BESIDE_THE_REQUEST.has(resource.resourceType))) return 'created';
  if (status !== 200 || !isRequest) return 'unproved';
  const names = numbersOf(resource);
  const isShown = names.length === 0 ? isResourceId(resource.id) : numbersOf(sent).every((own) => names.includes(own));
  return isShown ? 'created' : 'unproved';
}

/** What a server may answer in place of the request that it has created: nothing, or remarks on it. */
const BESIDE_THE_REQUEST = new Set<unknown>([undefined, 'OperationOutcome']);

/** Whether the answer is a request of another patient, or of this one under another number: it may be in a wrong chart. */
export function namesOther(body: unknown, patientId: string): boolean {
  const request = requestIn(body);
  return request !== undefined && isOfAnotherPatient(request, patientId);
}

/** From the answer to the create, or from the request found later; undefined where neither names it. */
export function namesIn(body: unknown, sent: ForeignRecord, location = '') {
  // Behind a proxy, a Location may name the server by another host.
  const inLocation = /(?:^|\/)ServiceRequest\/([^/?#]+)(?:\/_history\/[^/?#]+)?$/.exec(location)?.[1];
  const found = requestIn(body)?.['id'] ?? inLocation;
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
