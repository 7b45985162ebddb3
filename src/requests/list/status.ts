/** The one table from FHIR's status and intent codes to the plain words of the list. */
import { codeOf, writtenCode } from '#src/requests/progress/codes.ts';
import { lettersOf } from '#src/requests/progress/letters.ts';
import type { Lateness } from '#src/requests/progress/overdue.ts';
import type { TaskWord } from '#src/requests/progress/task-words.ts';
import { asInformation } from '#src/smart/fhir/fields.ts';
import type { RequestStatus as ShownStatus } from '#views/requests/request-row.ts';

/** What the page shows of it, and more. */
export interface RequestStatus extends StatusWord, Pick<ShownStatus, 'note' | 'hasProvider' | 'isOverdue'> {
  /** Only its time is over: a provider may have begun, or agreed to another time of the day. */
  readonly isLateToday?: true;
  /** Why an active one is what it is, in the EHR's own words. */
  readonly reason?: string;
  /** The provider says something else. */
  readonly isContradicted?: true;
  /** It is closed, and the provider has not said so. */
  readonly isUnended?: true;
}

interface StatusWord {
  readonly group: 'open' | 'closed';
  readonly word: string;
  readonly icon: TaskWord['icon'] | 'ordered' | 'cancelled' | 'unknown';
}

const ON_HOLD: StatusWord = { group: 'open', word: 'On hold', icon: 'hold' };
const CANCELLED: StatusWord = { group: 'closed', word: 'Cancelled', icon: 'cancelled' };
/** Open, because a request of unknown status must not be folded away. */
const NOT_GIVEN: StatusWord = { group: 'open', word: 'Status not given by EHR', icon: 'unknown' };
/** A completed order that something not be done: it is no longer in force, and nothing was carried out. */
const ENDED: StatusWord = { group: 'closed', word: 'Ended', icon: 'cancelled' };
/** For a code that FHIR does not define: only the EHR can say what it means. */
const UNCLEAR: StatusWord = { ...NOT_GIVEN, word: 'Status unclear' };
/** The word of a request whose status is given in no code of FHIR. */
export const unclearWord = UNCLEAR.word;

/** The statuses of FHIR R4, and two of STU3. `active` has words of its own, and `entered-in-error` is never shown. */
const STATUSES = new Map<unknown, StatusWord>([
  ['draft', { group: 'open', word: 'Draft', icon: 'draft' }],
  ['on-hold', ON_HOLD],
  ['suspended', ON_HOLD],
  ['completed', { group: 'closed', word: 'Done', icon: 'done' }],
  ['revoked', CANCELLED],
  ['cancelled', CANCELLED],
  ['unknown', NOT_GIVEN],
]);

/** The words for intents that are no orders. Guides send whole referrals as proposals and plans, so they do not say more. */
const SOURCES = new Map<unknown, string>([
  ['proposal', 'proposed in the EHR'],
  ['plan', 'planned in the EHR'],
  ['directive', 'instruction of the patient or family'],
  ['option', 'one of several choices'],
]);
/** Intents that are orders; where the EHR gives none, it may be a proposal. */
const ORDERS = new Set<unknown>('order original-order reflex-order filler-order instance-order'.split(' '));

/**
 * `active` says only that an order stands in the EHR. An open request past its needed day or time is overdue.
 * @param facts as received; untrusted. A kind of provider is no provider.
 */
export function describeStatus(facts: {
  readonly status: unknown;
  readonly intent: unknown;
  readonly hasProvider: boolean;
  /** undefined for a request that is not late, or cannot be: that something must not be done. */
  readonly late: Lateness | undefined;
  readonly isProhibited?: boolean | undefined;
  /** the patient, or a relative, is to do it: no reply is due */
  readonly isPatients?: boolean;
  readonly isAhead?: boolean;
  readonly reason?: string | undefined;
}): RequestStatus {
  const { hasProvider } = facts;
  const code = codeOf(facts.status);
  const isActive = code === 'active';
  // Only a code that is not known is shown as it was written.
  const given = isActive || STATUSES.has(code) ? undefined : asInformation(writtenCode(facts.status), 40);
  const known = STATUSES.get(code) ?? (given === undefined ? NOT_GIVEN : UNCLEAR);
  const ended = facts.isProhibited === true && code === 'completed' ? ENDED : known;
  const word = isActive ? activeWord(facts.intent, hasProvider) : ended;
  // The day of what is called done is still to come, or a reason may say that it was not done, or does not go on.
  const isEarly = code === 'completed' && facts.isAhead === true;
  const saysMore = (reason: string) => [code, word.word].every((one = '') => lettersOf(one) !== lettersOf(reason));
  const isReasoned = (isActive || code === 'completed') && facts.reason !== undefined && saysMore(facts.reason);
  const isContradicted = facts.isProhibited !== true && (isEarly || isReasoned);
  const unclear = word === UNCLEAR && `EHR says “${given}”`;
  return {
    ...word,
    hasProvider,
    note:
      [
        isActive && hasProvider && !facts.isPatients && 'reply unknown',
        unclear,
        isContradicted && isEarly && 'before it is needed',
        facts.reason,
      ]
        .filter(Boolean)
        .join(' · ') || undefined,
    ...(isActive && facts.reason !== undefined ? { reason: facts.reason } : {}),
    isOverdue: word.group === 'open' && facts.late !== undefined,
    ...(isContradicted ? { isContradicted } : {}),
    ...(word.group === 'open' && facts.late === 'hours' ? { isLateToday: true } : {}),
  };
}

function activeWord(intent: unknown, hasProvider: boolean): StatusWord {
  const verb = ORDERS.has(codeOf(intent)) ? 'Ordered' : 'Active';
  return { group: 'open', word: hasProvider ? verb : `${verb} in the EHR`, icon: 'ordered' };
}

/** Where a request comes from, by its intent: "EHR order", "planned in the EHR", or "EHR request". */
export function describeSource(intent: unknown): string {
  const code = codeOf(intent);
  return SOURCES.get(code) ?? (ORDERS.has(code) ? 'EHR order' : 'EHR request');
}
