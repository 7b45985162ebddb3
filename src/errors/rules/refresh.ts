/** Rules of renewing and confirming the access token during a launch. */
import { atRenewal, ehrTeam, OFTEN, ownedBy, type RuleRow } from './rule-row.ts';

const lostByUser = ownedBy('The user', { step: 'refresh' });
const oftenAtRenewal = ownedBy('EHR team', { step: 'refresh', ...OFTEN });

export const refreshRules = {
  'refresh.session-over': lostByUser`The EHR does not renew the access token (invalid_grant). The user’s session at the EHR is over, or the refresh token has expired, was not used for too long, or was withdrawn
    Open the app again from the patient’s chart. If it happens minutes after each launch, the EHR team looks at the life of refresh tokens.`,
  'refresh.reused': atRenewal`The EHR says that the refresh token was used before. The app sends each one once, so a gateway repeated the request, or the EHR replaced the token and did not send the new one
    Return the new refresh_token with each renewal, or keep the old one valid. Look for a gateway before the token endpoint that sends a request a second time.`,
  'refresh.scope-smaller': atRenewal`When the access token was renewed, the EHR took away a permission that it had granted at the launch: {shown}
    Return the scopes of the launch when a token is renewed, or leave scope out of that answer.`,
  'refresh.not-given': ehrTeam`The app asked for {asked for}, but the EHR gave no refresh token. The launch ends with its first access token (seconds it lives: {expires in seconds})
    Register {asked for} and the grant type Refresh Token for this client. If this EHR gives no refresh tokens, there is nothing to do. Users then open the app again when it asks them to.`,
  'refresh.none': atRenewal`The access token ran out, and the EHR had given no refresh token with it
    Register online_access and the grant type Refresh Token for this client.`,
  'refresh.not-allowed': oftenAtRenewal`The EHR refuses to renew the access token
    Switch on the grant type Refresh Token for this client, and look into the authorization server’s log.`,
  'refresh.put-off': atRenewal`The token endpoint could not or would not renew the access token at that moment, and it has run out
    Look for the refresh requests before this moment in the authorization server’s log.`,
  'refresh.inactive': lostByUser`The EHR says by introspection that the access token is not active, and did not renew it
    Open the app again from the patient’s chart. If it happens right after each launch, the EHR team looks at what the introspection endpoint says of its own tokens.`,
  'refresh.other-launch': oftenAtRenewal`The EHR says by introspection that the access token is of another client or patient than the launch
    Let the introspection endpoint name client and patient that the token was given out for.`,
  'refresh.not-confirmed': ehrTeam`The introspection endpoint of the EHR gives no usable answer ({introspection answer}), so the app uses access tokens without confirmation
    Let the introspection endpoint answer the client {client id}, which authenticates with private_key_jwt. If it does not offer that, an administrator can switch off “Ask the EHR whether a token is still active” in Advanced settings.`,
  'refresh.other-context': atRenewal`The EHR renewed the access token for another patient or encounter
    Keep the patient of the launch when a token is renewed.`,
  'refresh.audience-missing': atRenewal`The id_token that came with the renewed access token has no aud
    Put the client ID into the aud of that id_token. Until then an administrator can set “id_token in a refresh answer” (refreshIdToken) in Advanced settings to accept a missing audience.`,
  'refresh.other-user': atRenewal`The id_token that came with the renewed access token is of another user or sign-in
    Keep sub and auth_time of the first id_token when a token is renewed.`,
} satisfies Record<string, RuleRow>;
