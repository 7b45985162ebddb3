/** Selects the requests that are this patient's, valid, and no execution details of other orders. */
import type { ServiceRequest } from './service-request.ts';
import { newestVersions } from './versions.ts';

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
    enteredInError: count(newest.filter((request) => request.isEnteredInError)),
    otherOrders: onceById(valid.filter((request) => request.isDerivedOrder)),
  };
}

/** Pages may overlap: the same resource twice is one. */
export function onceById(requests: Iterable<ServiceRequest>): ServiceRequest[] {
  return [...new Map([...requests].map((request) => [request.keys.id ?? request, request])).values()];
}
