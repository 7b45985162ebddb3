/**
 * The words of real authorization servers for refusals, each with the one rule that it means. The words are never kept.
 */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { authorizationError, ruleOfDescription } from '#src/smart/authorization-refusal.ts';
import { wordsOfErrorUri } from '#src/smart/fhir/error-uri.ts';
import { ruleOfRefusal } from '#src/smart/refusal-rule.ts';
import { urn } from './seeds.ts';

type Case = [error: string, said: string, rule: Rule];

const TOKEN: Case[] = [
  ['invalid_client', 'Invalid client or Invalid client credentials', 'client.key'],
  ['invalid_client', 'Either the client or the client credentials are invalid.', 'client.key'],
  ['invalid_client', 'iss and sub of the client assertion must be the client_id', 'client.unknown'],
  ['invalid_client', "Client assertion: 'sub' must match client_id", 'client.unknown'],
  ['invalid_client', 'Client authentication with signed JWT failed: Token is not active', 'client.assertion-times'],
  ['invalid_client', 'Client assertion is not within its valid time range.', 'client.assertion-times'],
  ['invalid_client', 'exp is too far in the future: maximum lifetime is 60 seconds', 'client.assertion-life'],
  ['invalid_client', 'The exp claim is more than 60 seconds in the future', 'client.assertion-life'],
  ['invalid_client', 'iat is in the future', 'client.assertion-times'],
  ['invalid_client', 'JWT is not yet valid (nbf)', 'client.assertion-times'],
  ['invalid_client', 'Fetching JWKS failed with status 403', 'client.jwks-unreachable'],
  ['invalid_client', 'SSL handshake with jwks_uri failed', 'client.jwks-untrusted'],
  ['invalid_client', 'Unable to retrieve JWKS: PKIX path building failed', 'client.jwks-untrusted'],
  ['invalid_client', 'javax.net.ssl.SSLHandshakeException: Received fatal alert', 'client.jwks-untrusted'],
  ['invalid_client', 'Failed to fetch JWKS: unable to verify the first certificate', 'client.jwks-chain'],
  ['invalid_client', 'The remote JWKS: unable to verify the first certificate', 'client.jwks-chain'],
  // The letters of a number are no words: "50ec" is no elliptic curve.
  [
    'invalid_client',
    'AADSTS700027: The certificate used to sign the client assertion is not registered on application. See configured keys. Correlation ID: ebac3d18-50ec-44a7-bdb2-245a8dd4185b',
    'client.key-unknown',
  ],
  [
    'invalid_client',
    "Token audience doesn't match domain. Realm issuer is 'http://keycloak:8080/realms/ehr'",
    'client.audience-host',
  ],
  ['invalid_client', 'Audience https://realm.host.example/token is not the issuer', 'client.audience'],
  ['invalid_client', 'Cannot verify the client assertion with the registered certificate', 'client.key-unknown'],
  ['invalid_client', 'java.net.UnknownHostException: app.example', 'client.jwks-unreachable'],
  ['invalid_client', 'getaddrinfo ENOTFOUND app.example', 'client.jwks-unreachable'],
  ['invalid_client', 'JWKS document returned 403', 'client.jwks-unreachable'],
  ['invalid_client', 'exp must be no more than 60 seconds after iat', 'client.assertion-life'],
  ['invalid_client', 'Connection refused: proxy.hospital.example:8080', 'client.jwks-unreachable'],
  ['invalid_client', 'The certificate registered for the client has expired', 'client.key-off'],
  ['invalid_client', 'Unsupported key type EC', 'client.algorithm'],
  ['invalid_client', 'CERTIFICATE_VERIFY_FAILED', 'client.jwks-untrusted'],
  ['invalid_client', 'x509: certificate signed by unknown authority', 'client.jwks-untrusted'],
  ['invalid_client', 'SSL certificate problem: unable to get local issuer certificate', 'client.jwks-untrusted'],
  ['invalid_client', '403 Forbidden from GET https://app.example/.well-known/jwks.json', 'client.jwks-unreachable'],
  ['invalid_client', 'Unable to retrieve key from https://api.x.org/.well-known/jwks.json', 'client.jwks-unreachable'],
  ['invalid_client', 'Invalid signature for clientId abc', 'client.key-unknown'],
  ['invalid_client', 'Invalid clientId', 'client.unknown'],
  ['invalid_client', 'Client assertion is missing the kid header', 'client.key'],
  ['invalid_client', 'Client not enabled in this realm', 'client.off'],
  ['access_denied', 'The account does not exist in the tenant', 'authorization.blocked'],
  ['invalid_request', 'DPoP proof is missing', 'client.proof-of-possession'],
  ['invalid_client', 'No route to host', 'client.jwks-unreachable'],
  ['invalid_client', 'Temporary failure in name resolution', 'client.jwks-unreachable'],
  ['invalid_client', 'the JWT iat is too old', 'client.assertion-times'],
  ['invalid_client', 'JWT used before issued', 'client.assertion-times'],
  ['invalid_client', 'The client assertion is not active yet', 'client.assertion-times'],
  ['invalid_client', 'Duplicate jti', 'client.assertion-used'],
  ['invalid_client', 'Client expects ES256', 'client.algorithm'],
  ['invalid_client', 'Client registration is pending approval', 'client.off'],
  ['invalid_client', 'A client_id was not recognised', 'client.unknown'],
  ['invalid_client', 'Rate limit exceeded', 'token.busy'],

  [
    'invalid_client',
    'Client assertion is not within its valid time range; expiry time of assertion',
    'client.assertion-times',
  ],
  ['invalid_client', 'The provided client secret keys are expired', 'client.method'],
  ['unauthorized_client', 'INVALID_CREDENTIALS: Invalid client credentials', 'client.key'],
  ['invalid_client', 'Client authentication with signed JWT failed: Token reuse detected', 'client.assertion-used'],
  ['invalid_client', 'Invalid signature algorithm', 'client.algorithm'],
  ['invalid_client', 'certificate has expired', 'client.jwks-untrusted'],
  ['invalid_client', 'Remote host terminated the handshake', 'client.jwks-untrusted'],
  ['invalid_client', 'The SSL connection could not be established', 'client.jwks-untrusted'],
  ['invalid_client', 'The remote certificate is invalid', 'client.jwks-untrusted'],
  ['invalid_client', 'fetch failed', 'client.jwks-unreachable'],
  ['invalid_client', 'The remote name could not be resolved', 'client.jwks-unreachable'],
  ['invalid_client', 'No such host is known.', 'client.jwks-unreachable'],
  ['invalid_request', 'The request body must contain the parameter: grant_type', 'token.body-lost'],

  ['invalid_client', 'Signed by an EC key, but the client is configured for RSA', 'client.algorithm'],
  ['invalid_client', 'Could not resolve the host of the jwks_uri', 'client.jwks-unreachable'],
  ['invalid_client', 'No suitable key in JWK set for RS384', 'client.key-unknown'],
  ['invalid_client', 'The token lifetime exceeds what is allowed', 'client.assertion-life'],
  [
    'invalid_client',
    'The certificate used to sign the client assertion is not registered on application.',
    'client.key-unknown',
  ],
  ['invalid_client', 'Signature on JWT token failed validation', 'client.key-unknown'],
  ['invalid_client', 'Invalid token audience', 'client.audience'],
  ['invalid_client', 'jti has already been used', 'client.assertion-used'],
  ['unauthorized_client', 'Application with identifier was not found in the directory.', 'client.unknown'],
  ['invalid_client', 'Application with identifier was not found in the directory.', 'client.unknown'],
  ['invalid_client', 'Invalid client_id', 'client.unknown'],
  ['invalid_client', 'Application is disabled.', 'client.off'],
  ['invalid_client', 'Client registration has expired', 'client.off'],
  ['invalid_client', 'The client credentials have expired', 'client.off'],
  ['invalid_client', 'Invalid client secret provided', 'client.method'],
  ['invalid_client', 'Request from IP address not allowed', 'client.address'],
  ['invalid_request', 'client_secret is required', 'client.method'],
  ['invalid_request', 'client_assertion_type is missing or not supported', 'client.method'],
  ['invalid_request', 'Missing Authorization header', 'client.method'],
  ['invalid_request', 'client_id is required', 'client.id-not-sent'],
  [
    'invalid_request',
    "AADSTS9002327: Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    'client.method',
  ],
  ['invalid_grant', 'The user or administrator has not consented to use the application', 'grant.consent'],
  ['invalid_grant', 'Authorization has been revoked by the user', 'grant.consent'],
  ['invalid_grant', 'User account is disabled', 'authorization.denied'],
  ['invalid_grant', 'Session not active', 'authorization.sign-in-needed'],
  ['invalid_grant', 'PKCE code verifier not specified', 'grant.pkce'],
  ['invalid_grant', 'Code not valid', 'grant.refused'],
  ['invalid_grant', 'Incorrect redirect_uri', 'grant.redirect-uri'],
  ['invalid_grant', 'The reply address does not match: callback URL differs', 'grant.redirect-uri'],
  ['invalid_request', 'The body must contain client_assertion or client_secret', 'client.method'],
  ['invalid_request', 'The request body is empty', 'token.body-lost'],
  ['invalid_request', 'Missing parameter: client_assertion', 'token.body-lost'],
  ['invalid_grant', 'The code was not issued by this server', 'grant.unknown'],
  ['invalid_grant', 'The code was issued to another client', 'grant.other-client'],
  ['invalid_request', 'Missing form parameter: grant_type', 'token.body-lost'],
  ['invalid_client', 'This is a public client', 'client.method'],
  ['invalid_client', 'The public key of the client is not found', 'client.key-unknown'],
  ['not_allowed', 'Offline tokens not allowed for the user or client', 'token.scope'],
  ['invalid_request', 'code_verifier is required', 'grant.pkce'],
  ['invalid_request', 'redirect_uri mismatch', 'grant.redirect-uri'],
  ['invalid_request', 'client_assertion audience is invalid', 'client.audience'],
  ['invalid_request', 'Invalid client_assertion signature', 'client.key-unknown'],
  ['unauthorized_client', 'redirect_uri is not registered', 'grant.redirect-uri'],
  ['unauthorized_client', 'JWKS for client could not be retrieved', 'client.jwks-unreachable'],
  ['unauthorized_client', 'The client is not authorized to use the provided grant type.', 'client.grant-not-allowed'],
  ['invalid_client', 'The client_assertion token must be signed with RS256', 'client.algorithm'],
  ['invalid_grant', 'The signed in user is not assigned to a role for the application', 'authorization.blocked'],
  ['invalid_grant', 'Access has been blocked by Conditional Access policies', 'authorization.blocked'],
  [
    'interaction_required',
    'AADSTS53003: Access has been blocked by Conditional Access policies',
    'authorization.blocked',
  ],
  ['interaction_required', 'AADSTS50076: you must use multi-factor authentication', 'authorization.question-for-user'],
  ['invalid_grant', 'Maximum allowed refresh token reuse exceeded', 'refresh.reused'],
  ['not_allowed', 'Client not allowed for direct access grants', 'token.other-error'],
  ['invalid_client', 'jwks_uri is not reachable from this server', 'client.jwks-unreachable'],
  ['invalid_client', 'JWKS response is not valid JSON', 'client.jwks-unreachable'],
  ['invalid_client', "Hostname/IP does not match certificate's altnames", 'client.jwks-untrusted'],
  ['invalid_client', 'ES256 required', 'client.algorithm'],
  ['invalid_client', 'Expiration time is in the past', 'client.assertion-times'],
  ['invalid_client', '"exp" claim timestamp check failed', 'client.assertion-times'],
  ['invalid_client', 'Token used too early', 'client.assertion-times'],
  ['invalid_client', 'The assertion must expire within 5 minutes', 'client.assertion-life'],
  ['invalid_client', 'No client with requested id', 'client.unknown'],
  ['invalid_client', 'Client belongs to the sandbox', 'client.unknown'],
  ['invalid_client', 'Client authentication failed: no assertion came with it', 'client.key'],
  ['invalid_client', 'The redirect URI of the request is not the one on record', 'grant.redirect-uri'],
  ['invalid_request', 'The redirect-uri in the body does not match, no such value', 'grant.redirect-uri'],
  ['unauthorized_client', 'redirectUri is not valid for this grant', 'grant.redirect-uri'],
  ['invalid_grant', 'callbackURL mismatch', 'grant.redirect-uri'],
  ['redirect_uri_mismatch', 'Bad Request', 'grant.redirect-uri'],
  ['invalid_request', 'Missing client authentication', 'client.method'],
  // The sentences of RFC 6749 name every cause, so they name none.
  [
    'invalid_grant',
    'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
    'grant.refused',
  ],
  [
    'invalid_request',
    'The request is missing a required parameter, includes an unsupported parameter value (other than grant type), repeats a parameter, includes multiple credentials, utilizes more than one mechanism for authenticating the client, or is otherwise malformed.',
    'token.request-refused',
  ],
  [
    'invalid_client',
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method). Unable to retrieve JSON Web Keys.',
    'client.jwks-unreachable',
  ],
  ['invalid_client', 'JWT verifier: the signature is invalid', 'client.key-unknown'],
  ['invalid_client', 'The JWKS URL does not return a valid key set', 'client.key-unknown'],
  ['invalid_client', 'A redirect of the jwks_uri is not followed: cannot read it', 'client.jwks-unreachable'],
  ['invalid_client', 'code_verifier is wrong', 'grant.pkce'],
  [
    'invalid_grant',
    'AADSTS50020: User account x from identity provider y does not exist in tenant z and cannot access the application',
    'authorization.denied',
  ],
  ['invalid_client', 'Too many requests', 'token.busy'],
  ['invalid_client', 'Assertion signature algorithm RS384 not enabled for client', 'client.algorithm'],
  ['consent_required', 'The user or administrator has not consented to use the application', 'grant.consent'],
  ['invalid_grant', 'The launch token is not authorized', 'authorization.launch-over'],
  ['invalid_scope', 'Client no longer has requested consent from user', 'grant.consent'],
  ['invalid_grant', 'The refresh token has already been used', 'refresh.reused'],
  // At the token endpoint the user cannot have declined.
  ['access_denied', '', 'authorization.blocked'],
  ['access_denied', 'The user denied the request', 'authorization.blocked'],
  ['access_denied', 'Policy evaluation failed for this request', 'authorization.blocked'],
  ['access_denied', 'The client is not permitted to use this scope', 'scope.refused'],
  ['access_denied', 'Realm not enabled', 'authorization.tenant'],
  // An assertion that is refused under another error than RFC 7523 names.
  ['invalid_request', 'Public key not found, check client_id, kid and dashboard settings', 'client.key-unknown'],
  ['invalid_request', 'JWT header kid property is required', 'client.key-unknown'],
  ['invalid_request', 'Unexpected aud claim value', 'client.audience'],
  ['invalid_request', 'Invalid signature', 'client.key-unknown'],
  ['invalid_request', 'Missing client assertion', 'token.body-lost'],
  ['invalid_client', 'Parameter client_assertion_type is missing', 'token.body-lost'],
  ['invalid_request', "AADSTS90002: Tenant 'x' not found.", 'authorization.tenant'],
  ['invalid_request', 'launch context not found', 'authorization.launch-over'],
  ['invalid_request', 'Duplicate key in the body', 'token.request-refused'],
  ['invalid_grant', 'AADSTS700005: the code is intended to use against other tenant', 'authorization.tenant'],
  ['invalid_grant', 'AADSTS50076: you must use multi-factor authentication', 'authorization.question-for-user'],
  ['invalid_grant', 'The provided access grant is invalid, expired, or revoked.', 'grant.refused'],
  ['invalid_client', 'client assertion tokens must only be used once', 'client.assertion-used'],
  ['invalid_client', 'Unreasonable expiration time in JWT', 'client.assertion-life'],
  ['invalid_client', 'Client authentication failed: client_id', 'client.unknown'],
  ['invalid_client', 'Client authentication failed: authentication_method', 'client.method'],
  ['invalid_client', 'Client authentication failed: client_assertion', 'client.key'],
  ['invalid_client', 'ClientId is Invalid', 'client.unknown'],
  ['invalid_client', 'Invalid API key', 'client.unknown'],
  [
    'invalid_client',
    'audience (aud) must be equal to issuer identifier url, token endpoint url, or MTLS alias',
    'client.audience',
  ],
];

