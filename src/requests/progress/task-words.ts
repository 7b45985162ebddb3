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
    | 'declined'
    | 'unknown';
  /** What the EHR wrote, where it is no status of FHIR. */
  readonly note?: string;
}

const WORDS = {
  draft: { word: 'Draft', icon: 'draft' },
  sent: { word: 'Sent', icon: 'sent' },
  received: { word: 'Received', icon: 'received' },
  accepted: { word: 'Accepted', icon: 'accepted' },
  booked: { word: 'Booked', icon: 'booked' },
  underWay: { word: 'Under way', icon: 'under-way' },
  partly: { word: 'Under way', icon: 'under-way' },
  question: { word: 'Question for you', icon: 'question' },
  hold: { word: 'On hold', icon: 'hold' },
  done: { word: 'Done', icon: 'done' },
  declined: { word: 'Declined', icon: 'declined' },
  cancelled: { word: 'Cancelled', icon: 'declined' },
  failed: { word: 'Failed', icon: 'declined' },
  unclear: { word: 'Status unclear', icon: 'unknown', note: 'EHR says “completed”' },
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
  [
    /^questions?$|\bplease-(?:send|call|provide|fax|contact|clarify|submit|complete|resend|sign|confirm|reply)\b/,
    WORDS.question,
  ],
  [
    /^(?!.*\b(?:no|not|never|without|unable|unconfirmed|cannot|pending|awaiting|waiting|until|unless|once|when|if|after|before|needs?|required|to-be|tbd|missed|previous|cancel\w*|declin\w*)\b).*\b(?:appointment|booking|visit|trip|ride|pick-?up)-(?:is-|was-)?(?:booked|scheduled|confirmed)\b/,
    WORDS.booked,
  ],
];
/** In free text, what says that the service was not, or will not be, carried out. */
const MISSED: readonly (readonly [RegExp, TaskWord])[] = [
  [
    /\b(?:cancel|withdr|revoke|abort|discontinu|terminat|duplicate|superseded|void(?:ed)?\b|no-longer-(?:needed|required|wanted|interested)\b|opted-out|not-(?:needed|required|wanted|indicated)\b)/,
    WORDS.cancelled,
  ],
  [
    /\b(?:declin|refus|reject|denied|unavailable|turned-down|not-(?:accepting|available)|no-availab)|\b(?:no|at|over|out-of)-capacity\b|\bout-of-(?:area|network|scope|region)\b/,
    WORDS.declined,
  ],
  [
    /^(?:dna|lwbs|ama|n\/s|cx|utr|utc)$|\b(?:no-show\w*|no-(?:response|answer|reply|contact|access|one-home)|nobody-home|turned-away|never|not-(?:started|reachable|appropriate)|lost-to-follow|left-without|closed-without|missed|unable|unreachable|unsuccessful|unfulfilled|undelivered|ineligible|incomplete|failed|could-not|couldn|cannot|did-not|didn|was-not|expired|lapsed|timed-out|deceased|died|passed-away|redirected|wrong)\b|\breferred-(?:on|out|elsewhere|back|to)\b|\bnot-(?:[a-z]+-)?(?:done|performed|completed|delivered|provided|fulfilled|picked|reached|seen|attended|found|eligible|home|at-home)\b/,
    WORDS.failed,
  ],
];
/** In free text, what contradicts that a completed Task was carried out, or all of it, or leaves it open. */
const NOT_DONE: typeof MISSED = [
  ...MISSED,
  [
    /\b(?:partial|partly|interim|preliminary|half|wait-?list|waiting|pending|postponed|reschedul|deferred|yet\b|\d+-of-\d+\b|first\b)/,
    WORDS.partly,
  ],
  [
    /\b(?:no(?!-?\d)|not|none|without|unresolved|on-hold|awaiting|requires?|needs?|missing|invalid|insufficient|absent|moved|hospitali[sz]ed|transferred|returned|sent-back|archived|auto-?closed?|by-system|admin|already|backordere?d?|out-of|ended-early|started|attempt\w*|error|but|except)\b/,
    WORDS.unclear,
  ],
  // The same in German, Dutch, French and Spanish.
  [
    /\b(?:nicht|kein|storn|abgelehnt|abgesagt|abgebrochen|verstorben|niet\b|geen\b|geannuleerd|geweigerd|afgewezen|overleden|non-(?:effectu|r\u00e9alis|fait)|pas\b|aucun|annul|d\u00e9c\u00e9d|cancelad|rechazad|fallec)/,
    WORDS.unclear,
  ],
];
/** Negations that say that all is well. */
const WELL =
  /\b(?:no|without)-(?:(?:further|more|additional|other)-)?(?:issues?|incidents?|complications?|problems?|concerns?|errors?|delays?|charge|actions?|follow-?up|changes?)\b|\b(?:follow-?up|action|reply|response|payment|signature)-(?:is-|was-)?not-(?:required|needed|necessary)\b/g;
/** What may still come is not missed. */
const MAY_COME = /\b(?:yet|if|unless|until|in-case|risk|otherwise)\b/;
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
 * @returns undefined without a status, and for one that is `entered-in-error`.
 */
export function describeTask(
  status: unknown,
  business: readonly string[],
  reasons: readonly string[] = [],
): TaskWord | undefined {
  const word = wordOf(status);
  if (word === undefined) return undefined;
  const codes = business.map(hyphened);
  const known = codes.map((code) => BUSINESS.get(code)).find((found) => found !== undefined);
  if (word === WORDS.done) {
    const end = known && FINAL.has(known) ? known : undefined;
    return end ?? inFreeText([...codes, ...reasons.map(hyphened)], NOT_DONE) ?? word;
  }
  return FINAL.has(word) ? word : (known ?? inFreeText(codes, BUSINESS_WORDS) ?? word);
}

/**
 * Whether the author of a Task says that its service was missed although it goes on, such as "Appointment cancelled", or
 * done in part although it has ended: then its status alone would mislead.
 *
 * @param word of {@link describeTask}, as are the other parameters.
 */
export function isInTrouble(word: TaskWord, business: readonly string[], reasons: readonly string[]): boolean {
  const texts = [...business, ...reasons].map(hyphened).filter((text) => !MAY_COME.test(text));
  return word === WORDS.partly || (!isOver(word) && inFreeText(texts, MISSED) !== undefined);
}

/** A status that FHIR does not define is shown as the EHR wrote it. */
function wordOf(status: unknown): TaskWord | undefined {
  const text = asText(status, 40);
  const code = text
    ?.replace(/(?<=[a-z])(?=[A-Z])/g, '-')
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  if (text === undefined || code === 'entered-in-error') return undefined;
  return STATUSES.get(code) ?? { word: 'Status unclear', icon: 'unknown', note: `EHR says “${text}”` };
}

function inFreeText(texts: readonly string[], table: typeof NOT_DONE): TaskWord | undefined {
  return table.find(([pattern]) => texts.some((text) => pattern.test(text)))?.[1];
}

const hyphened = (text: string): string => text.replace(/[\s_-]+/g, '-').replace(WELL, '');
