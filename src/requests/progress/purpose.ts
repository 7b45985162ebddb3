/**
 * What a Task is for: to carry out its request, to change or stop it, or something beside it. Its code decides; a text is
 * only compared with the request's own, and shown.
 */
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord, MOST_READ } from '#src/smart/fhir/fields.ts';
import { displayOf, leadsToPatient, typeNamed } from '#src/smart/fhir/reference.ts';
import { quoted } from './guide-codes.ts';
import { lettersOf } from './letters.ts';

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

/** For another desk: Gravity's patient tasks, Da Vinci's documents (HRex, CDex, PAS), Epic's check lists. */
const OF_OTHER_DESKS =
  /^(?:make-contact|contact-patient|review-(?:information|material)|general-information|complete-questionnaire|data-request(?:-.*)?|attachment-request(?:-.*)?|episode-checklist)$/;
/**
 * FHIR's code, as guides misspell it too, that of the Canadian eReferral guides, Epic's, and of SNOMED CT the transfer of
 * care of the Dutch guides and the referral of the patient.
 */
const CARRIES_OUT = new Map<unknown, string>([
  ...['fulfill', 'fulfil', 'fullfill'].map((code) => [code, 'fulfill the focal request'] as const),
  ['process-request', 'process request'],
  ['community-resource', 'community resource'],
  ['308292007', 'transfer of care'],
  ['3457005', 'patient referral'],
]);

const codingsOf = ({ code }: ForeignRecord) => asRecords(asRecord(code).coding);

/** Is a Task of this code for another desk than the provider's? */
export function isOfOtherDesk(task: ForeignRecord): boolean {
  return codingsOf(task).some(({ code }) => OF_OTHER_DESKS.test(asText(code) ?? ''));
}

/** What a Task asks for, where that is not surely the whole request. */
export interface Purpose {
  /** The EHR's own are in quotation marks. */
  readonly words: string;
  /** The letters of the EHR's own words, and its codes, to compare them with the request's; none for a control or a part. */
  readonly names: readonly string[];
  readonly part?: Part | undefined;
  /** The ids of the Tasks that it is a part of, or about; empty where one is named in no form that can be compared. */
  readonly parents?: readonly string[];
  /** Once it is completed, the request has nothing left to carry out. */
  readonly isStop: boolean;
}

/** What a Task that is a part of another says by itself: only a part of what the same request asks for is one of it. */
interface Part {
  /** Its purpose without them. */
  readonly alone: Purpose | undefined;
  /** Its code says that it carries out the request that it is about. */
  readonly carriesOut: boolean;
}

/** @returns undefined where it is the request itself, or nothing is said. */
export function purposeOf(task: ForeignRecord): Purpose | undefined {
  const alone = purposeAlone(task);
  const wholes = [...asRecords(task.partOf), ...asRecords(task.focus).filter(isTask)];
  if (wholes.length === 0) return alone;
  const ids = wholes.map(
    ({ reference }) => /\bTask\/([\w.-]{1,128})(?:\/_history\/|$)/.exec(asText(reference) ?? '')?.[1],
  );
  const parents = ids.includes(undefined) || ids.length === MOST_READ ? [] : ids.filter((id) => id !== undefined);
  // A Task may ask to cancel another one.
  if (alone && controlOf(task) !== undefined) return { ...alone, parents };
  const words = ['Part of it', alone?.words].filter(Boolean).join(', ');
  return { words, names: [], part: { alone, carriesOut: carriesOut(task) }, parents, isStop: false };
}

/** What a Task is about in place of the request that it is based on, such as an appointment. A form to fill in is none. */
export function stepOf({ focus, basedOn }: ForeignRecord): ForeignRecord | undefined {
  const others = asRecords(focus).filter((one) => !leadsToPatient(one) && !isTask(one));
  const isStep = (one: ForeignRecord) => !/^(?:ServiceRequest|Questionnaire|$)/.test(typeOf(one) ?? '');
  return basedOn !== undefined && others.every(isStep) ? others[0] : undefined;
}

/** "DocumentReference/1" on any server becomes "Document reference (see the EHR)". */
export function kindOf(reference: ForeignRecord): string {
  const type = typeOf(reference);
  const words = type?.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase() ?? '';
  return type === undefined ? 'Given in the EHR' : `${words.charAt(0).toUpperCase()}${words.slice(1)} (see the EHR)`;
}

/** Does a reference lead to a Task? */
export const isTask = (reference: ForeignRecord) => typeOf(reference) === 'Task';

function typeOf({ reference, type }: ForeignRecord): string | undefined {
  return /(?:^|\/)([A-Z][A-Za-z]{1,60})(?:\/[^/]+){1,3}$/.exec(asText(reference) ?? '')?.[1] ?? typeNamed(type);
}

function purposeAlone(task: ForeignRecord): Purpose | undefined {
  const control = controlOf(task);
  const text = carriesOut(task) ? undefined : (asConceptText(task.code) ?? asText(task.description));
  const step = stepOf(task);
  const own = step && [displayOf(step) ?? kindOf(step), control ?? (text && quoted(text))].filter(Boolean).join(', ');
  // No request has the name " ".
  if (own !== undefined) return { words: own, names: [' '], isStop: false };
  if (control !== undefined) return { words: control, names: [], isStop: STOPS.has(control) };
  return text === undefined
    ? undefined
    : { words: quoted(text), names: [lettersOf(text), ...codesIn(task.code)], isStop: false };
}

function controlOf(task: ForeignRecord): string | undefined {
  const isTaskCode = (system: unknown) => system === undefined || /\btask-code$/.test(asText(system) ?? '');
  return codingsOf(task).flatMap(({ system, code }) => (isTaskCode(system) && CONTROLS.get(code)) || [])[0];
}

const carriesOut = (task: ForeignRecord) => codingsOf(task).some(({ code }) => CARRIES_OUT.has(code));

/** What is written about the work of a Task beside its purpose, or beside the code of one that carries its request out. */
export function askedWords(task: ForeignRecord): readonly string[] {
  const codings = codingsOf(task);
  const own = codings.filter(({ code }) => CARRIES_OUT.has(code));
  const known = own.flatMap(({ code, display }) => [CARRIES_OUT.get(code), asText(display)?.toLowerCase()]);
  const others = codings.filter((one) => !own.includes(one)).map(({ display }) => display);
  const asked =
    own.length > 0 ? [asRecord(task.code).text, ...others] : asRecords(task.reasonCode).map(({ text }) => text);
  const isPurpose = own.length === 0 && asConceptText(task.code) === undefined;
  const texts = [...asked, isPurpose ? undefined : task.description].flatMap((one) => asText(one, LONG) ?? []);
  return [...new Set(texts)].filter((text) => !known.includes(text.toLowerCase()));
}

/** Of a description. */
const LONG = 500;

/** `system|code` of the first codings of a concept. A code without a system proves nothing. */
export function codesIn(concept: unknown): string[] {
  return asRecords(asRecord(concept).coding, MOST_CODES).flatMap((coding) => {
    const [system, code] = [asText(coding.system), asText(coding.code)];
    return system === undefined || code === undefined ? [] : `${system}|${code}`;
  });
}

const MOST_CODES = 10;

export interface Asked {
  readonly service: string;
  readonly category: string | undefined;
  /** `system|code` of each of its codes. */
  readonly codes: readonly string[];
}

/** A Task is for the whole request if it has one of these names: its code, or its words. Other words may be a part of it. */
export function wholeNames({ service, category = service, codes }: Asked): readonly string[] {
  return [lettersOf(service), lettersOf(category), ...codes];
}
