/** The words of FHIR servers and gateways for refusals, each with the one rule that it names, or none. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { answered } from '#src/smart/fhir/fhir-error.ts';
import { ruleOfSearch } from '#src/smart/fhir/refusal-words.ts';

const outcome = (diagnostics: string) =>
  JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'processing', diagnostics }] });
const asFhir = (name: string) => (name === 'content-type' ? 'application/fhir+json' : undefined);

test.for<[status: number, said: string, rule: Rule | undefined]>([
  [401, 'Authentication failed: token audience mismatch', 'fhir.token-not-accepted'],
  [401, 'invalid_token: JWT signature does not match', 'fhir.token-not-accepted'],
  [401, 'No Authorization header was found', 'fhir.token-not-there'],
  [401, 'Authorization header is required', 'fhir.token-not-there'],
  [401, 'The bearer token is not valid', undefined],
  [401, 'Token has expired', 'fhir.token-over-at-once'],
  [401, 'Access token expired or revoked', undefined],
  [401, 'Security token not recognized', undefined],
  [401, 'Token could not be verified: kid abc not in JWKS', 'fhir.token-not-accepted'],
  [401, 'Unauthorized: missing bearer', 'fhir.token-not-there'],
  [401, 'Your EHR password has expired', undefined],
  [401, 'The user session has expired', undefined],
  [401, 'Certificate expired', undefined],
  [401, 'User name or password missing', undefined],
  [401, 'Patient record not found for token', undefined],
  [401, 'Access token not found', undefined],
  [401, 'No valid token', undefined],
  [401, '"exp" claim timestamp check failed', 'fhir.token-over-at-once'],
  [401, 'JWT expired, by its claim exp', 'fhir.token-over-at-once'],
  [401, 'The token signing certificate has expired', undefined],
  [403, 'The access token does not include the scope patient/Patient.read', 'fhir.insufficient-scope'],
  [403, 'Scope patient/ServiceRequest.read required', 'fhir.insufficient-scope'],
  [403, 'User lacks privilege ORDERS_VIEW', 'fhir.user-right'],
  [403, 'User not authorized for this request.', 'fhir.user-right'],
  [403, "The practitioner doesn't have access to this chart", 'fhir.user-right'],
  [403, 'The user is not allowed to see this patient', 'fhir.user-right'],
  [403, 'User or client not authorized', undefined],
  [403, 'The client is not authorized to access ServiceRequest', 'fhir.insufficient-scope'],
  [403, 'Application not permitted to read Patient', 'fhir.insufficient-scope'],
  [400, 'Break-the-glass is required', 'fhir.restricted'],
  [404, 'Hidden: break the glass to see it', 'fhir.restricted'],
  [403, 'Source IP 10.2.3.4 not permitted', 'network.address-refused'],
  [403, 'IP is not in allow list', 'network.address-refused'],
  [403, 'Patient address is confidential', undefined],
  [403, 'Location address missing', undefined],
  [403, 'The client address is confidential', undefined],
  [403, 'Access to IP notes denied', undefined],
  [403, 'Privacy consent not on file', 'fhir.consent'],
  [403, 'Consent form was not signed by the user', undefined],
  [403, 'Consent not granted by administrator', undefined],
  [403, 'The practice has not consented to third-party access', undefined],
  [403, 'No access to resource type Consent', undefined],
  [403, 'Forbidden: the organization has not enabled third-party apps', 'fhir.app-not-enabled'],
  [403, 'The application is disabled', 'fhir.app-not-enabled'],
  [403, 'Client care plan is inactive', undefined],
  [403, 'The client was suspended from the program', undefined],
  [403, 'The client (patient) is not registered here', undefined],
  [403, 'This record is outside the scope of your department', undefined],
])('%i: %s', ([status, said, rule]) => {
  const { ifFresh, rule: named } = answered(status, asFhir, outcome(said));
  expect(status === 401 ? ifFresh : named).toBe(rule);
});

test('insufficient_scope says what it is, whatever its description adds', () => {
  const challenge = 'Bearer error="insufficient_scope", error_description="Not in the scope of the token"';
  expect(answered(403, (name) => (name === 'www-authenticate' ? challenge : undefined)).rule).toBe(
    'fhir.insufficient-scope',
  );
});

test.for<[said: string, rule: Rule | undefined]>([
  ['Search by patient not supported for ServiceRequest', 'fhir.search-parameter'],
  ['ServiceRequest is not a supported resource type', 'fhir.search-absent'],
  ['Invalid resource type: ServiceRequest', 'fhir.search-absent'],
  ['_revinclude is not supported', undefined],
  ['Unknown resource Patient/x referenced', undefined],
  ['Search parameter patient is unknown', 'fhir.search-parameter'],
  ['Unsupported parameter: _count for patient search', undefined],
  ['Searching ServiceRequest by status is not supported', undefined],
  ['This patient is not supported by the R4 facade', undefined],
  ['Patient unknown', undefined],
  ['Unknown resource type in _include: Foo', undefined],
])('a search that is refused: %s', ([said, rule]) => {
  expect(ruleOfSearch([said])).toBe(rule);
});
