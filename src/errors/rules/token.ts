/** Rules of the token endpoint: it must accept the code, and give a valid token response. */
import { ehrTeam, lastingAtEhr, oftenAtEhr, type RuleRow, user } from './rule-row.ts';

export const tokenRules = {
  'grant.refused': ehrTeam(
    'The EHR did not take the code it had given out a moment before (invalid_grant): redirect URI or PKCE do not match in its view, or its nodes do not share their codes',
    'Look into the authorization server’s log for why it refused the code.',
  ),
  'grant.other-client': lastingAtEhr(
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
    'The code had expired when it was exchanged, or the EHR does not say whether it had expired or was used already',
    'Open the app again from the patient’s chart.',
  ),
  'grant.reused': oftenAtEhr(
    'The EHR says that the code was used before. Each one is sent once, so a gateway or proxy before the token endpoint repeated the request, as some do when an answer is slow',
    'Look for a gateway, proxy or load balancer before the token endpoint on {host} that sends a POST a second time, and switch that off. If there is none, look into the authorization server’s log for this code.',
  ),
  'grant.redirect-uri': lastingAtEhr(
    'The token endpoint sees another redirect URI than {redirect URI}',
    'Register {redirect URI} for this client, letter for letter.',
  ),
  'grant.pkce': lastingAtEhr(
    'The token endpoint refuses the PKCE verifier; S256 was used',
    'Let the authorization server keep code_challenge and compare it by S256 (RFC 7636).',
  ),
  'token.request-refused': ehrTeam(
    'The token endpoint takes our request for malformed (invalid_request)',
    'Look into the authorization server’s log for this request: it names the parameter.',
  ),
  'token.body-lost': lastingAtEhr(
    'The token endpoint did not get the form that was sent: a gateway before it drops the body, takes none of this length, or changes its content type',
    'Let the gateway pass the body of POST on unchanged, as application/x-www-form-urlencoded, to the token endpoint on {host}.',
  ),
  'token.other-error': ehrTeam(
    'The token endpoint refused without an error code that OAuth knows',
    'Look into the log of the authorization server and of the gateway before it for this request.',
  ),
  'token.forbidden': lastingAtEhr(
    'The token endpoint refuses without an OAuth error (401 or 403). Most often a gateway before it does so: its allowlist does not have our egress addresses (usually 403), or it wants a key of its own. With 401, the server itself may also not know this app or its key',
    'Let our egress addresses through to the token endpoint on {host}, without a key of the gateway: the client assertion authenticates the request. The guide lists the addresses. After a 401, look into the log of the authorization server as well, and correct token_endpoint in smart-configuration if this is not its address.',
  ),
  'token.not-there': lastingAtEhr(
    'Nothing takes token requests at the token endpoint, on {host} (404, 405, 410 or 421)',
    'Correct token_endpoint in smart-configuration: host, path and tenant. After a failed launch the app reads it again. If all three are right, let the gateway before it pass the path on.',
  ),
  'token.not-acceptable': lastingAtEhr(
    'The token endpoint, or a firewall before it, finds our request not acceptable (406): it offers no JSON, or a rule of the firewall blocks',
    'Let the token endpoint on {host} answer in application/json, and the firewall pass POST requests of our egress addresses.',
  ),
  'token.scope': lastingAtEhr(
    'The token endpoint refuses the scopes that were authorized before (invalid_scope)',
    'Register the scopes of the registration sheet for this client.',
  ),
  'token.busy': ehrTeam(
    'The token endpoint says that it is overloaded or in maintenance, or a gateway before it reaches no server (503)',
    'Look at the state of the token endpoint and of the gateway before it. After a maintenance that was planned there is nothing to do.',
  ),
  'token.throttled': ehrTeam(
    'The token endpoint says that it is asked too often (429)',
    'Raise the limit of token requests for {client id} and our egress addresses.',
  ),
  'token.server-error': ehrTeam(
    'The token endpoint failed inside, often because it could not read our JWKS, or a gateway did not reach it (502, 504)',
    'Look into the log of the authorization server, and of the gateway before it, for this request.',
    { help: '{Again}. If it fails again, give the support code to {help desk}.' },
  ),
  'token.late': ehrTeam(
    'The token endpoint, or a gateway before it (408), takes the connection and does not answer in time, usually because the authorization server cannot fetch our JWKS and waits for it',
    'Check that the authorization server can reach our JWKS URL, and that the gateway before it passes the body of POST on.',
  ),
  'token.redirect': lastingAtEhr(
    'The token endpoint redirects to another address; code and assertion are never sent on',
    'Publish the final address as token_endpoint. A redirect to a sign-in page is a gateway’s: let the path through without it.',
  ),
  'token.web-page': ehrTeam(
    'A web page or a text for people came in place of the token response: a firewall, a sign-in page or a portal answers for the token endpoint',
    'Let POST requests of our egress addresses through to the token endpoint on {host}, without a sign-in or block page before it. If it is not the address of the authorization server, correct token_endpoint in smart-configuration.',
  ),
  'token.not-json': ehrTeam(
    'The token response is not a complete JSON object, or is not labelled as JSON',
    'Answer with one complete JSON object and content type application/json (RFC 6749 5.1).',
  ),
  'token.error-in-200': ehrTeam(
    'The token endpoint answers with status 200 and an error in it',
    'Look into the authorization server’s log for the error, and answer errors with status 400 or 401.',
  ),
  'token.type': lastingAtEhr(
    'The token_type of the token response is missing or not Bearer',
    'Answer with token_type Bearer.',
  ),
  'token.no-access-token': lastingAtEhr(
    'The token response has no access_token, or an unusable one',
    'Answer with an access_token of visible characters (RFC 6750 2.1). If this is another endpoint, such as that of introspection, correct token_endpoint in smart-configuration.',
  ),
  'token.short-life': ehrTeam(
    'The access token lives {expires in seconds} s only, so every page has to renew it first',
    'Give access tokens of this client a life of five minutes or more, and say so in expires_in.',
  ),
  'token.member': lastingAtEhr(
    'A member of the token response, which the detail names, has a value that is not allowed there',
    'Correct the member that the detail names (RFC 6749 5.1).',
  ),
} satisfies Record<string, RuleRow>;
