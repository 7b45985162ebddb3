/** Turns a parsed request into the words of its row. */
import { dayText } from '#src/patients/fhir-date.ts';
import { elapsedText } from '#src/requests/timing/how-long-ago.ts';
import type { RequestRow } from '#views/requests/request-row.ts';
import type { PartyReference, ServiceRequest } from './service-request.ts';

const maxNamed = 2;

/** When and where a page is read. */
interface ReadAt {
  readonly now: Date;
  /** the organization's, an IANA name */
  readonly timeZone: string;
}

/**
 * @param nameOf the name of a party of this request, as `resolveNames` found it.
 * @returns plain texts; the view escapes them.
 */
export function toRow(request: ServiceRequest, nameOf: (party: PartyReference) => string, at: ReadAt): RequestRow {
  const [first, ...others] = request.reasons;
  return {
    id: request.id,
    service: request.service,
    detail: request.detail,
    category: request.category,
    caution: request.caution,
    status: { ...request.status, sinceText: sinceText(request, at) },
    source: request.source,
    priority: request.priority,
    needed: request.needed,
    sentTo: sentTo(request, nameOf),
    requested: {
      on: dayText(request.authoredOn, at.timeZone),
      by: request.requester === undefined ? undefined : nameOf(request.requester),
    },
    reason: first === undefined ? undefined : { first, more: others.length },
  };
}

/** An order or draft began when it was written; when any other state began the EHR does not say, only when it last changed. */
function sinceText(request: ServiceRequest, at: ReadAt): string | undefined {
  if (request.status.icon === 'ordered' || request.status.icon === 'draft') {
    return elapsedText(request.authoredOn, at);
  }
  const elapsed = elapsedText(request.lastUpdated, at);
  return elapsed === undefined ? undefined : `changed ${elapsed === 'today' ? elapsed : `${elapsed} ago`}`;
}

function sentTo(request: ServiceRequest, nameOf: (party: PartyReference) => string): RequestRow['sentTo'] {
  const names = [...new Set(request.performers.map(nameOf))];
  if (names.length === 0) {
    return request.performerType === undefined ? undefined : { names: [`Any: ${request.performerType}`], more: 0 };
  }
  return { names: names.slice(0, maxNamed), more: Math.max(0, names.length - maxNamed) };
}
