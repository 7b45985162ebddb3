/** What a Task is for: to carry out its request, to change or stop it, or something beside it. */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord, MOST_READ } from '#src/smart/fhir/fields.ts';
import { asksForMore } from './task-words.ts';

/** The codes of FHIR R4 task-code except `fulfill`, each with the words for what the Task asks for. */
const CONTROLS = new Map<unknown, string>([
  ['approve', 'Approval'],
  ['abort', 'Request to cancel'],
  ['replace', 'Request to replace it'],
  ['change', 'Request to change it'],
  ['suspend', 'Request to pause'],
  ['resume', 'Request to resume'],
]);
/** A request has nothing left to carry out once a Task with one of these is completed. */
const STOPS = new Set(['abort', 'replace', 'suspend'].map((code) => CONTROLS.get(code)));

/**
 * Codes of Tasks that are for another desk than the provider's: of Gravity's patient tasks, of Da Vinci's requests for
 * documents (HRex, CDex, PAS), and of Epic's check lists.
 */
const OF_OTHER_DESKS =
  /^(?:make-contact|contact-patient|review-information|general-information|complete-questionnaire|data-request(?:-.*)?|attachment-request(?:-.*)?|episode-checklist)$/;
/** FHIR's code, as guides misspell it too, that of the Canadian eReferral guides, and SNOMED CT's transfer of care of the Dutch ones. */
const CARRIES_OUT = new Set<unknown>(['fulfill', 'fulfil', 'fullfill', 'process-request', '308292007']);

const codingsOf = ({ code }: ForeignRecord) => asRecords(asRecord(code).coding);

/** Is a Task of this code for another desk than the provider's? */
export function isOfOtherDesk(task: ForeignRecord): boolean {
  return codingsOf(task).some(({ code }) => OF_OTHER_DESKS.test(asText(code) ?? ''));
}

/** What a Task asks for, where that is not surely the whole request. */
export interface Purpose {
  readonly words: string;
  /** The words that are specific to this purpose, to compare them with the request's own. */
  readonly telling: string;
  /** `system|code` of each of its codes. */
  readonly codes: readonly string[];
  /** It may be the provider's work: its code is unknown, and none of its words names the work of a desk. */
  readonly mayCarryOut: boolean;
  /** It is neither a change of the request nor a part of it. */
  readonly isOwn: boolean;
  /** It asks for information; of the requester, where they have it. */
  readonly asks: boolean;
  readonly part?: Part | undefined;
  /** Once it is completed, the request has nothing left to carry out. */
  readonly isStop: boolean;
}

/** What a Task that is a part of another says by itself: only a part of what the same request asks for is one of it. */
interface Part {
  /** The ids of the Tasks that it is a part of; empty where one is named in no form that can be compared. */
  readonly parents: readonly string[];
  /** Its purpose without them. */
  readonly alone: Purpose | undefined;
  /** Its code says that it carries out the request that it is about. */
  readonly carriesOut: boolean;
}

/** @returns undefined where it is the request itself, or nothing is said. */
export function purposeOf(task: ForeignRecord): Purpose | undefined {
  const alone = purposeAlone(task);
  const wholes = asRecords(task.partOf);
  if (wholes.length === 0) return alone;
  const ids = wholes.map(
    ({ reference }) => /\bTask\/([\w.-]{1,128})(?:\/_history\/|$)/.exec(asText(reference) ?? '')?.[1],
  );
  const parents = ids.includes(undefined) || ids.length === MOST_READ ? [] : ids.filter((id) => id !== undefined);
  const words = ['Part of it', alone?.words].filter(Boolean).join(', ');
  const part = { parents, alone, carriesOut: carriesOut(task) };
  const none = { codes: codesIn(task.code), isOwn: false, asks: true, mayCarryOut: false, isStop: false };
  return { words, telling: tellingWords(words), part, ...none };
}

function purposeAlone(task: ForeignRecord): Purpose | undefined {
  const control = controlOf(task);
  const words = control ?? ownWordsOf(task);
  if (words === undefined) return undefined;
  return {
    words,
    telling: tellingWords(words),
    codes: codesIn(task.code),
    isOwn: !control,
    asks: [words, asText(task.description, LONG) ?? ''].some((text) => asksForMore(text.toLowerCase())),
    mayCarryOut: !control && !DESK_WORK.test(words),
    isStop: STOPS.has(control),
  };
}

function controlOf(task: ForeignRecord): string | undefined {
  const isTaskCode = (system: unknown) => system === undefined || /\btask-code$/.test(asText(system) ?? '');
  return codingsOf(task).flatMap(({ system, code }) => (isTaskCode(system) && CONTROLS.get(code)) || [])[0];
}

