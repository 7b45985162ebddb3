/** Selects the requests that are this patient's, valid, in their newest version, and no execution details of other orders. */
import type { ServiceRequest } from './service-request.ts';

/** Another patient's entry is counted and dropped before anything else of it is used. */
export function sift(all: readonly ServiceRequest[], patientId: string) {
  const { own = [], others = [] } = Object.groupBy(all, ({ subject }) =>
    subject === `Patient/${patientId}` ? 'own' : 'others',
  );
  const { newest, inDoubt } = newestVersions(own);
  const valid = newest.filter((request) => !request.isEnteredInError);
  const requests = valid.filter((request) => !request.isDerivedOrder);
  const idsOfOthers = new Set(others.flatMap(({ keys }) => keys.id ?? []));
  const count = (some: readonly ServiceRequest[]) => onceById(some).length;
  const isOfPatient = ({ subject }: ServiceRequest) => subject?.startsWith('Patient/') === true;
  return {
    requests,
    inDoubt,
    /** This patient's requests whose id also arrived without this patient as the subject. */
    disputed: onceById(requests.filter(({ keys }) => keys.id !== undefined && idsOfOthers.has(keys.id))),
    otherPatients: count(others.filter(isOfPatient)),
    unknownPatients: count(others.filter((request) => !isOfPatient(request))),
    inError: onceById(newest.filter((request) => request.isEnteredInError)),
    otherOrders: onceById(valid.filter((request) => request.isDerivedOrder)),
  };
}

/** Pages may overlap: the same resource twice is one. */
export function onceById(requests: Iterable<ServiceRequest>): ServiceRequest[] {
  return [...new Map([...requests].map((request) => [request.keys.id ?? request, request])).values()];
}

/**
 * The newest by `meta.versionId` and `meta.lastUpdated`. An entry is dropped only if another is proved newer:
 * numbers or instants say so without contradiction. Entries of equal content count as one. @param requests of one patient; the order is kept.
 * @returns `inDoubt`: different versions of one id of which none is proved to be the newest; all of them stay.
 */
export function newestVersions(requests: readonly ServiceRequest[]) {
  const byId = Map.groupBy(requests, (request) => request.keys.id ?? request);
  const left = [...byId.values()].map(withoutOlder);
  const newest = new Set(left.flat());
  const inDoubt = new Set(left.filter(({ length }) => length > 1).flat());
  return { newest: requests.filter((request) => newest.has(request)), inDoubt };
}

function withoutOlder(versions: readonly ServiceRequest[]): readonly ServiceRequest[] {
  if (versions.length === 1) return versions;
  const notOlder = versions.filter((one) => !versions.some((other) => isNewer(other, one)));
  // If versions contradict each other in a circle, none is left: then nothing is proved and all of them stay.
  const left = notOlder.length > 0 ? notOlder : versions;
  return [...new Map(left.map((one) => [one.keys.content().digest ?? one, one])).values()];
}

const isNewer = (one: ServiceRequest, other: ServiceRequest) => isNewerVersion(one.keys.version, other.keys.version);

/** Whether numbers or instants prove it, without contradiction. */
export function isNewerVersion(a: Version, b: Version): boolean {
  const byNumber = compare(a.number, b.number);
  const byMoment = compare(a.updatedMs, b.updatedMs);
  return byNumber + byMoment > 0;
}

type Version = Partial<ServiceRequest['keys']['version']>;

function compare<Value extends bigint | number>(a: Value | undefined, b: Value | undefined): number {
  return a === undefined || b === undefined ? 0 : Number(a > b) - Number(a < b);
}
