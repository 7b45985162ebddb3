/** Rules of the token endpoint: it must accept our key and the code, and give a valid token response. */
import { administrator, ehrTeam, LASTING, operator, type RuleRow, user } from './row.ts';

export const tokenRules = {
  'clock.ehr': ehrTeam(
    'The clock of the EHR is off: it is {EHR clock} ours, and what lives for minutes is expired or not yet valid',
    'Synchronize the clock of the EHR server with a time server (NTP).',
  ),
  'clock.ours': operator(
    'The clock of this service is off: it is {our clock} that of our database, and the clock of the EHR is {EHR clock} ours',
    'Synchronize the clocks of all servers of this service with a time server (NTP); the command doctor compares them.',
  ),
  'client.key': ehrTeam(
    'The EHR knows the client ID (it gave out a code for it) and refuses our client assertion without a reason that says more, and without fetching our JWKS meanwhile: its registration lacks our JWKS URL, it cannot reach it, it keeps an old copy without the key {kid}, or it knows its token endpoint by another address than that on {host}, as behind a proxy that rewrites Host',
    'Look into the authorization server’s log for this refusal. If it is about the key: check that our JWKS URL is registered for {client id}, and that the EHR’s servers can fetch it: it must show the key {kid}. If it is about the audience: let the proxy pass Host on, so that the server knows its token endpoint by the address on {host}.',
  ),
  'client.key-old-copy': ehrTeam(
    'The EHR has accepted an earlier key of ours and refuses the present one, {kid}, without fetching our JWKS meanwhile: it keeps an old copy of our JWKS',
    'Let the EHR fetch our JWKS URL again, and whenever it meets a new kid: it must show the key {kid}. A key that was typed or pasted there is replaced by the URL.',
  ),
  'client.was-accepted': ehrTeam(
    'The EHR has accepted our key {kid} before, and now refuses the client assertion without a reason: its registration of {client id} was changed since, or a proxy before the token endpoint on {host} rewrites Host, so that the server expects another audience',
    'Look at what was changed since the last launch that worked: the client {client id}, its JWKS URL, or the proxy before {host}, which has to pass Host on.',
  ),
  'client.audience-slash': ehrTeam(
    'The EHR refuses our client assertion without a reason. It is addressed to token_endpoint letter for letter, which ends with a slash that the authorization server may not have itself',
    'Write token_endpoint in smart-configuration as the authorization server names itself. If it has the slash, compare our JWKS URL and key {kid} with the registration.',
  ),
  'client.key-unknown': ehrTeam(
    'The EHR does not find or verify our key {kid}: it has another JWKS URL, or an old copy of our JWKS',
    'Register our JWKS URL of the registration sheet, and let the EHR fetch it again: it must show the key {kid}.',
  ),
  'client.jwks-unreachable': ehrTeam(
    'The EHR says that it cannot fetch our JWKS, so it cannot verify the client assertion',
    'Let the EHR’s servers reach our JWKS URL of the registration sheet (https, port 443), and compare it with the one that is registered for {client id}.',
  ),
  'client.key-off': ehrTeam(
    'The EHR says that our key {kid} is revoked or switched off there',
    'Allow the key {kid} for {client id} again. If it was withdrawn on purpose, tell the operator of this app, who replaces it.',
  ),
  'client.off': ehrTeam(
    'The EHR knows the client ID {client id}, and the client is switched off, expired or not approved there',
    'Activate the client {client id} in this environment.',
  ),
  'client.method': ehrTeam(
    'The EHR expects another way of client authentication than private_key_jwt from {client id}',
    'Register {client id} as a confidential client with private_key_jwt and our JWKS URL: this app has no shared secret.',
  ),
  'client.type': administrator(
    'The EHR expects another typ in the client assertion than {assertion type}',
    'Ask the EHR team which typ it expects, and choose it at “Type of the signed assertion” in Advanced settings.',
  ),
  'client.assertion-used': ehrTeam(
    'The EHR says that the client assertion was used before: each one is sent once, so something between us repeats the request',
    'Look for a gateway or load balancer before the token endpoint that sends a request a second time.',
  ),
  'client.assertion-life': ehrTeam(
    'The EHR takes only client assertions that live shorter than ours, which lives two minutes',
    'Accept client assertions that live up to five minutes (SMART App Launch, “Authenticating to the token endpoint”).',
  ),
  'client.address': ehrTeam(
    'The EHR refuses the address that our call came from: its allowlist does not have our egress addresses',
    'Let our egress addresses through to the token endpoint; the guide lists them.',
  ),
  'client.assertion-times': ehrTeam(
    'The EHR takes the client assertion for expired or not yet valid, and the clock in its answer agrees with ours: another node of it has the wrong time',
    'Synchronize the clock of every node of the authorization server with a time server (NTP).',
  ),
  'client.assertion': ehrTeam(
    'The EHR fetched our JWKS and still refuses the client assertion: it expects another audience, algorithm or type than {assertion audience}, {assertion algorithm}, {assertion type}',
    'Look into the authorization server’s log for what it refuses in the assertion: audience, algorithm or typ.',
  ),
  'client.audience': administrator(
    'The EHR expects another audience in the client assertion than {assertion audience}',
    'Ask the EHR team which audience it expects, and choose it at “Audience of the signed assertion” in Advanced settings.',
  ),
  'client.audience-setting': administrator(
    'Settings address the client assertion to the issuer, which is not what SMART says, and the EHR refuses it',
    'Set “Audience of the signed assertion” back to the token endpoint in Advanced settings, unless the EHR team asks for the issuer.',
  ),
  'client.type-setting': administrator(
    'Settings give the client assertion the type {assertion type}, which is not what SMART says, and the EHR refuses it',
    'Set “Type of the signed assertion” back to JWT in Advanced settings, unless the EHR team asks for the other.',
  ),
  'client.algorithm': ehrTeam(
    'The EHR does not accept the algorithm of our client assertion, {assertion algorithm}',
    'Allow {assertion algorithm} for this client, and list it in token_endpoint_auth_signing_alg_values_supported; or an administrator chooses the other of RS384 and ES384 in Advanced settings.',
  ),
  'client.proof-of-possession': ehrTeam(
    'The EHR demands tokens that are bound to a key of their own (DPoP), which SMART App Launch does not have',
    'Switch off the demand for DPoP for {client id}: SMART App Launch uses bearer tokens.',
    { help: LASTING },
  ),
  'client.unknown': ehrTeam(
    'The token endpoint does not know the client ID {client id}: it belongs to the other environment, or was deleted',
    'Compare the client ID {client id} with the registration of this environment.',
  ),
  'client.id-not-sent': administrator(
    'The token endpoint wants client_id in the body as well, and it is not sent',
    'Switch on “Send the client ID in token requests as well” in Advanced settings.',
  ),
  'client.id-sent': administrator(
    'The token endpoint refuses a request with client_id in the body, and Settings send it',
    'Switch off “Send the client ID in token requests as well” in Advanced settings.',
  ),
  'client.grant-not-allowed': ehrTeam(
    'The EHR knows the app and does not allow it this grant (unauthorized_client)',
    'Switch on the grant types Authorization Code and Refresh Token for this client.',
  ),
  'grant.refused': ehrTeam(
    'The EHR did not take the code it had given out a moment before (invalid_grant): redirect URI or PKCE do not match in its view, or its nodes do not share their codes',
    'Look into the authorization server’s log for why it refused the code.',
  ),
  'grant.other-client': ehrTeam(
    'The token endpoint says that the code or refresh token belongs to another client than {client id}',
    'Let authorization endpoint and token endpoint of smart-configuration belong to one server, where {client id} is registered once.',
  ),
  'grant.unknown': ehrTeam(
    'The token endpoint does not know the code that the authorization endpoint gave out a moment before: it is of another environment, or its nodes do not share their codes',
    'Let both endpoints of smart-configuration belong to this environment, with one store of codes.',
  ),
  'grant.other-host': ehrTeam(
    'The EHR did not take the code (invalid_grant), and its two endpoints are on different hosts, {authorization host} and {token host}: they may be of different environments',
    'Check that authorization_endpoint and token_endpoint of smart-configuration belong to the same environment, then look into the log of the token endpoint for why it refused the code.',
  ),
  'grant.consent': ehrTeam(
    'The EHR says that consent to this app was never given, or was withdrawn',
    'Consent to {client id} for all users, or let the EHR ask each user again at the next launch.',
    { help: '{Again} and agree if the EHR asks. If it happens again, give the support code to {help desk}.' },
  ),
  'grant.expired': user(
    'The code had expired or was used already when it was exchanged',
    'Open the app again from the patient’s chart.',
  ),
  'grant.redirect-uri': ehrTeam(
    'The token endpoint sees another redirect URI than {redirect URI}',
    'Register {redirect URI} for this client, letter for letter.',
    { help: LASTING },
  ),
  'grant.pkce': ehrTeam(
    'The token endpoint refuses the PKCE verifier; S256 was used',
    'Let the authorization server keep code_challenge and compare it by S256 (RFC 7636).',
    { help: LASTING },
  ),
  'token.request-refused': ehrTeam(
    'The token endpoint takes our request for malformed (invalid_request)',
    'Look into the authorization server’s log for this request: it names the parameter.',
  ),
  'token.body-lost': ehrTeam(
    'The token endpoint did not get the form that was sent: a gateway before it drops the body, takes none of this length, or changes its content type',
    'Let the gateway pass the body of POST on unchanged, as application/x-www-form-urlencoded, to the token endpoint on {host}.',
    { help: LASTING },
  ),
  'token.other-error': ehrTeam(
    'The token endpoint refused without an error code that OAuth knows',
    'Look into the log of the authorization server and of the gateway before it for this request.',
  ),
  'token.forbidden': ehrTeam(
    'The token endpoint refuses without an OAuth error (401 or 403), as gateways before it do: most often by an allowlist that does not have our egress addresses, or because it wants a key of its own',
    'Let our egress addresses through to the token endpoint on {host}, without a key of the gateway: the client assertion authenticates the request. The guide lists the addresses.',
    { help: LASTING },
  ),
  'token.not-there': ehrTeam(
    'Nothing takes token requests at the token endpoint, on {host} (404 or 405)',
    'Correct token_endpoint in smart-configuration: host, path and tenant.',
    { help: LASTING },
  ),
  'token.grant-type': ehrTeam(
    'The token endpoint does not offer this grant type (unsupported_grant_type)',
    'Switch on the grant types Authorization Code and Refresh Token at the token endpoint.',
  ),
  'token.scope': ehrTeam(
    'The token endpoint refuses the scopes that were authorized before (invalid_scope)',
    'Register the scopes of the registration sheet for this client.',
  ),
  'token.busy': ehrTeam(
    'The token endpoint says that it is overloaded, in maintenance or asked too often',
    'Look at the state of the token endpoint and its limits.',
  ),
  'token.server-error': ehrTeam(
    'The token endpoint failed inside, often because it could not read our JWKS, or a gateway did not reach it (502, 504)',
    'Look into the log of the authorization server, and of the gateway before it, for this request.',
    { help: '{Again}. If it fails again, give the support code to {help desk}.' },
  ),
  'token.late': ehrTeam(
    'The token endpoint takes the connection and does not answer in time, usually because it cannot fetch our JWKS and waits for it',
    'Check that the authorization server can reach our JWKS URL.',
  ),
  'token.redirect': ehrTeam(
    'The token endpoint redirects to another address; code and assertion are never sent on',
    'Publish the final address as token_endpoint. A redirect to a sign-in page is a gateway’s: let the path through without it.',
  ),
  'token.web-page': ehrTeam(
    'A web page (HTML) came in place of the token response: a portal or gateway answers for the token endpoint',
    'Compare host and path of token_endpoint with the authorization server, and let the path through to it: it answers in JSON.',
  ),
  'token.not-json': ehrTeam(
    'The token response is not a complete JSON object, or is not labelled as JSON',
    'Answer with one complete JSON object and content type application/json (RFC 6749 5.1).',
  ),
  'token.error-in-200': ehrTeam(
    'The token endpoint answers with status 200 and an error in it',
    'Look into the authorization server’s log for the error, and answer errors with status 400 or 401.',
  ),
  'token.type': ehrTeam(
    'The token_type of the token response is missing or not Bearer',
    'Answer with token_type Bearer.',
  ),
  'token.no-access-token': ehrTeam(
    'The token response has no access_token, or an unusable one',
    'Answer with an access_token of visible characters (RFC 6750 2.1).',
  ),
  'token.refresh-token': ehrTeam(
    'The refresh_token of the token response is unusable',
    'Answer with a refresh_token of visible characters, or none.',
  ),
  'token.short-life': ehrTeam(
    'The access token lives {expires in seconds} s only, so every page has to renew it first',
    'Give access tokens of this client a life of five minutes or more, and say so in expires_in.',
  ),
  'token.member': ehrTeam(
    'A member of the token response, which the detail names, is of the wrong type or too long',
    'Correct the member that the detail names (RFC 6749 5.1).',
  ),
} satisfies Record<string, RuleRow>;
