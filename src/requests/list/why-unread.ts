/** Why requests could not be read, in a line for the clinician. */
import { withWait } from '#src/adapters/wait-text.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { withHelpDesk } from '#src/organizations/help-desk.ts';
import type { FhirError, FhirFailure } from '#src/smart/fhir/fhir-error.ts';
import { RESTRICTED_CODES } from '#src/smart/fhir/issue-codes.ts';
import { ruleOfSearch } from '#src/smart/fhir/refusal-words.ts';

export interface RequestsProblem {
  readonly kind: ListProblem;
  /** One line for the user, without any of the EHR's own words. */
  readonly text: string;
  /** Whether reloading the page may help: a frame has no browser button for that. */
  readonly canReload: boolean;
  /** For log and trace: the HTTP status and the OperationOutcome issue codes of the EHR's answer. */
  readonly status?: number | undefined;
  readonly issues?: readonly string[] | undefined;
  /** The rule that failed, for the trace. */
  readonly rule: Rule;
}

/**
 * `page-gone`: the EHR no longer knows a later page of the list that it began. `restricted`: the EHR restricts this chart.
 * `incomplete`: the search lacks a parameter. `kept-out`: the EHR refuses the app, not the user. `refused-otherwise`: for a
 * lasting reason of its own, such as a licence. `invalid`: the search itself is wrong.
 */
type ListProblem =
  | FhirFailure
  | 'not-granted'
  | 'page-gone'
  | 'restricted'
  | 'consent'
  | 'incomplete'
  | 'kept-out'
  | 'refused-otherwise'
  | 'invalid';

const NONE_SHOWN = 'The EHR shows this app no requests. Look in the EHR itself, and tell {help desk}.';

/** The line for each problem, and its rule where the failed call itself does not name one. */
const PROBLEMS: Record<ListProblem, readonly [text: string, rule: Rule]> = {
  'not-granted': [
    'The EHR did not let this app read requests. Ask {help desk} for the permission patient/ServiceRequest.read.',
    'fhir.search-not-granted',
  ],
  refused: [
    'The EHR did not let this app read requests. Ask {help desk} to check your access to orders in this app.',
    'fhir.search-refused',
  ],
  restricted: [
    'The EHR restricts this chart. Open the chart in the EHR itself to see its requests.',
    'fhir.restricted',
  ],
  incomplete: [
    'The EHR requires more search details than this app sends. Look in the EHR itself, and tell {help desk}.',
    'fhir.search-wants-parameter',
  ],
  consent: [
    'The patient’s consent in the EHR does not let this app read requests. Look in the EHR itself.',
    'fhir.consent',
  ],
  'kept-out': [NONE_SHOWN, 'fhir.not-in-fhir'],
  'refused-otherwise': [NONE_SHOWN, 'fhir.other-status'],
  // The same token had read the patient.
  unauthorized: [
    'The EHR no longer accepts this app’s access for requests. Open the app again the way you opened it before; if it happens again, tell {help desk}.',
    'fhir.search-token-refused',
  ],
  'not-found': [
    'The EHR found nothing: either it has no requests for this patient, or it does not offer requests to this app. Look in the EHR itself, and ask {help desk} whether it supports ServiceRequest.',
    'fhir.search-absent',
  ],
  'page-gone': ['The EHR no longer has the next page of its list. Reload this page.', 'fhir.page-gone'],
  throttled: ['The EHR is busy. Reload this page in a minute.', 'fhir.throttled'],
  unavailable: ['The EHR cannot show requests at the moment. Reload this page in a moment.', 'fhir.failing'],
  timeout: ['The EHR took too long to answer. Reload this page in a moment.', 'network.late'],
  invalid: [
    'The EHR does not accept this app’s search for requests. Look in the EHR itself, and tell {help desk}.',
    'fhir.search-invalid',
  ],
  unexpected: [
    'The EHR returned an unexpected answer. Reload this page; if it happens again, tell {help desk}.',
    'fhir.other-status',
  ],
  'foreign-url': [
    'The EHR pointed to another server, which this app does not follow. Tell {help desk}.',
    'fhir.page-elsewhere',
  ],
};

/** The line for requests that could not be read; with `isPartial` it says that some were. */
export function describeProblem(
  given: ListProblem,
  isPartial: boolean,
  { failure, helpDeskName }: { failure?: FhirError | undefined; helpDeskName: string },
): RequestsProblem {
  const kind = (failure && kindOf(failure, isPartial)) ?? given;
  const [line, ownRule] = PROBLEMS[kind];
  const text = withWait(withHelpDesk(line, { helpDeskName }), failure?.retryAfterSeconds);
  const canReload = /\breload\b/i.test(text);
  const { status, issues, said = [], rule = ofToken(failure) ?? ruleOfSearch(said) ?? ownRule } = failure ?? {};
  return { kind, text: isPartial ? `This list may be incomplete. ${text}` : text, canReload, status, issues, rule };
}

/** The rule of a token refused although it has just read the patient; none for "expired", which it may be since. */
const ofToken = (failed: FhirError | undefined): Rule | undefined =>
  failed?.ifFresh === 'fhir.token-over-at-once' ? undefined : failed?.ifFresh;

/** What the answer says more exactly than its status does. */
function kindOf(failed: FhirError, isPartial: boolean): ListProblem | undefined {
  const { issues, status, failure, rule } = failed;
  if (rule === 'fhir.restricted' || issues.some((code) => RESTRICTED_CODES.has(code))) return 'restricted';
  if (rule === 'fhir.consent') return 'consent';
  // The server has no such search.
  if (status === 405 || status === 501) return 'not-found';
  // Apigee says the same of a rate for each minute, which waiting ends.
  if (rule === 'network.quota') return failure === 'unavailable' ? failure : 'kept-out';
  // Where a part of the list was read, the EHR lets the app search.
  const isLasting = !isPartial && rule && ruleRows[rule].again === 'never';
  if (isLasting || ofToken(failed) || (!rule && status === 403 && failed.instead === 'json')) return 'kept-out';
  if (rule === 'fhir.search-outcome' && ['forbidden', 'security'].some((code) => issues.includes(code)))
    return 'refused';
  if (failed.lacksParameter && (failure === 'refused' || failure === 'unexpected')) return 'incomplete';
  // Both are refused again: the search itself is wrong, or the server has a reason of its own.
  if (isPartial || failure !== 'unexpected' || status === undefined || status < 400) return undefined;
  if ([400, 412, 422].includes(status)) return 'invalid';
  return rule ? undefined : 'refused-otherwise';
}
