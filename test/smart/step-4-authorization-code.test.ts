/** Step 4: the authorization request we send and the answers we accept (AZ, CB-07..14). */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import {
  authorizationRedirect,
  type CallbackParameters,
  createAttemptSecrets,
  judgeCallback,
  readCallback,
} from '#src/smart/step-4-authorization-code.ts';
import { refusalOf } from './refusals.ts';

const configuration: SmartConfiguration = {
  source: 'smart-configuration',
  authorizationEndpoint: 'https://ehr.example/authorize',
  tokenEndpoint: 'https://ehr.example/token',
  capabilities: [],
  responseIssuerPromised: false,
};
const request = {
  clientId: 'client-1',
  redirectUri: 'https://app.example/smart/callback',
  scope: 'launch openid patient/Observation.rs?category=http://x.example/a|laboratory&code=a:b',
  aud: 'https://ehr.example/fhir/',
  launch: 'a+b/=%25&é"<> ~',
};
const secrets = { state: 's'.repeat(43), nonce: 'n'.repeat(43), codeVerifier: 'v'.repeat(43) };
const build = (change: Partial<SmartConfiguration> = {}, asked: Partial<typeof request> = {}) =>
  authorizationRedirect({ ...configuration, ...change }, { ...request, ...asked }, secrets);
const urlOf = (redirect: ReturnType<typeof build>) => {
  if (redirect.method !== 'GET') throw new Error('not by GET');
  return new URL(redirect.url);
};
describe('the secrets of an attempt', () => {
  const made = Array.from({ length: 1_000 }, createAttemptSecrets);
  const values = made.flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier]);

  test('AZ-07, AZ-11, AZ-12: 256 bits each, URL-safe, never repeated', () => {
    for (const value of values) expect(value).toMatch(/^[\w-]{43}$/);
    expect(new Set(values).size).toBe(values.length);
  });

  test('AZ-07: no position of them is fixed or has few values', () => {
    for (let position = 0; position < 42; position += 1) {
      // 3,000 draws of 64 letters: about 47 of each; a letter missing has a chance of e^-47.
      expect(new Set(values.map((value) => value[position])).size).toBe(64);
    }
  });
});

test('AZ-01..12, AZ-16..18, AZ-22: exactly these parameters, once each, survive decoding', () => {
  const url = urlOf(build());
  expect([...url.searchParams]).toEqual([
    ['response_type', 'code'],
    ['client_id', 'client-1'],
    ['redirect_uri', request.redirectUri],
    ['scope', request.scope],
    ['state', secrets.state],
    ['aud', request.aud],
    ['launch', request.launch],
    ['nonce', secrets.nonce],
    ['code_challenge', createHash('sha256').update(secrets.codeVerifier).digest('base64url')],
    ['code_challenge_method', 'S256'],
  ]);
  expect(url.href).not.toContain(secrets.codeVerifier);
});

test('SCO-14, AZ-13: a server that knows only %20 decodes the same values', () => {
  const sent = urlOf(build()).search.slice(1).split('&');
  const decoded = Object.fromEntries(sent.map((pair) => pair.split('=').map((part) => decodeURIComponent(part))));
  expect(decoded).toMatchObject({ launch: request.launch, scope: request.scope });
});

test('LA-04: 4 kB and control characters in launch arrive unchanged', () => {
  const launch = `\r\nSet-Cookie: a=b\u0000${'é'.repeat(2_000)}`;
  const url = urlOf(build({}, { launch }));
  expect(url.searchParams.get('launch')).toBe(launch);
  expect(url.href).not.toMatch(/[\r\n\0]/);
});

test('AZ-05: without launch there is no such parameter', () => {
  const { launch: _launch, ...standalone } = request;
  const url = urlOf(authorizationRedirect(configuration, standalone, secrets));
  expect(url.searchParams.has('launch')).toBe(false);
});

test.for([
  ['https://ehr.example/authorize?tenant=a', 'tenant=a&'],
  ['https://ehr.example/authorize?tenant=a&b=%20c', 'tenant=a&b=%20c&'],
  ['https://ehr.example/authorize?', ''],
] as const)('AZ-13: %s keeps its own query', ([authorizationEndpoint, prefix]) => {
  const url = urlOf(build({ authorizationEndpoint }));
  expect(url.search.startsWith(`?${prefix}response_type=code&`)).toBe(true);
  expect(url.href.match(/\?/g)).toHaveLength(1);
});

test('AZ-17: the endpoint’s query cannot override a parameter', () => {
  const url = urlOf(build({ authorizationEndpoint: 'https://ehr.example/authorize?state=x&client_id=y&tenant=a' }));
  expect(url.searchParams.getAll('state')).toEqual([secrets.state]);
  expect(url.searchParams.getAll('client_id')).toEqual(['client-1']);
  expect(url.searchParams.get('tenant')).toBe('a');
});

describe('AZ-14: POST', () => {
  const long = { launch: `"><script>${'x'.repeat(2_000)}` };

  test('is used if the server offers it and the URL would be long, without parameters in the query', () => {
    const authorizationEndpoint = 'https://ehr.example/authorize?tenant=a';
    const redirect = build({ authorizationEndpoint, capabilities: ['authorize-post'] }, long);
    expect(redirect).toMatchObject({ method: 'POST', action: authorizationEndpoint });
    expect(redirect.method === 'POST' && redirect.fields).toMatchObject({ launch: long.launch, client_id: 'client-1' });
  });

  test.for([
    ['is not offered', [], long],
    ['is offered under a similar name', ['xauthorize-post', 'authorize-posted'], long],
    ['is offered and the URL is short', ['authorize-post'], {}],
  ] as const)('not when it %s', ([, capabilities, asked]) => {
    expect(build({ capabilities: [...capabilities] }, asked).method).toBe('GET');
  });
});

