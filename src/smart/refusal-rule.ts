/** Finds the rule behind a refusal by its error code, the clocks, and its description, which is never stored. */
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { OF_CLIENT } from './client-refusal-words.ts';
import {
  hintIn,
  OF_AUTHORIZATION,
  OF_CODE,
  OF_DENIAL,
  OF_GRANT,
  OF_GRANT_TYPE,
  OF_SCOPE,
  OF_TOKEN_REQUEST,
} from './refusal-words.ts';

export interface Refusal {
  status: number;
  /** A code of RFC 6749 5.2, or one of the server's own. */
  error: string;
  /** `error_description`; '' when there is none. Untrusted. */
  said: string;
  /** The clocks differ noticeably. */
  isClockOff: boolean;
}

/** The rule behind an error's description, untrusted and not kept; undefined where it adds nothing. */
export function ruleOfDescription(error: string, said: string): Rule | undefined {
  switch (error) {
    case 'invalid_request':
      return hintIn(said, OF_AUTHORIZATION) ?? 'authorization.request-refused';
    case 'unauthorized_client':
    case 'invalid_client':
      return hintIn(said, [...OF_DENIAL, ...OF_AUTHORIZATION]);
    case 'access_denied':
      return hintIn(said, OF_DENIAL);
    default:
      return undefined;
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

/** @returns the rule; a clock difference comes first if it explains the error (CAJ-17). */
export function ruleOfRefusal({ status, error, said, isClockOff }: Refusal): Rule {
  if (status === 503 || status === 429) return 'token.busy';
  if (status >= 500) return 'token.server-error';
  switch (error) {
    case 'invalid_client':
      return isClockOff ? 'clock.ehr' : (hintIn(said, OF_CLIENT) ?? 'client.key');
    case 'invalid_grant':
      return hintIn(said, OF_GRANT) ?? 'grant.refused';
    case 'unauthorized_client':
      return hintIn(said, [...OF_GRANT_TYPE, ...OF_CODE, ...OF_CLIENT]) ?? 'client.grant-not-allowed';
    case 'unsupported_grant_type':
      return 'token.grant-type';
    case 'invalid_scope':
      return 'token.scope';
    case 'access_denied':
      return 'authorization.denied';
    case 'interaction_required':
    case 'consent_required':
    case 'login_required':
      return 'authorization.question-for-user';
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return 'client.proof-of-possession';
    case 'invalid_target':
      return 'authorization.audience';
    case 'server_error':
      return 'token.server-error';
    case 'temporarily_unavailable':
    case 'slow_down':
      return 'token.busy';
    case 'invalid_request':
      return (
        hintIn(said, [...OF_TOKEN_REQUEST, ...OF_CODE, ...(/assertion/i.test(said) ? OF_CLIENT : [])]) ??
        'token.request-refused'
      );
    case 'not_allowed':
      return hintIn(said, OF_SCOPE) ?? 'token.other-error';
    default:
      return ruleOfStatus(status);
  }
}

/** Without an error code that OAuth knows, the status says the most. */
function ruleOfStatus(status: number): Rule {
  if ([404, 405, 410].includes(status)) return 'token.not-there';
  if (status === 401 || status === 403) return 'token.forbidden';
  return [411, 413, 415].includes(status) ? 'token.body-lost' : 'token.other-error';
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

/** Errors with the same message for every user but different remedies for the administrator. */
const RULES: Readonly<Record<string, Rule>> = {
  access_denied: 'authorization.denied',
  unauthorized_client: 'authorization.client-not-allowed',
  invalid_client: 'authorization.client-unknown',
  unsupported_response_type: 'authorization.response-type',
  server_error: 'authorization.server-error',
  invalid_scope: 'scope.refused',
  login_required: 'authorization.sign-in-needed',
  interaction_required: 'authorization.question-for-user',
  consent_required: 'authorization.question-for-user',
  account_selection_required: 'authorization.question-for-user',
  temporarily_unavailable: 'authorization.unavailable',
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
  const code = ERRORS.get(error) ?? 'authorization.refused';
  const other = code === 'authorization.refused' ? 'authorization.other-error' : undefined;
  const ofError = Object.hasOwn(RULES, error) ? RULES[error] : other;
  const rule = ruleOfDescription(error, description ?? '') ?? ofError;
  return new AppError(code, `the authorization server answered ${known}${suffix}`, rule);
}
