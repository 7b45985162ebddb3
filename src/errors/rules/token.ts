/** Rules of the token endpoint: it must accept the code, and give a valid token response. */
import { ehrTeam, lastingAtEhr, oftenAtEhr, type RuleRow, user } from './rule-row.ts';

export const tokenRules = {
  'grant.refused': ehrTeam`The EHR did not accept the code that it had given out a moment before (invalid_grant). In its view the redirect URI or PKCE does not match, or its nodes do not share their codes
    Find out in the authorization server’s log why it refused the code.`,
  'grant.other-client': lastingAtEhr`The token endpoint says that the code or refresh token belongs to another client than {client id}
    Let the authorization endpoint and the token endpoint of smart-configuration belong to one server, where {client id} is registered once.`,
  'grant.unknown': ehrTeam`The token endpoint does not know the code that the authorization endpoint gave out a moment before. It belongs to another environment, or its nodes do not share their codes
    Let both endpoints of smart-configuration belong to this environment, with one store of codes.`,
  'grant.other-host': ehrTeam`The EHR did not accept the code (invalid_grant), and its two endpoints are on different hosts, {authorization host} and {token host}. They may belong to different environments
    Check that authorization_endpoint and token_endpoint of smart-configuration belong to the same environment. Then find out in the log of the token endpoint why it refused the code.`,
  'grant.consent': ehrTeam`The EHR says that consent to this app was never given, or was withdrawn
    Consent to {client id} for all users, or let the EHR ask each user again at the next launch.
    {Again} and agree if the EHR asks. If it happens again, give the support code to {help desk}.`,
  'grant.admin-approval': lastingAtEhr`The EHR says that an administrator has to approve this app before users can open it
    Approve {client id} for the users of this organization, with all its scopes. At Entra ID, grant admin consent.`,
  'grant.expired': user`The code had expired when it was exchanged, or the EHR does not say whether it had expired or was used already
    Open the app again from the patient’s chart.`,
  'grant.reused': oftenAtEhr`The EHR says that the code was used before. The app sends each code once, so a gateway or proxy before the token endpoint repeated the request. Some do so when an answer is slow
    Look for a gateway, proxy or load balancer before the token endpoint on {host} that sends a POST a second time, and switch that off. If there is none, look into the authorization server’s log for this code.`,
  'grant.redirect-uri': lastingAtEhr`The token endpoint sees another redirect URI than {redirect URI}
    Register {redirect URI} for this client, letter for letter.`,
  'grant.pkce': lastingAtEhr`The token endpoint refuses the PKCE verifier. The app used S256
    Let the authorization server keep code_challenge and compare it by S256 (RFC 7636).`,
  'token.request-refused': ehrTeam`The token endpoint considers our request malformed (invalid_request)
    Look for this request in the authorization server’s log, which names the parameter.`,
  'token.body-lost': lastingAtEhr`The token endpoint did not get the form that was sent. A gateway before it drops the body, accepts none of this length, or changes its content type
    Let the gateway pass on the body of POST unchanged, as application/x-www-form-urlencoded, to the token endpoint on {host}.`,
  'token.other-error': ehrTeam`The token endpoint refused without an error code that OAuth knows
    Look for this request in the logs of the authorization server and of the gateway before it.`,
  'token.forbidden': lastingAtEhr`The token endpoint refuses without an OAuth error (401 or 403). Most often a gateway before it refuses: its allowlist does not have our egress addresses (usually 403), or it wants its own key. With 401, the server itself may also not know this app or its key
    Let our egress addresses through to the token endpoint on {host}, without a key of the gateway. The client assertion authenticates the request, and the guide lists our addresses. After a 401, look for the request in the authorization server’s log too. If this is not its address, correct token_endpoint in smart-configuration.`,
  'token.not-there': lastingAtEhr`Nothing accepts token requests at the token endpoint on {host} (404, 405, 410 or 421)
    Correct token_endpoint in smart-configuration: host, path and tenant. After a failed launch the app reads it again. If all three are right, let the gateway before it pass on the path.`,
  'token.not-acceptable': lastingAtEhr`The token endpoint, or a firewall before it, finds our request not acceptable (406). The endpoint offers no JSON, or a rule of the firewall blocks the request
    Let the token endpoint on {host} answer in application/json, and let the firewall pass POST requests of our egress addresses.`,
  'token.scope': lastingAtEhr`The token endpoint refuses the scopes that the EHR authorized before (invalid_scope)
    Register the scopes of the registration sheet for this client.`,
  'token.busy': ehrTeam`The token endpoint says that it is overloaded or in maintenance, or a gateway before it reaches no server (503)
    Look at the state of the token endpoint and of the gateway before it. After planned maintenance there is nothing to do.`,
  'token.throttled': ehrTeam`The token endpoint says that it is asked too often (429)
    Raise the limit of token requests for {client id} and our egress addresses.`,
  'token.server-error': ehrTeam`The token endpoint failed internally, often because it could not read our JWKS, or a gateway did not reach it (502, 504)
    Look for this request in the logs of the authorization server and of the gateway before it.
    {Again}. If it fails again, give the support code to {help desk}.`,
  'token.late': ehrTeam`The token endpoint, or a gateway before it (408), accepts the connection but does not answer in time. Usually the authorization server cannot fetch our JWKS and waits for it
    Check that the authorization server can reach our JWKS URL, and that the gateway before it passes on the body of POST.`,
  'token.redirect': lastingAtEhr`The token endpoint redirects to another address. The app never sends the code and the assertion there
    Publish the final address as token_endpoint. A redirect to a sign-in page comes from a gateway: let requests to this path through without a sign-in.`,
  'token.web-page': ehrTeam`A web page or a text for people came in place of the token response. A firewall, a sign-in page or a portal answers for the token endpoint
    Let POST requests of our egress addresses through to the token endpoint on {host}, without a sign-in or block page before it. If it is not the address of the authorization server, correct token_endpoint in smart-configuration.`,
  'token.not-json': ehrTeam`The token response is not a complete JSON object, or its content type is not JSON
    Answer with one complete JSON object and content type application/json (RFC 6749 5.1).`,
  'token.error-in-200': ehrTeam`The token endpoint answers with status 200 and an error in it
    Look for the error in the authorization server’s log, and answer errors with status 400 or 401.`,
  'token.type': lastingAtEhr`The token_type of the token response is missing or not Bearer
    Answer with token_type Bearer.`,
  'token.no-access-token': lastingAtEhr`The token response has no access_token, or an unusable one
    Answer with an access_token of visible characters (RFC 6750 2.1). If this is another endpoint, such as that of introspection, correct token_endpoint in smart-configuration.`,
  'token.short-life': ehrTeam`The access token lives only {expires in seconds} s. Each page has to renew it first, and without a refresh token the launch ends with it
    Give access tokens of this client a life of five minutes or more, and say so in expires_in.`,
  'token.member': lastingAtEhr`A member of the token response, which the detail names, has a value that is not allowed there
    Correct the member that the detail names (RFC 6749 5.1).`,
} satisfies Record<string, RuleRow>;
