/** Why launches fail, whose job it is and what to do: one table, for the launch inspector, reports and the guide. */

import { type StepName, stepNames, type TraceRecord, type TraceStep } from '#src/diagnostics/traces/trace.ts';
import type { ErrorCode } from '#src/errors.ts';
import type { FhirFailure } from '#src/smart/step-6-fhir-api.ts';

/** Who can mend it. */
export type Owner =
  | 'EHR team'
  | 'Network team'
  | 'Your administrator'
  | 'Workstation team'
  | 'The person who launches'
  | 'VectorCare';

/** What a failure usually means. */
export interface Explanation {
  owner: Owner;
  /** Most likely first. */
  causes: readonly string[];
  /** One thing to do now. */
  whatToDo: string;
}

const again = "Open the app again from the patient's chart.";
const ehrTeam = 'EHR team' as const;

/** Failures of a launch and of the pages it leads to; a test keeps it complete. */
export const causesByCode: Partial<Record<ErrorCode, Explanation>> = {
  'launch.invalid': explain(ehrTeam, 'Compare the launch URL in the EHR with the registration sheet.', [
    'The launch URL was opened from a bookmark or link, not from a chart, so iss or launch is missing',
    'The EHR adds iss or launch twice because they are also typed into the registered launch URL',
  ]),
  'launch.unknown-organization': explain(
    ehrTeam,
    'Register the launch URL of the registration sheet, with its Org ID.',
    [
      'The Org ID in the launch URL is misspelled or missing',
      'The launch URL of the other environment (production or non-production) is registered',
    ],
  ),
  'launch.unknown-issuer': explain(
    'Your administrator',
    'Compare the FHIR URL in Settings > Integrations > SMART on FHIR with the iss this launch named.',
    [
      'The EHR launches from another environment than the one whose FHIR URL is in Settings',
      'The FHIR URL in Settings differs in case, path or version segment from the one the EHR uses',
    ],
  ),
  'launch.organization-disabled': explain(
    'VectorCare',
    'Ask the operator of this service to switch the organization on.',
    ['The organization was switched off, or is not switched on yet'],
  ),
  'launch.standalone-off': explain(
    'Your administrator',
    'If people may open the app outside the EHR, switch on “Standalone launch” in Settings > Integrations > SMART on FHIR, Advanced settings.',
    ['Somebody opened the standalone address of an organization that uses the app from the chart only'],
  ),
  'launch.standalone-parameters': explain(
    ehrTeam,
    'Register the launch URL of the registration sheet for launches from a chart; link to the standalone URL without any parameter.',
    [
      'The EHR uses the standalone URL as launch URL and adds iss and launch',
      'A link to the standalone URL was made with parameters of its own',
    ],
  ),
  'launch.frame-not-allowed': explain(
    'Your administrator',
    'Enter the origins of the EHR at “EHR pages that may show the app in a frame” in Settings > Integrations > SMART on FHIR, Advanced settings.',
    [
      'The EHR shows the app in a frame, and the organization names no EHR page that may; the launch was stopped before its code was spent',
    ],
  ),
  'launch.cookies-blocked': explain(
    'Workstation team',
    'Allow cookies for this site in frames of the EHR, or open the app in a new window.',
    [
      'The browser or a policy blocks third-party cookies in the EHR’s frame, partitioned ones included',
      'The embedded browser of the EHR client is old and keeps no cookie with SameSite=None or Partitioned',
    ],
  ),
  'request.too-many': explain('VectorCare', 'Wait a minute; if no flood of launches explains it, tell the operator.', [
    'Very many launches were begun and not finished, often a monitoring script that opens the launch URL',
  ]),
  'request.too-many-forms': explain('VectorCare', 'Look for a script that posts the form; people wait ten minutes.', [
    'A script or a test posts the New request form again and again',
    'Very many versions of one form were sent and not confirmed',
  ]),
  'launch.too-many-open': explain(
    'VectorCare',
    'Look at Settings > Live launches, and end the launches that are not used.',
    [
      'A script or a test kit completes launches and never signs out',
      'The EHR opens the app in every chart at once, used or not',
    ],
  ),
  'discovery.unavailable': explain(
    ehrTeam,
    'Open {FHIR URL}/.well-known/smart-configuration; ask the network team whether our addresses may reach it.',
    [
      'The FHIR server or the gateway in front of it is down or failing',
      'A firewall does not let our egress addresses through',
    ],
  ),
  'discovery.timeout': explain(
    'Network team',
    'Check the way from our egress addresses to the FHIR server, and the server’s own load.',
    ['A firewall drops our packets without an answer', 'The FHIR server is overloaded'],
  ),
  'discovery.invalid': explain(
    ehrTeam,
    'Check again in Settings > Integrations > SMART on FHIR: the checks name the field that is missing or wrong.',
    [
      'The FHIR URL leads to a portal or login page instead of the FHIR server',
      'The smart-configuration lacks a required field, or redirects elsewhere',
    ],
  ),
  'discovery.endpoint-refused': explain(
    'Your administrator',
    'If the host is right, add it to “Extra hosts for sign-in addresses” in Settings > Integrations > SMART on FHIR, Advanced settings.',
    [
      'The authorization server is on another host than the FHIR server, and that host is not allowed yet',
      'The EHR names an endpoint on plain http or on a private address',
    ],
  ),
  'discovery.no-client-authentication': explain(ehrTeam, 'Enable private_key_jwt with RS384 or ES384 for this app.', [
    'The authorization server offers shared secrets only',
  ]),
  'connection.untrusted': explain(ehrTeam, 'Renew or complete the certificate chain of the server that is named.', [
    'A certificate has expired, lacks its intermediate certificate, or is for another name',
    'The hospital uses a private certificate authority this service does not know',
  ]),
  'callback.invalid': explain('The person who launches', again, [
    'The sign-in took longer than ten minutes, or its page was opened a second time (Back, bookmark)',
    'Cookies were lost between the launch and the way back',
    'Settings were changed while the launch was under way',
  ]),
  'callback.wrong-issuer': explain(
    ehrTeam,
    'Compare “Issuers of id_tokens” (Advanced settings) with the iss the authorization server sends.',
    [
      'The authorization server names itself differently on the callback and in its metadata',
      'The sign-in was answered by another server than the one this launch began with',
    ],
  ),
  'authorization.denied': explain(ehrTeam, 'Check that this user and role may use the app; then open it again.', [
    'The user declined, or the EHR’s rules do not let this role use the app',
  ]),
  'authorization.sign-in-needed': explain(
    'The person who launches',
    'Sign in to the EHR, agree or choose an account if it asks, and open the app again from the patient’s chart.',
    [
      'The user’s own session at the EHR is over or was never there (login_required)',
      'The EHR has something to ask that it could not ask here (interaction_required, consent_required, account_selection_required)',
    ],
  ),
  'authorization.refused': explain(ehrTeam, 'Compare client ID, redirect URI and scopes with the registration sheet.', [
    'The client ID is of the other environment (unauthorized_client)',
    'The redirect URI is not registered letter for letter',
    'The authorization server failed inside (server_error)',
  ]),
  'authorization.scope-refused': explain(
    ehrTeam,
    'Register the scopes of the registration sheet, or have an administrator configure those that are registered.',
    [
      'A scope we ask for is not registered for this app (invalid_scope)',
      'The server does not take wildcards such as patient/*.read, or reads another spelling (.read, .rs, .r)',
    ],
  ),
  'authorization.unavailable': explain(ehrTeam, `Wait a moment. ${again}`, [
    'The authorization server is overloaded or in maintenance',
  ]),
  'token.unavailable': explain(ehrTeam, `Wait a moment. ${again}`, [
    'The token endpoint is overloaded, in maintenance or not reachable from our addresses',
  ]),
  'token.failed': explain(ehrTeam, 'Look for this launch in the authorization server’s log.', [
    'The authorization server failed inside, often because it could not read our JWKS',
  ]),
  'token.timeout': explain(
    ehrTeam,
    'Check that the authorization server can reach our JWKS URL: waiting for it is the usual reason.',
    ['The authorization server cannot reach our JWKS URL and waits', 'The authorization server is overloaded'],
  ),
  'token.invalid': explain(ehrTeam, 'Look at the members of the token response on this page.', [
    'The token response lacks access_token or token_type Bearer, or is not JSON',
    'A portal page answered instead of the token endpoint',
  ]),
  'token.invalid-client': explain(
    ehrTeam,
    'Check client ID and JWKS URL in the registration, then that the EHR can fetch the JWKS URL.',
    [
      'The Client ID in Settings > Organizations is not the registered one, or is of the other environment',
      'Our JWKS URL is not registered, or the EHR’s servers cannot reach it',
      'The EHR keeps an old copy of our JWKS without the key (kid) shown here',
      'The EHR expects another audience or algorithm for the client assertion',
      'A clock is off by more than a minute',
    ],
  ),
  'token.invalid-grant': explain(
    'The person who launches',
    `${again} If it fails every time, compare the redirect URI in the registration.`,
    ['The code expired or was used already', 'The redirect URI or the PKCE challenge did not match'],
  ),
  'token.refused': explain(
    ehrTeam,
    'Compare the registration with the registration sheet: grant types and client authentication.',
    [
      'The grant type Authorization Code is not registered for this app (unauthorized_client)',
      'The server wants client_id in the body as well: “Send the client ID in token requests as well” in Advanced settings',
    ],
  ),
  'identity.invalid': explain(
    ehrTeam,
    'The detail names the rule that failed; compare issuer, client ID and signing keys.',
    [
      'The issuer in the id_token is not the one in the metadata: add it to “Issuers of id_tokens” in Advanced settings if it is right',
      'The id_token is missing because openid is not registered for this app',
      'The EHR’s JWKS does not contain the key that signed the id_token',
      'The nonce is not sent back: “Nonce in the id_token” in Advanced settings can accept its absence',
    ],
  ),
  'identity.keys-unavailable': explain(
    ehrTeam,
    'Open the issuer’s /.well-known/openid-configuration and its jwks_uri.',
    [
      'The OpenID Connect document or the key set is missing, not JSON or empty',
      'They are on a host that our addresses cannot reach',
    ],
  ),
  'identity.keys-timeout': explain('Network team', 'Check the way from our egress addresses to the issuer’s host.', [
    'A firewall drops our packets to the issuer’s host without an answer',
  ]),
  'scope.missing': explain(
    ehrTeam,
    'Register the scopes of the registration sheet; the missing ones are named on this page.',
    ['Permissions are not registered for this app, or not approved', 'The user’s role is not allowed to grant them'],
  ),
  'scope.none-granted': explain(
    ehrTeam,
    'Look at what was asked for on this page, and register scopes the server can grant.',
    [
      'The server drops wildcards or the spelling of the scopes without saying so',
      'Permissions are not registered for this app, or not approved',
    ],
  ),
  'scope.open-again': explain('The person who launches', again, [
    'The EHR refused the configured scopes, and its launch value was spent before we could ask for others',
  ]),
  'context.invalid': explain(
    ehrTeam,
    'Check that the launch point is in a patient’s chart and that launch/patient is registered.',
    [
      'The app was opened from a place without a patient',
      'The scope launch or launch/patient is not registered, so the EHR sends no patient',
      'In a standalone launch no patient was picked, or the EHR has no patient picker for this app',
    ],
  ),
  'user.not-allowed': explain(
    'Your administrator',
    'Look at “Kinds of EHR users” in Settings > Integrations > SMART on FHIR, Advanced settings; else ask the EHR team for fhirUser.',
    [
      'The person who launched is a patient or a related person, and this organization accepts practitioners only',
      'The id_token has no fhirUser, or one of another server: the scope fhirUser may not be registered',
    ],
  ),
  'user.disabled': explain('Your administrator', 'Enable the person in Settings > Clinicians.', [
    'An administrator has disabled this person',
  ]),
  'user.not-associated': explain('The person who launches', again, [
    'A page was asked for before the one-time code was typed or the administrator had confirmed the person',
  ]),
  'user.too-many-tries': explain('Your administrator', 'Issue a new code in Settings > Clinicians.', [
    'Somebody typed wrong one-time codes again and again',
  ]),
  'session.missing': explain('The person who launches', again, [
    'The page has ended, or belongs to another window or browser',
    'The browser did not keep the cookie of this launch',
  ]),
  'session.expired': explain('The person who launches', again, [
    'The EHR ended the session or no longer accepts the access token',
    'The access token ran out, and the EHR gave no refresh token or no longer accepts it',
  ]),
  'session.idle': explain('The person who launches', again, ['Nobody used the page for an hour']),
  'session.limit': explain('The person who launches', again, ['The page was open for twelve hours']),
  'session.signed-out': explain('The person who launches', again, [
    'The same launch was signed out of in another tab or window',
  ]),
  'session.ended': explain('The person who launches', again, [
    'An administrator ended the launch at Settings > Live launches',
  ]),
  'session.organization': explain('The person who launches', again, [
    'The organization was disabled, or its FHIR URL, Client ID, issuer or hosts were changed',
  ]),
  'session.replaced': explain('The person who launches', again, [
    'The app was launched in the same browser with another account',
    'The same user launched it there for another organization',
    'More launches were open in one browser than it may have',
  ]),
  'refresh.identity-refused': explain(
    ehrTeam,
    'The detail names the rule that failed: ask the EHR team to correct the id_token of its refresh answers. Until then “id_token in a refresh answer” (refreshIdToken) in Advanced settings can accept one without an audience, or ignore it.',
    [
      'The EHR sends an id_token with a renewed access token, and it lacks an audience or breaks another rule',
      'It is of another user or another sign-in than the launch',
    ],
  ),
  'refresh.unavailable': explain(ehrTeam, 'Reload the page in a moment; look at the token endpoint’s state.', [
    'The authorization server could not renew the access token at that moment',
  ]),
  'patient.mismatch': explain(ehrTeam, 'Tell the EHR’s vendor: a read of one patient gave another patient.', [
    'The FHIR server answers Patient reads with another patient, or with a merged record under another id',
  ]),
  'patient.not-returned': explain(ehrTeam, 'Read Patient/{id} with this user’s token and look at what is answered.', [
    'The FHIR server answers a Patient read with status 200 and an OperationOutcome, a Bundle or another resource',
    'A gateway between us and the FHIR server answers in its place',
  ]),
  'patient.refused': explain(
    ehrTeam,
    'Check the permission patient/Patient.read and the user’s access to this chart.',
    [
      'The FHIR server enforces a permission that was not granted',
      'The chart is restricted (break the glass) or outside the user’s access',
    ],
  ),
  'patient.replaced': explain(
    'The person who launches',
    'Open the patient’s current record in the EHR; requests are not written to a record that was merged.',
    ['The EHR launched the app for a record that its Patient.link calls replaced'],
  ),
  'patient.unavailable': explain(ehrTeam, 'Reload the page; look at the FHIR server’s state.', [
    'The FHIR server is failing or asks to slow down',
  ]),
  'patient.timeout': explain(ehrTeam, 'Reload the page; look at the FHIR server’s load.', [
    'The FHIR server is overloaded',
  ]),
  'patient.unexpected': explain(
    ehrTeam,
    'Compare the FHIR URL in Settings > Integrations > SMART on FHIR with the server’s real base.',
    ['The FHIR server answered with something that is not FHIR, such as a portal page or a redirect'],
  ),
  'store.unavailable': explain('VectorCare', 'Tell the operator of this service.', ['Our own storage did not answer']),
  'server.unexpected': explain('VectorCare', 'Send the support code to the operator of this service.', [
    'A mistake of ours',
  ]),
};

