/** Posts a request so that it exists in the EHR exactly once, or reports that this is not known (FH-17). */
import type { Rule } from '#src/errors/rules/table.ts';
import { numbersOf } from '#src/patients/patient-of-resource.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { FhirError, type FhirFailure, isRefusal, nothingOf } from '#src/smart/fhir/fhir-error.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { summarizeOutcome } from '#src/smart/fhir/issue-codes.ts';
import { outcomeTexts } from '#src/smart/fhir/outcome-texts.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { namesIn, namesOther, proofOf, requestIn } from './create-proof.ts';
import { findSent, type PatientSearch, type Unseen, unseenBy } from './search-sent.ts';

/** What a log may hold of the EHR's answer to the create. */
export interface EhrAnswer {
  /** HTTP status; undefined if no answer came. */
  status: number | undefined;
  /** OperationOutcome issue codes from FHIR's own value set. */
  issues: readonly string[];
  /** The rule that failed, if it says more than the status. */
  rule?: Rule | undefined;
}

/** `answer`: only if a create was sent. `said`: what the EHR's answer says in words, for the user alone. */
export type PostEnd =
  | {
      kind: 'sent';
      answer?: EhrAnswer;
      said?: readonly string[];
      resource?: string | undefined;
      number?: string | undefined;
      /** The request as the EHR returned it. */
      saved?: FhirResource | undefined;
    }
  /** The EHR refuses the request; nothing was created. */
  | {
      kind: 'refused';
      failure: FhirFailure;
      answer: EhrAnswer;
      said?: readonly string[];
      /** The EHR takes no request before. */
      retryAfterSeconds?: number | undefined;
    }
  /** The request may exist or not; it is not posted again before the EHR was searched. `unseen`: what such a search misses. `isOther`: the answer names another patient. */
  | { kind: 'unknown'; answer?: EhrAnswer; unseen?: Unseen | undefined; isOther?: boolean | undefined }
  /** Another window was quicker, so nothing was sent here. */
  | { kind: 'elsewhere' };

/**
 * Posts the request. If an earlier attempt is unconfirmed, or this one proves nothing, the EHR is searched for it.
 * @param resource with one identifier of ours, about the launch's patient. @param options.begunAt when its form was begun. @param options.claim right before the post:
 * from then on the request may exist; false sends nothing.
 */
export async function postOnce(
  api: FhirApi,
  resource: FhirResource,
  options: PatientSearch & { attempted: boolean; begunAt: string; claim(): Promise<boolean> },
): Promise<PostEnd> {
  const look = () => findSent(api, numbersOf(resource), options, { ...resource, authoredOn: options.begunAt });
  const unseen = unseenBy(options);
  if (options.attempted) {
    const { found, isComplete, isAlike } = await look();
    if (found.size > 0) return { kind: 'sent', ...shownBy(found, resource) };
    if (isAlike) return { kind: 'unknown', unseen: 'alike' };
    if (!isComplete) return { kind: 'unknown', unseen };
  }
  if (!(await options.claim())) return { kind: 'elsewhere' };
  const { proof, failure, answer, said, retryAfterSeconds, ...made } = await post(api, resource, options);
  if (proof === 'created') return { kind: 'sent', answer, said, ...made };
  if (proof === 'refused') return { kind: 'refused', failure, answer, said, retryAfterSeconds };
  const { found, isComplete, isAlike } = await look();
  // What the EHR says of a failure does not apply to the request that it has.
  if (found.size > 0)
    return { kind: 'sent', answer, said: answer.status === 200 ? said : [], ...shownBy(found, resource) };
  // An EHR may show an order later than it accepts it, so an order that is not visible counts as refused only if the EHR said so.
  return proof === 'denied' && isComplete
    ? { kind: 'refused', failure, answer, said }
    : {
        kind: 'unknown',
        answer,
        unseen: isAlike ? 'alike' : unseen,
        isOther: answer.rule === 'fhir.create-other-patient',
      };
}

function shownBy(found: ReadonlyMap<string, ForeignRecord>, resource: FhirResource) {
  const [saved] = found.values();
  return { ...namesIn(saved, resource), saved: requestIn(saved) };
}

async function post(api: FhirApi, resource: FhirResource, { patientId, mayRead }: PatientSearch) {
  try {
    const answer = await api.create(resource);
    const { issues } = summarizeOutcome(answer.body);
    const { resource: named } = namesIn(answer.body, resource, { ...answer, base: api.base });
    const judge = (body: unknown) => proofOf({ ...answer, body }, resource, { patientId, base: api.base });
    const isOnlyNamed = mayRead && judge(answer.body) === 'created' && !requestIn(answer.body);
    // What is only named may be an older order. If it cannot be read, the 201 counts. No read proves what an answer denies.
    const read = isOnlyNamed && named !== undefined ? await api.get(named).catch(nothingOf) : undefined;
    const body = requestIn(read) ?? answer.body;
    return {
      proof: judge(body),
      failure: 'unexpected' as const,
      retryAfterSeconds: undefined,
      answer: {
        ...{ status: answer.status, issues },
        rule: namesOther(body, patientId) ? ('fhir.create-other-patient' as const) : undefined,
      },
      said: outcomeTexts(answer.body),
      ...{ resource: named, number: namesIn(body, resource).number, saved: requestIn(body) },
    };
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const { failure, status, issues, rule, said, retryAfterSeconds } = error;
    return { proof: refusalIn(error), failure, answer: { status, issues, rule }, said, retryAfterSeconds };
  }
}

/** Whether the EHR refused a duplicate: a proxy may have posted the request twice, so only a search can show it. */
function refusalIn(error: FhirError): 'unproved' | 'denied' | 'refused' {
  const { status, issues } = error;
  if (!isRefusal(error)) return 'unproved';
  return status === 409 || status === 412 || issues.includes('duplicate') ? 'denied' : 'refused';
}
