/** The one table from FHIR's status, intent and priority codes to the plain words of the list. */
import type { Task } from '#src/requests/progress/task.ts';
import type { TaskWord } from '#src/requests/progress/task-words.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';

/** A plain status word with its picture and the half of the page it belongs to. */
export interface RequestStatus extends StatusWord {
  /** What the word does not say, such as "reply unknown". */
  readonly note: string | undefined;
  /** A provider is named, not only a kind of provider. */
  readonly hasProvider: boolean;
  /** Still open although its needed day is over. */
  readonly isOverdue: boolean;
}

interface StatusWord {
  readonly group: 'open' | 'closed';
  readonly word: string;
  readonly icon: TaskWord['icon'] | 'ordered' | 'cancelled' | 'unknown';
}

/** How urgent: `level` chooses the colour, `word` is read. */
export interface RequestPriority {
  readonly level: 'stat' | 'asap' | 'urgent' | 'other';
  readonly word: string;
}

const ON_HOLD: StatusWord = { group: 'open', word: 'On hold', icon: 'hold' };
const CANCELLED: StatusWord = { group: 'closed', word: 'Cancelled', icon: 'cancelled' };
/** Open, because a request of unknown status must not be folded away. */
const NOT_GIVEN: StatusWord = { group: 'open', word: 'Status not given by EHR', icon: 'unknown' };
/** A code that FHIR does not know: what it means is for the EHR to say. */
const UNCLEAR: StatusWord = { ...NOT_GIVEN, word: 'Status unclear' };

/** Of FHIR R4, and two of STU3. `active` has words of its own, and one that is `entered-in-error` is never shown. */
const STATUSES = new Map<unknown, StatusWord>([
  ['draft', { group: 'open', word: 'Draft', icon: 'draft' }],
  ['on-hold', ON_HOLD],
  ['suspended', ON_HOLD],
  ['completed', { group: 'closed', word: 'Done', icon: 'done' }],
  ['revoked', CANCELLED],
  ['cancelled', CANCELLED],
  ['unknown', NOT_GIVEN],
]);

/** What an intent that is no order yet is called. */
const SOURCES = new Map<unknown, string>(
  ['proposal', 'plan', 'directive', 'option'].map((intent) => [intent, `EHR ${intent}`]),
);
/** Orders of some kind; where an EHR leaves out the intent, its orders are meant. */
const ORDERS = new Set<unknown>([
  undefined,
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
  'instance-order',
]);

const PRIORITIES = new Map<unknown, RequestPriority>([
  ['stat', { level: 'stat', word: 'STAT' }],
  ['asap', { level: 'asap', word: 'ASAP' }],
  ['urgent', { level: 'urgent', word: 'Urgent' }],
]);

/** As FHIR writes its codes, and nearly every server does. */
const FHIR_CODE = /^[a-z-]{1,40}$/;

/** A FHIR code as it should be written: some servers write it in capitals, in several words, in a list or as a concept. */
export function codeOf(value: unknown): string | undefined {
  if (typeof value === 'string' && FHIR_CODE.test(value)) return value;
  return writtenCode(value)
    ?.toLowerCase()
    .replace(/[\s_]+/g, '-');
}

/** Of several that differ, none is the one. */
function writtenCode(value: unknown): string | undefined {
  if (typeof value === 'string') return asText(value, 40);
  const given: unknown[] = [value].flat();
  const codes = given.slice(0, MOST_CODES).map((one) => asText(one, 40) ?? codeIn(asRecord(one)));
  return new Set(codes).size === 1 ? codes[0] : undefined;
}

function codeIn({ coding, text }: ForeignRecord): string | undefined {
  return asRecords(coding).flatMap(({ code }) => asText(code, 40) ?? [])[0] ?? asText(text, 40);
}

const MOST_CODES = 10;

