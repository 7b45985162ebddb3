/** The one table from a Task's status, and what published guides say of it by code, to the plain words of the list. */
import { codeOf, writtenCode } from './codes.ts';
import { meaningsOf, saidIn } from './guide-codes.ts';

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
  cancelled: { word: 'Hand-over cancelled', icon: 'declined' },
  failed: { word: 'Failed', icon: 'declined' },
  claimed: { word: 'Hand-over cancelled', icon: 'declined', note: 'taken by another provider' },
  closed: { word: 'Closed by provider', icon: 'unknown' },
  unclear: { word: 'Status unclear', icon: 'unknown' },
} as const satisfies Record<string, TaskWord>;

/** FHIR R4 has no such status, but some servers ask their questions by it, and its words are plain. */
const ASKS = 'input-required';
/** FHIR R4 Task.status, and how guides and servers misspell it; one that is `entered-in-error` has no word. */
const STATUSES = new Map<string | undefined, TaskWord>(
  Object.entries({
    ...{ draft: WORDS.draft, requested: WORDS.sent, received: WORDS.received, accepted: WORDS.accepted },
    ...{ ready: WORDS.accepted, 'in-progress': WORDS.underWay, inprogress: WORDS.underWay, 'on-hold': WORDS.hold },
    ...{ completed: WORDS.done, rejected: WORDS.declined, declined: WORDS.declined, failed: WORDS.failed },
    ...{ cancelled: WORDS.cancelled, canceled: WORDS.cancelled, [ASKS]: WORDS.question },
  }),
);

/** What the codes of guides mean that say more than the status. */
const { question, booked, hold, accepted, declined, cancelled, failed } = WORDS;
const REFINED = new Map<string, TaskWord>(
  Object.entries({ question, booked, hold, accepted, declined, cancelled, failed }),
);

/** The words of a hand-over that has ended: a code of a guide may only say that a completed one was not carried out. */
const FINAL = new Set<TaskWord>([WORDS.done, WORDS.declined, WORDS.cancelled, WORDS.failed, WORDS.claimed]);

/** The words of a provider who has taken the request on. */
const AGREED = new Set<TaskWord>([WORDS.accepted, WORDS.underWay]);

/** Whether the hand-over has ended, in any way. */
export function isOver(word: TaskWord): boolean {
  return FINAL.has(word);
}

/**
 * @param status Task.status as received.
 * @param business Task.businessStatus as received: only a guide's code, or `input-required`, refines the status.
 * @param isSurelyDone nothing else that the Task says leaves a doubt whether it was carried out; default: yes.
 * @returns undefined without a status, and for one that is `entered-in-error`.
 */
export function describeTask(status: unknown, business?: unknown, isSurelyDone = true): TaskWord | undefined {
  const word = wordOf(status);
  if (word === undefined || business === undefined) return word === WORDS.done && !isSurelyDone ? WORDS.closed : word;
  const isAsked = saidIn(business).some(({ text }) => codeOf(text) === ASKS);
  const meanings = [...meaningsOf(business), ...(isAsked ? ['question'] : [])];
  const refined = meanings.flatMap((meaning) => REFINED.get(meaning) ?? []);
  if (meanings.includes('claimed') && word !== WORDS.done && word !== WORDS.declined) return WORDS.claimed;
  if (word === WORDS.done) return refined.find((one) => FINAL.has(one)) ?? (isSurelyDone ? word : WORDS.closed);
  const [known] = refined;
  if (FINAL.has(word)) return word;
  // One of the two is old, and only the provider knows which.
  const isDeclinedToo = known === WORDS.declined && AGREED.has(word);
  return meanings.includes('fulfilled') || isDeclinedToo ? unclearOf(status) : (known ?? word);
}

/** The words of a Task: completed; perhaps not carried out; never sent; taken by another provider, called off or declined. */
export const { done, closed: doneInDoubt, draft: unsent, claimed, cancelled: calledOff, declined: refused } = WORDS;

/** Task intents that hand nothing over yet. */
const UNDECIDED = new Map<string | undefined, string>([
  ['proposal', 'hand-over is only proposed'],
  ['plan', 'hand-over is only planned'],
  ['option', 'hand-over is only one of several choices'],
]);

/** The word of a Task that no provider has answered, if its intent says that it is no hand-over yet. */
export function undecided(word: TaskWord | undefined, intent: unknown): TaskWord | undefined {
  const note = word === WORDS.sent ? UNDECIDED.get(codeOf(intent)) : undefined;
  return note === undefined ? word : { ...WORDS.draft, note };
}

/** Whether a text says no more than the status itself: "Completed" of what is completed. */
export function isSame(text: string, { status, word }: { status: unknown; word: TaskWord }): boolean {
  return codeOf(text) === codeOf(status) || text.toLowerCase() === word.word.toLowerCase();
}

/** States in which a plain word of progress asks nothing. */
const GOES_ON = new Set<TaskWord['icon']>(['sent', 'received', 'accepted', 'booked', 'under-way']);
const PROGRESS = new Set<string | undefined>(
  'pending accepted assigned confirmed booked scheduled started arrived en-route in-transit in-progress'.split(' '),
);

/** Whether a text is nothing but a plain word of progress, so that an ordinary ride need not be read at each step. */
export function isProgress(text: string, { icon }: TaskWord): boolean {
  return GOES_ON.has(icon) && PROGRESS.has(codeOf(text));
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
