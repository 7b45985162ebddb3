/** Shows each request once, although EHRs list some twice (Oracle: a referral and the order it came from). */
import type { ServiceRequest } from './service-request.ts';

/**
 * Drops every entry that another one stands for: the same business identifier; an order this one is based on or
 * replaces; the same service on the same requisition (request-list §4.2, 4).
 *
 * An open request is never dropped in favour of a closed one: a repeat order with one visit done is still open.
 *
 * @param requests open ones first, else in the order of preference: of two equals the first stays.
 * @returns `mergedCount` counts entries of another id; the same entry on two pages is just the same entry.
 */
export function mergeDuplicates(requests: readonly ServiceRequest[]): { kept: ServiceRequest[]; mergedCount: number } {
  const distinct = [...new Map(requests.map((request, index) => [request.id || index, request])).values()];
  const dropped = new Set<ServiceRequest>();
  dropSuperseded(distinct, dropped);
  dropTwins(distinct, dropped);
  return { kept: distinct.filter((request) => !dropped.has(request)), mergedCount: dropped.size };
}

function dropSuperseded(requests: readonly ServiceRequest[], dropped: Set<ServiceRequest>): void {
  const byReference = new Map(requests.map((request) => [`ServiceRequest/${request.id}`, request]));
  for (const request of requests) {
    // Of two that name each other only the first one met may drop the other.
    const older = dropped.has(request) ? [] : ancestors(request, byReference);
    for (const candidate of older) {
      if (!isClosed(request) || isClosed(candidate)) {
        dropped.add(candidate);
      }
    }
  }
}

/** Every listed request this one fulfils or replaces, directly or through others; never itself. */
function ancestors(request: ServiceRequest, byReference: Map<string, ServiceRequest>): Set<ServiceRequest> {
  const found = new Set<ServiceRequest>([request]);
  // A Set visits what is added while it is being walked, and nothing twice: cycles end.
  for (const one of found) {
    for (const key of one.keys.supersedes) {
      const older = byReference.get(key);
      if (older !== undefined) {
        found.add(older);
      }
    }
  }
  found.delete(request);
  return found;
}

function dropTwins(requests: readonly ServiceRequest[], dropped: Set<ServiceRequest>): void {
  const seen = new Set<string>();
  for (const request of requests) {
    const keys = dropped.has(request) ? [] : twinKeys(request);
    if (keys.some((key) => seen.has(key))) {
      dropped.add(request);
    }
    for (const key of keys) {
      seen.add(key);
    }
  }
}

/** Different services share a requisition when they were ordered together, so the service has to match as well. */
function twinKeys(request: ServiceRequest): string[] {
  const { identifiers, requisition } = request.keys;
  const onRequisition =
    requisition === undefined ? [] : [JSON.stringify([requisition, request.service, request.needed])];
  return [...identifiers, ...onRequisition];
}

function isClosed(request: ServiceRequest): boolean {
  return request.status.group === 'closed';
}
