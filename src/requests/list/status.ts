/** The one table from FHIR's status, intent and priority codes to the plain words of the list. */
import type { TaskWord } from '#src/requests/progress/task-words.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import type { RequestPriority } from '#views/requests/request-row.ts';

/** A plain status word with its icon and the half of the page that it belongs to. */
export interface RequestStatus extends StatusWord {
  /** What the word does not say, such as "reply unknown". */
  readonly note: string | undefined;
  /** A provider is named, not only a kind of provider. */
  readonly hasProvider: boolean;
  /** Still open although its needed day, or its needed time, is over. */
  readonly isOverdue: boolean;
  /** Only its time is over: a provider may have begun, or agreed to another time of the day. */
  readonly isLateToday?: true;
  /** The provider says something else. */
  readonly isContradicted?: true;
}

export type Lateness = 'days' | 'hours';

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
/** Intents that are orders; an EHR that leaves out the intent means an order. */
const ORDERS = new Set<unknown>([
  undefined,
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
  'instance-order',
]);

/** The most urgent first. */
const PRIORITIES = new Map<string | undefined, RequestPriority>([
  ['stat', { level: 'stat', word: 'STAT' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
]);

/** As FHIR writes its codes, and nearly every server does. */
const FHIR_CODE = /^[a-z-]{1,40}$/;

/** A FHIR code as it should be written: some servers write it in capitals, in one or in several words, in a list or as a concept. */
export function codeOf(value: unknown): string | undefined {
  if (typeof value === 'string' && FHIR_CODE.test(value)) return value;
  return writtenCode(value)
    ?.replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
}

/** The code as the EHR wrote it; several that differ make no code that FHIR knows. */
function writtenCode(value: unknown): string | undefined {
  if (typeof value === 'string') return asText(value, 40);
  const given: unknown[] = [value].flat();
  const codes = given.slice(0, MOST_CODES).map((one) => asText(one, 40) ?? codeIn(asRecord(one)));
  return [...new Set(codes)].filter(Boolean).join(', ') || undefined;
}

function codeIn({ coding, text }: ForeignRecord): string | undefined {
  return asRecords(coding).flatMap(({ code }) => asText(code, 40) ?? [])[0] ?? asText(text, 40);
}

const MOST_CODES = 10;

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
  /** it says, or may say, that something must not be done */
  readonly isProhibited?: boolean | undefined;
  /** the patient, or a relative, is to do it: no reply is due */
  readonly isPatients?: boolean;
  /** why it is what it is, in words */
  readonly reason?: string | undefined;
}): RequestStatus {
  const { hasProvider } = facts;
  const code = codeOf(facts.status);
  const isActive = code === 'active';
  const given = asInformation(writtenCode(facts.status), 40);
  const known = STATUSES.get(code) ?? (given === undefined ? NOT_GIVEN : UNCLEAR);
  const ended = facts.isProhibited === true && code === 'completed' ? ENDED : known;
  const word = isActive ? activeWord(facts.intent, hasProvider) : ended;
  const unclear = word === UNCLEAR && `EHR says “${given}”`;
  return {
    ...word,
    hasProvider,
    note:
      [isActive && hasProvider && !facts.isPatients && 'reply unknown', unclear, facts.reason]
        .filter(Boolean)
        .join(' · ') || undefined,
    isOverdue: word.group === 'open' && facts.late !== undefined,
    ...(word.group === 'open' && facts.late === 'hours' ? { isLateToday: true } : {}),
  };
}

function activeWord(intent: unknown, hasProvider: boolean): StatusWord {
  const verb = ORDERS.has(codeOf(intent)) ? 'Ordered' : 'Active';
  return { group: 'open', word: hasProvider ? verb : `${verb} in the EHR`, icon: 'ordered' };
}

/** The priority worth showing, the most urgent of several; an unknown code as it came; undefined for routine. */
export function describePriority(priority: unknown): RequestPriority | undefined {
  if (priority === undefined || priority === 'routine') return undefined;
  const usual = typeof priority === 'string' ? PRIORITIES.get(priority) : undefined;
  if (usual) return usual;
  const given: unknown[] = [priority].flat();
  const words = given.slice(0, MOST_CODES).flatMap((one) => {
    // A number of 309 digits is read as Infinity.
    const text = Number.isFinite(one) ? String(one) : one;
    return asInformation(text, 40) ?? asConceptText(text) ?? [];
  });
  const codes = words.map(codeOf);
  const known = [...PRIORITIES].find(([code]) => codes.includes(code))?.[1];
  const word = words.find((_, index) => codes[index] !== 'routine');
  return known ?? (word === undefined ? undefined : { level: 'other', word });
}

/** Where a request comes from, by its intent: "EHR order", "planned in the EHR", or "EHR request". */
export function describeSource(intent: unknown): string {
  const code = codeOf(intent);
  return SOURCES.get(code) ?? (ORDERS.has(code) ? 'EHR order' : 'EHR request');
}