/**
 * `active` says that an order stands in the EHR and no more: whether a receiver has heard of it, the EHR does not say. A
 * request that is still open after its needed day is overdue, whatever else it is.
 *
 * @param facts ServiceRequest.status and .intent as received; untrusted. A kind of provider is no provider.
 */
export function describeStatus(facts: {
  readonly status: unknown;
  readonly intent: unknown;
  readonly hasProvider: boolean;
  readonly isPastNeeded: boolean;
  /** why it is what it is, in words */
  readonly reason?: string | undefined;
}): RequestStatus {
  const { hasProvider } = facts;
  const code = codeOf(facts.status);
  const isActive = code === 'active';
  const given = asInformation(writtenCode(facts.status), 40);
  const known = STATUSES.get(code) ?? (given === undefined ? NOT_GIVEN : UNCLEAR);
  const word = isActive ? activeWord(facts.intent, hasProvider) : known;
  const unclear = word === UNCLEAR && `EHR says “${given}”`;
  return {
    ...word,
    hasProvider,
    note: [isActive && hasProvider && 'reply unknown', unclear, facts.reason].filter(Boolean).join(' · ') || undefined,
    isOverdue: word.group === 'open' && facts.isPastNeeded,
  };
}

/**
 * The status of a request with what its newest Task says: the EHR's own end, draft and hold stand, and of an order that is
 * merely active the Task knows more. An order that a provider declined is open, because the order itself stands.
 *
 * @param isSeries it is wanted again: a Task that is done may be one of many.
 */
export function withTask(status: RequestStatus, task: Task | undefined, isSeries = false): RequestStatus {
  const isBare = status.icon === 'ordered' || status.icon === 'unknown';
  if (!task || !isBare) return status;
  if (task.errand !== undefined && task.word.icon !== 'question') {
    return { ...status, note: [status.note, task.beside].filter(Boolean).join(' · ') };
  }
  const isPart = isSeries && task.word.icon === 'done';
  const { word, icon } = isPart ? PART_DONE : task.word;
  const isDone = icon === 'done';
  const said = [
    isPart ? 'part of it done' : undefined,
    [task.errand, task.remark].filter(Boolean).join(': ') || undefined,
    task.reason,
  ].filter((text) => text !== undefined);
  const remark = icon === 'declined' || icon === 'hold' ? said.at(-1) : said[0];
  return {
    word,
    icon,
    group: isDone ? 'closed' : 'open',
    note: [remark === word ? undefined : remark, task.beside].filter(Boolean).join(' · ') || undefined,
    hasProvider: status.hasProvider || task.owner !== undefined || (HEARD.has(icon) && task.errand === undefined),
    isOverdue: status.isOverdue && !isDone,
  };
}

/** Of a series. */
const PART_DONE = { word: 'Under way', icon: 'under-way' } as const satisfies TaskWord;
/** A provider has it, whether or not the EHR says which one. */
const HEARD = new Set<RequestStatus['icon']>(['received', 'accepted', 'booked', 'under-way', 'question']);

function activeWord(intent: unknown, hasProvider: boolean): StatusWord {
  const verb = ORDERS.has(codeOf(intent)) ? 'Ordered' : 'Active';
  return { group: 'open', word: hasProvider ? verb : `${verb} in the EHR`, icon: 'ordered' };
}

/** The priority worth showing; undefined for routine or none. A code FHIR does not know is shown as it came. */
export function describePriority(priority: unknown): RequestPriority | undefined {
  const given: unknown = Array.isArray(priority) ? priority[0] : priority;
  const word = asInformation(given, 40) ?? asConceptText(given);
  if (word === undefined || codeOf(word) === 'routine') return undefined;
  return PRIORITIES.get(codeOf(word)) ?? { level: 'other', word };
}

/** Where a request comes from, in the words of its intent: "EHR order", "EHR plan"; of an intent that FHIR does not know, "EHR request". */
export function describeSource(intent: unknown): string {
  const code = codeOf(intent);
  return SOURCES.get(code) ?? (ORDERS.has(code) ? 'EHR order' : 'EHR request');
}
