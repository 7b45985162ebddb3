/** Asks the EHR for everything that a list is made of: requests with what they include, and Tasks. */
import { cached } from '#src/adapters/cache.ts';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { type NamedResource, readNamedResource } from '#src/patients/named-resource.ts';
import { isOfAnotherPatient, mayBeOfOther, numbersOf } from '#src/patients/patient-of-resource.ts';
import type { MovementLimits } from '#src/requests/progress/movement.ts';
import { type EhrLack, refusesSuch } from '#src/requests/search/ehr-lacks.ts';
import type { IncludeSupport } from '#src/requests/search/include-support.ts';
import { maxRequests, type SearchResult, searchRequests } from '#src/requests/search/search-requests.ts';
import type { FhirError } from '#src/smart/fhir/fhir-error.ts';
import { asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isEntryName, localReference } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { REASON_ELSEWHERE } from './concepts.ts';
import { type Naming, namingTypes } from './names.ts';
import { describeOutcome } from './notices.ts';
import { isError, reasonIn } from './resource-words.ts';
import type { ReadAt } from './row.ts';
import { gatherTasks, IN_PART, searchTasks } from './search-tasks.ts';
import { readServiceRequest, type ServiceRequest } from './service-request.ts';
import { isRestricted, isWithheld } from './withheld.ts';

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
  readonly tasks?: EhrLack | undefined;
  /** What is known of long pages at this EHR; undefined if they are not to be asked for. */
  readonly longPages?: EhrLack | undefined;
  /** Whether the EHR may have Tasks that are not asked for; default: no. */
  readonly isTaskUnsure?: boolean;
  /** After how many days without movement a request is flagged; default: never. */
  readonly movement?: MovementLimits;
  readonly helpDeskName?: string;
  /** The system of the identifiers by which this app finds what it created. */
  readonly ownSystem?: string;
}

/**
 * Searches requests and, if they do not come along, Tasks. Keeps only what the list shows of each resource, as soon as it
 * arrives (FH-12), and checks nothing yet. A failure of the EHR is not thrown: it is the result's `failure`.
 */
export async function askForList(api: FhirApi, options: RequestListOptions) {
  const { patientId, searchParameters = [], now, timeZone = serverTimeZone, tasks: support } = options;
  const [requests, included]: [ServiceRequest[], NamedResource[]] = [[], []];
  const gathered = gatherTasks({ base: api.base, patientId, now });
  const [identifiers, remarks] = [new Map<string, string>(), new Set<string>()];
  const reasons = new Map<string, Set<string>>();
  /** What each `urn:` stands for, in this answer. */
  const entryNames = new Map<string, Set<string>>();
  const at = { base: api.base, now, timeZone };
  const localOf = (reference: unknown) => localReference(reference, api.base);
  const takeRemarks = (...outcome: Parameters<typeof describeOutcome>): void => {
    for (const line of describeOutcome(...outcome)) remarks.add(line);
  };
  const take = (resource: ForeignRecord, fullUrl: unknown): void => {
    const { id: own, name: names } = resource;
    if (isEntryName(fullUrl)) cached(entryNames, fullUrl, () => new Set()).add(JSON.stringify([own, names]));
    if (resource.resourceType === 'ServiceRequest') {
      requests.push(readServiceRequest(resource, at));
      if (isOfAnotherPatient(resource, patientId)) return;
      const id = asWritten(resource.id);
      for (const name of [...numbersOf(resource), `ServiceRequest/${id}`]) identifiers.set(name, id);
    } else if (resource.resourceType === 'OperationOutcome') {
      takeRemarks(resource, 'requests');
    } else if (resource.resourceType === 'Task') {
      gathered.take(resource);
    } else if (resource.resourceType !== 'Patient' && !mayBeOfOther(resource, localOf, patientId)) {
      // Not kept: a Patient, whose name the launch's own read gives, and a relative, a team or a device of another one.
      const named = readNamedResource(resource, at);
      included.push(named, ...(isEntryName(fullUrl) ? [{ ...named, reference: fullUrl }] : []));
      gathered.takeRecord(resource);
      const reason = reasonAlong(resource, options);
      if (reason !== undefined && named.reference !== undefined)
        cached(reasons, named.reference, () => new Set()).add(reason);
    }
  };
  const beforeNextPage = () => {
    for (const { keys } of requests) keys.writeDown();
  };
  const includes = mayName(options) ? (options.includes?.wanted() ?? []) : [];
  const withTasks = options.mayHaveTasks === true && options.includes?.bringsTasks() === true;
  const ask = async (along: { includes: readonly string[]; withTasks: boolean; atOnce: boolean }) => {
    let failure: FhirError | undefined;
    const onFailure = (error: FhirError) => void (failure = error);
    const search = { patientId, searchParameters, ...along, beforeNextPage, onFailure };
    const result = await searchRequests(api, search, take);
    return { result, failure };
  };
  const askWithAll = async () => {
    const atOnce = options.longPages?.isMissing() === false;
    const first = await ask({ includes, withTasks, atOnce });
    if (atOnce && isCutShort(first) && requests.length < maxRequests) options.longPages?.noteMissing();
    const isTooLong = atOnce && isUnanswered(first, refusesLength);
    const asked = isTooLong ? await ask({ includes, withTasks, atOnce: false }) : first;
    if (isTooLong && asked.result.isBegun) options.longPages?.noteMissing();
    const isMore = includes.length > 0 || withTasks;
    if (!isMore || !isUnanswered(asked, refusesSearch)) return asked;
    const answered = await ask({ includes: [], withTasks: false, atOnce: false });
    if (answered.result.isBegun) options.includes?.noteRefused();
    return answered;
  };
  const asking = askWithAll();
  const askForTasks = async () => {
    // Included Tasks need no search of their own, but those of a group, which name no request, are not included. Without
    // a readable request there is nothing they could be about.
    const { result } = withTasks ? await asking : {};
    const mayBeGroups = requests.some(({ relations }) => relations.requisition !== undefined);
    if (!support || (result && ((result.hasTasks && !mayBeGroups) || !result.isBegun))) return [];
    return searchTasks(api, { patientId, searchParameters, support }, (resource) =>
      resource.resourceType === 'OperationOutcome'
        ? takeRemarks(resource, 'providers’ answers')
        : gathered.take(resource),
    );
  };
  const [answered, failed] = await Promise.all([asking, askForTasks()]);
  const otherTasks = gathered.countOthers();
  const unread = gathered.hasUnread() && failed.length === 0 ? [IN_PART] : failed;
  const taskNotices = [...unread, ...gathered.notices()];
  // Answers of providers were not read, or not all of them.
  const isCut = withTasks && answered.result.end !== 'complete';
  const isUnheard = taskNotices.length > 0 || options.isTaskUnsure === true || isCut;
  const heard = { tasks: gathered.tasks(), otherTasks, taskNotices, isUnheard };
  return {
    requests: requests.map((one) => withReasons(one, reasons)),
    ...heard,
    // A name that two entries have names neither.
    included: included.filter(({ reference = '' }) => (entryNames.get(reference)?.size ?? 0) < 2),
    remarks,
    identifiers,
    ...answered,
  };
}

