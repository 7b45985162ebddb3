/** Reads one request with everything its page shows: in one batch if the kept list has it, otherwise in two calls. */
import { mayBeOfOther } from '#src/patients/patient-of-resource.ts';
import { isCut } from '#src/requests/list/search-tasks.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { groupOf, isOnlyPart } from '#src/requests/progress/named-requests.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { withSearchParameters } from '#src/requests/search/extra-parameters.ts';
import { entryStatus, mayPass, sendBatch } from '#src/requests/search/send-batch.ts';
import { answered, type FhirError, fhirErrorOf, nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference, referencesToRead, requisitionOf } from '#src/smart/fhir/reference.ts';
import type { Permission } from '#src/smart/scopes/reach.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

/**
 * The types of events, each with the FHIR R4 search parameter that is sent besides `patient`. Task is searched by
 * patient alone, because Epic supports no other parameter that fits; Tasks about other requests are left out later.
 */
const EVENT_SEARCHES = [
  ['Task', undefined],
  ['Provenance', 'target'],
  ['Appointment', 'based-on'],
  ['Communication', 'based-on'],
] as const;
const MOST_EVENTS = 200;
const MOST_SIBLINGS = 50;

export interface DetailOptions {
  readonly requestId: string;
  /** The launch's patient, already checked (LC-02). */
  readonly patientId: string;
  /** The `Type/id` references that its row in the list names; undefined where no kept list has the request. */
  readonly references: readonly string[] | undefined;
  readonly mayUse: (permission: Permission) => boolean;
  readonly batches: EhrLack;
  readonly searchParameters: readonly string[];
  /** Whether the page must know if another request has replaced this one. */
  readonly mayBeReplaced: (resource: ForeignRecord) => boolean;
}

/** A request as received, with the resources that were read for it. Only their patient has been checked. */
export interface ReadDetail {
  readonly kind: 'read';
  readonly resource: ForeignRecord;
  /** Resources that the request refers to: the patient's own, or of a type that is about no patient. */
  readonly referred: readonly ForeignRecord[];
  /** Tasks, Provenances, Appointments and Communications that the EHR found for it. */
  readonly events: readonly ForeignRecord[];
  /** Other requests of the patient; they are read only without a kept list, for an active one and one that may be replaced. */
  readonly siblings: readonly ForeignRecord[];
  /** The EHR takes no batch, or the batch failed, so names and events were not read. */
  readonly isAlone: boolean;
  /** The EHR has more events than it sent, or failed to answer a part of the batch. */
  readonly isPartial: boolean;
}

/** `absent`: not there, deleted, entered in error, or another patient's. No page shows which. */
export type DetailResult =
  | ReadDetail
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly failure: FhirError };

/** A failure of the EHR is returned, not thrown. */
export async function readDetail(api: FhirApi, options: DetailOptions): Promise<DetailResult> {
  const { references } = options;
  try {
    return await (references ? readListed(api, options, references) : readUnlisted(api, options));
  } catch (error) {
    const failure = fhirErrorOf(error);
    // Many EHRs refuse what is another patient's: a refusal of what no list has must not tell that it exists.
    return references || failure.failure !== 'refused' ? failedAs(failure) : { kind: 'absent' };
  }
}

/** Makes one call, or two if the EHR turns out to take no batch. */
async function readListed(api: FhirApi, options: DetailOptions, references: readonly string[]): Promise<DetailResult> {
  const own = `ServiceRequest/${options.requestId}`;
  const batch = await readBatch(api, [own, ...askable(references, options)], options);
  if (!batch) return detailOf(api, await api.get(own), undefined, options);
  const resource = batch.resources.find((one) => one.resourceType === 'ServiceRequest' && one.id === options.requestId);
  if (resource) return detailOf(api, resource, batch, options);
  const { first } = batch;
  return first ? failedAs(first) : { kind: 'absent' };
}

/** The request first, because only it says what it refers to. A failed batch only leaves out names and events. */
async function readUnlisted(api: FhirApi, options: DetailOptions): Promise<DetailResult> {
  const resource = await api.get(`ServiceRequest/${options.requestId}`);
  const alone = detailOf(api, resource, undefined, options);
  if (alone.kind !== 'read') return alone;
  const references = askable(referencesToRead(resource, api.base), options);
  // An order that a provider has made an own one from is not without a provider.
  const withSiblings = codeOf(resource.status) === 'active' || options.mayBeReplaced(resource);
  const batch = await readBatch(api, references, options, withSiblings).catch(nothingOf);
  return detailOf(api, resource, batch, options);
}

function failedAs(failure: FhirError): DetailResult {
  return failure.failure === 'not-found' ? { kind: 'absent' } : { kind: 'failed', failure };
}

/** Only resources that may be read are requested (SCO-19). */
function askable(references: readonly string[], { mayUse }: DetailOptions): string[] {
  return references.filter((reference) => mayUse({ type: reference.split('/')[0] ?? '', interaction: 'r' }));
}

