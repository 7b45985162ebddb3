/** Which of the requests that came are this patient's, valid and of their own. */
import type { ServiceRequest } from './service-request.ts';
import { newestVersions } from './versions.ts';

/** Another patient's entry is counted and forgotten before anything else about it is looked at. */
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
    /** This patient's, with an id that also came without this patient. */
    disputed: onceById(requests.filter(({ keys }) => keys.id !== undefined && idsOfOthers.has(keys.id))),
    otherPatients: count(others.filter(isOfPatient)),
    unknownPatients: count(others.filter((request) => !isOfPatient(request))),
    enteredInError: count(newest.filter((request) => request.isEnteredInError)),
    otherOrders: count(valid.filter((request) => request.isDerivedOrder)),
  };
}

/** Pages may overlap: the same resource twice is one. */
export function onceById(requests: Iterable<ServiceRequest>): ServiceRequest[] {
  return [...new Map([...requests].map((request) => [request.keys.id ?? request, request])).values()];
}
