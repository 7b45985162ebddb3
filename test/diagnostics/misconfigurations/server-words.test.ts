/**
 * The words of real authorization servers for refusals, each with the one rule that it means. The words are never kept.
 */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { ruleOfDescription, ruleOfRefusal } from '#src/smart/refusal-rule.ts';

type Case = [error: string, said: string, rule: Rule];

const TOKEN: Case[] = [
  ['invalid_client', 'Invalid client or Invalid client credentials', 'client.key'],
  ['invalid_client', 'Either the client or the client credentials are invalid.', 'client.key'],
  ['invalid_client', 'iss and sub of the client assertion must be the client_id', 'client.key'],
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
  ['invalid_client', 'Failed to fetch JWKS: unable to verify the first certificate', 'client.jwks-untrusted'],
  ['invalid_client', 'Cannot verify the client assertion with the registered certificate', 'client.key-unknown'],
  ['invalid_client', 'java.net.UnknownHostException: app.example', 'client.jwks-unreachable'],
  ['invalid_client', 'getaddrinfo ENOTFOUND app.example', 'client.jwks-unreachable'],
  ['invalid_client', 'JWKS document returned 403', 'client.jwks-unreachable'],
  ['invalid_client', 'exp must be no more than 60 seconds after iat', 'client.assertion-life'],
  ['invalid_client', 'Connection refused: proxy.hospital.example:8080', 'client.jwks-unreachable'],
  ['invalid_client', 'The certificate registered for the client has expired', 'client.key-off'],
  ['invalid_client', 'Unsupported key type EC', 'client.algorithm'],
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
  ['invalid_grant', 'The signed in user is not assigned to a role for the application', 'authorization.denied'],
  ['invalid_grant', 'Access has been blocked by Conditional Access policies', 'authorization.denied'],
  ['invalid_grant', 'Maximum allowed refresh token reuse exceeded', 'refresh.reused'],
  ['not_allowed', 'Client not allowed for direct access grants', 'token.other-error'],
];

test.for(TOKEN)('the token endpoint answers %s: %s', ([error, said, rule]) => {
  expect(ruleOfRefusal({ status: 401, error, said, isClockOff: false })).toBe(rule);
});

const SIGN_IN: Case[] = [
  ['invalid_request', 'Invalid launch token', 'authorization.launch-over'],
  ['invalid_request', 'Client not found.', 'authorization.client-unknown'],
  ['invalid_request', 'No patient in context', 'context.patient-missing'],
  ['invalid_request', 'The launch context could not be resolved', 'authorization.launch-over'],
  ['invalid_request', 'launch is required', 'authorization.request-refused'],
  ['invalid_request', 'Invalid resource indicator', 'authorization.audience'],
  ['invalid_request', 'AADSTS50011: The reply URL does not match the reply URLs', 'authorization.redirect-uri'],
  ['invalid_request', 'response_type is missing', 'authorization.request-refused'],
  ['access_denied', 'The app is disabled', 'client.off'],
  ['access_denied', 'The application has not been licensed for this organization', 'client.off'],
  ['invalid_request', 'The requested scope patient/*.read is invalid', 'scope.refused'],
  ['unauthorized_client', 'application not approved', 'client.off'],
  ['unauthorized_client', 'The application is not granted to this tenant', 'client.off'],
  ['invalid_request', 'Application is not installed for this organization', 'client.off'],
  ['access_denied', 'The user denied the request', 'authorization.declined'],
  ['unauthorized_client', 'The client application is not active.', 'client.off'],
  ['unauthorized_client', 'Standard flow is disabled for the client.', 'authorization.client-not-allowed'],
  ['unauthorized_client', 'The app is not enabled for this facility', 'client.off'],
  ['access_denied', 'AADSTS65004: User declined to consent to access the app.', 'authorization.declined'],
  ['access_denied', 'The user has cancelled entering information', 'authorization.declined'],
  ['unauthorized_client', 'redirect_uri is not registered', 'authorization.redirect-uri'],
  ['unauthorized_client', 'Application with identifier was not found', 'authorization.client-unknown'],
];

test.for(SIGN_IN)('the authorization endpoint answers %s: %s', ([error, said, rule]) => {
  expect(ruleOfDescription(error, said)).toBe(rule);
});

test.for([
  ['access_denied', 'User is not assigned to the client application.'],
  ['access_denied', 'The resource owner has revoked consent'],
  ['server_error', 'The app is disabled'],
] as const)('of %s: %s the error is sufficient', ([error, said]) => {
  expect(ruleOfDescription(error, said)).toBeUndefined();
});
