/** A new request as the ServiceRequest that the EHR gets. */
import type { Launch } from '#src/launches/session/launch.ts';
import type { FhirResource } from '#src/smart/step-6-fhir-api.ts';
import { isPractitioner } from './permission.ts';
import { type NewRequest, SERVICES } from './typed-request.ts';

/** What a request is written with beside what was typed; none of it comes from the form. */
export interface Authorship {
  launch: Launch;
  /** By which it is found again, whatever became of the answer (FH-17). */
  identifier: { system: string; value: string };
  patientId: string;
  /** The signed-in user's, where it is known. */
  userName: string | undefined;
  now: Date;
}

/** FHIR R4 ServiceRequest: an order, by the signed-in user if they may be a requester. */
export function toServiceRequest(request: NewRequest, by: Authorship): FhirResource {
  const { launch, identifier, patientId, userName, now } = by;
  const { encounter } = launch.context;
  const requester = { reference: launch.user.fhirUser, ...(userName === undefined ? {} : { display: userName }) };
  return {
    resourceType: 'ServiceRequest',
    identifier: [identifier],
    status: 'active',
    intent: 'order',
    priority: request.priority,
    category: [{ text: SERVICES.find(({ value }) => value === request.service)?.text }],
    code: { text: request.what },
    subject: { reference: `Patient/${patientId}` },
    ...(encounter === undefined ? {} : { encounter: { reference: `Encounter/${encounter}` } }),
    occurrenceDateTime: request.neededOn,
    authoredOn: now.toISOString(),
    ...(isPractitioner(launch) ? { requester } : {}),
    ...(request.reason === '' ? {} : { reasonCode: [{ text: request.reason }] }),
    ...(request.note === '' ? {} : { note: [{ text: request.note }] }),
  };
}
