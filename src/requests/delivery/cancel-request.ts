/** Cancels one request in the EHR, in exactly the version that the user confirmed, or says what is known of it. */
import { isOfAnotherPatient } from '#src/patients/patient-of-resource.ts';
import { codeOf } from '#src/requests/progress/codes.ts';
import { FhirError, fhirErrorOf, isRefusal } from '#src/smart/fhir/fhir-error.ts';
import { asRecord, asRecords, asText, asWritten, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import { outcomeTexts } from '#src/smart/fhir/outcome-texts.ts';
import { plainKey, withPlainSpaces } from '#src/smart/fhir/plain-spaces.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { isOpen, versionOf } from './may-cancel.ts';
import type { EhrAnswer } from './post-and-confirm.ts';

/** FHIR R4 request-status: the request is no longer wanted, or was never meant. */
export const CANCELLED_AS = ['revoked', 'entered-in-error'] as const;

interface OfPatient {
  requestId: string;
  patientId: string;
}

export interface Cancellation extends OfPatient {
  /** The version that the user has seen. */
  version: string;
  status: (typeof CANCELLED_AS)[number];
  reason: string;
  /** The user who cancels, as the note names them. */
  by: { reference?: string; name: string | undefined };
  now: Date;
  isAllowed(resource: ForeignRecord): boolean;
}

export type CancelEnd =
  /** `isNews`: this call cancelled it. `names`: of its identifiers. `said`: by the EHR. `hasReason`: it kept the reason. */
  | { kind: 'cancelled'; isNews: boolean; names: readonly string[]; said?: readonly string[]; hasReason?: boolean }
  /** The request has another version by now, so nothing was changed. */
  | { kind: 'changed' }
  /** The request is not there, is not shown to this app, is another patient's, or may not be cancelled. `answer`: a refusal to show it. */
  | { kind: 'absent'; answer?: EhrAnswer }
  /** The EHR refuses, or could not be asked; nothing was changed. */
  | { kind: 'refused'; answer: EhrAnswer; said: readonly string[] }
  /** Whether the request is cancelled is not known. */
  | { kind: 'unknown' };

/** Reads the request, and updates it only if it is the version that the user saw (If-Match). Never throws for an EHR's answer. */
export async function cancelRequest(api: FhirApi, wanted: Cancellation): Promise<CancelEnd> {
  const found = await readOwn(api, wanted).catch(fhirErrorOf);
  if (found instanceof FhirError && found.failure !== 'not-found') {
    const end = refused(found);
    // Many EHRs refuse what is another patient's: a refusal must not tell that it exists.
    return found.failure === 'refused' ? { kind: 'absent', answer: end.answer } : end;
  }
  if (!found || found instanceof FhirError) return { kind: 'absent' };
  const names = asRecords(found.identifier).flatMap(({ value }) => asText(value) ?? []);
  if (hasBeenCancelled(found)) return { kind: 'cancelled', isNews: false, names };
  if (!wanted.isAllowed(found)) return { kind: 'absent' };
  if (versionOf(found) !== wanted.version) return { kind: 'changed' };
  const kept = withoutNarrative(found);
  const resource = { ...kept, resourceType: 'ServiceRequest', id: wanted.requestId, ...changesOf(found, wanted) };
  const answer = await api.update(resource, wanted.version).catch(fhirErrorOf);
  const isConflict = answer instanceof FhirError && (answer.status === 409 || answer.status === 412);
  if (answer instanceof FhirError) {
    if (!isConflict && isRefusal(answer)) return refused(answer);
  } else if (
    !summarizeOutcome(answer.body).isFailure &&
    isOwn(asRecord(answer.body), wanted) &&
    hasBeenCancelled(asRecord(answer.body))
  ) {
    return { kind: 'cancelled', isNews: true, names, hasReason: hasReason(asRecord(answer.body), wanted) };
  }
  // Any other answer proves nothing, so the EHR is asked for its current version. A conflict may be with this very update,
  // sent twice on its way, or with another user who cancelled the request first.
  const later = await readOwn(api, wanted).catch(fhirErrorOf);
  if (!later || later instanceof FhirError) return { kind: 'unknown' };
  const said = answer instanceof FhirError ? [] : outcomeTexts(answer.body);
  if (hasBeenCancelled(later))
    return { kind: 'cancelled', isNews: !isConflict, names, said, hasReason: isConflict || hasReason(later, wanted) };
  // Then it is no other version that speaks against it.
  const isSame = versionOf(later) === wanted.version && isOpen(later);
  if (answer instanceof FhirError && answer.status === 409 && isSame && answer.said.length > 0) return refused(answer);
  // Some EHRs have no other status for what is cancelled than "unknown".
  return { kind: isConflict || codeOf(later.status) === 'completed' ? 'changed' : 'unknown' };
}

/** Whether a note of the request has the reason, in any white space and case. */
function hasReason({ note }: ForeignRecord, { reason }: Cancellation): boolean {
  return asRecords(note).some(({ text }) => plainKey(asWritten(text)).includes(plainKey(reason)));
}

/** A narrative that was generated from the request still calls it active: the EHR generates it anew, or there is none. */
function withoutNarrative({ text, ...rest }: ForeignRecord): ForeignRecord {
  return codeOf(asRecord(text).status) === 'generated' ? rest : { ...(text === undefined ? {} : { text }), ...rest };
}

function changesOf(found: ForeignRecord, { status, reason, by, now }: Cancellation) {
  const notes: unknown[] = Array.isArray(found.note) ? found.note : [];
  const author = by.name === undefined ? {} : { authorString: by.name };
  return {
    status,
    note: [...notes, { ...author, time: now.toISOString(), text: `Cancelled: ${withPlainSpaces(reason)}` }],
  };
}

/** Reads one request as it is now. @returns undefined for one that is not this patient's. @throws FhirError */
export async function readOwn(api: FhirApi, wanted: OfPatient): Promise<ForeignRecord | undefined> {
  const resource: ForeignRecord = await api.get(`ServiceRequest/${wanted.requestId}`);
  return isOwn(resource, wanted) ? resource : undefined;
}

function isOwn(resource: ForeignRecord, { requestId, patientId }: OfPatient): boolean {
  const isRequest = resource.resourceType === 'ServiceRequest' && resource.id === requestId;
  const hasSubject = asRecord(resource.subject).reference !== undefined;
  return isRequest && hasSubject && !isOfAnotherPatient(resource, patientId);
}

/** Whether it has one of the states in which the app cancels. */
export function hasBeenCancelled({ status }: ForeignRecord): boolean {
  return CANCELLED_AS.some((one) => one === codeOf(status));
}

function refused({ status, issues, rule, said }: FhirError) {
  return { kind: 'refused' as const, answer: { status, issues, rule }, said };
}