/** The list was sent, and something on it is missing. */
const causesByListProblem: Record<FhirFailure | 'not-granted' | 'page-gone', Explanation> = {
  'not-granted': explain(ehrTeam, 'Register patient/ServiceRequest.read, or patient/*.read.', [
    'The permission to search ServiceRequest was not granted',
  ]),
  refused: explain(ehrTeam, 'Check the permission patient/ServiceRequest.read and the user’s access to orders.', [
    'The FHIR server refused the search',
  ]),
  unauthorized: explain(ehrTeam, again, ['The FHIR server no longer accepts the access token']),
  'not-found': explain(ehrTeam, 'Ask whether the server supports ServiceRequest.', [
    'The FHIR server does not offer ServiceRequest',
    'The FHIR server answers 404 when the patient has no requests',
  ]),
  'page-gone': explain(ehrTeam, 'Reload the page; look at how long the server keeps the pages of a search.', [
    'The FHIR server no longer knows the next page of its own search result',
  ]),
  throttled: explain(ehrTeam, 'Reload the page in a minute.', ['The FHIR server asked us to slow down']),
  unavailable: explain(ehrTeam, 'Look at the FHIR server’s state.', ['The FHIR server failed']),
  timeout: explain(ehrTeam, 'Look at the FHIR server’s load.', ['The search took too long']),
  unexpected: explain(ehrTeam, 'Look at what the search answers.', ['The answer was not a searchset Bundle']),
  'foreign-url': explain(ehrTeam, 'Look at the next links of the server’s search results.', [
    'A page of results is on another server',
  ]),
};

