/** Loads the EHR's requests of one patient, checked, sorted, merged and named, as the page shows them. */
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { type NamedResource, readNamedResource } from '#src/patients/named-resource.ts';
import { type MovementLimits } from '#src/requests/progress/movement.ts';
import type { Task } from '#src/requests/progress/task.ts';
import { type BatchSupport, refusesSuch } from '#src/requests/search/batch-support.ts';
import type { IncludeSupport } from '#src/requests/search/include-support.ts';
import { describeLimits } from '#src/requests/search/scope-limits.ts';
import { maxRequests, type SearchResult, searchRequests } from '#src/requests/search/search-requests.ts';
import type { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { mergeRequests } from './merge.ts';
import { type Naming, namesItself, namingTypes, resolveNames } from './names.ts';
import { describeLeftOut, describeMerged, describeNotGranted, describeOutcome, describeRemarks } from './notices.ts';
import { identifiersOf, isOfAnotherPatient } from './own-patient.ts';
import { orderForReading } from './reading-order.ts';
import { type ReadAt, type RequestRow, toRow } from './row.ts';
import { gatherTasks, searchTasks, tasksFor } from './search-tasks.ts';
import { readServiceRequest, type ServiceRequest } from './service-request.ts';
import { onceById, sift } from './sift.ts';
import { describeProblem, type RequestsProblem } from './why-unread.ts';

/** A patient's requests as the page shows them. */
export interface RequestList {
  /** In reading order. */
  readonly open: readonly RequestRow[];
  readonly closed: readonly RequestRow[];
  /** How many execution details of other orders the EHR also has. */
  readonly otherOrders: number;
  readonly notices: readonly string[];
  /** Why nothing, or not everything, could be read. */
  readonly problem: RequestsProblem | undefined;
  /** Requests of another patient arrived with this patient's. */
  readonly hasOthers?: boolean;
  /** The EHR was not asked, so the page claims nothing about what it has. */
  readonly isUnread?: boolean;
  /**
   * The ids of all requests that were read, by `system|value` and `ServiceRequest/id`; undefined where the EHR was not
   * asked.
   */
  readonly identifiers?: ReadonlyMap<string, string>;
}

/** What loading the list depends on besides the EHR. */
export interface RequestListOptions extends Pick<Naming, 'user' | 'batches' | 'remembered'>, Pick<ReadAt, 'encounter'> {
  /** The launch's patient, already checked (LC-02). */
  readonly patientId: string;
  /** Whether the granted scopes allow searching ServiceRequest; if they do not, the EHR is not asked (SCO-19). */
  readonly grantedSearch: boolean;
  readonly now: Date;
  /** The organization's; default: the server's. */
  readonly timeZone?: string;
  /** Whether the granted scopes allow reading a type, for names; default: yes. */
  readonly canRead?: (resourceType: string) => boolean;
  /** `name=value` the organization's EHR wants on every search. */
  readonly searchParameters?: readonly string[];
  /** What the EHR can include to name the parties; if undefined, nothing is requested. */
  readonly includes?: IncludeSupport | undefined;
  /** The searches that limit which requests the granted scopes cover, as `name=value&…`; default: nothing does. */
  readonly limits?: readonly string[];
  /** Whether the granted scopes allow including Tasks with the requests; default: no. */
  readonly mayHaveTasks?: boolean;
  /** What is known of Task at this EHR; undefined if Task is not to be searched by itself. */
  readonly tasks?: BatchSupport | undefined;
  /** After how many days without movement a request is flagged; default: never. */
  readonly movement?: MovementLimits;
  readonly helpDeskName?: string;
}

/**
 * Loads the list with one search and its pages. Only requests whose subject is this patient are shown (LC-06).
 *
 * A failure of the EHR is not thrown: it becomes `problem`, with everything that could still be read.
 */
export async function loadRequests(api: FhirApi, options: RequestListOptions): Promise<RequestList> {
  const { helpDeskName = '', batches, remembered, includes, movement, encounter } = options;
  if (!options.grantedSearch) {
    return {
      open: [],
      closed: [],
      otherOrders: 0,
      notices: [],
      problem: describeProblem('not-granted', false, { helpDeskName }),
    };
  }
  const { patientId, now, timeZone = serverTimeZone, canRead = () => true, user, limits = [] } = options;
  const found = await search(api, options);
  const sifted = sift(found.requests, patientId);
  const shown = orderForReading(sifted.requests).slice(0, maxRequests);
  const { kept, replacedBy, ...merged } = mergeRequests(shown, sifted.inDoubt);
  const taskOf = tasksFor(found.tasks, merged.referred);
  const owners = kept.flatMap((request) => taskOf(request)?.owner ?? []);
  const others = kept.flatMap(({ performers, requester }) => [...performers, ...(requester ? [requester] : [])]);
  const isNamed = (party: (typeof others)[number]) => namesItself(party) || party.local === user?.reference;
  if (others.length > 0) includes?.noteNaming({ isComplete: others.every(isNamed) });
  const parties = [...owners, ...others];
  const naming = { included: found.included, now, patientId, canRead, user, batches, remembered };
  const { nameOf, isUser, notGranted } = await resolveNames(api, parties, naming);
  const at = { now, timeZone, limits: movement, isUser, encounter };
  const rows = kept.map((request) => toRow(request, nameOf, at, taskOf(request), replacedBy(request)));
  const { end, counted, unreadable, limitedBy } = found.result;
  const otherPatients = sifted.otherPatients + found.otherTasks;
  const hasMore = end === 'more' || sifted.requests.length > shown.length;
  return {
    open: rows.filter((row) => row.status.group === 'open'),
    closed: rows.filter((row) => row.status.group === 'closed'),
    otherOrders: sifted.otherOrders,
    notices: [
      ...describeLimits(limits),
      ...describeLeftOut({ ...sifted, otherPatients, unreadable, counted, limitedBy, hasMore, helpDeskName }),
      ...describeMerged({ ...merged, inDoubt: onceById(sifted.inDoubt), disputed: sifted.disputed }),
      ...describeNotGranted(notGranted, helpDeskName),
      ...found.taskNotices,
      ...describeRemarks([...found.remarks]),
    ],
    problem: problemOf(found, helpDeskName),
    hasOthers: otherPatients > 0,
    identifiers: found.identifiers,
  };
}

interface Found {
  readonly identifiers: Map<string, string>;
  readonly requests: ServiceRequest[];
  readonly tasks: readonly Task[];
  /** Tasks of another patient. */
  readonly otherTasks: number;
  readonly taskNotices: readonly string[];
  /** Included resources of other types, used only for names. */
  readonly included: NamedResource[];
  /** The EHR's own remarks, each once. */
  readonly remarks: Set<string>;
  readonly result: SearchResult;
  /** Why the search ended early. */
  readonly failure: FhirError | undefined;
}

/** Keeps only what the list shows of each resource, as soon as it arrives (FH-12). */
async function search(api: FhirApi, options: RequestListOptions): Promise<Found> {
  const { patientId, searchParameters = [], now, timeZone = serverTimeZone, tasks: support } = options;
  const [requests, included]: [ServiceRequest[], NamedResource[]] = [[], []];
  const gathered = gatherTasks({ base: api.base, patientId, now });
  const [identifiers, remarks] = [new Map<string, string>(), new Set<string>()];
  const at = { base: api.base, now, timeZone };
  const take = (resource: ForeignRecord): void => {
    if (resource.resourceType === 'ServiceRequest') {
      requests.push(readServiceRequest(resource, at));
      if (isOfAnotherPatient(resource, patientId)) return;
      const id = asWritten(resource.id);
      for (const name of [...identifiersOf(resource), `ServiceRequest/${id}`]) identifiers.set(name, id);
    } else if (resource.resourceType === 'OperationOutcome') {
      for (const line of describeOutcome(resource)) remarks.add(line);
    } else if (resource.resourceType === 'Task') {
      gathered.take(resource);
    } else if (resource.resourceType !== 'Patient') {
      // A Patient is not kept: another patient is not named here, and the launch's own read gives this patient's name.
      included.push(readNamedResource(resource, at));
    }
  };
  const includes = mayName(options) ? (options.includes?.wanted() ?? []) : [];
  const withTasks = options.mayHaveTasks === true && options.includes?.bringsTasks() === true;
  const ask = async (along: { includes: readonly string[]; withTasks: boolean }) => {
    let failure: FhirError | undefined;
    const onFailure = (error: FhirError) => void (failure = error);
    const result = await searchRequests(api, { patientId, searchParameters, ...along, onFailure }, take);
    return { result, failure };
  };
  const askWithAll = async () => {
    const asked = await ask({ includes, withTasks });
    const isRefused = !asked.result.isBegun && asked.failure !== undefined && refusesSearch(asked.failure);
    const isMore = includes.length > 0 || withTasks;
    const answered = isMore && isRefused ? await ask({ includes: [], withTasks: false }) : asked;
    if (answered !== asked && answered.result.isBegun) options.includes?.noteRefused();
    return answered;
  };
  const asking = askWithAll();
  const askForTasks = async () => {
    // Included Tasks need no search of their own, and without a readable request there is nothing they could be about.
    const { result } = withTasks ? await asking : {};
    if (!support || (result && (result.hasTasks || !result.isBegun))) return [];
    return searchTasks(api, { patientId, searchParameters, support }, gathered.take);
  };
  const [answered, taskNotices] = await Promise.all([asking, askForTasks()]);
  const { tasks } = gathered;
  const otherTasks = gathered.countOthers();
  return { requests, tasks, otherTasks, taskNotices, included, remarks, identifiers, ...answered };
}

/** Named resources are included only if the granted scopes allow reading at least one of their types (SCO-19). */
function mayName({ canRead = () => true }: RequestListOptions): boolean {
  return [...namingTypes].some(canRead);
}

/** Some servers answer 500 to a parameter that they do not know. */
function refusesSearch(error: FhirError): boolean {
  return refusesSuch(error) || error.status === 500;
}

function problemOf({ result: { end, isBegun }, failure }: Found, helpDeskName: string): RequestsProblem | undefined {
  if (end === 'complete' || end === 'more') return undefined;
  return describeProblem(end, isBegun, { failure, helpDeskName });
}
