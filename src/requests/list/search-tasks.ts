/** Reads a patient's Tasks, if the EHR has any: they say what became of requests at their providers. */
import { cached } from '#src/adapters/cache.ts';
import { isOfAnotherPatient } from '#src/patients/patient-of-resource.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { wasCarriedOut } from '#src/requests/progress/done.ts';
import { isUnread, namesOnlyNumber } from '#src/requests/progress/named-requests.ts';
import { readTask, type Task } from '#src/requests/progress/task.ts';
import { newestTask, type TasksTogether, tasksTogether } from '#src/requests/progress/task-of-request.ts';
import { done, doneInDoubt } from '#src/requests/progress/task-words.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import { entriesOf, nextLink, UNKNOWN_PAGE } from '#src/requests/search/search-requests.ts';
import { fhirErrorOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord, MOST_READ } from '#src/smart/fhir/fields.ts';
import { RESTRICTED_CODES, summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import type { ServiceRequest } from './service-request.ts';

const MOST_TASKS = 200;
const MOST_PAGES = 5;
/** After which no further page is read (FH-12). */
const MOST_BYTES = 5_000_000;
const UNREAD = 'Answers from providers could not be read. See the EHR.';
/** The newest Task of a request may be among those that did not come. */
export const IN_PART = 'Some answers from providers could not be read. See the EHR.';

/** The server does not know the type. Any other refusal may be about this user or this moment, so the list says it. */
const NO_SUCH_TYPE = new Set<unknown>([404, 405, 410, 501]);

const MOST_KEPT = 1_000;
/** How many of a request's providers its page reads. */
const MOST_OWNERS = 8;

/** Collects Tasks from any answer; a Task of another patient is counted and dropped (LC-06). */
export function gatherTasks(at: { base: URL; patientId: string; now: Date }) {
  const [tasks, others, numbered]: [Task[], Set<unknown>, Set<unknown>] = [[], new Set(), new Set()];
  const inError = new Set<unknown>();
  const ids = new Set<unknown>();
  /** Whether the records that came say that it was carried out, by `Type/id`. */
  const records = new Map<string, boolean>();
  const judged = (task: Task): Task => {
    const said = task.records.map((local) => records.get(local));
    if (said.includes(false) && (task.word === done || task.unproved))
      return { ...task, word: doneInDoubt, unproved: undefined };
    return said.includes(undefined) ? { ...task, isUnseen: true } : task;
  };
  let hasUnread = false;
  return {
    /** None of which a version is entered in error. The part of a part of a part is about the same request. */
    tasks: () => {
      const current = tasks.filter(({ id }) => id === undefined || !inError.has(id));
      return withParts(withParts(withParts(current.map(judged))));
    },
    /** A resource of this patient that may be the result of a Task. */
    takeRecord: (resource: ForeignRecord): void => {
      records.set(`${asWritten(resource.resourceType)}/${asWritten(resource.id)}`, wasCarriedOut(resource));
    },
    countOthers: () => others.size,
    /** One line if Tasks name their requests only by a number. */
    notices: (): string[] => (numbered.size === 0 ? [] : [numberedText(numbered.size)]),
    /** One was too many, or may be about a request of this patient and cannot be read as a hand-over of it. */
    hasUnread: () => hasUnread || tasks.some((task) => isBare(task) && !parentsOf(task).some((id) => ids.has(id))),
    take: (resource: ForeignRecord): void => {
      ids.add(resource.id);
      if (isOfAnotherPatient(resource, at.patientId)) return void others.add(resource.id ?? resource);
      if (codeOf(resource.status) === 'entered-in-error') return void inError.add(resource.id);
      const task = readTask(resource, at);
      if (task && tasks.length < MOST_KEPT) tasks.push(task);
      else if (task) hasUnread = true;
      else if (namesOnlyNumber(resource)) numbered.add(resource.id ?? resource);
      else hasUnread ||= isUnread(resource, at.base);
    },
  };
}

/** The most Tasks of which one is a part; of more, as of an unknown one, it is not known what it is about. */
const MOST_PARENTS = 5;

const isBare = ({ about, group }: Task) => about.length === 0 && group === undefined;
const parentsOf = ({ purpose }: Task) => {
  const { parents = [] } = purpose ?? {};
  return parents.length > MOST_PARENTS ? [] : parents;
};

/** A Task that names no request is about that of the Task that it is a part of. */
function withParts(tasks: readonly Task[]): readonly Task[] {
  if (!tasks.some(isBare)) return tasks;
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return tasks.map((task) => {
    const parents = isBare(task) ? parentsOf(task).flatMap((id) => byId.get(id) ?? []) : [task];
    const about = [...new Set(parents.flatMap((one) => one.about))].slice(0, MOST_READ);
    return { ...task, about, group: parents.find(({ group }) => group !== undefined)?.group };
  });
}

function numberedText(count: number): string {
  const what =
    count === 1 ? '1 answer from a provider names its request' : `${count} answers from providers name their requests`;
  return `${what} only by a number, so the list does not say which request is meant. See the EHR.`;
}

/** @returns one line if Tasks could not be read now; an EHR without Task is asked once an hour and causes no line. */
export async function searchTasks(
  api: FhirApi,
  options: { patientId: string; searchParameters: readonly string[]; support: EhrLack },
  take: (resource: ForeignRecord) => void,
): Promise<string[]> {
  const { patientId, searchParameters, support } = options;
  if (support.isMissing()) return [];
  const query = new URLSearchParams({ patient: patientId, _count: String(MOST_TASKS) });
  const visited = new Set<string>();
  let [bytes, isPart] = [0, false];
  const onAnswer = (answer: { size: number; isPart: boolean }) => {
    bytes += answer.size;
    isPart ||= answer.isPart;
  };
  let next: string | undefined = `Task?${withSearchParameters(query, searchParameters)}`;
  try {
    while (next !== undefined) {
      if (next === UNKNOWN_PAGE || visited.has(next) || visited.size >= MOST_PAGES || bytes >= MOST_BYTES)
        return [IN_PART];
      visited.add(next);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one.
      const bundle = await api.get(next, onAnswer);
      if (bundle.resourceType === 'OperationOutcome') return [UNREAD];
      for (const { resource } of entriesOf(bundle)) {
        isPart ||= isCut(asRecord(resource));
        take(asRecord(resource));
      }
      next = nextLink(bundle, api.base, 'Task');
    }
    return isPart ? [IN_PART] : [];
  } catch (error) {
    const { status } = fhirErrorOf(error);
    if (visited.size > 1) return [IN_PART];
    if (!NO_SUCH_TYPE.has(status)) return [UNREAD];
    support.noteMissing();
    return [];
  }
}

/** FHIR R4 issue-type: what says that not all of an answer came. */
const CUT = new Set('incomplete suppressed too-costly timeout throttled transient forbidden security'.split(' '));

/** Epic's warning that this app was not given a kind of Task. A type that is not granted leaves nothing unheard either. */
const NOT_GIVEN = '59204';

/** Does an OperationOutcome among the answers of a search say that some are missing? */
export function isCut(resource: ForeignRecord): boolean {
  if (resource.resourceType !== 'OperationOutcome') return false;
  const isOfApp = ({ details }: ForeignRecord) =>
    asRecords(asRecord(details).coding).some(({ code }) => code === NOT_GIVEN);
  const { isFailure } = summarizeOutcome(resource);
  const { issues } = summarizeOutcome({ ...resource, issue: asRecords(resource.issue).filter((one) => !isOfApp(one)) });
  return isFailure || issues.some((code) => CUT.has(code) || RESTRICTED_CODES.has(code));
}

/** The Task of a request. @param shownAs returns the other entries that are shown as it, whose Tasks are its own too. */
export function tasksFor(tasks: readonly Task[], shownAs: (request: ServiceRequest) => readonly ServiceRequest[]) {
  const byRequest = new Map<string, Task[]>();
  for (const task of tasks) for (const local of task.about) cached(byRequest, local, () => []).push(task);
  const byGroup = Map.groupBy(tasks, ({ group }) => group);
  // Many versions of one request have the same Tasks, and so have the requests of a group.
  const [owns, groups] = [new Map<string, TasksTogether>(), new Map<string | undefined, TasksTogether>()];
  const found = new Map<ServiceRequest, Task | undefined>();
  const find = (request: ServiceRequest) => {
    const locals = [request, ...shownAs(request)].map(({ keys }) => `ServiceRequest/${keys.id}`);
    const own = cached(owns, locals.join(' '), () =>
      tasksTogether(locals.flatMap((local) => byRequest.get(local) ?? [])),
    );
    const { requisition } = request.relations;
    const ofGroup = () => tasksTogether((requisition !== undefined && byGroup.get(requisition)) || []);
    const task = newestTask(own, request, cached(groups, requisition, ofGroup));
    const owners = own.tasks.flatMap(({ owner }) => owner ?? []).slice(0, MOST_OWNERS);
    return task && owners.length > 1 ? { ...task, owners } : task;
  };
  return (request: ServiceRequest) => (tasks.length === 0 ? undefined : cached(found, request, () => find(request)));
}