/** Only types that may be searched are requested (SCO-19). */
function searchOf(
  type: string,
  count: number,
  { patientId, searchParameters, mayUse }: DetailOptions,
  others: Record<string, string> = {},
): string[] {
  if (!mayUse({ type, interaction: 's' })) return [];
  const query = new URLSearchParams({ patient: patientId, _count: String(count), ...others });
  return [`${type}?${withSearchParameters(query, searchParameters)}`];
}

/** @returns undefined where the EHR takes no batch. */
async function readBatch(
  api: FhirApi,
  reads: readonly string[],
  options: DetailOptions,
  withSiblings = false,
): Promise<BatchAnswer | undefined> {
  const events = EVENT_SEARCHES.flatMap(([type, parameter]) =>
    searchOf(type, MOST_EVENTS, options, parameter && { [parameter]: `ServiceRequest/${options.requestId}` }),
  );
  const own = [...reads, ...events];
  const urls = [...own, ...(withSiblings ? searchOf('ServiceRequest', MOST_SIBLINGS, options) : [])];
  const entries = urls.length === 0 ? [] : await sendBatch(api, urls, options.batches);
  return entries === 'no-batch' ? undefined : batchAnswerOf(entries.slice(0, own.length), entries.slice(own.length));
}

type BatchAnswer = ReturnType<typeof batchAnswerOf>;

/** `first` is the failure of the first read, with what the EHR says of it. */
function batchAnswerOf(entries: readonly ForeignRecord[], others: readonly ForeignRecord[]) {
  const hasNext = ({ resource }: ForeignRecord) =>
    asRecords(asRecord(resource).link).some(({ relation }) => codeOf(relation) === 'next');
  // As for the list, an answer that holds something back is not whole.
  const isHeldBack = (entry: ForeignRecord) =>
    asRecord(entry.resource).resourceType === 'Bundle' && resourcesOf(entry).some(isCut);
  const [{ response, resource } = {}] = entries;
  const status = entryStatus({ response }) ?? 0;
  return {
    resources: entries.flatMap(resourcesOf),
    siblings: others.flatMap(resourcesOf),
    first:
      status < 400 ? undefined : answered(status, undefined, JSON.stringify(asRecord(response).outcome ?? resource)),
    isPartial: entries.some((entry) => hasNext(entry) || isHeldBack(entry) || mayPass(entryStatus(entry))),
  };
}

/** The answer to a search is a Bundle of its own. */
function resourcesOf(entry: ForeignRecord): ForeignRecord[] {
  const resource = asRecord(entry.resource);
  if (resource.resourceType !== 'Bundle') return [resource];
  return asRecords(resource.entry, MOST_EVENTS).map((one) => asRecord(one.resource));
}

/** A request is shown only if its own subject is this patient; what came with it, only if it is about this request. */
function detailOf(
  api: FhirApi,
  resource: ForeignRecord,
  batch: BatchAnswer | undefined,
  { requestId, patientId }: DetailOptions,
): DetailResult {
  const localOf = (reference: unknown) => localReference(reference, api.base);
  const isOwn = resource.resourceType === 'ServiceRequest' && resource.id === requestId;
  const isInError = codeOf(resource.status) === 'entered-in-error';
  if (!isOwn || isInError || localOf(resource.subject) !== `Patient/${patientId}`) return { kind: 'absent' };
  const others = (batch?.resources ?? []).filter((one) => !mayBeOfOther(one, localOf, patientId));
  const siblings = (batch?.siblings ?? []).filter(
    (one) => one.resourceType === 'ServiceRequest' && localOf(one.subject) === `Patient/${patientId}`,
  );
  const isEvent = ({ resourceType }: ForeignRecord) => EVENT_SEARCHES.some(([type]) => type === resourceType);
  const isAbout = (event: ForeignRecord) =>
    (groupOf(event) ?? '') === requisitionOf(asRecord(resource.requisition)) ||
    ['focus', 'basedOn', 'target', 'about', 'partOf']
      .flatMap((name) => asRecords(event[name]))
      .some((reference) => localOf(reference) === `ServiceRequest/${requestId}`);
  const events = new Set(others.filter((one) => isEvent(one) && isAbout(one)));
  const parts = others
    .filter((one) => one.resourceType === 'Task' && isOnlyPart(one))
    .map((part) => ({
      part,
      wholes: new Set([part.partOf, part.focus].flatMap((one) => asRecords(one)).map(localOf)),
    }));
  // A Set also visits what is added during the loop: parts of parts.
  for (const { id } of events)
    for (const { part, wholes } of parts) if (wholes.has(`Task/${asWritten(id)}`)) events.add(part);
  return {
    kind: 'read',
    resource,
    siblings,
    referred: others.filter((one) => !isEvent(one) && one.resourceType !== 'ServiceRequest'),
    events: [...events],
    isAlone: batch === undefined,
    isPartial: batch?.isPartial === true,
  };
}
