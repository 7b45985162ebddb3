/** Errors of the sign-in at the EHR: on the callback, at the authorization server and at the token endpoint. */
import type { ErrorRow } from './row.ts';

export const signInErrors = {
  'callback.invalid': {
    status: 400,
    title: 'This sign-in cannot be completed',
    help: 'It may have expired, been used already or been started elsewhere. {Again}.',
    causes: [
      'The sign-in took longer than ten minutes, or its page was opened a second time (Back, bookmark)',
      'Cookies were lost between the launch and the return from the EHR',
      'Settings were changed while the launch was under way',
    ],
  },
  'callback.wrong-issuer': {
    status: 400,
    title: 'The sign-in did not come back from your EHR',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'The authorization server names itself differently on the callback and in its metadata',
      'The authorization response came from another server than the one this launch began with',
    ],
    remedy: 'Compare “Issuers of id_tokens” (Advanced settings) with the iss the authorization server sends.',
  },
  'authorization.denied': {
    status: 403,
    title: 'The EHR did not allow access',
    help: 'You or the EHR declined. {Again}, or ask {help desk} for access to this app.',
    owner: 'EHR team',
    causes: ['The user declined, or the EHR’s rules do not let this role use the app'],
    remedy: 'Check that this user and role may use the app, then open it again.',
  },
  'authorization.sign-in-needed': {
    status: 403,
    title: 'The EHR needs you to sign in first',
    help: 'Sign in to the EHR, then {again}. If the EHR asks you to choose an account or to agree, do that.',
    causes: [
      'The user’s own session at the EHR is over or never began (login_required)',
      'The EHR has a question for the user that it could not show here (interaction_required, consent_required, account_selection_required)',
    ],
  },
  'authorization.refused': {
    status: 502,
    title: 'The EHR refused the sign-in',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'The client ID belongs to the other environment (unauthorized_client)',
      'The redirect URI is not registered letter for letter',
      'The authorization server failed inside (server_error)',
    ],
    remedy: 'Compare client ID, redirect URI and scopes with the registration sheet.',
  },
  'authorization.scope-refused': {
    status: 502,
    title: 'The EHR refused the permissions this app asks for',
    help: 'What this app may read must be allowed in the EHR. Give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'A scope this app asks for is not registered for it (invalid_scope)',
      'The server does not take wildcards such as patient/*.read, or reads another scope syntax (.read, .rs, .r)',
    ],
    remedy:
      'Register the scopes of the registration sheet, or have an administrator configure those that are registered.',
  },
  'authorization.unavailable': {
    status: 503,
    title: 'The EHR cannot sign you in at the moment',
    help: '{Again} in a minute. If it stays like this, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The authorization server is overloaded or in maintenance'],
    remedy: 'Look at the state of the authorization server, and whether our addresses can reach it.',
  },
  'token.unavailable': {
    status: 503,
    title: 'The EHR cannot sign you in at the moment',
    help: '{Again} in a minute. If it stays like this, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The token endpoint is overloaded, in maintenance or not reachable from our addresses'],
    remedy: 'Look at the state of the authorization server, and whether our addresses can reach it.',
  },
  'token.failed': {
    status: 502,
    title: 'The EHR failed while signing you in',
    help: '{Again}. If it fails the same way, give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The authorization server failed inside, often because it could not read our JWKS'],
    remedy: 'Look for this launch in the authorization server’s log.',
  },
  'token.timeout': {
    status: 504,
    title: 'The EHR took too long to sign you in',
    help: '{Again}.',
    owner: 'EHR team',
    causes: ['The authorization server cannot reach our JWKS URL and waits', 'The authorization server is overloaded'],
    remedy: 'Check that the authorization server can reach our JWKS URL: waiting for it is the usual reason.',
  },
  'token.invalid': {
    status: 502,
    title: 'The EHR answered the sign-in incorrectly',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    canReload: false,
    owner: 'EHR team',
    causes: [
      'The token response lacks access_token or token_type Bearer, or is not JSON',
      'A portal page answered instead of the token endpoint',
    ],
    remedy: 'Look at the members of the token response on this page.',
  },
  'token.invalid-client': {
    status: 502,
    title: 'The EHR does not recognize this app',
    help: 'What the EHR knows of this app does not match the app itself. Give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'The Client ID in Settings > Organizations is not the registered one, or belongs to the other environment',
      'Our JWKS URL is not registered, or the EHR’s servers cannot reach it',
      'The EHR keeps an old copy of our JWKS without the key (kid) shown here',
      'The EHR expects another audience or algorithm for the client assertion',
      'A clock is off by more than a minute',
    ],
    remedy: 'Check client ID and JWKS URL in the registration, then that the EHR can fetch the JWKS URL.',
  },
  'token.invalid-grant': {
    status: 502,
    title: 'The sign-in expired before it was completed',
    help: '{Again}.',
    causes: ['The code expired or was used already', 'The redirect URI or the PKCE challenge did not match'],
    remedy:
      "Open the app again from the patient's chart. If it fails every time, compare the redirect URI in the registration.",
  },
  'token.refused': {
    status: 502,
    title: 'The EHR refused to sign you in',
    help: 'The app may not be set up there completely. Give the support code to {help desk}.',
    owner: 'EHR team',
    causes: [
      'The grant type Authorization Code is not registered for this app (unauthorized_client)',
      'The server wants client_id in the body as well: “Send the client ID in token requests as well” in Advanced settings',
    ],
    remedy: 'Compare the registration with the registration sheet: grant types and client authentication.',
  },
} satisfies Record<string, ErrorRow>;