test.for(TOKEN)('the token endpoint answers %s: %s', ([error, said, rule]) => {
  expect(ruleOfRefusal({ status: 401, error, said, isClockOff: false })).toBe(rule);
});

const SIGN_IN: Case[] = [
  ['unauthorized', 'The user declined the request', 'authorization.declined'],
  ['invalid_request', 'DPoP proof is missing', 'client.proof-of-possession'],
  ['invalid_request', 'Invalid launch token', 'authorization.launch-over'],
  ['invalid_request', 'Client not found.', 'authorization.client-unknown'],
  ['invalid_request', 'No patient in context', 'context.patient-missing'],
  ['invalid_request', 'The launch context could not be resolved', 'authorization.launch-over'],
  ['invalid_request', 'launch is required', 'authorization.request-refused'],
  ['invalid_request', 'Invalid resource indicator', 'authorization.audience'],
  ['invalid_request', 'AADSTS50011: The reply URL does not match the reply URLs', 'authorization.redirect-uri'],
  ['invalid_request', 'response_type is missing', 'authorization.parameter-lost'],
  ['invalid_request', 'Missing parameter: code_challenge_method', 'authorization.parameter-lost'],
  ['invalid_request', 'The aud parameter is required', 'authorization.parameter-lost'],
  ['invalid_request', 'launch token not authorized', 'authorization.launch-over'],
  ['invalid_request', 'Unknown launch', 'authorization.launch-over'],
  ['access_denied', 'The launch token expired', 'authorization.launch-over'],
  ['invalid_request', 'Client disabled.', 'client.off'],
  ['invalid_request', 'Client is not configured for this instance', 'client.off'],
  ['access_denied', 'Service not enabled within domain: hospital', 'client.off'],
  ['invalid_launch_token', '', 'authorization.launch-over'],
  ['invalid_request', 'aud does not match the FHIR server of the launch', 'authorization.audience'],
  ['invalid_request', 'code_challenge_method plain is required', 'authorization.pkce'],
  ['invalid_request', 'response_type=code is not permitted for the client', 'authorization.client-not-allowed'],
  [
    'unauthorized_client',
    'AADSTS700016: Application with identifier x was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
    'authorization.client-unknown',
  ],
  ['consent_required', 'AADSTS65001: The user or administrator has not consented', 'grant.consent'],
  ['access_denied', 'AADSTS90094: this needs permission that only an admin can grant', 'grant.consent'],
  ['access_denied', 'The app is disabled', 'client.off'],
  ['access_denied', 'The application has not been licensed for this organization', 'client.off'],
  ['invalid_request', 'The requested scope patient/*.read is invalid', 'scope.refused'],
  ['unauthorized_client', 'application not approved', 'client.off'],
  ['unauthorized_client', 'The application is not granted to this tenant', 'client.off'],
  ['invalid_request', 'Application is not installed for this organization', 'client.off'],
  ['access_denied', 'The user denied the request', 'authorization.declined'],
  ['access_denied', 'user rejected the consent', 'authorization.declined'],
  ['unauthorized_client', 'The client application is not active.', 'client.off'],
  ['unauthorized_client', 'Standard flow is disabled for the client.', 'authorization.client-not-allowed'],
  ['unauthorized_client', 'The app is not enabled for this facility', 'client.off'],
  ['access_denied', 'AADSTS65004: User declined to consent to access the app.', 'authorization.declined'],
  ['access_denied', 'The user has cancelled entering information', 'authorization.declined'],
  ['access_denied', 'Access denied: a policy forbids this request to the user', 'authorization.blocked'],
  ['access_denied', 'Policy evaluation failed for this request', 'authorization.blocked'],
  ['access_denied', 'User is not assigned to the client application.', 'authorization.blocked'],
  ['access_denied', 'The user denied the request; see the privacy policy', 'authorization.declined'],
  [
    'interaction_required',
    "AADSTS50105: Your administrator has configured the application to block users unless they are specifically granted ('assigned') access.",
    'authorization.blocked',
  ],
  ['access_denied', 'Service not found: https://fhir.example/r4', 'authorization.audience'],
  ['temporarily_unavailable', 'authentication_expired', 'authorization.sign-in-needed'],
  ['access_denied', 'The request was rejected because the user has no role for it', 'authorization.denied'],
  ['access_denied', 'The user is not licensed for this application', 'authorization.denied'],
  ['unauthorized_client', 'This grant type is not allowed', 'authorization.client-not-allowed'],
  ['unauthorized_client', 'redirect_uri is not registered', 'authorization.redirect-uri'],
  ['unauthorized_client', 'Application with identifier was not found', 'authorization.client-unknown'],
  ['unauthorized_client', 'client id belongs to non-production', 'authorization.client-unknown'],
  ['unauthorized_client', 'Client is not authorized for EHR launch', 'authorization.launch-type'],
  ['unauthorized_client', 'The client does not have the launch grant', 'authorization.launch-type'],
  ['invalid_request', 'This client is not registered for EHR launch', 'authorization.launch-type'],
  ['invalid_request', 'The launch token is not valid for this client', 'authorization.launch-over'],
  ['invalid_request', 'The scope is not registered for this client', 'scope.refused'],
  ['invalid_request', 'request object required', 'authorization.pushed-request'],
  ['access_denied', 'scope patient/ServiceRequest.write not allowed', 'scope.refused'],
  ['access_denied', 'break the glass required', 'fhir.restricted'],
  [
    'invalid_request',
    'Bad request: object reference not set to an instance of an object',
    'authorization.request-refused',
  ],
  [
    'invalid_request',
    'The launch code was used before by this client; each is authorized once',
    'authorization.launch-over',
  ],
  ['invalid_request', 'The client is not authorized to request the scope launch/patient', 'scope.refused'],
  ['access_denied', 'The user is not allowed to consent to the scopes', 'authorization.denied'],
  ['access_denied', 'Your account has been locked.', 'authorization.blocked'],
  ['access_denied', 'Client is not authorized to access resource server x', 'authorization.blocked'],
  [
    'invalid_resource',
    'AADSTS500011: The resource principal named x was not found in the tenant named y.',
    'authorization.audience',
  ],
  [
    'invalid_client',
    "AADSTS650053: The application asked for scope 'launch' that doesn't exist on the resource",
    'scope.refused',
  ],
  ['invalid_request', 'AADSTS9002325: Proof Key for Code Exchange is required', 'authorization.parameter-lost'],
];

