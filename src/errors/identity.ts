/** Errors of what a token says: who the user is, what was granted, and whether the user may enter. */
import type { ErrorRow } from './error-row.ts';

export const identityErrors = {
  'identity.invalid': {
    status: 502,
    title: 'We couldn’t confirm your sign-in',
    help: 'What the EHR says about who you are failed a check. Give the support code to {help desk}.',
    owner: 'EHR team',
    causes: ['The id_token breaks a rule, which the inspector names'],
    remedy: 'Open the launch in Settings > Launches. It names the rule that failed and the next step.',
  },
  'identity.keys-unavailable': {
    status: 502,
    title: "The EHR's proof of your sign-in cannot be checked",
    help: '{Again}. If it fails the same way, give the support code to {help desk}.',
    rules: ['keys.no-document', 'keys.unreadable', 'keys.none-usable'],
  },
  'identity.keys-timeout': {
    status: 504,
    title: 'The EHR took too long to confirm your sign-in',
    help: '{Again}.',
    rules: ['network.no-connection'],
  },
  'scope.missing': {
    status: 403,
    title: 'The EHR did not grant a permission this app needs',
    help: 'Give the support code to {help desk}. The code shows them which permission is missing.',
    rules: ['scope.patient-missing', 'scope.openid-missing'],
    remedy: 'Register the scopes of the registration sheet. This page names the missing ones.',
  },
  'scope.none-granted': {
    status: 403,
    title: 'The EHR granted this app nothing to read',
    help: 'Give the support code to {help desk}. The code shows them which permissions are missing.',
    rules: ['scope.nothing'],
  },
  'user.not-allowed': {
    status: 403,
    title: 'This app is for practitioners',
    help: "Your EHR account is not a practitioner's. If you are a practitioner, give the support code to {help desk}.",
    rules: ['user.other-kind', 'user.fhir-user-elsewhere'],
  },
  'user.disabled': {
    status: 403,
    title: 'Your access to this app is switched off',
    help: 'Ask {help desk} to switch it on again, then {again}.',
    owner: 'Your administrator',
    causes: ['An administrator has disabled this user'],
    remedy: 'Enable the user in Settings > Clinicians.',
  },
  'user.not-associated': {
    status: 403,
    title: 'You are not known here yet',
    help: '{Again} and follow the steps it shows.',
    causes: ['A page was opened before the one-time code was typed or the administrator had confirmed the user'],
  },
  'user.too-many-tries': {
    status: 429,
    title: 'Too many codes were tried',
    help: 'Wait a quarter of an hour, then try again with the code that you were given.',
    owner: 'Your administrator',
    causes: ['Wrong one-time codes were typed again and again'],
    remedy: 'Issue a new code in Settings > Clinicians.',
  },
} satisfies Record<string, ErrorRow>;
