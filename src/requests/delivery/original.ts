/**
 * Handles the request that a correction replaces. It is read before the new one is sent, and cancelled only after the EHR has
 * shown that the new one exists: two open orders for one ride are dangerous, and a lost order is worse.
 */
import { conditionsOf } from '#src/patients/modifier-elements.ts';
import { numbersOf } from '#src/patients/patient-of-resource.ts';
import type { OriginalEnd } from '#src/requests/form/draft-store.ts';
import type { Corrected } from '#src/requests/form/form-ticket.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { isInForce } from '#src/requests/progress/replacing.ts';
import { searchRequests } from '#src/requests/search/search-requests.ts';
import { FhirError, type FhirFailure, fhirErrorOf, nothingOf } from '#src/smart/fhir/fhir-error.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { localReference, relationsOf } from '#src/smart/fhir/reference.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { cancelRequest, readOwn } from './cancel-request.ts';
import { isUnderOther } from './create-proof.ts';
import { isCancellable, isOpen, versionOf } from './may-cancel.ts';
import type { PatientSearch } from './search-sent.ts';

/** Why a correction is not sent yet. */
export type OriginalHindrance =
  /** The original is not as the user saw it; `now` is its present state, for the form's next page. */
  | { kind: 'original-changed'; now: Corrected }
  /** Another request, such as another user's correction, has taken its place since the form was begun. */
  | { kind: 'original-replaced' }
  /** The original could not be read, so its state is not known. */
  | { kind: 'refused'; failure: FhirFailure };

const REASON = 'Corrected and sent again as another request.';

/** @param own `system|value` of what this form has sent. @returns undefined if the original is as the user saw it. */
export async function originalHindrance(
  api: FhirApi,
  seen: Corrected,
  search: PatientSearch,
  own: readonly string[],
): Promise<OriginalHindrance | undefined> {
  const { patientId } = search;
  const reading = readOwn(api, { requestId: seen.id, patientId }).catch(fhirErrorOf);
  if (search.mayLook && (await isReplaced(api, { ...search, requestId: seen.id, own })))
    return { kind: 'original-replaced' };
  const found = await reading;
  if (found instanceof FhirError && found.failure !== 'not-found') return { kind: 'refused', failure: found.failure };
  const resource = found instanceof FhirError ? undefined : found;
  const isOver = resource === undefined || !isOpen(resource);
  const version = isOver ? undefined : versionOf(resource);
  if (isOver ? seen.isOver === true : seen.isOver !== true && version === seen.version) return undefined;
  return { kind: 'original-changed', now: { ...seen, isOver: isOver || undefined, version } };
}

/**
 * Cancels the original if the EHR permits it, in exactly the version that the user saw (If-Match), and if the new one takes
 * its place. Never throws: the new request exists by now, and the user has to learn that whatever happens to the old one.
 * @param made the new request, as far as the EHR has named or returned it; it is read if only its id is known. `written`: as
 * it was sent just now, so that another order is not taken for it.
 */
export async function endOriginal(
  { api, publicUrl, mayUpdate }: { api: FhirApi; publicUrl: URL; mayUpdate: boolean },
  seen: Corrected,
  by: { patientId: string; name: string | undefined; now: Date },
  made: { resource?: string | undefined; saved?: ForeignRecord | undefined; written?: ForeignRecord | undefined },
): Promise<{ end: OriginalEnd; isNews: boolean }> {
  const requestId = made.resource?.split('/')[1];
  // Some EHRs write a correction over the request that it replaces: to cancel that one would cancel both.
  if (requestId === seen.id) return { end: 'same', isNews: false };
  if (seen.isOver) return { end: 'over', isNews: false };
  if (!mayUpdate || seen.version === undefined) return { end: 'kept', isNews: false };
  try {
    // Without an id, the answer may be no more than an echo of what was sent.
    const isShown = ['id', 'status', 'subject'].every((name) => made.saved?.[name] !== undefined);
    const saved = isShown ? made.saved : requestId && (await readOwn(api, { requestId, ...by }).catch(nothingOf));
    // An EHR that shows the new one neither in its answer nor to a read has not proved it: then both stay.
    const isOther =
      saved &&
      isUnderOther(saved, made.written ?? saved) &&
      !relationsOf(saved, api.base).replaces.includes(`ServiceRequest/${seen.id}`);
    if (!saved || isOther || !standsFor(saved)) return { end: 'waits', isNews: false };
    const ended = await cancelRequest(api, {
      ...{ requestId: seen.id, patientId: by.patientId, version: seen.version },
      ...{ status: 'revoked', reason: REASON, by: { name: by.name }, now: by.now },
      isAllowed: (resource) => isCancellable(resource, publicUrl),
    });
    if (ended.kind === 'cancelled') return { end: 'cancelled', isNews: ended.isNews };
    // It was there and open a moment ago.
    return { end: ended.kind === 'absent' ? 'changed' : ended.kind, isNews: false };
  } catch {
    return { end: 'unknown', isNews: false };
  }
}

/** What an EHR may make of an order that it does not carry out yet. */
const NO_ORDER = ['proposal', 'plan', 'option'];

/** Whether a new request takes another's place: not one that is held, a draft, a proposal or a prohibition. */
function standsFor(saved: ForeignRecord): boolean {
  const isCarriedOut = ['active', 'completed'].includes(codeOf(saved.status) ?? '');
  return isCarriedOut && !NO_ORDER.includes(codeOf(saved.intent) ?? '') && conditionsOf(saved).length === 0;
}

/**
 * Searches all of the patient's requests; if the EHR does not show all, only a found one is proof. Never throws for its
 * answer. @param search.own requests that do not count: what this form has sent.
 */
export async function isReplaced(
  api: FhirApi,
  search: { requestId: string; patientId: string; searchParameters: readonly string[]; own?: readonly string[] },
): Promise<boolean> {
  let isFound = false;
  const replaces = ({ resourceType, subject, status, ...rest }: ForeignRecord) =>
    resourceType === 'ServiceRequest' &&
    localReference(subject, api.base) === `Patient/${search.patientId}` &&
    rest.id !== search.requestId &&
    isInForce(status) &&
    relationsOf(rest, api.base).replaces.includes(`ServiceRequest/${search.requestId}`) &&
    !numbersOf(rest).some((name) => search.own?.includes(name));
  await searchRequests(api, search, (resource) => {
    isFound ||= replaces(resource);
  });
  return isFound;
}