/** FHIR R4 ServiceRequest.reasonReference, but a document, whose name is no reason. */
const REASONS = new Set<unknown>(['Condition', 'Observation', 'DiagnosticReport']);

/**
 * Its words; empty for one entered in error. Undefined for what only the request's page shows: what may not be
 * read (SCO-19), what few may see, what may lack that it is refuted, and what was found in another person or thing.
 */
function reasonAlong(resource: ForeignRecord, { canRead = () => true }: RequestListOptions): string | undefined {
  const { resourceType, focus } = resource;
  if (!REASONS.has(resourceType) || focus !== undefined || !canRead(asWritten(resourceType))) return undefined;
  if (isRestricted(resource) || isWithheld(resource)) return undefined;
  return isError(resource) ? '' : reasonIn(resource);
}

/** With the reasons that came along. @param found by `Type/id`; several versions of one are all shown. */
function withReasons(request: ServiceRequest, found: ReadonlyMap<string, ReadonlySet<string>>): ServiceRequest {
  const { reasons, unnamed } = request;
  if (!unnamed.some((local) => found.has(local))) return request;
  const known = reasons.filter((one) => one !== REASON_ELSEWHERE);
  const given = unnamed.map((local) => [...(found.get(local) ?? [])]);
  const said = new Set([...known, ...given.flatMap((words) => (words.includes('') ? [] : words))]);
  const isWhole = unnamed.every((local) => found.has(local));
  return { ...request, reasons: [...said, ...(isWhole ? [] : [REASON_ELSEWHERE])] };
}

/** Named resources are included only if the granted scopes allow reading at least one of their types (SCO-19). */
function mayName({ canRead = () => true }: RequestListOptions): boolean {
  return [...namingTypes].some(canRead);
}

function isUnanswered(
  { result, failure }: { result: SearchResult; failure: FhirError | undefined },
  isRefusal: (error: FhirError) => boolean,
): boolean {
  return !result.isBegun && failure !== undefined && isRefusal(failure);
}

/** A gateway may give up on a long page, and a server may send its shortest pages instead: the next list asks for 50. */
function isCutShort({ result, failure }: { result: SearchResult; failure: FhirError | undefined }): boolean {
  return result.end === 'more' || failure?.failure === 'timeout' || failure?.failure === 'unavailable';
}

/** A page may be longer than the EHR sends, or than this app reads. Other refusals are not about its length. */
function refusesLength(error: FhirError): boolean {
  return refusesSearch(error) && ![403, 404, 410].includes(error.status ?? 0);
}

/** Some servers answer 500 to a parameter that they do not know. */
function refusesSearch(error: FhirError): boolean {
  return refusesSuch(error) || error.status === 500;
}
