/** Errors of the sign-in at the EHR: on the callback, at the authorization server and at the token endpoint. */
import type { ErrorRow } from './error-row.ts';

export const signInErrors = {
  'callback.invalid': {
    status: 400,
    title: 'This sign-in cannot be completed',
    help: 'It may have expired, been used already or been started elsewhere. {Again}.',
    rules: ['callback.used', 'callback.no-cookie', 'callback.settings-changed'],
  },
  'callback.wrong-issuer': {
    status: 400,
    title: 'The sign-in did not come back from your EHR',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    rules: ['callback.other-iss'],
  },
  'authorization.denied': {
    status: 403,
    title: 'The EHR did not allow access',
    help: 'You or the EHR declined the access. {Again}, or ask {help desk} for access to this app.',
    rules: ['authorization.denied'],
  },
  'authorization.sign-in-needed': {
    status: 403,
    title: 'The EHR needs you to sign in first',
    help: 'Sign in to the EHR, then {again}. If the EHR asks you to choose an account or to agree, do that.',
    rules: ['authorization.sign-in-needed', 'authorization.question-for-user'],
  },
  'authorization.refused': {
    status: 502,
    title: 'The EHR refused the sign-in',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    rules: ['authorization.client-unknown', 'authorization.redirect-uri', 'authorization.server-error'],
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
    rules: ['authorization.unavailable'],
  },
  'token.unavailable': {
    status: 503,
    title: 'The EHR cannot sign you in at the moment',
    help: '{Again} in a minute. If it stays like this, give the support code to {help desk}.',
    rules: ['token.busy'],
  },
  'token.failed': {
    status: 502,
    title: 'The EHR failed while signing you in',
    help: '{Again}. If it fails the same way, give the support code to {help desk}.',
    rules: ['token.server-error'],
  },
  'token.timeout': {
    status: 504,
    title: 'The EHR took too long to sign you in',
    help: '{Again}.',
    rules: ['token.late', 'network.late'],
  },
  'token.invalid': {
    status: 502,
    title: 'The EHR answered the sign-in incorrectly',
    help: '{Again}. If it happens again, give the support code to {help desk}.',
    canReload: false,
    rules: ['token.not-json', 'token.web-page', 'token.type', 'token.no-access-token'],
  },
  'token.invalid-client': {
    status: 502,
    title: 'The EHR does not recognize this app',
    help: 'What the EHR knows of this app does not match the app itself. Give the support code to {help desk}.',
    rules: [
      'client.unknown',
      'client.jwks-unreachable',
      'client.key-unknown',
      'client.audience',
      'client.algorithm',
      'clock.ehr',
    ],
    remedy: 'Check client ID and JWKS URL in the registration, then that the EHR can fetch the JWKS URL.',
  },
  'token.invalid-grant': {
    status: 502,
    title: 'The sign-in expired before it was completed',
    help: '{Again}.',
    rules: ['grant.expired', 'grant.redirect-uri', 'grant.pkce'],
    remedy:
      "Open the app again from the patient's chart. If it fails every time, compare the redirect URI in the registration.",
  },
  'token.refused': {
    status: 502,
    title: 'The EHR refused to sign you in',
    help: 'The app may not be set up there completely. Give the support code to {help desk}.',
    rules: ['client.grant-not-allowed', 'client.id-not-sent'],
  },
} satisfies Record<string, ErrorRow>;
