/** What a Task asks for: to carry out its request, or something beside it that leaves the request as it is. */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** FHIR's task-code but `fulfill`: to approve, change, suspend or abort a request is not to carry it out. */
const OTHER_ERRANDS = new Set<unknown>(['approve', 'abort', 'replace', 'change', 'suspend', 'resume']);
/**
 * Errands beside a request under their authors' own codes: of Gravity's patient tasks, of Da Vinci's requests for documents
 * (HRex, CDex, PAS), and of Epic's check lists.
 */
const BESIDE =
  /^(?:make-contact|contact-patient|review-information|general-information|complete-questionnaire|data-request(?:-.*)?|attachment-request(?:-.*)?|episode-checklist)$/;

/** Has a Task of this code to do with anything but carrying out its request? */
export function isOtherErrand({ code }: ForeignRecord): boolean {
  return asRecords(asRecord(code).coding).some((coding) => {
    const system = asText(coding.system);
    const isTaskCode = system === undefined || /\btask-code$/.test(system);
    return (isTaskCode && OTHER_ERRANDS.has(coding.code)) || BESIDE.test(asText(coding.code) ?? '');
  });
}

/** FHIR's code, and that of the Canadian eReferral guides. */
const CARRIES_OUT = new Set<unknown>(['fulfill', 'fulfil', 'process-request']);

/** What the Task asks for, in its author's words; undefined where it is the request itself, or nothing is said. */
export function errandOf({ code }: ForeignRecord): string | undefined {
  const isRequest = asRecords(asRecord(code).coding).some((coding) => CARRIES_OUT.has(coding.code));
  const words = isRequest ? undefined : asConceptText(code);
  return words !== undefined && wordsOf(words).every((word) => PLAIN.has(word)) ? undefined : words;
}

/** Words of a Task's code that say no more than that the request be carried out; "community resource" is Epic's. */
const PLAIN = new Set(
  'fulfil fulfill fulfilment fulfillment carry out perform process handle provide request requested referral ereferral refer order service task focal community resource the a an of for to this new'.split(
    ' ',
  ),
);

/** Tells whether an errand only repeats what a request asks for: "Transport" of a wheelchair transport. */
export function repeats({ service, category = '' }: { service: string; category: string | undefined }) {
  const known = new Set([...PLAIN, ...wordsOf(service), ...wordsOf(category)]);
  return (errand: string): boolean => wordsOf(errand).every((word) => known.has(word));
}

/** Is it surely something beside the request? Of any other errand, an answer may be the provider's. */
export function isDeskWork(errand: string): boolean {
  return DESK_WORK.test(errand);
}

/** The work of a desk: who pays, who agrees, what is written, whom to call, and when. */
const DESK_WORK =
  /\b(?:verif|eligib|insur|coverage|benefit|authori[sz]|prior auth|approv|review|sign(?:ature)?\b|consent|document|form\b|questionnaire|schedul|book|appointment|contact|call\b|notif|remind|follow|intake|triage|screen|bill|claim|payment|cost|regist|upload|fax|print|obtain|prepar|collect|discuss|educat|reconcil)/i;

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
