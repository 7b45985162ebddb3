/** Sorts requests in the order a clinician reads them: open ones first, then by urgency, then the newest. */
import type { ServiceRequest } from './service-request.ts';

/** FHIR's priorities above routine, the most urgent first. */
export const PRESSING = ['stat', 'asap', 'urgent'];

/** A sorted copy; requests without a readable date come last among their equals. */
export function orderForReading(requests: readonly ServiceRequest[]): ServiceRequest[] {
  const placed = requests.map((request) => ({ request, rank: rankOf(request), ms: authoredMs(request) }));
  return placed.toSorted((a, b) => a.rank - b.rank || b.ms - a.ms || 0).map(({ request }) => request);
}

/** The rank of a request's urgency; a closed request comes last. */
function rankOf({ status, priority }: ServiceRequest): number {
  const rank = PRESSING.indexOf(priority?.level ?? '');
  if (status.group === 'closed') return PRESSING.length + 1;
  return rank === -1 ? PRESSING.length : rank;
}

const authoredMs = ({ authoredOn }: ServiceRequest) => Date.parse(authoredOn ?? '') || Number.MIN_SAFE_INTEGER;
