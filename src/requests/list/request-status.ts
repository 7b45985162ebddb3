/** The one table from FHIR status and priority codes to the plain words of the list (request-list §4.3). */
import { asInformation, asText } from '#src/smart/fhir/fields.ts';
import type { RequestPriority, RequestStatus } from '#views/requests/request-row.ts';

/**
 * ServiceRequest.status in plain words; `active` has its own, below. `entered-in-error` is absent because such an order
 * is never shown.
 */
const statuses = new Map<unknown, RequestWord>([
  ['draft', { group: 'open', word: 'Draft', icon: 'draft' }],
  ['on-hold', { group: 'open', word: 'On hold', icon: 'hold' }],
  ['completed', { group: 'closed', word: 'Done', icon: 'done' }],
  ['revoked', { group: 'closed', word: 'Cancelled', icon: 'cancelled' }],
  // Of FHIR STU3.
  ['suspended', { group: 'open', word: 'On hold', icon: 'hold' }],
  ['cancelled', { group: 'closed', word: 'Cancelled', icon: 'cancelled' }],
]);

/** A FHIR code as it should be written: some servers write it in capitals, or with spaces around it. */
export function codeOf(value: unknown): string | undefined {
  return asText(value, 40)?.toLowerCase();
}

type RequestWord = Pick<RequestStatus, 'group' | 'word' | 'icon'>;

/** Open, because a request nobody can vouch for must not be folded away. */
const notGiven: RequestWord = { group: 'open', word: 'Status not given by EHR', icon: 'unknown' };

/** What besides its status decides how a request is called. */
export interface StatusFacts {
  /** ServiceRequest.status and .intent as received; untrusted */
  readonly status: unknown;
  readonly intent: unknown;
  /** the EHR names who is to carry it out; a kind of provider is no name */
  readonly hasProvider: boolean;
  /** its needed day is over, and with it every later one of a series */
  readonly isPastNeeded: boolean;
}

/**
 * The plain words for a status. `active` says that an order stands in the EHR and no more: whether a receiver has heard
 * of it, the EHR does not tell. A request that is still open after its needed day is overdue, whatever else it is.
 */
export function describeStatus({ status: received, intent, hasProvider, isPastNeeded }: StatusFacts): RequestStatus {
  const status = codeOf(received);
  const word = status === 'active' ? activeWord(intent, hasProvider) : (statuses.get(status) ?? notGiven);
  return {
    ...word,
    hasProvider,
    note: status === 'active' && hasProvider ? 'reply unknown' : undefined,
    isOverdue: word.group === 'open' && isPastNeeded,
  };
}

/** A proposal, plan, directive or option is no order yet. */
function activeWord(intent: unknown, hasProvider: boolean): RequestWord {
  const verb = sources.has(codeOf(intent)) ? 'Active' : 'Ordered';
  return { group: 'open', word: hasProvider ? verb : `${verb} in the EHR`, icon: 'ordered' };
}

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

/** The priority worth showing; undefined for routine or none. A code FHIR does not know is shown as it came. */
export function describePriority(priority: unknown): RequestPriority | undefined {
  const text = asInformation(priority, 40);
  if (text === undefined || codeOf(text) === 'routine') {
    return undefined;
  }
  return priorities.get(codeOf(text)) ?? { level: 'other', word: text };
}

/** Where a request comes from, in the words of its intent: "EHR order", "EHR plan". */
export function describeSource(intent: unknown): string {
  return sources.get(codeOf(intent)) ?? 'EHR order';
}