describe('the callback', () => {
  test('CB-09, CB-10: reads its parameters decoded and ignores others', () => {
    const code = 'a+b/=&grant_type=x%41';
    const sent = { code, state: 's', iss: 'https://ehr.example', session_state: 'x', foo: '1', next: '//evil' };
    expect(readCallback(new URLSearchParams(sent))).toEqual({
      state: 's',
      code,
      error: undefined,
      errorDescription: undefined,
      iss: 'https://ehr.example',
    });
  });

  test.for([
    ['nothing', ''],
    ['no state', 'code=x'],
    ['an empty state', 'code=x&state='],
    ['an error without state', 'error=access_denied'],
    ['a repeated state', 'code=x&state=a&state=a'],
    ['a repeated code', 'code=x&code=y&state=a'],
    ['a repeated error', 'error=x&error=y&state=a'],
    ['a repeated iss', 'code=x&iss=a&iss=b&state=a'],
    ['a repeated error_description', 'error=x&error_description=a&error_description=b&state=a'],
    ['a state of 129 characters', `code=x&state=${'s'.repeat(129)}`],
    ['a code of 17 kB', `state=s&code=${'x'.repeat(17_000)}`],
  ] as const)('CB-01, CB-02, CB-08: refuses %s', ([, query]) => {
    expect(refusalOf(() => readCallback(new URLSearchParams(query))).code).toBe('callback.invalid');
  });

  test('CB-10: a code of 4 kB is accepted', () => {
    expect(readCallback(new URLSearchParams({ state: 's', code: 'x'.repeat(4_096) })).code).toHaveLength(4_096);
  });
});

const ISSUER = 'https://ehr.example/auth';
const judge = (change: Partial<CallbackParameters>, issuerPromised = false) =>
  judgeCallback(
    { state: 's', code: undefined, error: undefined, errorDescription: undefined, iss: undefined, ...change },
    { issuers: [ISSUER, 'https://other.example'], issuerPromised },
  );

test.for([
  ['without iss', {}, false],
  ['with the issuer', { iss: ISSUER }, false],
  ['with a configured second issuer', { iss: 'https://other.example' }, false],
  ['with the promised issuer', { iss: ISSUER }, true],
] as const)('a code %s is accepted', ([, change, promised]) => {
  expect(judge({ code: 'x', ...change }, promised)).toEqual({ code: 'x' });
});

test.for([
  ['another issuer', { code: 'x', iss: 'https://evil.example' }, false],
  ['a slash more', { code: 'x', iss: `${ISSUER}/` }, false],
  ['another case', { code: 'x', iss: ISSUER.toUpperCase() }, false],
  ['a default port', { code: 'x', iss: 'https://ehr.example:443/auth' }, false],
  ['an empty iss', { code: 'x', iss: '' }, false],
  ['none although promised', { code: 'x' }, true],
  ['none although promised, with an error', { error: 'access_denied' }, true],
  ['another issuer, with an error', { error: 'access_denied', iss: 'https://evil.example' }, false],
] as const)('CB-11, CB-12: refuses %s', ([, change, promised]) => {
  expect(refusalOf(() => judge(change, promised)).code).toBe('callback.wrong-issuer');
});

test.for([
  ['code and error', { code: 'x', error: 'access_denied' }],
  ['code and an empty error', { code: 'x', error: '' }],
  ['an empty code and an error', { code: '', error: 'access_denied' }],
  ['neither', {}],
  ['an empty code', { code: '' }],
] as const)('CB-07: refuses %s', ([, change]) => {
  expect(refusalOf(() => judge(change)).code).toBe('callback.invalid');
});

test.for([
  ['access_denied', 'authorization.denied', 403],
  ['temporarily_unavailable', 'authorization.unavailable', 503],
  ['invalid_scope', 'authorization.scope-refused', 502],
  ['login_required', 'authorization.sign-in-needed', 403],
  ['interaction_required', 'authorization.sign-in-needed', 403],
  ['consent_required', 'authorization.sign-in-needed', 403],
  ['account_selection_required', 'authorization.sign-in-needed', 403],
  ['unmet_authentication_requirements', 'authorization.sign-in-needed', 403],
  ['LOGIN_REQUIRED', 'authorization.refused', 502],
  ['request_not_supported', 'authorization.refused', 502],
  ['invalid_request', 'authorization.refused', 502],
  ['unauthorized_client', 'authorization.refused', 502],
  ['unsupported_response_type', 'authorization.refused', 502],
  ['server_error', 'authorization.refused', 502],
  ['something_new', 'authorization.refused', 502],
  ['', 'authorization.refused', 502],
  ['ACCESS_DENIED', 'authorization.refused', 502],
  ['constructor', 'authorization.refused', 502],
  ['toString', 'authorization.refused', 502],
  ['__proto__', 'authorization.refused', 502],
] as const)('CB-14: the error "%s" becomes %s', ([error, code, status]) => {
  const refused = refusalOf(() => judge({ error, errorDescription: 'CANARY <script>' }));
  expect([refused.code, refused.status]).toEqual([code, status]);
  expect(refused.message).not.toContain('CANARY');
});

test('CB-13: an error code with markup is not repeated, also not in the log', () => {
  expect(refusalOf(() => judge({ error: '<script>\r\n' })).message).toContain('an unknown error');
});
