/** Parses FHIR Tasks, the hand-overs of a request to a provider, and finds the newest one of each request. */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { namesNobody, type PartyReference, readParty, targetType } from '#src/patients/party.ts';
import { asConceptText, asRecord, asRecords, asText, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference } from '#src/smart/fhir/reference.ts';
import { errandOf, isDeskWork, isOtherErrand, repeats } from './errand.ts';
import { describeTask, isInTrouble, isOver, type TaskWord } from './task-words.ts';

/** One hand-over as far as the list shows it. Texts are plain and bounded. */
export interface Task {
  /** Its own id; several versions of it may arrive. */
  readonly id: string | undefined;
  /** `Type/id` of the requests that it is about. */
  readonly about: readonly string[];
  readonly word: TaskWord;
  /** In the provider's own words, such as "Vehicle assigned". */
  readonly remark: string | undefined;
  /** It goes on, although its author says that the service was missed. */
  readonly isInTrouble: boolean;
  /** Why it was declined, cancelled or put on hold. */
  readonly reason: string | undefined;
  /** What it asks for, where that may be something beside the request: "Verify insurance". */
  readonly errand: string | undefined;
  /** Of one that speaks for a request: how errands beside it stand. */
  readonly beside?: string | undefined;
  /** One of them was declined, cancelled or failed although the request itself goes on. */
  readonly isDeclinedBeside?: boolean;
  /** Who has it, or is asked to take it. */
  readonly owner: PartyReference | undefined;
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
  readonly base: URL;
  readonly now: Date;
}

/**
 * FHIR R4 Task. Never throws (FH-11).
 *
 * @returns undefined for a Task that is entered in error, is about another patient, names no request of this server,
 *   asks for something other than carrying out the request, is a part of another Task, is for the patient to do, or has
 *   conditions that may reverse its meaning.
 */
export function readTask(resource: ForeignRecord, { patientId, base, now }: ReadAt): Task | undefined {
  const localOf = (reference: unknown) => localReference(reference, base);
  const isOfPatient = resource.for === undefined || localOf(resource.for) === `Patient/${patientId}`;
  const [business, reasons] = [codesOf(resource.businessStatus), codesOf(resource.statusReason)];
  const word = describeTask(resource.status, business, reasons);
  const about = requestsOf(resource)
    .map(localOf)
    .filter((local) => local?.startsWith('ServiceRequest/') === true);
  const isHandOver = resource.resourceType === 'Task' && isWhole(resource) && conditionsOf(resource).length === 0;
  const owner = asRecord(resource.owner);
  const place = { base, now, container: resource };
  const isPatients = PATIENTS_OWN.has(targetType(owner, place));
  if (!isHandOver || !isOfPatient || isPatients || !word || about.length === 0) return undefined;
  const party = readParty(owner, place);
  const changed = [resource.lastModified, asRecord(resource.meta).lastUpdated, resource.authoredOn]
    .map((value) => asText(value, 40))
    .find((text) => text !== undefined && Date.parse(text) <= now.getTime() + DAY_MS);
  return {
    id: asText(resource.id),
    about: about.filter((local) => local !== undefined),
    word,
    remark: [word.note, asConceptText(resource.businessStatus)].filter(Boolean).join(' · ') || undefined,
    isInTrouble: isInTrouble(word, business, reasons),
    reason: asConceptText(resource.statusReason),
    errand: errandOf(resource),
    owner: nameKey(party) === undefined || namesNobody(owner) ? undefined : party,
    changed,
    changedMs: changed === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(changed),
    latestMs: changed === undefined ? Infinity : Date.parse(changed) + (changed.includes('T') ? 0 : DAY_MS),
  };
}

const DAY_MS = 24 * 60 * 60_000;
/** What the patient or a relative is to do hands the request over to no provider. */
const PATIENTS_OWN = new Set<unknown>(['Patient', 'RelatedPerson']);

/**
 * A Task is about its focus: if the focus is a form to fill in, the Task ends the form, not the request in `basedOn`.
 */
function requestsOf({ focus, basedOn }: ForeignRecord): ForeignRecord[] {
  const [first, ...others] = asRecords(focus);
  return first ? [first, ...others] : asRecords(basedOn);
}

/**
 * Does a Task name its request only by a number? Orders may share a number, so it proves nothing: the Task is shown
 * with no request, and the list says so.
 */
export function namesOnlyNumber(resource: ForeignRecord): boolean {
  const word = describeTask(resource.status, codesOf(resource.businessStatus), codesOf(resource.statusReason));
  const references = requestsOf(resource);
  const isNumber = ({ reference, type, identifier }: ForeignRecord) =>
    reference === undefined && (type ?? 'ServiceRequest') === 'ServiceRequest' && asText(asRecord(identifier).value);
  return (
    word !== undefined &&
    isWhole(resource) &&
    references.length > 0 &&
    references.every((one) => Boolean(isNumber(one)))
  );
}

