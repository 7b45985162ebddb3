/** The one table from a Task's status and business status to the plain words of the list. */
import { codeOf, writtenCode } from './codes.ts';

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
  question: { word: 'Question for you', icon: 'question' },
  hold: { word: 'On hold', icon: 'hold' },
  done: { word: 'Done', icon: 'done' },
  declined: { word: 'Declined', icon: 'declined' },
  cancelled: { word: 'Cancelled', icon: 'declined' },
  failed: { word: 'Failed', icon: 'declined' },
  claimed: { word: 'Cancelled', icon: 'declined', note: 'taken by another provider' },
  closed: { word: 'Closed by provider', icon: 'unknown' },
  unclear: { word: 'Status unclear', icon: 'unknown' },
} as const satisfies Record<string, TaskWord>;

const tableOf = (rows: Partial<Record<keyof typeof WORDS, string>>): ReadonlyMap<string | undefined, TaskWord> =>
  new Map(
    Object.entries(rows).flatMap(([name, codes]) =>
      codes.split(' ').map((code) => [code, WORDS[name as keyof typeof WORDS]] as const),
    ),
  );

/** FHIR R4 Task.status, and how guides and servers misspell it; one that is `entered-in-error` has no word. */
const STATUSES = tableOf({
  draft: 'draft',
  sent: 'requested',
  received: 'received',
  accepted: 'accepted ready',
  underWay: 'in-progress inprogress',
  hold: 'on-hold',
  done: 'completed',
  declined: 'rejected declined',
  cancelled: 'cancelled canceled',
  failed: 'failed',
});

const VISITS = 'appointment booking service visit trip ride pickup pick-up'.split(' ');
const AGREED_VISITS = VISITS.flatMap((what) => ['booked', 'scheduled', 'confirmed'].map((state) => `${what}-${state}`));

/** Business statuses that say more than the status: those of guides as guide-codes.ts gives them, and of this product. */
const BUSINESS = tableOf({
  question: 'input-required awaiting-reply awaiting-information change-requested',
  booked: `booked scheduled ${AGREED_VISITS.join(' ')}`,
  hold: 'on-hold hold',
  underWay: 'en-route arrived started',
  accepted: 'assigned',
  declined: 'unavailable declined denied rejected',
  cancelled: 'withdrawn',
  failed: 'no-show not-performed not-done',
});
/** In free text, what asks something of the clinician. */
const QUESTION =
  /^questions?$|\bplease-(?:send|call|provide|fax|contact|clarify|submit|complete|resend|resubmit|sign|confirm|reply)\b|^(?!.*\bno-(?:more|further|additional|missing)-).*(?:\b(?:more|additional|further|missing|awaiting|waiting-for|needs?|requires?|requesting)-(?:[a-z]+-){0,3}(?:information|info|documentation|documents?|clarification)\b(?!-received)|\bmissing-(?:[a-z]+-){0,3}(?:reports?|records?|imaging|results|notes?|signature|consent)\b|\b(?:information|info|documentation|documents?|clarification)-(?:is-|are-)?(?:needed|required|requested|missing)\b)/;