/** The list was shown, and a request could not be created: by how that ended, see the facts of the step `create`. */
const causesByCreateEnd: Record<'refused' | 'unknown' | 'absent', Explanation> = {
  refused: explain(ehrTeam, 'Look at the HTTP status and the issue codes of the step, and at the FHIR server’s log.', [
    'The FHIR server’s rules refuse the order: a required element, a profile, or who may order',
    'The permission patient/ServiceRequest.write was granted, and the user may not create orders',
  ]),
  unknown: explain(ehrTeam, 'Look for the create in the FHIR server’s log, by time and user.', [
    'The FHIR server, or a gateway before it, did not answer the create with 201, and the request could not be looked for',
    'The server takes orders into a queue and shows them later',
  ]),
  absent: explain(ehrTeam, 'Look for the create in the FHIR server’s log, by time and user.', [
    'A gateway or firewall answered the create in the FHIR server’s place',
    'The server takes orders into a queue and shows them later',
  ]),
};

/** A launch that nobody refused and that still did not arrive: by the last step it took. */
const causesByLastStep: Partial<Record<StepName, Explanation>> = {
  'authorization-redirect': explain(
    ehrTeam,
    'Look at the page the EHR showed, and compare redirect URI, client ID and scopes with the registration sheet.',
    [
      'The authorization server showed an error page of its own: redirect URI or client ID not registered',
      'The user is still at, or closed, the EHR’s sign-in page',
    ],
  ),
  user: explain(
    'Your administrator',
    'Open Settings > Clinicians: issue a one-time code, or confirm who waits with this reference.',
    ['The person launches for the first time and is not associated with a clinician of the organization yet'],
  ),
  'launch-record': explain(
    'Workstation team',
    'Allow cookies for this site in frames of the EHR; then open the app again.',
    [
      'The browser did not keep the cookie of the finished launch, so the list could not be opened',
      'The window was closed at that moment',
    ],
  ),
};

