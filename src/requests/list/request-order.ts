/** Puts requests in the order a clinician reads them: open first, the pressing ones first, then the newest. */
import type { ServiceRequest } from './service-request.ts';

const pressing = ['stat', 'asap', 'urgent'];

/** A sorted copy; requests of unreadable date come last among their equals. */
export function orderForReading(requests: readonly ServiceRequest[]): ServiceRequest[] {
  return requests.toSorted(
    (a, b) => groupRank(a) - groupRank(b) || priorityRank(a) - priorityRank(b) || newestFirst(a, b),
  );
}

function groupRank(request: ServiceRequest): number {
  return request.status.group === 'open' ? 0 : 1;
}

/** What is closed does not press any more. */
function priorityRank(request: ServiceRequest): number {
  const rank = pressing.indexOf(request.priority?.level ?? 'routine');
  return request.status.group === 'closed' || rank === -1 ? pressing.length : rank;
}

function newestFirst(a: ServiceRequest, b: ServiceRequest): number {
  return authoredMs(b) - authoredMs(a) || 0;
}

function authoredMs(request: ServiceRequest): number {
  const instant = Date.parse(request.authoredOn ?? '');
  return Number.isNaN(instant) ? Number.MIN_SAFE_INTEGER : instant;
}
