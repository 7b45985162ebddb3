/**
 * Sentences of other causes that share words with a rule. Where words are ambiguous, the product names what is known and no
 * specific cause.
 */
import { expect, test } from 'vitest';
import { ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import { ruleOfDescription } from '#src/smart/authorization-refusal.ts';
import { answered } from '#src/smart/fhir/fhir-error.ts';
import { ruleOfRefusal } from '#src/smart/refusal-rule.ts';
import { FHIR } from '#test/diagnostics/misconfigurations/seeding/seeds.ts';

const OPEN = {
  invalid_client: 'client.key',
  invalid_grant: 'grant.refused',
  invalid_request: 'token.request-refused',
};

test.for<[error: keyof typeof OPEN, said: string]>([
  ['invalid_client', 'The client has too many active tokens'],
  ['invalid_client', 'The registered contact of the client is unknown'],
  ['invalid_client', 'Client key rotation required within 10 days'],
  ['invalid_client', 'The remote session was closed because of an unknown error'],
  ['invalid_client', 'Client authentication is required by policy to use a private key of 3072 bits'],
  ['invalid_client', 'An expired license key was found on the server'],
  ['invalid_client', 'The service is not configured: license key missing'],
  ['invalid_client', 'Local authentication failed: certificate store is locked'],
  ['invalid_client', 'The client secret rotation job holds a lock; try again'],
  ['invalid_client', 'Request header is missing a correlation id: authorization was not attempted'],
  ['invalid_client', 'The connection pool is exhausted: timeout'],
  ['invalid_client', 'Unable to read key from the HSM'],
  ['invalid_client', 'Unexpected end of key file'],
  ['invalid_client', 'The user of this client is not found'],
  ['invalid_client', 'The identity provider does not exist for this client'],
  ['invalid_client', 'Application terminated unexpectedly'],
  ['invalid_client', 'Scope user/Patient.read is not registered for this client'],
  ['invalid_grant', 'The code is not valid for this patient context'],
  ['invalid_grant', 'Patient context is not available: the service is overloaded'],
  ['invalid_grant', 'The patient record is not open to this user'],
  ['invalid_grant', 'A database record was already used by another transaction'],
  ['invalid_grant', 'The tenant configuration is valid but not complete'],
  ['invalid_grant', 'User account has no mailbox assigned'],
  ['invalid_grant', 'Consent page could not be shown: template required'],
  ['invalid_grant', 'The certificate that protects codes has expired'],
  ['invalid_grant', 'PKCE succeeded, but the code could not be loaded'],
  ['invalid_grant', 'The license of the server has expired'],
  ['invalid_request', 'Content of the form field code is too long'],
  ['invalid_request', 'Exchange of the proof failed: the code is malformed'],
  ['invalid_grant', 'The signing certificate of the identity provider has expired'],
  ['invalid_grant', 'The trust with the external identity provider has expired'],
  ['invalid_grant', 'SAML assertion has expired'],
  ['invalid_grant', 'The SAML assertion was already used'],
  ['invalid_grant', 'Consent record could not be saved'],
])('the token endpoint answers %s: %s, which stays unexplained', ([error, said]) => {
  expect(ruleOfRefusal({ status: 400, error, said, isClockOff: false })).toBe(OPEN[error]);
});

test.for<[error: string, said: string]>([
  ['invalid_request', 'Not valid for this patient context'],
  ['invalid_request', 'Launching failed because the session service is invalid'],
  ['invalid_request', 'The state of the client is unknown to the load balancer'],
  ['invalid_request', 'The audience of this page is limited to staff'],
  ['invalid_request', 'Required resource of the server is busy'],
  ['invalid_request', 'The return url of the survey is missing'],
  ['invalid_request', 'Pushed notifications are not enabled'],
  ['invalid_request', 'An unknown error happened in the client application'],
  ['invalid_request', 'Environment variable of the application is missing'],
  ['access_denied', 'The user record is restricted'],
  ['access_denied', 'The administrator has granted consent, the policy engine is down'],
  ['access_denied', 'Session recording is active; access is denied'],
  ['access_denied', 'An active session was found for another patient'],
  ['server_error', 'The tenant database is not found'],
  ['server_error', 'The launch framework is already used by another thread'],
  ['server_error', 'Session store: connection timed out'],
  ['server_error', 'Required patient index is not open'],
  ['invalid_request', 'The patient could not be loaded in this context'],
  ['invalid_request', 'Encounter is not valid for the patient in context'],
  ['server_error', 'Could not load patient context'],
])('the authorization endpoint answers %s: %s, and the error is sufficient', ([error, said]) => {
  expect(ruleOfDescription(error, said)).toBe(
    error === 'invalid_request' ? 'authorization.request-refused' : undefined,
  );
});

test.for<[status: number, diagnostics: string]>([
  [403, 'Consent service is not available'],
  [403, 'Patient opted out of the portal; staff access is denied by role'],
  [403, 'The requested operation is out of scope and not allowed'],
  [403, 'The source address element is missing in the resource'],
  [401, 'Token issuer service is down'],
  [401, 'The header is required: X-Tenant'],
  [401, 'No credentials for the backend database'],
  [404, 'Invalid practice location'],
  [400, 'Invalid realm of the search value'],
  [403, 'Tenant administrator has locked the user'],
  [403, 'Users of this organization have no access to the application log'],
  [403, 'Application of the rule for this facility: access is denied to nurses'],
  [403, 'The consent form version is outdated'],
  [401, 'Claims processing service is unavailable'],
])('the FHIR server answers %i: %s, and the status is sufficient', ([status, diagnostics]) => {
  const body = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing', diagnostics }] };
  const { rule, ifFresh } = answered(status, (name) => (name === 'content-type' ? FHIR : null), JSON.stringify(body));
  expect([rule, ifFresh]).toEqual([undefined, undefined]);
});

test.for<[status: number, text: string]>([
  [403, '{"message":"The remote address element of the request is invalid"}'],
  [500, '{"message":"disk quota limit reached on server"}'],
  [403, '{"error":"source address of the letter is missing"}'],
  [500, '{"message":"mail quota violation"}'],
])('a gateway answers %i: %s, which is no word of a gateway', ([status, text]) => {
  expect(ruleOfGateway({ status, contentType: 'application/json', text })).toBeUndefined();
});
