/** Finds the rule behind an error on the callback by its code and its description, which is never stored. */
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { OF_BLOCKED } from './denial-words.ts';
import { hintIn } from './refusal-hint.ts';
import { OF_AUTHORIZATION, OF_CLIENT_ID, OF_CONSENT, OF_CONTEXT, OF_DENIAL } from './refusal-words.ts';

/** The rule behind an error's description, untrusted and not kept; undefined where it adds nothing. */
export function ruleOfDescription(error: string, said: string): Rule | undefined {
  switch (error) {
    case 'invalid_request':
      return hintIn(said, OF_AUTHORIZATION) ?? 'authorization.request-refused';
    case 'unauthorized_client':
    case 'invalid_client':
      return hintIn(said, [...OF_CLIENT_ID, ...OF_DENIAL, ...OF_AUTHORIZATION]);
    case 'access_denied':
    case 'unauthorized':
      return hintIn(said, OF_DENIAL);
    // Entra ID, whatever its long description names besides.
    case 'invalid_resource':
      return 'authorization.audience';
    case 'server_error':
      return hintIn(said, OF_CONTEXT);
    case 'temporarily_unavailable':
      // Keycloak, of a sign-in page that was open for too long.
      return /\bauthentication_expired\b/.test(said) ? 'authorization.sign-in-needed' : undefined;
    case 'consent_required':
    case 'interaction_required':
      return hintIn(said, OF_CONSENT);
    default:
      // A code of the server's own is words as well, such as invalid_launch_token.
      return Object.hasOwn(RULES, error)
        ? undefined
        : hintIn(`${error.replaceAll('_', ' ')} ${said}`, [...OF_DENIAL, ...OF_AUTHORIZATION]);
  }
}

/** @param query of a callback without a usable state; its other parameters show what is wrong. */
export function ruleOfLostState(query: URLSearchParams): { rule: Rule; seen?: { error: string } } {
  if (query.has('state')) return { rule: 'callback.state-changed' };
  if (query.has('iss') && query.has('launch')) return { rule: 'callback.opened-as-launch-url' };
  const error = query.get('error') ?? '';
  if (/^[a-z_]{1,64}$/.test(error)) return { rule: 'callback.error-without-state', seen: { error } };
  return { rule: query.size === 0 ? 'callback.empty' : 'callback.state-changed' };
}

const ERRORS = new Map<string, ErrorCode>([
  ['access_denied', 'authorization.denied'],
  ['temporarily_unavailable', 'authorization.unavailable'],
  ['invalid_scope', 'authorization.scope-refused'],
  // OpenID Connect Core 3.1.2.6 and Unmet Authentication Requirements 1.0: only the user can act, at the EHR.
  ['login_required', 'authorization.sign-in-needed'],
  ['interaction_required', 'authorization.sign-in-needed'],
  ['consent_required', 'authorization.sign-in-needed'],
  ['account_selection_required', 'authorization.sign-in-needed'],
  ['unmet_authentication_requirements', 'authorization.sign-in-needed'],
]);

/** What the words say decides the page where the error alone would send the user the wrong way. */
export const CODE_BY_RULE: Partial<Record<Rule, ErrorCode>> = {
  ...Object.fromEntries(OF_BLOCKED.map(([rule]) => [rule, 'authorization.denied' as const])),
  'grant.admin-approval': 'authorization.denied',
  'authorization.password': 'authorization.sign-in-needed',
  'authorization.second-factor': 'authorization.sign-in-needed',
  'authorization.sign-in-needed': 'authorization.sign-in-needed',
  'authorization.question-for-user': 'authorization.sign-in-needed',
  'context.patient-missing': 'context.invalid',
};

/** Errors with the same message for every user but different remedies for the administrator. */
const RULES: Readonly<Record<string, Rule>> = {
  access_denied: 'authorization.denied',
  unauthorized_client: 'authorization.client-not-allowed',
  invalid_client: 'authorization.client-unknown',
  unsupported_response_type: 'authorization.client-not-allowed',
  server_error: 'authorization.server-error',
  invalid_scope: 'scope.refused',
  login_required: 'authorization.sign-in-needed',
  interaction_required: 'authorization.question-for-user',
  consent_required: 'authorization.question-for-user',
  account_selection_required: 'authorization.question-for-user',
  temporarily_unavailable: 'authorization.unavailable',
  unauthorized: 'authorization.blocked',
  // RFC 8707.
  invalid_target: 'authorization.audience',
  // Some servers send these to the very redirect URI that they refuse.
  invalid_redirect_uri: 'authorization.redirect-uri',
  redirect_uri_mismatch: 'authorization.redirect-uri',
  redirect_mismatch: 'authorization.redirect-uri',
};

/** CB-13, CB-14: the error code decides the error. The log says that there was a description, but does not quote it. */
export function authorizationError(error: string, description: string | undefined): AppError {
  const known = /^[a-z_]{1,64}$/.test(error) ? error : 'an unknown error';
  const suffix = description ? ', with a description' : '';
  const usual = ERRORS.get(error) ?? 'authorization.refused';
  const other = usual === 'authorization.refused' ? 'authorization.other-error' : undefined;
  const ofError = Object.hasOwn(RULES, error) ? RULES[error] : other;
  const rule = ruleOfDescription(error, description ?? '') ?? ofError;
  const code = (rule && CODE_BY_RULE[rule]) ?? usual;
  return new AppError(code, `the authorization server answered ${known}${suffix}`, rule);
}