test('a clock that differs explains a refusal without a reason, and none that names another', () => {
  const rule = (said: string) => ruleOfRefusal({ status: 401, error: 'invalid_client', said, isClockOff: true });
  const any =
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).';
  expect(['', any, 'JWT expired', 'Client not found', 'redirect URI differs'].map(rule)).toEqual([
    'clock.ehr',
    'clock.ehr',
    'clock.ehr',
    'client.unknown',
    'grant.redirect-uri',
  ]);
});

test.for(SIGN_IN)('the authorization endpoint answers %s: %s', ([error, said, rule]) => {
  expect(ruleOfDescription(error, said)).toBe(rule);
});

test.for([
  ['access_denied', 'The resource owner has revoked consent'],
  ['access_denied', 'The resource owner has not authorized the application'],
  ['access_denied', 'You are not allowed to grant access to this record'],
  ['server_error', 'The app is disabled'],
  ['temporarily_unavailable', 'The server is in maintenance; the session expired'],
  ['access_denied', 'The user was not found in the directory service'],
  [
    'interaction_required',
    'AADSTS16000: Either multiple user identities are available or the account is not supported',
  ],
] as const)('of %s: %s the error is sufficient', ([error, said]) => {
  expect(ruleOfDescription(error, said)).toBeUndefined();
});

