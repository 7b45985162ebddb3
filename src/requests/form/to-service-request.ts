/** Writes a new request as the ServiceRequest that is sent to the EHR. */
import { hash } from 'node:crypto';
import type { Launch } from '#src/launches/session/launch.ts';
import { DETAIL_LABELS } from '#src/requests/list/concepts.ts';
import type { ChartFact } from '#src/requests/prefill/facts.ts';
import { writeOccurrence } from '#src/requests/timing/write-occurrence.ts';
import type { Receiver } from '#src/settings/receivers.ts';
import type { Service } from '#src/settings/service.ts';
import { US_CORE_SERVICE_REQUEST } from '#src/smart/documents/us-core.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { withPlainSpaces } from '#src/smart/fhir/plain-spaces.ts';
import type { Corrected } from './form-ticket.ts';
import type { Chosen } from './from-chart.ts';
import { namedIn, type Offer, withinService } from './offered.ts';
import { isPractitioner } from './permission.ts';
import { answersIn, ownDetails, wordsOf } from './service-questions.ts';
import type { NewRequest } from './typed-request.ts';

/** What a request is written with besides what was typed; none of it comes from the form. */
export interface Authorship {
  launch: Launch;
  /** The identifier by which the request is found again, whatever the EHR answered (FH-17). */
  identifier: { system: string; value: string };
  patientId: string;
  /** The signed-in user's name, where it is known. */
  userName: string | undefined;
  now: Date;
  timeZone: string;
  /** As the organization offers them. Without a receiver, the EHR or a coordinator finds one. */
  service: Service | undefined;
  receiver: Receiver | undefined;
  /** Whether the request names the US Core profile, to which it conforms either way. */
  isUsCore: boolean;
  corrects?: Corrected | undefined;
}

/** FHIR R4 ServiceRequest: an order. The signed-in user is its requester, if they may be one. */
function toServiceRequest(request: NewRequest, chosen: Chosen, by: Authorship): FhirResource {
  const { launch, identifier, patientId, userName, now, timeZone, service, receiver } = by;
  const { encounter } = launch.context;
  const day = by.corrects?.needed === undefined ? '' : `, needed ${by.corrects.needed}`;
  const requester = { reference: launch.user.fhirUser, ...(userName === undefined ? {} : { display: userName }) };
  const details = (['to', 'phone', 'language'] as const).flatMap((name) =>
    request[name] === '' ? [] : [{ text: `${DETAIL_LABELS[name]}: ${request[name]}` }],
  );
  const answers = service ? ownDetails(answersIn(request.own, service), service, timeZone) : [];
  return {
    resourceType: 'ServiceRequest',
    ...(by.isUsCore ? { meta: { profile: [US_CORE_SERVICE_REQUEST] } } : {}),
    identifier: [identifier],
    ...given(
      'replaces',
      by.corrects ? [{ reference: `ServiceRequest/${by.corrects.id}`, display: `${by.corrects.what}${day}` }] : [],
    ),
    status: 'active',
    intent: 'order',
    priority: request.priority,
    category: [categoryOf(service)],
    code: { text: request.what },
    ...given('orderDetail', [...answers, ...details]),
    subject: { reference: `Patient/${patientId}` },
    ...(encounter === undefined || chosen.isOtherStay === true
      ? {}
      : { encounter: { reference: `Encounter/${encounter}` } }),
    ...writeOccurrence({ day: request.neededOn, ...request.time }, timeZone),
    authoredOn: now.toISOString(),
    ...(isPractitioner(launch) ? { requester } : {}),
    ...given('performer', receiver ? [performerOf(receiver)] : []),
    ...whereOf(request, chosen),
    ...given('reasonCode', request.reason === '' ? [] : [{ text: request.reason }]),
    ...given('reasonReference', chosen.reasons.map(referenceTo)),
    ...given('insurance', chosen.insurance.map(referenceTo)),
    ...given('supportingInfo', [...chosen.allergies, ...chosen.measures].map(referenceTo)),
    ...given('note', request.note === '' ? [] : [{ text: request.note }]),
  };
}

function categoryOf(service: Service | undefined): Record<string, unknown> {
  const { text, system = '', code = '' } = service ?? {};
  return { ...(code === '' ? {} : { coding: [{ system, code, display: text }] }), text };
}

function performerOf({ reference, name }: Receiver): Record<string, string> {
  return reference === '' ? { display: name } : { reference, display: name };
}

/** FHIR JSON has no empty lists. */
function given(name: string, items: readonly unknown[]): Record<string, unknown> {
  return items.length === 0 ? {} : { [name]: items };
}

/** The chart's own Location if the place is unchanged, otherwise the place in words. */
function whereOf({ from }: NewRequest, { place }: Chosen): Record<string, unknown> {
  if (from === '') return {};
  const isLocation = place?.reference.startsWith('Location/') === true;
  return isLocation
    ? { locationReference: [{ reference: place.reference, display: from }] }
    : { locationCode: [{ text: from }] };
}

/** A reference with the words that the user saw, so that a list can show them without another read. */
function referenceTo({ reference, label, text }: ChartFact): { reference: string; display: string } {
  const kind = reference.startsWith('AllergyIntolerance/')
    ? 'Allergy'
    : reference.startsWith('Observation/')
      ? label
      : undefined;
  return { reference, display: kind === undefined ? text : `${kind}: ${text}` };
}

/** The authorship of a request, without the service and the receiver that the request names. */
export type Writer = Omit<Authorship, 'service' | 'receiver' | 'isUsCore'>;

/** The resource, and the parts of the request and of the chart that it holds. */
export function writeRequest(
  request: NewRequest,
  chosen: Chosen,
  offer: Offer,
  by: Writer,
): { resource: FhirResource; request: NewRequest; chosen: Chosen } {
  const named = namedIn(offer, request);
  const within = withinService(request, chosen, named.service);
  const written = toServiceRequest(within.request, within.chosen, { ...by, ...named, isUsCore: offer.isUsCore });
  // What was pasted as RTF or HTML is sent as the words that the review and the list show.
  const resource = JSON.parse(JSON.stringify(written), (name, value: unknown) =>
    typeof value === 'string' ? withPlainSpaces(name === 'text' ? wordsOf(value) : value) : value,
  ) as FhirResource;
  return { ...within, resource };
}

/** The mark of a reviewed version; it differs if service, receiver or time zone have changed since. */
export function reviewMark(identifier: string, offer: Offer, timeZone: string, request: NewRequest): string {
  return hash('sha256', JSON.stringify([identifier, namedIn(offer, request), timeZone]), 'base64url');
}
