/** Parses FHIR Tasks, the hand-overs of a request to a provider, and finds the newest one of each request. */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import {
  asConceptText,
  asInformation,
  asRecord,
  asRecords,
  asText,
  type ForeignRecord,
} from '#src/smart/fhir/fields.ts';
import { describeTask, isOver, type TaskWord } from './task-words.ts';

/** One hand-over as far as the list shows it. Texts are plain and bounded. */
export interface Task {
  /** `Type/id` of the requests that it is about. */
  readonly about: readonly string[];
  readonly word: TaskWord;
  /** In the provider's own words, such as "Vehicle assigned". */
  readonly remark: string | undefined;
  /** Why it was declined, cancelled or put on hold. */
  readonly reason: string | undefined;
  /** Who has it, or is asked to take it. */
  readonly owner: { readonly display: string | undefined; readonly local: string | undefined } | undefined;
  /** When it last changed, as the EHR wrote it; Tasks are ordered by `changedMs`. */
  readonly changed: string | undefined;
  readonly changedMs: number;
  /**
   * The latest moment that `changed` can mean, such as the end of a day without a time. Infinity if no date is known,
   * because the Task may be the newest.
   */
  readonly latestMs: number;
}

/**
 * Where a Task was read. `localOf` returns `Type/id` for a Reference of this FHIR base, and undefined for any other.
 */
interface ReadAt {
  readonly patientId: string;
  readonly localOf: (reference: unknown) => string | undefined;
}

/**
 * FHIR R4 Task. Never throws (FH-11).
 *
 * @returns undefined for a Task that is entered in error, is about another patient, names no request of this server,
 *   asks for something other than carrying out the request, is a part of another Task, is for the patient to do, or has
 *   conditions that may reverse its meaning.
 */
export function readTask(resource: ForeignRecord, { patientId, localOf }: ReadAt): Task | undefined {
  const isOfPatient = resource.for === undefined || localOf(resource.for) === `Patient/${patientId}`;
  const word = describeTask(resource.status, codesOf(resource.businessStatus));
  const about = requestsOf(resource)
    .map(localOf)
    .filter((local) => local?.startsWith('ServiceRequest/') === true);
  const isHandOver = resource.resourceType === 'Task' && isWhole(resource) && conditionsOf(resource).length === 0;
  const owner = asRecord(resource.owner);
  const isPatients = /^(?:Patient|RelatedPerson)\//.test(localOf(owner) ?? '');
  if (!isHandOver || !isOfPatient || isPatients || !word || about.length === 0) return undefined;
  const party = { display: asInformation(owner.display), local: localOf(owner) };
  const changed = [resource.lastModified, asRecord(resource.meta).lastUpdated, resource.authoredOn]
    .map((value) => asText(value, 40))
    .find((text) => text !== undefined && !Number.isNaN(Date.parse(text)));
  return {
    about: about.filter((local) => local !== undefined),
    word,
    remark: asConceptText(resource.businessStatus),
    reason: asConceptText(resource.statusReason),
    owner: party.display === undefined && party.local === undefined ? undefined : party,
    changed,
    changedMs: changed === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(changed),
    latestMs: changed === undefined ? Infinity : Date.parse(changed) + (changed.includes('T') ? 0 : DAY_MS),
  };
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * A Task is about its focus: if the focus is a form to fill in, the Task ends the form, not the request in `basedOn`.
 */
function requestsOf({ focus, basedOn }: ForeignRecord): ForeignRecord[] {
  const [first, ...others] = asRecords(focus);
  return first ? [first, ...others] : asRecords(basedOn);
}

/** A Task that is a part of another one, or another errand, does not carry out the whole request. */
function isWhole(resource: ForeignRecord): boolean {
  return asRecords(resource.partOf).length === 0 && !isOtherErrand(resource);
}

/** FHIR's task-codes except `fulfill`: approving, changing, suspending or aborting a request does not carry it out. */
const OTHER_ERRANDS = new Set<unknown>(['approve', 'abort', 'replace', 'change', 'suspend', 'resume']);
/**
 * Codes of errands that accompany a request: from Gravity's patient tasks, from Da Vinci's requests for documents
 * (HRex, CDex, PAS), and from Epic's checklists.
 */
const BESIDE =
  /^(?:make-contact|contact-patient|review-information|general-information|complete-questionnaire|data-request(?:-.*)?|attachment-request(?:-.*)?|episode-checklist)$/;

/** Whether a Task of this code is for anything other than carrying out its request. */
export function isOtherErrand({ code }: ForeignRecord): boolean {
  return asRecords(asRecord(code).coding).some((coding) => {
    const system = asText(coding.system);
    const isTaskCode = system === undefined || /\btask-code$/.test(system);
    return (isTaskCode && OTHER_ERRANDS.has(coding.code)) || BESIDE.test(asText(coding.code) ?? '');
  });
}

/**
 * The newest of several Tasks, but an end has to be proved. If the newest has ended, an open Task that may be as new,
 * or that is another owner's, comes before it: another provider may still have to act. Then comes a Task that may be as
 * new and is not done.
 */
export function newestTask(tasks: readonly Task[]): Task | undefined {
  const [newest, ...older] = tasks.toSorted((a, b) => b.changedMs - a.changedMs);
  if (!newest || !isOver(newest.word)) return newest;
  const isAsNew = (task: Task) => task.latestMs >= newest.changedMs;
  return (
    older.find((task) => !isOver(task.word) && (isAsNew(task) || isOfOtherOwner(task, newest))) ??
    [newest, ...older].find((task) => isAsNew(task) && task.word.icon !== 'done') ??
    newest
  );
}

function isOfOtherOwner({ owner: one }: Task, { owner: other }: Task): boolean {
  return one !== undefined && other !== undefined && (one.local ?? one.display) !== (other.local ?? other.display);
}

/** The Task that decides for each request, by `Type/id`. */
export function newestTasks(tasks: readonly Task[]): ReadonlyMap<string, Task> {
  const byRequest = Map.groupBy(
    tasks.flatMap((task) => task.about.map((request) => ({ request, task }))),
    ({ request }) => request,
  );
  const newest = [...byRequest].map(([request, some]) => [request, newestTask(some.map(({ task }) => task))] as const);
  return new Map(newest.flatMap(([request, task]) => (task ? [[request, task]] : [])));
}

/** The codes and the text of a concept in lower case, as {@link describeTask} expects them. */
export function codesOf(concept: unknown): string[] {
  const { coding, text } = asRecord(concept);
  return [...asRecords(coding).map(({ code }) => code), text].flatMap((code) => asText(code, 60)?.toLowerCase() ?? []);
}
