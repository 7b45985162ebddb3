/** The one table from a Task's status and business status to the plain words of the list. */
import { asText } from '#src/smart/fhir/fields.ts';

/** What a Task says of its request: a word and its icon. */
export interface TaskWord {
  readonly word: string;
  readonly icon:
    | 'draft'
    | 'sent'
    | 'received'
    | 'accepted'
    | 'booked'
    | 'under-way'
    | 'question'
    | 'hold'
    | 'done'
    | 'declined';
}

const WORDS = {
  draft: { word: 'Draft', icon: 'draft' },
  sent: { word: 'Sent', icon: 'sent' },
  received: { word: 'Received', icon: 'received' },
  accepted: { word: 'Accepted', icon: 'accepted' },
  booked: { word: 'Booked', icon: 'booked' },
  underWay: { word: 'Under way', icon: 'under-way' },
  question: { word: 'Question for you', icon: 'question' },
  hold: { word: 'On hold', icon: 'hold' },
  done: { word: 'Done', icon: 'done' },
  declined: { word: 'Declined', icon: 'declined' },
  cancelled: { word: 'Cancelled', icon: 'declined' },
  failed: { word: 'Failed', icon: 'declined' },
} as const satisfies Record<string, TaskWord>;

/** FHIR R4 Task.status; one that is `entered-in-error` has no word. */
const STATUSES = new Map<string | undefined, TaskWord>([
  ['draft', WORDS.draft],
  ['requested', WORDS.sent],
  ['received', WORDS.received],
  ['accepted', WORDS.accepted],
  ['ready', WORDS.accepted],
  ['in-progress', WORDS.underWay],
  ['on-hold', WORDS.hold],
  ['completed', WORDS.done],
  ['rejected', WORDS.declined],
  ['cancelled', WORDS.cancelled],
  ['failed', WORDS.failed],
]);

/** Business statuses that say more than the status: of BSeR, of Ontario's eReferral, and of this product. */
const BUSINESS = new Map<string, TaskWord>([
  ...['input-required', 'awaiting-reply', 'awaiting-information', 'change-requested'].map(
    (code) => [code, WORDS.question] as const,
  ),
  ...['booked', 'scheduled', 'appointment-booked', '5.1.1'].map((code) => [code, WORDS.booked] as const),
  ...['en-route', 'arrived', 'started'].map((code) => [code, WORDS.underWay] as const),
  ...['assigned', '3.0'].map((code) => [code, WORDS.accepted] as const),
  ...['unavailable', '4.0'].map((code) => [code, WORDS.declined] as const),
  ...['6.0', 'withdrawn'].map((code) => [code, WORDS.cancelled] as const),
  ...['5.1.2', '5.1.3', 'no-show', 'not-performed', 'not-done'].map((code) => [code, WORDS.failed] as const),
]);
/** The same in free text. */
const BUSINESS_WORDS: readonly (readonly [RegExp, TaskWord])[] = [
  [
    /^(?!.*\bno-(?:more|further|additional|missing)-).*(?:\b(?:more|additional|further|missing|awaiting|waiting-for|needs?|requires?|requesting)-(?:[a-z]+-){0,3}(?:information|info|documentation|documents?|clarification)\b(?!-received)|\b(?:information|info|documentation|documents?|clarification)-(?:is-|are-)?(?:needed|required|requested|missing)\b)/,
    WORDS.question,
  ],
  [/\b(?:appointment|booking|visit|trip|ride|pick-?up)-(?:is-|was-)?(?:booked|scheduled|confirmed)\b/, WORDS.booked],
];
/** In free text, what contradicts that a completed Task was carried out. */
const NOT_DONE: readonly (readonly [RegExp, TaskWord])[] = [
  [/\b(?:cancel|withdr|revoke|abort)/, WORDS.cancelled],
  [/\b(?:declin|refus|reject)/, WORDS.declined],
  [
    /\bno-shows?\b|\b(?:unable|unsuccessful|unfulfilled|undelivered|incomplete|failed|could-not|cannot|did-not|was-not)\b|\bnot-(?:[a-z]+-)?(?:done|performed|completed|delivered|provided|fulfilled|picked|reached|seen|attended|found|eligible|home|at-home)\b/,
    WORDS.failed,
  ],
];
/**
 * The words of a hand-over that has ended. A business status does not change them, except that a completed Task may
 * turn out not to have been done.
 */
const FINAL = new Set<TaskWord>([WORDS.done, WORDS.declined, WORDS.cancelled, WORDS.failed]);

/** Whether the hand-over has ended, in any way. */
export function isOver(word: TaskWord): boolean {
  return FINAL.has(word);
}

/**
 * @param status Task.status as received.
 * @param business codes and text of Task.businessStatus in lower case; untrusted.
 * @param reasons codes and text of Task.statusReason, likewise.
 * @returns undefined for a status that says nothing: `entered-in-error`, or one that FHIR does not define.
 */
export function describeTask(
  status: unknown,
  business: readonly string[],
  reasons: readonly string[] = [],
): TaskWord | undefined {
  const word = STATUSES.get(
    asText(status, 40)
      ?.toLowerCase()
      .replace(/[\s_]+/g, '-'),
  );
  const codes = business.map(hyphened);
  const known = codes.map((code) => BUSINESS.get(code)).find((found) => found !== undefined);
  const texts = word === WORDS.done ? [...codes, ...reasons.map(hyphened)] : codes;
  const said = known ?? inFreeText(texts, word === WORDS.done ? NOT_DONE : BUSINESS_WORDS);
  if (word === undefined || said === undefined) return word;
  if (FINAL.has(word)) return word === WORDS.done && FINAL.has(said) ? said : word;
  return said;
}

function inFreeText(texts: readonly string[], table: typeof NOT_DONE): TaskWord | undefined {
  return table.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1];
}

const hyphened = (text: string): string => text.replace(/[\s_-]+/g, '-');