const carriesOut = (task: ForeignRecord) => codingsOf(task).some(({ code }) => CARRIES_OUT.has(code));

function ownWordsOf(task: ForeignRecord): string | undefined {
  const words = carriesOut(task)
    ? beganAsDeskWork(asRecord(task.code).text)
    : (asConceptText(task.code) ?? beganAsDeskWork(task.description));
  const isRequest =
    words !== undefined &&
    (wordsOf(words).every((word) => PLAIN.has(word)) || (REFERS.test(words) && !DESK_WORK.test(words)));
  return isRequest ? undefined : words;
}

/** "eReferral for cardiology consultation": the Task is the referral itself. */
const REFERS = /^(?:e-?)?referral (?:for|to) /i;

/** Words of a Task's code that say no more than that the request be carried out; "community resource" is Epic's. */
const PLAIN = new Set(
  'fulfil fulfill fullfill fulfilment fulfillment carry out perform provide request requested referral ereferral refer order service task focal community resource the a an of for to this'.split(
    ' ',
  ),
);

/** `system|code` of the first codings of a concept. A code without a system proves nothing. */
export function codesIn(concept: unknown): string[] {
  return asRecords(asRecord(concept).coding, MOST_CODES).flatMap(({ system, code }) =>
    asText(system) !== undefined && asText(code) !== undefined ? [`${asText(system)}|${asText(code)}`] : [],
  );
}

const MOST_CODES = 10;

export interface Asked {
  readonly service: string;
  readonly category: string | undefined;
  /** `system|code` of each of its codes. */
  readonly codes: readonly string[];
}

/**
 * Tells whether a Task is for the whole request: it has its code or its words, as "Provide wheelchair transport" has of a
 * wheelchair transport. "Evaluation" of "Evaluation and treatment" is only a part of it. What sounds like the work of a
 * desk, such as "Follow-up visit", is the request where the request says the same.
 */
export function isForWhole({ service, category = '', codes }: Asked) {
  const [ofService, ofCategory] = [service, category].map(tellingWords);
  return ({ telling, isOwn, mayCarryOut, codes: own }: Purpose): boolean => {
    const isSame = telling === ofService || own.some((code) => codes.includes(code));
    return (isOwn && isSame) || (mayCarryOut && telling === ofCategory);
  };
}

const tellingWords = (text: string): string =>
  [...new Set(wordsOf(text).filter((word) => !PLAIN.has(word)))].toSorted().join(' ');

/**
 * Does its description or its reason ask for the work of a desk? "Transport to a follow-up appointment" only mentions it,
 * and so does any text of a Task whose code says that it carries the request out.
 */
export function asksOfDesk(task: ForeignRecord): boolean {
  const description = asText(task.description, LONG) ?? '';
  const reason = asConceptText(task.reasonCode) ?? '';
  const isAsked = (text: string) => BEGINS_AS_DESK_WORK.test(text) || (!carriesOut(task) && ASKS.test(text));
  return isAsked(description) || (!CLINICAL.test(reason) && isAsked(reason));
}

/** A text that begins with the work of a desk, such as "Verify insurance", whatever its code says. */
function beganAsDeskWork(text: unknown): string | undefined {
  const words = asText(text, LONGEST);
  return words !== undefined && words.search(DESK_WORK) === 0 ? words : undefined;
}

const [LONGEST, LONG] = [80, 2_000];

/** The work of a desk: who pays, who agrees, what is written, whom to call, and when. */
const DESK_WORK =
  /\b(?:verif|eligib|insur|coverage|benefit|authori[sz]|prior auth|approv|review|sign(?:ature)?\b|consent|document|form\b|questionnaire|schedul|book|appointment|contact|call\b|notif|remind|follow|intake|triage|screen|bill|claim|payment|cost|regist|upload|fax|print|obtain|prepar|collect|discuss|educat|reconcil)/i;
const BEGINS_AS_DESK_WORK = new RegExp(`^(?:please |pls |kindly )?${DESK_WORK.source}`, 'i');
/** What is to be done by a desk, as a verb that begins a clause or follows "to". */
const ASKS =
  /(?:[.;:,–—-] *|\b(?:please|pls|kindly|to|and|must|should|will|can) +)(?:verif|authori[sz]e|approv|review|sign\b|obtain|schedul|book\b|contact|call\b|notif|remind|regist|upload|fax|print|prepar|collect|discuss)/i;
/** Reasons of care that begin like the work of a desk. */
const CLINICAL = /^(?:follow|screen|contact derm)/i;

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