const wordsOf = (reason: string) => wordsOfErrorUri(urn(reason));

test.for<[error: string, reason: string, rule: Rule]>([
  ['invalid_request', 'oauth2:grant:unknown-client', 'authorization.client-unknown'],
  ['invalid_request', 'oauth2:grant:invalid-redirect-uri-trailing-slash', 'authorization.redirect-uri'],
  ['invalid_request', 'oauth2:grant:unknown-tenant', 'authorization.tenant'],
  ['server_error', 'oauth2:grant:tenant-not-configured', 'authorization.tenant'],
  ['unauthorized_client', 'oauth2:grant:unauthorized-client-for-tenant', 'client.off'],
  ['access_denied', 'oauth2:grant:denied-by-server', 'scope.refused'],
  ['access_denied', 'oauth2:grant:denied-by-user', 'authorization.declined'],
  ['invalid_request', 'smart-v1:grant:launch:invalid-launch-code', 'authorization.launch-over'],
  ['invalid_request', 'smart-v1:grant:launch:unknown-resource-server', 'authorization.audience'],
  ['invalid_request', 'smart-v1:grant:launch:audience-not-white-listed', 'authorization.audience'],
  ['invalid_request', 'smart-v1:grant:launch:audience-required', 'authorization.parameter-lost'],
  ['access_denied', 'smart-v1:grant:launch:mismatched-identity', 'authorization.other-user'],
  ['invalid_request', 'smart-v1:grant:launch:unregistered-service', 'authorization.tenant'],
  ['invalid_request', 'smart-v1:grant:launch:code-required', 'authorization.parameter-lost'],
])('the authorization endpoint answers %s with the URN %s', ([error, reason, rule]) => {
  expect(ruleOfDescription(error, wordsOf(reason))).toBe(rule);
});

