/** Forty misconfigurations seeded together, each written down with its truth before it was tried: most are of a kind that was wrong before. */

import { useSeededWorld } from '#test/diagnostics/misconfigurations/seeding/seeded-world.ts';
import {
  CONFIGURATION,
  code,
  FHIR,
  GUIDE,
  JSON_TYPE,
  members,
  outcome,
  PATIENT,
  refused,
  SEARCH,
  sign,
  TOKEN,
  token,
} from '#test/diagnostics/misconfigurations/seeding/seeds.ts';
import type { Meddling } from '#test/helpers/servers/gateway.ts';
import { page } from '#test/helpers/servers/gateway.ts';

const { launchesSay } = useSeededWorld();

const TEXT = 'text/plain';
const LASTS = /Trying again does not help/;
const NO_PATIENT = /did not say which patient is open/;
/** The list says where to look, and offers no reload. */
const ELSEWHERE = /shows this app no requests\. Look in the EHR itself, and tell(?!.*Reload)/;
/** No button either. */
const NO_TRY = /^(?!.*Try again).*Give the support code/;
const challenge = (path: RegExp, wanted: string): Meddling => ({
  path,
  answer: (answer) => answer.writeHead(401, { 'content-type': FHIR, 'www-authenticate': wanted }).end('{}'),
});
const saying = (path: RegExp, status: number, diagnostics: string) =>
  outcome(path, status, { code: 'processing', diagnostics });
const UNSIGNED = '{"message":"Missing Authentication Token"}';

launchesSay('token', [
  [
    'no patient at the token endpoint',
    code('No patient was selected'),
    'context.patient-missing',
    { shown: NO_PATIENT },
  ],
  ['no context there', code('Patient context is required'), 'context.patient-missing', { shown: NO_PATIENT }],
  [
    'an audience, in the words of Okta',
    refused('The audience claim must be the endpoint invoked'),
    'client.audience-host',
  ],
  ['a key, in the words of Keycloak', refused('JWT failed: Unable to load public key'), 'client.key-unknown'],
  ['a grant that was revoked', code('AADSTS50173: The grant has expired due to it being revoked'), 'grant.expired'],
  [
    'a second factor',
    code('AADSTS50079: you must enroll in multi-factor authentication'),
    'authorization.second-factor',
    { shown: /needs you to sign in/ },
  ],
  [
    'a client of another code',
    code('The code was issued for a different client'),
    'grant.other-client',
    { shown: /refused to sign you in.*Trying again does not help/s },
  ],
  ['a gateway of Amazon', page(TOKEN, 403, JSON_TYPE, UNSIGNED), 'token.forbidden', { shown: LASTS }],
  ['an unpaid gateway', page(TOKEN, 402, JSON_TYPE, '{"error":"payment_required"}'), 'token.other-error'],
  ['a grant type that is off', token('unsupported_grant_type'), 'client.grant-not-allowed'],
]);

launchesSay('callback', [
  ['no patient', sign('invalid_request:No patient in context'), 'context.patient-missing', { shown: NO_PATIENT }],
  ['an aud unknown to Entra', sign('invalid_resource:The principal was not consented to'), 'authorization.audience'],
  [
    'a user of Entra who declined',
    sign('access_denied:AADSTS65004: User declined to consent'),
    'authorization.declined',
  ],
  ['a user whom Auth0 blocks', sign('too_many_attempts:Your account has been blocked'), 'authorization.account-off'],
  ['a failure that passes', sign('server_error:AADSTS90033: A transient error'), 'authorization.server-error'],
  [
    'a lost parameter',
    sign('invalid_request:Missing parameter: code_challenge_method'),
    'authorization.parameter-lost',
  ],
  [
    'a denial without a reason',
    sign('access_denied:The resource owner or authorization server denied the request'),
    'authorization.denied',
  ],
  ['an app unknown to Entra', sign('unauthorized_client:Application was not found'), 'authorization.client-unknown'],
  ['scopes that Okta has not', sign('invalid_scope:One or more scopes are not configured'), 'scope.refused'],
]);

launchesSay('discovery', [
  ['an unpaid gateway', page(CONFIGURATION, 402, JSON_TYPE, '{}'), 'discovery.other-status'],
  ['legal reasons', page(CONFIGURATION, 451, TEXT, 'Unavailable'), 'discovery.other-status'],
  ['a list', page(CONFIGURATION, 200, JSON_TYPE, '[]'), 'discovery.not-json', { check: GUIDE }],
  ['no token endpoint', members({ token_endpoint: null }), 'discovery.endpoint-missing'],
  ['a placeholder', members({ authorization_endpoint: 'https://{host}/a' }), 'discovery.endpoint-malformed'],
  ['a loop of gateways', page(CONFIGURATION, 508, TEXT, 'Loop'), 'discovery.server-error'],
  [
    'a gateway of Amazon',
    page(CONFIGURATION, 403, JSON_TYPE, UNSIGNED),
    'discovery.sign-in-demanded',
    { check: GUIDE },
  ],
]);

launchesSay('scopes', [
  ['nothing to read', { fault: ['narrowed-scope', 'openid fhirUser'] }, 'scope.nothing', { shown: LASTS }],
]);

launchesSay('patient', [
  ['a password', challenge(PATIENT, 'Basic realm="HAPI"'), 'network.gateway-key', { shown: LASTS }],
  ['a password or a token', challenge(PATIENT, 'Basic realm="x", Bearer'), 'fhir.token-refused-at-once'],
  ['a length, as text', page(PATIENT, 413, TEXT, 'Too large'), 'fhir.firewall', { shown: LASTS }],
  ['a length, as JSON', page(PATIENT, 414, JSON_TYPE, '{}'), 'fhir.firewall', { shown: LASTS }],
  ['a bad request', saying(PATIENT, 400, 'Bad id'), 'fhir.other-status', { shown: NO_TRY }],
  ['an unpaid server', page(PATIENT, 402, JSON_TYPE, '{}'), 'fhir.other-status', { shown: NO_TRY }],
  ['a denial of HAPI', saying(PATIENT, 403, 'HAPI-0333: Access denied by rule: Deny all'), 'fhir.patient-refused'],
  ['a signature', saying(PATIENT, 401, 'IDX10503: Signature validation failed.'), 'fhir.token-not-accepted'],
  ['a gateway of Amazon', page(PATIENT, 403, JSON_TYPE, UNSIGNED), 'fhir.not-in-fhir', { shown: LASTS }],
]);

launchesSay('requests', [
  ['an unpaid server', page(SEARCH, 402, JSON_TYPE, '{}'), 'fhir.other-status', { shown: ELSEWHERE }],
  ['legal reasons', page(SEARCH, 451, TEXT, 'Unavailable'), 'fhir.other-status', { shown: ELSEWHERE }],
  ['a length, as text', page(SEARCH, 413, TEXT, 'Too large'), 'fhir.firewall', { shown: ELSEWHERE }],
  ['a password', challenge(SEARCH, 'Basic realm="x"'), 'network.gateway-key', { shown: ELSEWHERE }],
]);
