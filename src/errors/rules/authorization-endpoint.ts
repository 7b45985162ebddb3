/** Rules of the redirect to the authorization server and of the callback. */
import { administrator, ehrTeam, lastingAtEhr, oftenAtEhr, type RuleRow, user } from './rule-row.ts';

export const authorizationEndpointRules = {
  'authorization.not-back': ehrTeam(
    'Nothing has come back from the authorization server yet. Either the user is still there, or the server showed an error page of its own: client ID {client id} or redirect URI {redirect URI} is not registered there like this, nothing is at the authorization endpoint on {host}, or the server fails',
    'Compare the registration with what was sent to {host}: client_id {client id}, redirect_uri {redirect URI}, aud {aud}, and the scopes below. If nothing of that arrived, a gateway before it drops the query.',
  ),
  'authorization.not-back-given': administrator(
    'Nothing has come back from the authorization server yet. Either the user is still there, or nothing is at the authorization endpoint that was given by hand, on {host}, or client ID {client id} or redirect URI {redirect URI} is not registered there like this',
    'Compare “Authorization endpoint” in Advanced settings with the EHR team, letter by letter; then what was sent: client_id {client id}, redirect_uri {redirect URI}, aud {aud}.',
  ),
  'authorization.not-there': ehrTeam(
    'Nothing is at the authorization endpoint, on {host} (404, 405 or 410)',
    'Correct authorization_endpoint in smart-configuration: host, path and tenant.',
  ),
  'authorization.error-page': ehrTeam(
    'The authorization server shows an error page of its own in place of an answer to our redirect URI: client ID {client id} or redirect URI {redirect URI} is not registered there like this, or it takes no request without a launch',
    'Compare client ID {client id} and redirect URI {redirect URI} with the registration of this environment, letter for letter. If launches arrive, there is nothing to do.',
  ),
  'authorization.denied': ehrTeam(
    'The user declined, or the EHR’s rules do not let this user or role use the app (access_denied)',
    'Check that this user and role may use the app.',
  ),
  'authorization.declined': user(
    'The user declined, or closed the question of the EHR whether this app may be used (access_denied)',
    'Open the app again from the patient’s chart, and agree where the EHR asks.',
  ),
  'authorization.client-not-allowed': lastingAtEhr(
    'The EHR knows the client ID {client id}, and does not let it ask for a code (unauthorized_client)',
    'Switch on the grant type Authorization Code for this client.',
  ),
  'authorization.launch-type': lastingAtEhr(
    'The EHR does not let {client id} be launched from a chart: EHR launch is not enabled in its registration',
    'Enable EHR launch (a launch from a chart) for {client id}, with the launch URL of the registration sheet.',
  ),
  'authorization.client-unknown': lastingAtEhr(
    'The authorization server does not know the client ID {client id} (invalid_client)',
    'Compare the client ID {client id} with the registration of this environment.',
  ),
  'authorization.launch-over': user(
    'The EHR no longer takes the launch value: it is used up or too old, or of another environment',
    'Open the app again from the patient’s chart; a reload or Back sends an old one. If every launch fails so, the EHR team looks at how long launch values live.',
    { help: '{Again}. If it happens again, give the support code to {help desk}.' },
  ),
  'authorization.audience': lastingAtEhr(
    'The authorization server does not serve the FHIR base that was sent as aud, {aud}',
    'Let this authorization server accept the aud {aud}, the FHIR base that the EHR launches with.',
  ),
  'authorization.pkce': lastingAtEhr(
    'The authorization server refuses the PKCE challenge; S256 was sent',
    'Let the authorization server take code_challenge_method S256 (RFC 7636).',
  ),
  'authorization.redirect-uri': lastingAtEhr(
    'The authorization server does not take the redirect URI {redirect URI}',
    'Register {redirect URI} for this client, letter for letter.',
  ),
  'authorization.sign-in-needed': user(
    'The user’s own session at the EHR is over or never began',
    'Sign in to the EHR, then open the app again from the patient’s chart.',
  ),
  'authorization.question-for-user': user(
    'The EHR has a question for the user that it could not show here, such as an account to choose or a consent',
    'Open the app again from the patient’s chart, and choose or agree where the EHR asks.',
  ),
  'authorization.unavailable': ehrTeam(
    'The authorization server says that it is overloaded or in maintenance (temporarily_unavailable)',
    'Look at the state of the authorization server.',
  ),
  'authorization.request-refused': ehrTeam(
    'The EHR considers the authorization request malformed (invalid_request), often because of aud, launch or PKCE',
    'Look into the authorization server’s log for this request: it names the parameter. What was sent is below.',
  ),
  'authorization.pushed-request': lastingAtEhr(
    'The authorization server takes only pushed or signed authorization requests from this client (PAR, JAR)',
    'Switch off the demand for pushed or signed authorization requests for {client id}: SMART App Launch sends the parameters with the browser.',
  ),
  'authorization.response-type': lastingAtEhr(
    'The EHR does not offer the authorization code flow to this client (unsupported_response_type)',
    'Switch on the grant type Authorization Code for this client.',
  ),
  'authorization.server-error': ehrTeam(
    'The authorization server failed inside (server_error)',
    'Look into the authorization server’s log for this request.',
  ),
  'authorization.other-error': ehrTeam(
    'The authorization server refused with an error code of its own',
    'Look into the authorization server’s log for this request, and at the error the step shows.',
  ),
  'scope.refused': ehrTeam(
    'The EHR refuses a scope that the app asks for, or finds that it does not go with the FHIR base',
    'Register the scopes of the registration sheet for this client; what was asked for is below.',
  ),
  'callback.opened-as-launch-url': lastingAtEhr(
    'The EHR opened the redirect URI as if it were the launch URL, with iss and launch: the two are mixed up',
    'Register the launch URL of the registration sheet, …/smart/launch with the Org ID, as the address to open. The redirect URI stays …/smart/callback.',
  ),
  'callback.posted': lastingAtEhr(
    'The authorization server posts its answer (response_mode form_post), and browsers send no cookie of ours with that',
    'Let the authorization server answer this client in the query of the redirect URI (response_mode query).',
  ),
  'callback.empty': ehrTeam(
    'The redirect URI was opened with nothing in its query: from a bookmark, or the EHR put its answer behind a # (response_mode fragment)',
    'Let the authorization server answer this client in the query of the redirect URI (response_mode query).',
  ),
  'callback.error-without-state': ehrTeam(
    'The EHR came back with the error {error} and without the state that was sent, so its launch is not known',
    'Look into the authorization server’s log for the error {error}, and return state with errors as well (RFC 6749 4.1.2.1).',
  ),
  'callback.state-changed': oftenAtEhr(
    'The EHR sent back another state than the one this browser was sent to it with, or none',
    'Return the state parameter unchanged, also through proxies and sign-in pages in between.',
  ),
  'callback.no-cookie': user(
    'The browser that returned does not have the cookie of this sign-in: it kept no cookie, another browser or window returned, or the page was opened a second time or too late',
    'Open the app again from the patient’s chart and finish the sign-in in the same window.',
  ),
  'callback.used': user(
    'This sign-in was used already or took longer than ten minutes: Back, a bookmark or a slow sign-in',
    'Open the app again from the patient’s chart. If many users see this at once, our Redis was restarted: tell the operator of this app.',
  ),
  'callback.malformed': oftenAtEhr(
    'The EHR sent the browser back without a code and without an error, or with a parameter twice',
    'Let the authorization server answer with exactly one code, or one error (RFC 6749 4.1.2).',
  ),
  'callback.code-reused': oftenAtEhr(
    'The authorization server gave out a code that came with another launch before',
    'Let the authorization server make a new code for each authorization (RFC 6749 4.1.2).',
  ),
  'callback.settings-changed': user(
    'An administrator changed the organization’s connection while the user signed in',
    'Open the app again from the patient’s chart.',
  ),
  'callback.iss-missing': lastingAtEhr(
    'The EHR’s metadata promises iss on the callback (RFC 9207), and it did not come',
    'Send iss on the callback, or take authorization_response_iss_parameter_supported out of the metadata.',
  ),
  'callback.other-iss': lastingAtEhr(
    'The callback names the issuer {iss}, and the EHR’s metadata names {expected issuers}',
    'Let smart-configuration and the authorization server name the same issuer, letter for letter: one of the two is of another environment or address.',
  ),
  'callback.other-redirect-uri': lastingAtEhr(
    'The answer came to the redirect URI of another organization',
    'Register the redirect URI of this organization’s registration sheet, and no other, for this client.',
  ),
  'issuer.setting-differs': administrator(
    'The setting “Issuers of id_tokens” says {expected issuers}, and the EHR calls itself {iss}: they must be equal letter for letter, a slash at the end included',
    'Correct “Issuers of id_tokens” in Advanced settings: empty it, so that the EHR’s metadata decides, or enter the issuer that the EHR team confirms.',
    { help: 'This app knows the EHR by another name than it has. Give the support code to {help desk}.' },
  ),
  'issuer.given-by-hand': administrator(
    'The setting “Issuers of id_tokens” says {expected issuers}, and the EHR calls itself {iss}: they must be equal letter for letter, a slash at the end included',
    'Ask the EHR team whether {iss} is its issuer; if it is, enter exactly that at “Issuers of id_tokens” in Advanced settings, where endpoints given by hand need it.',
    { help: 'This app knows the EHR by another name than it has. Give the support code to {help desk}.' },
  ),
  'issuer.not-named': lastingAtEhr(
    'smart-configuration names no issuer, so the FHIR URL was expected, {expected issuers}; the EHR calls itself {iss}',
    'Add the issuer {iss} to smart-configuration: it is required of servers that sign users in.',
  ),
  'issuer.letters': lastingAtEhr(
    'The EHR’s metadata and its answer write the issuer {iss} differently: in capital letters of the host, or with the port of https',
    'Write the issuer the same way in the metadata and in the tokens, letter for letter.',
  ),
  'issuer.slash': lastingAtEhr(
    'The EHR’s metadata says {expected issuers} and its answer says {iss}: they differ only by a slash at the end',
    'Write the issuer the same way in the metadata and in the tokens, with or without the slash.',
  ),
} satisfies Record<string, RuleRow>;
