/** Causes that depend on what a trace says, beside those of the table of errors; and which of both explains a trace. */

import { type StepName, stepNames, type TraceRecord, type TraceStep } from '#src/diagnostics/traces/trace.ts';
import type { Explanation } from '#src/errors/row.ts';
import { type ErrorCode, errorRows } from '#src/errors.ts';
import type { FhirFailure } from '#src/smart/step-6-fhir-api.ts';

/** The list was sent, and something on it is missing: by the fact `problem` of the step `requests`. */
const byListProblem: Record<FhirFailure | 'not-granted' | 'page-gone', Explanation> = {
  'not-granted': ofEhr('Register patient/ServiceRequest.read, or patient/*.read.', [
    'The permission to search ServiceRequest was not granted',
  ]),
  refused: ofEhr('Check the permission patient/ServiceRequest.read and the user’s access to orders.', [
    'The FHIR server refused the search',
  ]),
  unauthorized: ofEhr("Open the app again from the patient's chart.", [
    'The FHIR server no longer accepts the access token',
  ]),
  'not-found': ofEhr('Ask whether the server supports ServiceRequest.', [
    'The FHIR server does not offer ServiceRequest',
    'The FHIR server answers 404 when the patient has no requests',
  ]),
  'page-gone': ofEhr('Reload the page; look at how long the server keeps the pages of a search.', [
    'The FHIR server no longer knows the next page of its own search result',
  ]),
  throttled: ofEhr('Reload the page in a minute.', ['The FHIR server asked us to slow down']),
  unavailable: ofEhr('Look at the FHIR server’s state.', ['The FHIR server failed']),
  timeout: ofEhr('Look at the FHIR server’s load.', ['The search took too long']),
  unexpected: ofEhr('Look at the response to the search.', ['The response was not a searchset Bundle']),
  'foreign-url': ofEhr('Look at the next links of the server’s search results.', [
    'A page of results is on another server',
  ]),
};

/** The list was shown, and a request could not be created: by the fact `how it ended` of the step `create`. */
const byCreateEnd: Record<'refused' | 'unknown' | 'absent', Explanation> = {
  refused: ofEhr('Look at the HTTP status and the issue codes of the step, and at the FHIR server’s log.', [
    'The FHIR server’s rules refuse the order: a required element, a profile, or who may order',
    'The permission patient/ServiceRequest.write was granted, and the user may not create orders',
  ]),
  unknown: ofEhr('Look for the create in the FHIR server’s log, by time and user.', [
    'The FHIR server, or a gateway before it, did not answer the create with 201, and the app could not look for the request',
    'The server takes orders into a queue and shows them later',
  ]),
  absent: ofEhr('Look for the create in the FHIR server’s log, by time and user.', [
    'A gateway or firewall answered the create in the FHIR server’s place',
    'The server takes orders into a queue and shows them later',
  ]),
};

/** A launch that was not refused and still did not arrive: by the last step it took. */
const byLastStep: Partial<Record<StepName, Explanation>> = {
  'authorization-redirect': ofEhr(
    'Look at the page the EHR showed, and compare redirect URI, client ID and scopes with the registration sheet.',
    [
      'The authorization server showed an error page of its own: redirect URI or client ID not registered',
      'The user is still at, or closed, the EHR’s sign-in page',
    ],
  ),
  user: {
    owner: 'Your administrator',
    causes: ['The user launches for the first time and is not associated with a clinician of the organization yet'],
    remedy: 'Open Settings > Clinicians: issue a one-time code, or confirm the waiting user with this reference.',
  },
  'launch-record': {
    owner: 'Workstation team',
    causes: [
      'The browser did not keep the cookie of the finished launch, so the list could not be opened',
      'The window was closed at that moment',
    ],
    remedy: 'Allow cookies for this site in frames of the EHR, then open the app again.',
  },
};

/** Why a launch or a page of it failed; undefined when there is nothing to fix. */
export function explanationOf(
  trace: Pick<TraceRecord, 'outcome'> & { readonly steps: readonly TraceStep[] },
): Explanation | undefined {
  const { outcome, steps } = trace;
  const lastOf = (name: StepName) => steps.findLast((step) => step.name === name);
  if (outcome === 'under way') {
    const isWaiting = steps.some(({ name, outcome: end }) => name === 'user' && end === 'warning');
    const last = isWaiting ? 'user' : stepNames.findLast(lastOf);
    return last && byLastStep[last];
  }
  if (outcome !== 'completed') return byCode(outcome);
  // The launch arrived; a page of it may have failed later.
  const failed = stepNames.map(lastOf).find((step) => step?.code !== undefined);
  if (failed?.code !== undefined) return byCode(failed.code);
  return (
    rowOf(byListProblem, lastOf('requests')?.facts['problem']) ??
    rowOf(byCreateEnd, lastOf('create')?.facts['how it ended'])
  );
}

/** Without the words for the user, which are no part of a report. */
function byCode(code: ErrorCode): Explanation {
  const { owner, causes, remedy } = errorRows[code];
  return { owner, causes, remedy };
}

function rowOf(table: Readonly<Record<string, Explanation>>, key: unknown): Explanation | undefined {
  return typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;
}

function ofEhr(remedy: string, causes: Explanation['causes']): Explanation {
  return { owner: 'EHR team', causes, remedy };
}
