/** The one table from FHIR status and priority codes to the plain words of the list (request-list §4.3). */
import { asText } from '#src/patients/fhir-fields.ts';
import type { RequestPriority, RequestStatus } from '#views/request-row.ts';

/**
 * ServiceRequest.status in plain words. `active` is "Sent" and no more: an EHR order says nothing about whether the
 * receiver has it. `entered-in-error` is absent because such an order is never shown.
 */
const statuses = new Map<unknown, RequestStatus>([
  ['draft', { group: 'open', word: 'Draft', icon: 'draft' }],
  ['active', { group: 'open', word: 'Sent', icon: 'sent' }],
  ['on-hold', { group: 'open', word: 'On hold', icon: 'hold' }],
  ['completed', { group: 'closed', word: 'Done', icon: 'done' }],
  ['revoked', { group: 'closed', word: 'Cancelled', icon: 'cancelled' }],
]);

/** Open, because a request nobody can vouch for must not be folded away. */
const notGiven: RequestStatus = { group: 'open', word: 'Status not given by EHR', icon: 'unknown' };

const priorities = new Map<unknown, RequestPriority>([
  ['stat', { level: 'stat', word: 'STAT' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
]);

/** ServiceRequest.intent as the list names the source; codes not listed are orders of some kind. */
const sources = new Map<unknown, string>([
  ['proposal', 'EHR proposal'],
  ['plan', 'EHR plan'],
  ['directive', 'EHR directive'],
  ['option', 'EHR option'],
]);

/** The plain word for a ServiceRequest.status as received; `unknown`, missing or odd: "Status not given by EHR". */
export function describeStatus(status: unknown): RequestStatus {
  return statuses.get(status) ?? notGiven;
}

/** The priority worth showing; undefined for routine or none. A code FHIR does not know is shown as it came. */
export function describePriority(priority: unknown): RequestPriority | undefined {
  const text = asText(priority, 40);
  if (text === undefined || text === 'routine') {
    return undefined;
  }
  return priorities.get(text) ?? { level: 'other', word: text };
}

/** Where a request comes from, in the words of its intent: "EHR order", "EHR plan". */
export function describeSource(intent: unknown): string {
  return sources.get(intent) ?? 'EHR order';
}
