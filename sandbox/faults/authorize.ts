/** Faults of the authorization response on its way to the redirect URI (CB rules). */
import type { Fault } from '#sandbox/fault-type.ts';
import { errorAndWords, htmlAnswer, on, reasonIn } from './answers.ts';

/** An RFC 6749 4.1.2.1 error in place of the code; `state` and `iss` stay. */
function refuse(parameters: URLSearchParams, error: string, description: string): URLSearchParams {
  const refused = new URLSearchParams(parameters);
  refused.delete('code');
  refused.set('error', error);
  for (const [name, value] of Object.entries(reasonIn(description))) refused.set(name, String(value));
  return refused;
}

function change(parameters: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  if (value === undefined) changed.delete(name);
  else changed.set(name, value);
  return changed;
}

export const authorizeFaults = {
  'authorize-absent': {
    description: 'the authorization endpoint answers with an error page of its own and never sends the browser back',
    value: 'the status, default 404',
    request: on('authorize', (_call, value) => htmlAnswer(Number(value ?? 404))),
  },
  'access-denied': {
    description: 'the EHR refuses: access_denied',
    authorizationResponse: (parameters) => refuse(parameters, 'access_denied', 'The user may not use this app'),
  },
  'login-error': {
    description: 'the EHR cannot sign the user in now: temporarily_unavailable',
    value: 'another OAuth error code, and after a colon what error_description says, or the https address of error_uri',
    authorizationResponse: (parameters, _facts, value = 'temporarily_unavailable') => {
      const [error, said = 'Try again in a few minutes'] = errorAndWords(value);
      return refuse(parameters, error, said);
    },
  },
  'hostile-error': {
    description: 'an error with markup and control characters in its description, and an error_uri',
    authorizationResponse: (parameters) => {
      const refused = refuse(
        parameters,
        'access_denied',
        '<script>alert(1)</script>\r\nSet-Cookie: a=b \u202E'.repeat(200),
      );
      refused.set('error_uri', 'javascript:alert(1)');
      return refused;
    },
  },
  'wrong-state': {
    description: 'the redirect carries another state',
    value: 'the state to send',
    authorizationResponse: (parameters, _facts, value) =>
      change(parameters, 'state', String(value ?? 'not-the-state-you-sent')),
  },
  'no-state': {
    description: 'the redirect carries no state',
    authorizationResponse: (parameters) => change(parameters, 'state', undefined),
  },
  'no-code': {
    description: 'the redirect carries neither code nor error',
    authorizationResponse: (parameters) => change(parameters, 'code', undefined),
  },
  'issuer-mismatch': {
    description: 'the redirect says it comes from another issuer (RFC 9207)',
    value: 'the issuer to name',
    authorizationResponse: (parameters, _facts, value) =>
      change(parameters, 'iss', String(value ?? 'https://elsewhere.example/auth')),
  },
  'missing-iss': {
    description: 'the redirect has no iss although the metadata promises one (RFC 9207)',
    authorizationResponse: (parameters) => change(parameters, 'iss', undefined),
  },
  'extra-response-parameters': {
    description: 'the redirect carries parameters that were not asked for (harmless)',
    authorizationResponse: (parameters) => change(change(parameters, 'session_state', 'x'), 'next', '//evil.example'),
  },
  'narrowed-scope': {
    description: 'fewer scopes are granted than requested, and the FHIR server enforces them',
    value: 'the scopes granted instead, separated by spaces; default: no clinical scope but patient/Patient.read',
    grantScopes: (scopes, value) => {
      if (value !== undefined) return String(value).split(' ');
      const notClinical = scopes.filter((scope) => !/^(patient|user)\//.test(scope));
      return [...notClinical, 'patient/Patient.read'];
    },
  },
} as const satisfies Record<string, Fault>;
