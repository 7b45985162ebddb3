/** Sends a request to the EHR so that it exists there once, or says that it is not known (FH-17, request-list §4.4 C). */
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import { type FhirApi, FhirError, type FhirFailure, type FhirResource, isRefusal } from '#src/smart/step-6-fhir-api.ts';
import { createdResource, proofOf } from './create-proof.ts';
import { findSent, type PatientSearch, type Unseen, unseenBy } from './find-sent.ts';

/** The EHR's answer to the create, as far as a log may hold it. */
export interface EhrAnswer {
  /** HTTP status; undefined where no answer came. */
  status: number | undefined;
  /** OperationOutcome issue codes of FHIR's own value set. */
  issues: readonly string[];
}

/** How a sending ended; `answer` is there when a create was sent. */
export type Sending =
  | { kind: 'sent'; answer?: EhrAnswer; resource?: string | undefined }
  /** The EHR will not take it; nothing was created. */
  | { kind: 'refused'; failure: FhirFailure; answer: EhrAnswer }
  /**
   * It may exist or not: never posted again before the EHR was asked for it. `unseen`: what of the EHR's requests such a
   * look does not cover.
   */
  | { kind: 'unknown'; answer?: EhrAnswer; unseen?: Unseen | undefined }
  /** Another window was quicker: nothing was sent here. */
  | { kind: 'elsewhere' };

/**
 * Posts once. When an earlier attempt was left unconfirmed, or this one proves nothing, the EHR is asked for it.
 *
 * @param resource with exactly one identifier of ours, about the launch's patient.
 * @param options.attempted an earlier sending ended in `unknown`.
 * @param options.beforePosting runs when the request is about to leave: from then on it may exist. With false it stays.
 */
export async function sendRequest(
  api: FhirApi,
  resource: FhirResource,
  options: PatientSearch & { attempted: boolean; beforePosting(): Promise<boolean> },
): Promise<Sending> {
  const look = () => findSent(api, [resource], options);
  const unseen = unseenBy(options);
  if (options.attempted) {
    const { found, isComplete } = await look();
    if (found.length > 0) return { kind: 'sent' };
    if (!isComplete) return { kind: 'unknown', unseen };
  }
  if (!(await options.beforePosting())) return { kind: 'elsewhere' };
  const { proof, failure, answer, created } = await post(api, resource);
  if (proof === 'created') return { kind: 'sent', answer, resource: created };
  if (proof === 'refused') return { kind: 'refused', failure, answer };
  const { found, isComplete } = await look();
  if (found.length > 0) return { kind: 'sent', answer };
  // An EHR may show an order later than it takes it, so what is not seen is refused only where the EHR itself said so.
  return proof === 'denied' && isComplete ? { kind: 'refused', failure, answer } : { kind: 'unknown', answer, unseen };
}

/** A refusal because it is there already: a proxy on the way may have posted it twice, so only a look can tell. */
function saysDuplicate({ status, issues }: FhirError): boolean {
  return status === 409 || status === 412 || issues.includes('duplicate');
}

/** Every end of a POST, in one form. */
async function post(api: FhirApi, resource: FhirResource) {
  try {
    const created = await api.create(resource);
    const answer: EhrAnswer = { status: created.status, issues: summarizeOutcome(created.body).issues };
    const proof = proofOf(created, resource);
    return { proof, failure: 'unexpected' as const, answer, created: createdResource(created) };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const { failure, status, issues } = error;
    return {
      proof: !isRefusal(error)
        ? ('unproved' as const)
        : saysDuplicate(error)
          ? ('denied' as const)
          : ('refused' as const),
      failure,
      answer: { status, issues },
    };
  }
}