test.for<[error: string, reason: string, rule: Rule]>([
  ['invalid_grant', 'oauth2:token:invalid-tenant', 'authorization.tenant'],
  ['invalid_grant', 'oauth2:token:code:client:mismatch', 'grant.other-client'],
  ['invalid_grant', 'oauth2:token:code-invalid-or-expired', 'grant.expired'],
  ['invalid_grant', 'oauth2:token:code:tenant-terminated', 'client.off'],
  ['invalid_grant', 'oauth2:token:refresh-token:session-invalid', 'authorization.sign-in-needed'],
  ['invalid_client', 'oauth2:token:invalid-authorization-header', 'client.method'],
  ['invalid_client', 'oauth2:token:invalid-client-credentials', 'client.key'],
  ['invalid_client', 'oauth2:token:terminated-client', 'client.off'],
  ['invalid_client', 'client-assertion:jwt-bearer:invalid-signature', 'client.key-unknown'],
  ['invalid_grant', 'oauth2:token:invalid-redirect-uri', 'grant.redirect-uri'],
])('the token endpoint answers %s with the URN %s', ([error, reason, rule]) => {
  expect(ruleOfRefusal({ status: 400, error, said: wordsOf(reason), isClockOff: false })).toBe(rule);
});

test.for<[error: string, rule: Rule]>([
  ['unauthorized', 'authorization.blocked'],
  ['an_error_of_its_own', 'authorization.other-error'],
])('the authorization endpoint answers %s without a description', ([error, rule]) => {
  expect(authorizationError(error, undefined).rule).toBe(rule);
});

test('an error_uri without such a URN says nothing', () => {
  expect(['https://docs.example/errors#tenant', 'urn:ietf:params:oauth', 7].map(wordsOfErrorUri)).toEqual(['', '', '']);
});
