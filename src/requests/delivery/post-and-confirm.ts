/** Posts a request so that it exists in the EHR once, or says that this is not known (FH-17). */
import { identifiersOf } from '#src/requests/list/own-patient.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure, isRefusal } from '#src/smart/fhir/fhir-error.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { createdNumber, createdResource, proofOf } from './create-proof.ts';
import { findSent, type PatientSearch, type Unseen, unseenBy } from './find-sent.ts';

/** The EHR's answer to the create, as far as a log may hold it. */
interface EhrAnswer {
  /** HTTP status; undefined where no answer came. */
  status: number | undefined;
  /** OperationOutcome issue codes of FHIR's own value set. */
  issues: readonly string[];
}

/** How it ended; `answer` is there when a create was sent. */
export type PostEnd =
  | { kind: 'sent'; answer?: EhrAnswer; resource?: string | undefined; number?: string | undefined }
  /** The EHR will not take it; nothing was created. */
  | { kind: 'refused'; failure: FhirFailure; answer: EhrAnswer }
  /** It may exist or not: never posted again before the EHR was asked. `unseen`: what such a look does not cover. */
  | { kind: 'unknown'; answer?: EhrAnswer; unseen?: Unseen | undefined }
  /** Another window was quicker: nothing was sent here. */
  | { kind: 'elsewhere' };

/**
 * When an earlier attempt was left unconfirmed, or this one proves nothing, the EHR is asked for it.
 *
 * @param resource with exactly one identifier of ours, about the launch's patient.
 * @param options.attempted an earlier attempt ended in `unknown`.
 * @param options.claim when the request is about to leave: from then on it may exist. With false it stays.
 */
export async function postOnce(
  api: FhirApi,
  resource: FhirResource,
  options: PatientSearch & { attempted: boolean; claim(): Promise<boolean> },
): Promise<PostEnd> {
  const look = () => findSent(api, identifiersOf(resource), options);
  const unseen = unseenBy(options);
  if (options.attempted) {
    const { found, isComplete } = await look();
    if (found.length > 0) return { kind: 'sent' };
    if (!isComplete) return { kind: 'unknown', unseen };
  }
  if (!(await options.claim())) return { kind: 'elsewhere' };
  const { proof, failure, answer, ...made } = await post(api, resource, options.patientId);
  if (proof === 'created') return { kind: 'sent', answer, ...made };
  if (proof === 'refused') return { kind: 'refused', failure, answer };
  const { found, isComplete } = await look();
  if (found.length > 0) return { kind: 'sent', answer };
  // An EHR may show an order later than it takes it, so what is not seen is refused only where the EHR itself said so.
  return proof === 'denied' && isComplete ? { kind: 'refused', failure, answer } : { kind: 'unknown', answer, unseen };
}

/** Every end of a POST, in one form. */
async function post(api: FhirApi, resource: FhirResource, patientId: string) {
  try {
    const answer = await api.create(resource);
    const { issues } = summarizeOutcome(answer.body);
    return {
      proof: proofOf(answer, resource, patientId),
      failure: 'unexpected' as const,
      answer: { status: answer.status, issues },
      resource: createdResource(answer),
      number: createdNumber(answer, resource),
    };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const { failure, status, issues } = error;
    return { proof: refusalIn(error), failure, answer: { status, issues } };
  }
}

/** A refusal because it is there already: a proxy on the way may have posted it twice, so only a look can show it. */
function refusalIn(error: FhirError): 'unproved' | 'denied' | 'refused' {
  const { status, issues } = error;
  if (!isRefusal(error)) return 'unproved';
  return status === 409 || status === 412 || issues.includes('duplicate') ? 'denied' : 'refused';
}
