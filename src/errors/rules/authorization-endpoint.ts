/** Rules of the redirect to the authorization server, and of the error that it answers with. */
import { administrator, ehrTeam, lastingAtEhr, OFTEN, ownedBy, type RuleRow, user } from './rule-row.ts';

const keepsOut = ownedBy('EHR team', {
  help: 'The EHR’s rules do not let you use this app. Ask {help desk} for access, with the support code.',
  again: 'never',
});
/** The EHR's own words say why it keeps this user out. */
const keptOut = (why: string, remedy: string) => keepsOut`The EHR says that the user ${why}\n${remedy}`;

export const authorizationEndpointRules = {
  'authorization.not-back': ehrTeam`Nothing has come back from the authorization server yet. Either the user is still there, or the server showed its own error page. In that case the client ID {client id} or the redirect URI {redirect URI} is not registered there like this, nothing is at the authorization endpoint on {host}, or the server fails
    Compare the registration with what was sent to {host}: client_id {client id}, redirect_uri {redirect URI}, aud {aud}, and the scopes below. If nothing of that arrived, a gateway before it drops the query.`,
  'authorization.not-back-framed': ehrTeam`Nothing has come back from the authorization server yet, and the app was opened in a frame of the chart. Either the user is still there. Or the sign-in page on {host} may not be shown in a frame (X-Frame-Options, frame-ancestors), so the frame stays empty. Or the server showed its own error page: the client ID {client id} or the redirect URI {redirect URI} is not registered there like this, nothing is at the authorization endpoint, or the server fails
    Look at what the frame shows. If it is empty or refuses to connect, let the chart frame the sign-in page on {host}, sign users in by single sign-on, or open the app in its own window. If it shows an error, compare the registration with what was sent: client_id {client id}, redirect_uri {redirect URI}, aud {aud}, and the scopes below. If nothing of that arrived, a gateway before it drops the query.`,
  'authorization.sign-in-unframed': ehrTeam`The sign-in pages limit who may frame them (X-Frame-Options, frame-ancestors). A user who has to sign in again may see an empty frame in the chart
    Let the chart frame the sign-in page on {host}, sign users in by single sign-on, or open the app in its own window.`,
  'authorization.not-back-given': administrator`Nothing has come back from the authorization server yet. Either the user is still there, or nothing is at the authorization endpoint on {host}, which was given by hand. Or the client ID {client id} or the redirect URI {redirect URI} is not registered there like this
    Compare “Authorization endpoint” in Advanced settings with the EHR team, letter by letter. Then compare what was sent: client_id {client id}, redirect_uri {redirect URI}, aud {aud}.`,
  'authorization.not-there': ehrTeam`Nothing is at the authorization endpoint on {host} (404, 405 or 410)
    Correct authorization_endpoint in smart-configuration: host, path and tenant.`,
  'authorization.error-page': ehrTeam`The authorization server shows its own error page in place of an answer to our redirect URI. The client ID {client id} or the redirect URI {redirect URI} is not registered there like this, or it accepts no request without a launch
    Compare client ID {client id} and redirect URI {redirect URI} with the registration of this environment, letter for letter. If launches arrive, there is nothing to do.`,
  'authorization.denied': ehrTeam`The user declined, or the EHR’s rules do not let this user or role use the app (access_denied)
    Check that this user and role may use the app, and that the access policies of the authorization server allow {client id} with these scopes.`,
  'authorization.blocked': keepsOut`A rule of the authorization server keeps this user or the app out. The user has a locked account, is not assigned to {client id}, is not linked to a clinician, or lacks a role, right or licence. Or an access policy, such as conditional access, blocks the sign-in, the device or the address of our servers
    Find the reason in the sign-in log of the authorization server. Assign this user, or a group of theirs, to {client id} with the role, right and clinician’s record that it asks for. Let the access policies allow {client id} with these scopes and from our egress addresses.`,
  'authorization.not-assigned': keptOut('is not assigned to this app', 'Assign the user, or a group, to {client id}.'),
  'authorization.not-in-tenant': keptOut('has no account in its tenant', 'Add the user to that tenant.'),
  'authorization.account-off': keptOut('has a locked or disabled account', 'Unlock or enable the account in the EHR.'),
  'authorization.licence': keptOut('has no licence for this app', 'Give the user that licence in the EHR.'),
  'authorization.not-linked': keptOut('is not linked to a clinician’s record', 'Link the user to it in the EHR.'),
  'authorization.right': keptOut('lacks access, a role or a right', 'Add in the EHR what its sign-in log names.'),
  'authorization.password': user`The EHR says that the user has to set a new password
    Set a new password in the EHR, then open the app again from the patient’s chart.`,
  'authorization.second-factor': user`The EHR’s sign-in wants a second factor (MFA), and could not ask for it here
    Sign in to the EHR with the second factor, then open the app again from the patient’s chart. If every launch fails like this, the EHR team looks at the access policy of {client id}.`,
  'authorization.policy': keepsOut`An access policy of the EHR’s sign-in, such as conditional access, blocks this sign-in
    Find the policy in the sign-in log of the authorization server. Let it allow {client id}, and at the token endpoint also our egress addresses.`,
  'authorization.address': keepsOut`The EHR’s sign-in does not accept the network address that this request came from
    Allow the network of the workstations for {client id} at the sign-in. Allow our egress addresses at the token endpoint; the guide lists them.`,
  'authorization.declined': user`The user declined or cancelled, or closed a question of the EHR, such as whether this app may be used, or for which patient (access_denied)
    Open the app again from the patient’s chart, and agree or choose where the EHR asks.`,
  'authorization.client-not-allowed': lastingAtEhr`The EHR knows the client ID {client id}, but does not let it ask for a code (unauthorized_client, unsupported_response_type)
    Switch on the grant type Authorization Code for this client, in this environment and for this organization.`,
  'authorization.launch-type': lastingAtEhr`The EHR does not let a chart launch {client id}, because EHR launch is not enabled in its registration
    Enable EHR launch (a launch from a chart) for {client id}, with the launch URL of the registration sheet.`,
  'authorization.client-unknown': lastingAtEhr`The authorization server does not know the client ID {client id}
    Compare the client ID {client id} with the registration of this environment.`,
  'authorization.launch-over': ownedBy(
    'The user',
    OFTEN,
  )`The EHR no longer accepts the launch value. It is used up, too old, or from another environment
    Open the app again from the patient’s chart. A reload or Back sends an old value. If every launch fails like this, the EHR team looks at how long launch values live.`,
  'authorization.audience': lastingAtEhr`The authorization server does not serve the FHIR base that was sent as aud, {aud}
    Let this authorization server accept the aud {aud}, the FHIR base that the EHR launches with.`,
  'authorization.tenant': lastingAtEhr`The authorization server does not know the tenant that its address names, or has not set it up for this app
    Compare the tenant in the endpoints of smart-configuration, and in the FHIR base {aud}, with that of this organization. Then set up {client id} for it.`,
  'authorization.other-user': user`The browser is signed in to the authorization server as another user than the one who opened the app in the chart
    Close the windows of the other user, or sign out there. Then open the app again from the patient’s chart.
    The EHR takes you for another user. Sign out of its other windows, then {again}.`,
  'authorization.pkce': lastingAtEhr`The authorization server refuses the PKCE challenge. The app sent S256
    Let the authorization server accept code_challenge_method S256 (RFC 7636).`,
  'authorization.parameter-lost': lastingAtEhr`A parameter that the browser was sent with did not reach the authorization server. A gateway or sign-in page before it drops a part of the query
    Let the gateway and the sign-in page before the authorization endpoint pass on the whole query, unchanged. What was sent is below.`,
  'authorization.redirect-uri': lastingAtEhr`The authorization server does not accept the redirect URI {redirect URI}
    Register {redirect URI} for this client, letter for letter.`,
  'authorization.sign-in-needed': user`The user’s own session at the EHR is over or never began, or its sign-in page was open for too long
    Sign in to the EHR, then open the app again from the patient’s chart. If every launch asks for a sign-in, the EHR team looks at its single sign-on.`,
  'authorization.question-for-user': user`The EHR has a question for the user that it could not show here, such as an account to choose or a consent
    Open the app again from the patient’s chart, and choose or agree where the EHR asks.`,
  'authorization.unavailable': ehrTeam`The authorization server says that it is overloaded or in maintenance (temporarily_unavailable)
    Look at the state of the authorization server.`,
  'authorization.request-refused': ehrTeam`The EHR considers the authorization request malformed (invalid_request), often because of aud, launch or PKCE
    Look for this request in the authorization server’s log, which names the parameter. What was sent is below.`,
  'authorization.pushed-request': lastingAtEhr`The authorization server accepts only pushed or signed authorization requests from this client (PAR, JAR)
    Switch off the demand for pushed or signed authorization requests for {client id}: SMART App Launch sends the parameters with the browser.`,
  'authorization.server-error': ehrTeam`The authorization server failed internally (server_error)
    Look for this request in the authorization server’s log.`,
  'authorization.other-error': ehrTeam`The authorization server refused with an error code of its own
    Look for this request in the authorization server’s log. The step shows the error.`,
  'scope.refused-named': ehrTeam`The EHR refuses scopes that the app asks for. Its answer names {scopes it names}
    Register {scopes it names} for this client. All scopes that were asked for are below. If this EHR has another name for such a scope, give that name to your administrator.`,
  'scope.refused': ehrTeam`The EHR refuses a scope that the app asks for, or finds that it does not go with the FHIR base
    Register the scopes of the registration sheet for this client. What was asked for is below.`,
} satisfies Record<string, RuleRow>;
