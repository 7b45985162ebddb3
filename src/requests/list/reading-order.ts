/** Puts requests in the order a clinician reads them: open first, the pressing ones first, then the newest. */
import type { ServiceRequest } from './service-request.ts';

/** FHIR's priorities before routine, the most pressing first. */
export const PRESSING = ['stat', 'asap', 'urgent'];

/** A sorted copy; requests of unreadable date come last among their equals. */
export function orderForReading(requests: readonly ServiceRequest[]): ServiceRequest[] {
  return requests.toSorted((a, b) => rankOf(a) - rankOf(b) || authoredMs(b) - authoredMs(a) || 0);
}

/** What is closed does not press any more. */
function rankOf({ status, priority }: ServiceRequest): number {
  const rank = PRESSING.indexOf(priority?.level ?? '');
  if (status.group === 'closed') return PRESSING.length + 1;
  return rank === -1 ? PRESSING.length : rank;
}

function authoredMs({ authoredOn }: ServiceRequest): number {
  const instant = Date.parse(authoredOn ?? '');
  return Number.isNaN(instant) ? Number.MIN_SAFE_INTEGER : instant;
}