/** What to tell about a trace; undefined when there is nothing to mend. */
export function explanationOf(
  trace: Pick<TraceRecord, 'outcome'> & { readonly steps: readonly TraceStep[] },
): Explanation | undefined {
  const { outcome, steps } = trace;
  if (outcome === 'under way') {
    const waits = steps.some(({ name, outcome: end }) => name === 'user' && end === 'warning');
    const last = waits ? 'user' : stepNames.findLast((name) => steps.some((step) => step.name === name));
    return last && causesByLastStep[last];
  }
  if (outcome !== 'completed') return causesByCode[outcome];
  // The launch arrived; a page of it may have failed later.
  const failed = stepNames
    .map((name) => steps.findLast((step) => step.name === name))
    .find((step) => step?.code !== undefined);
  if (failed?.code !== undefined) return causesByCode[failed.code];
  const problem = steps.findLast(({ name }) => name === 'requests')?.facts['problem'];
  if (typeof problem === 'string' && problem in causesByListProblem) {
    return causesByListProblem[problem as keyof typeof causesByListProblem];
  }
  const ended = steps.findLast(({ name }) => name === 'create')?.facts['how it ended'];
  return typeof ended === 'string' && ended in causesByCreateEnd
    ? causesByCreateEnd[ended as keyof typeof causesByCreateEnd]
    : undefined;
}

function explain(owner: Owner, whatToDo: string, causes: readonly string[]): Explanation {
  return { owner, causes, whatToDo };
}
