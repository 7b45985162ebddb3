/** Parses a foreign ServiceRequest once, at the border, into a type whose every field may be relied on. */

import { mayBeProhibited } from '#src/patients/modifier-elements.ts';
import { readNeeded } from '#src/requests/timing/needed.ts';
import { containedOf } from '#src/smart/fhir/contained.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import type { RequestPriority, RequestStatus } from '#views/requests/request-row.ts';
import { dayIn } from '#views/zone.ts';
import { type NamedResource, readNamedResource } from './named-resource.ts';
import { localReference } from './reference.ts';
import { readCaution, readDetail, readReasons, readService } from './request-concepts.ts';
import { type RequestKeys, readRequestKeys } from './request-keys.ts';
import { codeOf, describePriority, describeSource, describeStatus } from './request-status.ts';

/** A ServiceRequest of the EHR. Texts are plain and bounded; undefined = not given or unreadable. */
export interface ServiceRequest {
  readonly id: string;
  /** `Patient/id` on this server; undefined for any other subject */
  readonly subject: string | undefined;
  readonly isEnteredInError: boolean;
  /** an execution detail of some other order, such as a nursing task, rather than a request of its own */
  readonly isDerivedOrder: boolean;
  readonly status: RequestStatus;
  readonly priority: RequestPriority | undefined;
  readonly source: string;
  readonly service: string;
  /** body sites and quantity: what tells two orders of one service apart */
  readonly detail: string | undefined;
  readonly category: string | undefined;
  readonly caution: string | undefined;
  readonly needed: string | undefined;
  readonly authoredOn: string | undefined;
  readonly lastUpdated: string | undefined;
  readonly requester: PartyReference | undefined;
  readonly performers: readonly PartyReference[];
  readonly performerType: string | undefined;
  readonly reasons: readonly string[];
  readonly keys: RequestKeys;
}

/** Somebody named in a request: what the reference itself tells, before anything is looked up. */
export interface PartyReference {
  readonly display: string | undefined;
  /** `Type/id` on this server */
  readonly local: string | undefined;
  readonly contained: NamedResource | undefined;
}

const derivedIntents = new Set<unknown>(['instance-order', 'reflex-order', 'filler-order']);

/**
 * Parses one ServiceRequest; never throws, whatever is missing or odd (FH-11).
 *
 * @param at `timeZone` is the organization's: days are told, and counted, in it.
 */
export function readServiceRequest(
  resource: ForeignRecord,
  at: { base: URL; now: Date; timeZone: string },
): ServiceRequest {
  const { base } = at;
  const needed = readNeeded(resource, at);
  const performers = asRecords(resource.performer).filter(namesAnybody);
  const party = (reference: ForeignRecord): PartyReference => readParty(reference, resource, at);
  return {
    id: asText(resource.id, 128) ?? '',
    subject: localReference(resource.subject, base),
    isEnteredInError: codeOf(resource.status) === 'entered-in-error',
    isDerivedOrder: derivedIntents.has(codeOf(resource.intent)),
    status: describeStatus({
      status: resource.status,
      intent: resource.intent,
      hasProvider: performers.length > 0,
      isPastNeeded: isPastNeeded(resource, needed.lastDay, dayIn(at.now, at.timeZone)),
    }),
    priority: describePriority(resource.priority),
    source: describeSource(resource.intent),
    ...readService(resource),
    detail: readDetail(resource),
    caution: readCaution(resource),
    needed: needed.text,
    authoredOn: asText(resource.authoredOn, 40),
    lastUpdated: asText(asRecord(resource.meta).lastUpdated, 40),
    requester: asRecords(resource.requester).map(party)[0],
    performers: performers.map(party),
    performerType: asConceptText(resource.performerType),
    reasons: readReasons(resource, base),
    keys: readRequestKeys(resource, base),
  };
}

/** What must not be done cannot be late. */
function isPastNeeded(resource: ForeignRecord, lastDay: string | undefined, today: string): boolean {
  return lastDay !== undefined && lastDay < today && !mayBeProhibited(resource);
}

/** An empty reference, or one that holds only the reason why it is empty, names no provider. */
function namesAnybody({ reference, display, identifier }: ForeignRecord): boolean {
  return [reference, display, asRecord(identifier).value].some((text) => asText(text) !== undefined);
}

function readParty(reference: ForeignRecord, resource: ForeignRecord, at: { base: URL; now: Date }): PartyReference {
  const place = { ...at, container: resource };
  const contained = containedOf(reference, place);
  return {
    display: asInformation(reference.display),
    local: localReference(reference, at.base),
    contained: contained && readNamedResource(contained, place),
  };
}
