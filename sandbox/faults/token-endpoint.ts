/** Faults of the token endpoint's HTTP answer (TK-07, TK-10, TK-16, TK-17, TK-19, RF-06, RF-07). */
import type { Fault } from '#sandbox/fault-type.ts';
import { errorAndWords, garbledAnswer, htmlAnswer, jsonAnswer, on, reasonIn, redirectAnswer, slow } from './answers.ts';

const both = ['token', 'refresh'] as const;

export const tokenEndpointFaults = {
  'slow-token': {
    description: 'the token endpoint answers late',
    value: 'milliseconds, default 60000',
    request: slow(both),
  },
  'token-500': {
    description: 'the token endpoint answers 500 with an HTML page',
    request: on(both, () => htmlAnswer(500)),
  },
  'token-503': {
    description: 'the token endpoint answers 503 with Retry-After',
    request: on(both, () => jsonAnswer(503, { error: 'temporarily_unavailable' }, { 'retry-after': '2' })),
  },
  'token-429': {
    description: 'the token endpoint answers 429 without Retry-After',
    value: 'Retry-After in seconds, default none',
    request: on(both, (_call, value) =>
      jsonAnswer(429, { error: 'slow_down' }, value === undefined ? {} : { 'retry-after': String(value) }),
    ),
  },
  'token-html-200': {
    description: 'the token endpoint answers 200 with a portal page',
    request: on(both, () => htmlAnswer(200)),
  },
  'token-html-404': {
    description: 'the token endpoint answers 404 with a web page',
    value: 'another status, such as the 401 or 403 of a firewall',
    request: on(both, (_call, value) => htmlAnswer(Number(value ?? 404))),
  },
  'token-no-oauth-error': {
    description: 'the token endpoint refuses in JSON without an OAuth error',
    value: 'the status, default 404',
    request: on(both, (_call, value) => jsonAnswer(Number(value ?? 404), { message: 'no such path' })),
  },
  'token-garbled': {
    description: 'the token response says that it is compressed, and is not',
    request: on(both, () => garbledAnswer()),
  },
  'token-plain-text': {
    description: 'the token response is JSON that is labelled as plain text',
    request: on(both, () => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: '{"access_token":"a","token_type":"Bearer"}',
    })),
  },
  'token-request-refused': {
    description: 'the token endpoint calls the request malformed: invalid_request',
    value: 'what error_description says, default null',
    request: on(both, (_call, value) =>
      jsonAnswer(400, { error: 'invalid_request', error_description: value ?? null }),
    ),
  },
  'token-refused': {
    description: 'the token endpoint refuses with another OAuth error: invalid_target',
    value: 'another error, and after a colon what error_description says, or the https address of error_uri',
    request: on(both, (_call, value = 'invalid_target') => {
      const [error, said = null] = errorAndWords(value);
      return jsonAnswer(400, { error, ...reasonIn(said) });
    }),
  },
  'token-redirect': {
    description: 'the token endpoint redirects with 307, which would carry code and assertion along',
    value: 'the URL to redirect to',
    request: on(both, (_call, value) => redirectAnswer(String(value ?? 'https://elsewhere.example/token'))),
  },
  'token-error-200': {
    description: 'the token endpoint answers 200 with an OAuth error in it',
    request: on(both, () => jsonAnswer(200, { error: 'invalid_grant' })),
  },
  'expired-code': {
    description: 'the code expired before it was exchanged: invalid_grant',
    value: 'what error_description says, default "authorization code is expired"',
    request: on('token', (_call, value) =>
      jsonAnswer(400, { error: 'invalid_grant', error_description: value ?? 'authorization code is expired' }),
    ),
  },
  'invalid-client': {
    description: 'the EHR does not accept our client authentication: invalid_client without a reason, as at Epic',
    value: 'what error_description says, default null',
    request: on(both, (_call, value) => jsonAnswer(401, { error: 'invalid_client', error_description: value ?? null })),
  },
  'unauthorized-client': {
    description: 'the client may not use this grant: unauthorized_client',
    request: on(both, () => jsonAnswer(400, { error: 'unauthorized_client' })),
  },
  'refresh-invalid-grant': {
    description: 'the refresh token is no longer valid: invalid_grant',
    request: on('refresh', () => jsonAnswer(400, { error: 'invalid_grant' })),
  },
  'refresh-503': {
    description: 'refreshing answers 503; the code exchange works',
    request: on('refresh', () => jsonAnswer(503, { error: 'temporarily_unavailable' })),
  },
  'revocation-503': {
    description: 'the revocation endpoint answers 503',
    request: on('revoke', () => jsonAnswer(503, { error: 'temporarily_unavailable' }, { 'retry-after': '2' })),
  },
} as const satisfies Record<string, Fault>;
