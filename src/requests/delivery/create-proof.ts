/** What the EHR's answer to a create proves (FH-17): "sent" is said of nothing less. */
import { identifiersOf, isOfAnotherPatient } from '#src/requests/list/own-patient.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { asInformation, asRecord, asRecords } from '#src/smart/fhir/fields.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { CreateAnswer } from '#src/smart/step-6-fhir-api.ts';

/**
 * `created`: it is there. `denied`: the answer calls itself an error, whatever its status says. `unproved`: a portal, a
 * queue or another resource answered, and only a look can show it.
 */
export type CreateProof = 'created' | 'denied' | 'unproved';

/**
 * FHIR R4 http, create: 201 says that the resource exists. A server that answers 200 has to show it: a ServiceRequest
 * with our identifier, or with an id where it has no identifier at all. Nothing is proved by a body that is about another
 * patient.
 *
 * @param answer a 2xx; untrusted.
 * @param sent what was posted, with one identifier of ours, about this patient.
 */
export function proofOf({ status, body }: CreateAnswer, sent: FhirResource, patientId: string): CreateProof {
  if (summarizeOutcome(body).isFailure) return 'denied';
  const resource = asRecord(body);
  const isRequest = resource.resourceType === 'ServiceRequest';
  if (isRequest && isOfAnotherPatient(resource, patientId)) return 'unproved';
  if (status === 201) return 'created';
  if (status !== 200 || !isRequest) return 'unproved';
  const names = identifiersOf(resource);
  const isShown = names.length === 0 ? isFhirId(resource.id) : identifiersOf(sent).every((own) => names.includes(own));
  return isShown ? 'created' : 'unproved';
}

/** `ServiceRequest/id` of what was created, by the answer's body or Location; undefined where neither says it. */
export function createdResource({ body, location }: CreateAnswer): string | undefined {
  const { resourceType, id } = asRecord(body);
  const inLocation = /\/ServiceRequest\/([^/?#]+)(?:\/_history\/[^/?#]+)?$/.exec(location ?? '')?.[1];
  const found = resourceType === 'ServiceRequest' ? id : inLocation;
  return isFhirId(found) ? `ServiceRequest/${found}` : undefined;
}

/** The number that the EHR itself has given to what was created; undefined where its answer says none. */
export function createdNumber({ body }: CreateAnswer, sent: FhirResource): string | undefined {
  const ours = identifiersOf(sent);
  const theirs = asRecords(asRecord(body).identifier).filter(
    (one) => !identifiersOf({ identifier: one }).some((name) => ours.includes(name)),
  );
  return theirs.map(({ value }) => asInformation(value, 60)).find((value) => value !== undefined);
}