/** In free text, what says that the service was not, or will not be, carried out. It only ever adds doubt. */
const MISSED: readonly RegExp[] = [
  /\b(?:cancel|withdr|revoke|abort|discontinu|terminat|duplicate|superseded|void(?:ed)?\b|no-longer-(?:needed|required|wanted|interested)\b|opted-out|not-(?:needed|required|wanted|indicated)\b)/,
  /\b(?:declin|refus|reject|denied|unavailable|turned-down|not-(?:accepting|available)|no-availab)|\b(?:no|at|over|out-of)-capacity\b|\bout-of-(?:[a-z]{1,20}-)?(?:area|network|scope|region)\b/,
  /\b(?:storn|abgelehnt|abgesagt|abgebrochen|verstorben|geannuleerd|geweigerd|afgewezen|overleden|annul|d\u00e9c\u00e9d|refus\u00e9|cancelad|rechaz|fallec)/,
  // German and Dutch, French, Spanish and Portuguese, Italian: not, absent, impossible.
  /(?<!\p{L})(?:(?:nicht|niet|afwezig|abwesend|unmöglich|onmogelijk|impossible|imposible|impossível|ausente|n[aã]o|pas(?!-(?:de-|d['’]))|(?:patiente?|client)-(?:(?:est|était)-)?absente?|no-(?:se|fue|ha|pudo|pudimos|estaba|estuvo|está|quiere|quiso)|non-(?:si|è|ha))(?!\p{L})|no-(?:asist|acud|realiz|entreg|localiz)|non-(?:present|esegu|effettu|consegn|trov|rispo))/u,
  // Danish, Norwegian and Swedish, Finnish, Polish, Czech, Hungarian, Turkish, Vietnamese, Tagalog, Indonesian.
  /(?<!\p{L})(?:(?:ikke|inte|eivät|nie(?=-)|nem|gelmedi|không|tidak)(?!\p{L})|ej-(?:hem|antr|kom|utf|gen|lev|när)|ei-(?:saap|tull|toteut|tavoit)|hindi-(?:dumat|natul|sumip)|nepřiš|nedostav|udeble|uteble|aflys|avlys|inställ(?:d|t|s)|avbok|afvis|avvis|avsl(?:o|å)|avbröt|peru(?:tt|ute|utt|uut|nut)|hylät|odwoł|anulow|odmów)/u,
  /^(?:dna|lwbs|ama|n\/s|cx|utr|utc)$|\b(?:no-?show\w*|no-(?:response|answer|reply|contact|access|one-home)|nobody-home|turned-away|never|not-(?:started|reachable|appropriate)|lost-to-follow|left-without|closed-without|missed|unable|unreachable|unsuccessful|unfulfilled|undelivered|ineligible|incomplete|failed|could-not|couldn|cannot|did-not|didn|was-not|expired|lapsed|timed-out|deceased|died|passed-away|redirected|wrong)\b|\breferred-(?:on|out|elsewhere|back|to)\b|\bnot-(?:[a-z]+-)?(?:done|performed|completed|delivered|provided|fulfilled|picked|reached|seen|attended|found|eligible|home|at-home)\b/,
];
/** Negations that say that all is well. */
const WELL =
  /\bnothing-wrong\b|\b(?:no|without)-(?:(?:further|more|additional|other)-)?(?:issues?|incidents?|complications?|problems?|concerns?|errors?|delays?|charge|actions?|follow-?up|changes?)(?:-(?:is-|was-|were-)?(?:needed|required|necessary))?\b|\b(?:follow-?up|action|reply|response|payment|signature)-(?:is-|was-)?not-(?:required|needed|necessary)\b/g;
/** What may still come is not missed. */
const MAY_COME = /\b(?:yet|if|unless|until|in-case|risk|otherwise)\b/;
/**
 * The words of a hand-over that has ended. A business status does not change them, except that a completed Task may
 * turn out not to have been done.
 */
const FINAL = new Set<TaskWord>([WORDS.done, WORDS.declined, WORDS.cancelled, WORDS.failed, WORDS.claimed]);

/** The words of a provider who has taken the request on. */
const AGREED = new Set<TaskWord>([WORDS.accepted, WORDS.underWay]);

/** Whether the hand-over has ended, in any way. */
export function isOver(word: TaskWord): boolean {
  return FINAL.has(word);
}

/**
 * @param status Task.status as received.
 * @param business codes and text of Task.businessStatus in lower case; untrusted.
 * @param isSurelyDone nothing else that the Task says leaves a doubt whether it was carried out; default: yes.
 * @returns undefined without a status, and for one that is `entered-in-error`.
 */
export function describeTask(status: unknown, business: readonly string[], isSurelyDone = true): TaskWord | undefined {
  const word = wordOf(status);
  if (word === undefined) return undefined;
  const codes = business.map(hyphened);
  const known = codes.map((code) => BUSINESS.get(code)).find((found) => found !== undefined);
  if (codes.includes('taken-by-another-provider') && word !== WORDS.done && word !== WORDS.declined)
    return WORDS.claimed;
  if (word === WORDS.done) return known && FINAL.has(known) ? known : isSurelyDone ? word : WORDS.closed;
  if (FINAL.has(word)) return word;
  // One of the two is old, and only the provider knows which.
  const isDeclinedToo = known === WORDS.declined && AGREED.has(word);
  if (codes.includes('fulfilled') || isDeclinedToo) return unclearOf(status);
  return known ?? (business.some(asksForMore) ? WORDS.question : word);
}

/**
 * The words of a completed Task, of one that may not have carried out its request, of one that was never sent, and of one
 * that another provider took.
 */
export const { done, closed: doneInDoubt, draft: unsent, claimed } = WORDS;

/**
 * Whether the author of a Task says that its service was missed although it goes on, such as "Appointment cancelled":
 * then its status alone would mislead.
 *
 * @param word of {@link describeTask}.
 * @param texts of its business status and its reason.
 */
export function isInTrouble(word: TaskWord, texts: readonly string[]): boolean {
  return !isOver(word) && texts.some((text) => saysMissed(text) && !MAY_COME.test(hyphened(text)));
}

/** The patient or the family does not want it, or it is no longer needed. */
const UNWANTED =
  /\b(?:patient|pt|client|member|family)-(?:has-|have-)?(?:declin|refus)(?:ed|es)?\b|\b(?:declined|refused|not-wanted)-by-(?:the-)?(?:patient|pt|client|member|family)\b|\b(?:not|no-longer)-interested\b|\bopted-out\b|\b(?:deceased|died|passed-away|duplicate)\b|\bno-longer-(?:needed|required|wanted)\b|\balready-(?:receiv|enrolled|has\b|served|seen|in-care)/;

/** Whether a provider's words say that the patient does not want the service, or no longer needs it. */
export function saysUnwanted(text: string): boolean {
  return UNWANTED.test(hyphened(text.toLowerCase()));
}

/** Whether a text in lower case asks something of the clinician. */
export function asksForMore(text: string): boolean {
  return QUESTION.test(hyphened(text));
}

/** Whether a provider's words say no more than the word itself, as "Service Request Accepted" of what is accepted. */
export function repeats(text: string, word: string): boolean {
  return (
    text.toLowerCase().replace(/\b(?:(?:service )?request|referral|task|order|fulfil?lment) /g, '') ===
    word.toLowerCase()
  );
}

/** Whether a text says that a service was not, or will not be, carried out. */
export function saysMissed(text: string): boolean {
  const plain = hyphened(text.toLowerCase());
  return MISSED.some((pattern) => pattern.test(plain));
}

/** A status that FHIR does not define is shown as the EHR wrote it. */
function wordOf(status: unknown): TaskWord | undefined {
  const code = codeOf(status);
  if (code === undefined || code === 'entered-in-error') return undefined;
  return STATUSES.get(code) ?? unclearOf(status);
}

function unclearOf(status: unknown): TaskWord {
  return { ...WORDS.unclear, note: `EHR says “${writtenCode(status)}”` };
}

const hyphened = (text: string): string => text.replace(/[\s_-]+/g, '-').replace(WELL, '');