/** A Task that is a part of another one, or another errand, does not carry out the whole request. */
function isWhole(resource: ForeignRecord): boolean {
  return asRecords(resource.partOf).length === 0 && !isOtherErrand(resource);
}

/**
 * The newest of several Tasks, but an end has to be proved. If the newest has ended, an open Task that may be as new,
 * or that is another owner's, comes before it: another provider may still have to act. Then comes a Task that may be as
 * new and is not done.
 */
function newestOf(tasks: readonly Task[]): Task | undefined {
  const [newest, ...older] = tasks.toSorted((a, b) => b.changedMs - a.changedMs);
  if (!newest || !isOver(newest.word)) return newest;
  const isAsNew = (task: Task) => task.latestMs >= newest.changedMs;
  return (
    older.find((task) => !isOver(task.word) && (isAsNew(task) || isOfOtherOwner(task, newest))) ??
    [newest, ...older].find((task) => isAsNew(task) && task.word.icon !== 'done') ??
    newest
  );
}

/** Of one Task in several versions, such as on pages that overlap, the one that changed last. */
function onceById(tasks: readonly Task[]): readonly Task[] {
  const isNewer = (one: Task, other: Task) => one.id === other.id && one.changedMs > other.latestMs;
  return tasks.filter((task) => task.id === undefined || !tasks.some((other) => isNewer(other, task)));
}

function isOfOtherOwner({ owner: one }: Task, { owner: other }: Task): boolean {
  return one !== undefined && other !== undefined && nameKey(one) !== nameKey(other);
}

function nameKey({ local, display, contained, number }: PartyReference): string | undefined {
  return local ?? display ?? contained?.name ?? number;
}

/**
 * The Task that speaks for a request: the one that carries it out, if there is any. An errand beside it has no word about
 * who provides, and that it has ended ends nothing; a question is the clinician's turn, whatever it is about.
 *
 * @param all those about the request.
 */
export function newestTask(
  all: readonly Task[],
  request: { readonly service: string; readonly category: string | undefined },
): Task | undefined {
  if (all.length === 0) return undefined;
  const tasks = onceById(all);
  const isRepeated = repeats(request);
  const isBeside = ({ errand }: Task) => errand !== undefined && !isRepeated(errand);
  const errands = [...Map.groupBy(tasks.filter(isBeside), ({ errand }) => errand).values()];
  const latest = errands.flatMap((some) => newestOf(some) ?? []);
  const own = newestOf(tasks.filter((task) => !isBeside(task))) ?? standIn(latest);
  const newest = latest.filter(({ errand }) => own === undefined || errand !== own.errand);
  if (own?.word.icon === 'done' || newest.length === 0) return own && asOwn(own);
  const question = newest.find(({ word }) => word.icon === 'question');
  const shown = question ?? own ?? newestOf(newest);
  const beside = newest.filter((one) => one !== question && (own === undefined || PRESSING.has(one.word.icon)));
  return (
    shown && {
      ...(shown === own ? asOwn(shown) : { ...shown, owner: own?.owner }),
      beside: besideText(beside),
      isDeclinedBeside: own !== undefined && beside.some(({ word }) => word.icon === 'declined'),
    }
  );
}

/** Where no Task says that it carries the request out, one under way whose code we do not know may do so. */
function standIn(tasks: readonly Task[]): Task | undefined {
  const open = tasks.filter(({ errand = '', word }) => !isOver(word) && !isDeskWork(errand));
  const found = newestOf(open);
  return found && { ...found, remark: [found.errand, found.remark].filter(Boolean).join(': ') };
}

const asOwn = (task: Task): Task => ({ ...task, errand: undefined });

/** What the clinician has to know of an errand although the request itself goes on. */
const PRESSING = new Set<TaskWord['icon']>(['declined', 'hold']);
const MOST_BESIDE = 2;

/** "Verify insurance: declined, No coverage". */
function besideText(errands: readonly Task[]): string | undefined {
  const lines = errands.map(({ errand, word, reason }) =>
    [`${errand}: ${word.word.toLowerCase()}`, reason].filter(Boolean).join(', '),
  );
  const more = lines.length > MOST_BESIDE ? ` +${lines.length - MOST_BESIDE} more` : '';
  return `${lines.slice(0, MOST_BESIDE).join(' · ')}${more}` || undefined;
}

/** The codes and the text of a concept in lower case, as {@link describeTask} expects them. */
export function codesOf(concept: unknown): string[] {
  const { coding, text } = asRecord(concept);
  return [...asRecords(coding).flatMap(({ code, display }) => [code, display]), text].flatMap(
    (code) => asText(code)?.toLowerCase() ?? [],
  );
}
