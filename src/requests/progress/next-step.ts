/** What the clinician has to do next about a request, from its status, its Task and what is missing. */
import { READ } from './several-owners.ts';

export interface StepFacts {
  readonly icon: string;
  /** Of those that end a hand-over in different ways and share a picture: "Failed". */
  readonly word?: string;
  readonly isOpen: boolean;
  readonly isOverdue: boolean;
  /** The EHR and the provider contradict each other, whether it is open or closed. */
  readonly isContradicted?: boolean | undefined;
  /** The EHR closed it, and the last word of its provider is that it goes on, or there is none. */
  readonly isUnended?: boolean;
  readonly isProhibited: boolean;
  /** A provider is named, not only a kind of provider. */
  readonly hasProvider: boolean;
  /** What providers have answered could not be read: one may have it. */
  readonly isUnheard?: boolean | undefined;
  /** A person has to read what its provider wrote: no code of a guide explains it. */
  readonly hasWords?: boolean;
  readonly hasNote?: boolean;
  readonly hasOpenOlder?: boolean;
  /** What its Tasks ask of the clinician although it goes on. */
  readonly asked?: string | undefined;
  readonly isPatients?: boolean;
  readonly isUnasked?: boolean;
  readonly hasTime: boolean;
  readonly hasNoMovement?: boolean;
  /** It is needed within a day, or for the first time, and the last news is not from this hour. */
  readonly isSoon?: boolean;
  /** How long it has waited, as `elapsedText` writes it; undefined when the EHR does not say. */
  readonly waited: string | undefined;
}

export interface NextStep {
  readonly text: string;
  readonly isAction: boolean;
}

const NOTHING: NextStep = { text: 'Nothing to do', isAction: false };
const IF_DONE: NextStep = { text: 'Nothing to do if it was done', isAction: false };
const IF_KNOWN: NextStep = { text: 'Nothing to do if the provider knows', isAction: false };
const BUT_NOTE: NextStep = { text: 'Nothing to do but read the note', isAction: false };
const IF_UNASKED: NextStep = { text: 'Nothing to do if it asks no provider', isAction: false };
const UNANSWERED: NextStep = { text: 'Due soon, no reply seen', isAction: false };
const UNHEARD: NextStep = { ...UNANSWERED, text: 'Due soon, replies not read' };
const act = (text: string): NextStep => ({ text, isAction: true });

/**
 * Steps that the status alone decides, before any question about time or provider. The key is the icon, or the word where
 * several words share an icon. What has failed was not refused, so another provider may be no remedy.
 */
const BY_STATUS = new Map<string | undefined, NextStep>([
  ['question', act('Answer the question')],
  ['declined', act('Choose another provider')],
  ['draft', act('Finish the draft')],
  ['hold', act('Decide whether to resume')],
  ['unknown', act('Check it in the EHR')],
  ['Failed', act('Ask what happened')],
  ['Closed by provider', act('Check what was done')],
  ['Hand-over cancelled', act('Decide whether it is still needed')],
]);
/** States in which the provider has not agreed to anything yet. */
export const WAITING: ReadonlySet<string> = new Set(['ordered', 'sent', 'received']);
/** States in which the provider has agreed; a missing time was agreed outside the EHR. */
export const SETTLED: ReadonlySet<string> = new Set(['booked', 'under-way']);

/** One sentence per request; the first rule that holds decides. */
export function nextStep(facts: StepFacts): NextStep {
  const { icon, isOpen, isOverdue, isProhibited, hasProvider, hasTime, waited } = facts;
  if (facts.isContradicted === true) return act('Check it in the EHR');
  if (facts.isUnended === true) return icon === 'done' ? IF_DONE : IF_KNOWN;
  if (!isOpen && facts.hasNote === true) return BUT_NOTE;
  if (!isOpen || isProhibited) return NOTHING;
  if (facts.hasOpenOlder === true)
    return act(icon === 'hold' ? 'Check which request counts' : 'Cancel the older request');
  if (facts.word === 'Declined' && facts.hasWords === true) return act('Read why it was declined');
  if (icon === 'hold' && facts.hasWords === true) return act('Read why it is on hold');
  const own = BY_STATUS.get(facts.word) ?? BY_STATUS.get(icon);
  if (own) return own;
  if (facts.asked !== undefined) return act(facts.asked);
  if (facts.isPatients === true) return { text: 'For the patient or family to do', isAction: false };
  if (facts.isUnasked === true) return IF_UNASKED;
  if (isOverdue && hasProvider) return act('Ask why it is late');
  if (facts.hasWords === true) return act(READ);
  if (!hasProvider && WAITING.has(icon)) return act(facts.isUnheard === true ? 'Check who has it' : 'Find a provider');
  if (!hasTime && !SETTLED.has(icon)) return act('Confirm the time');
  if (!WAITING.has(icon) && facts.hasNoMovement === true) return act('Ask how it stands');
  if (!WAITING.has(icon)) return facts.hasNote === true ? BUT_NOTE : NOTHING;
  // Most EHRs never show an answer to an order without a Task, so the step does not ask for one.
  if (facts.isSoon === true && icon === 'ordered') return facts.isUnheard === true ? UNHEARD : UNANSWERED;
  if (facts.isSoon === true) return act('Ask for an answer');
  return { text: waitingText(waited), isAction: false };
}

/** After a death, most of what is open has to be called off; what has to be checked or cancelled anyway stays so. */
export function ifDied<
  Row extends { service: string; status: { group: string }; next: NextStep; isProhibited?: true | undefined },
>(row: Row, deathText: string | undefined): Row {
  if (deathText === undefined || row.status.group !== 'open' || row.isProhibited === true) return row;
  return /^(?:Check|Cancel)/.test(row.next.text) || OF_THE_DEAD.test(row.service) ? row : { ...row, next: DIED };
}

/** What is ordered because of a death. */
const OF_THE_DEAD =
  /autops|necrops|post[- ]?mortem|\bmorgue|mortua|funera|decedent|deceased|bereave|death|\bbody (?:release|removal|transport|transfer)|cremation|coroner|medical examiner|(?:organ|tissue|cornea\w{0,2}|eye|body) (?:donation|donor|procurement|recovery)|obdu[kc]|leiche|verstorben|bestatt|overled|uitvaart|défunt|décès|fallecid|difunt|deceduto|defunt|avdød|avlid|afdød|begravelse|begravning|bårehus|bårhus/iu;

const DIED = act('The patient has died: decide whether it is still needed');

const UNITS = new Map([
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['months', 'month'],
  ['y', 'year'],
]);

/** "3 d" becomes "Waiting for the provider for 3 days"; "just now" is no waiting time. */
function waitingText(elapsed: string | undefined): string {
  const [count = '', unit = ''] = elapsed?.split(' ') ?? [];
  const word = UNITS.get(unit);
  if (word !== undefined) return `Waiting for the provider for ${count} ${word}${count === '1' ? '' : 's'}`;
  return `Waiting for the provider${elapsed === undefined || elapsed === 'just now' ? '' : ` since ${elapsed}`}`;
}
