/** Step 5: the token request as the server sees it, and the answers that are accepted (TK-01..21, CAJ-06). */
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import type { AssertionKey } from '#src/smart/client-authentication.ts';
import { judgeCallback } from '#src/smart/step-4-authorization-code.ts';
import { type CodeExchange, exchangeCode } from '#src/smart/step-5-access-token.ts';
import { readTokenResponse } from '#src/smart/token-response.ts';
import { type Script, startEvil, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { useStarted } from '#test/helpers/started.ts';
import { refusalOf, refusalOfKind } from './refusals.ts';

const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
const NOW = new Date();
const ehr = useStarted(startStubEhr);
const evil = useStarted(startEvil);
let key: AssertionKey;
beforeAll(async () => {
  key = { kid: 'k', alg: 'ES384', privateKey: (await generateKeyPair('ES384')).privateKey };
});
beforeEach(() => ehr.reset());
afterAll(async () => {
  expect(evil.requests).toEqual([]);
  await outbound.close();
});

function exchange(change: Partial<CodeExchange> = {}, code = 'code-1') {
  const tokenEndpoint = change.tokenEndpoint ?? `${ehr.origin}/auth/token`;
  const settings: CodeExchange = {
    tokenEndpoint,
    clientId: 'client-1',
    redirectUri: 'https://app.example/smart/callback',
    codeVerifier: 'v'.repeat(43),
    audience: tokenEndpoint,
    key,
    assertionType: 'JWT',
    clientIdInBody: false,
    now: NOW,
    ...change,
  };
  const callback = { state: 's', code, error: undefined, errorDescription: undefined, iss: undefined };
  const validated = judgeCallback(callback, { issuers: [], issuerPromised: false });
  return exchangeCode(validated, settings, outbound);
}
const refusal = (promise: Promise<unknown>) => refusalOfKind(promise, AppError);

describe('the request', () => {
  test('TK-01..05: one form with these fields, once each, and no second authentication method', async () => {
    await exchange();
    const [request, ...more] = ehr.requests;
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: '/auth/token' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(request?.headers).not.toHaveProperty('authorization');
    expect(request?.headers).not.toHaveProperty('cookie');
    const form = [...new URLSearchParams(request?.body)];
    expect(form.map(([name]) => name)).toEqual([
      'grant_type',
      'code',
      'redirect_uri',
      'code_verifier',
      'client_assertion_type',
      'client_assertion',
    ]);
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: 'https://app.example/smart/callback',
      code_verifier: 'v'.repeat(43),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
  });

  test('TK-04: client_id only if the organization’s setting requires it', async () => {
    await exchange({ clientIdInBody: true });
    expect(new URLSearchParams(ehr.requests[0]?.body).getAll('client_id')).toEqual(['client-1']);
  });

  test.for(['a+b/=&grant_type=x%41', 'ü ~\r\n"', 'x'.repeat(4_096)])(
    'CB-10: the code %j arrives intact',
    async (code) => {
      await exchange({}, code);
      const form = new URLSearchParams(ehr.requests[0]?.body);
      expect(form.getAll('code')).toEqual([code]);
      expect(form.getAll('grant_type')).toEqual(['authorization_code']);
    },
  );
});

describe('one request, whatever the answer (TK-08)', () => {
  const answer =
    (status: number, body: unknown, headers: Record<string, string> = {}): Script =>
    () => ({ status, body, headers });
  const away = (status: number): [string, Script, string] => [
    `TK-07: a redirect with ${status}`,
    () => ({ status, headers: { location: `${evil.origin}/token` } }),
    'token.invalid',
  ];
  test.for([
    ...[301, 302, 303, 307, 308].map(away),
    ['TK-10: 201', answer(201, { access_token: 'x', token_type: 'Bearer' }), 'token.invalid'],
    ['TK-10: 204', answer(204, undefined), 'token.invalid'],
    ['TK-08: 503', answer(503, { error: 'temporarily_unavailable' }, { 'retry-after': '0' }), 'token.unavailable'],
    ['TK-08: 429', answer(429, {}, { 'retry-after': '0' }), 'token.unavailable'],
    ['TK-17: an HTML 500', answer(500, '<h1>', { 'content-type': 'text/html' }), 'token.failed'],
    ['TK-17: an OperationOutcome 401', answer(401, { resourceType: 'OperationOutcome' }), 'token.refused'],
    ['TK-16: invalid_grant', answer(400, { error: 'invalid_grant' }), 'token.invalid-grant'],
    ['TK-16: another error', answer(400, { error: 'unauthorized_client' }), 'token.refused'],
    ['TK-16: an error within an object', answer(400, { error: { code: 'invalid_grant' } }), 'token.invalid-grant'],
    ['TK-17: a 400 without a body', answer(400, ''), 'token.refused'],
    ['TK-08: a broken connection', (_request, response) => (response.destroy(), 'answered'), 'token.unavailable'],
  ] as [string, Script, string][])('%s', async ([, script, code]) => {
    ehr.on('token', script);
    expect((await refusal(exchange())).code).toBe(code);
    expect(ehr.requests).toHaveLength(1);
  });

  test('TK-20: the answer is not quoted', async () => {
    ehr.on('token', () => ({ status: 400, body: { error: 'CANARY x', error_description: 'CANARY' } }));
    const error = await refusal(exchange());
    expect(`${error.message} ${String(error.cause)} ${error.shown}`).not.toContain('CANARY');
  });
});

const good = { access_token: 'abc.def.ghi', token_type: 'Bearer', expires_in: 3_600, scope: 'openid' };
const respond = (members: unknown, contentType = 'application/json') =>
  readTokenResponse({
    status: 200,
    headers: {},
    contentType,
    text: typeof members === 'string' ? members : JSON.stringify(members),
  });
const refusedWith = (members: unknown, contentType?: string) => {
  try {
    respond(members, contentType);
  } catch (error) {
    if (error instanceof AppError) return error.code;
  }
  return 'accepted';
};

test('TK-10, TK-15: reads the known members and keeps the others for the launch context', () => {
  expect(respond({ ...good, refresh_token: 'r', id_token: 'i', patient: 'pat-1' })).toMatchObject({
    accessToken: 'abc.def.ghi',
    refreshToken: 'r',
    expiresInSeconds: 3_600,
    scope: 'openid',
    idToken: 'i',
    members: { patient: 'pat-1' },
  });
});

test.for([
  ['an empty object', {}],
  ['a list', [good]],
  ['a number', '5'],
  ['a text', JSON.stringify('x')],
  ['null', 'null'],
  ['nothing', ''],
  ['half of it', '{"access_token":"a'],
  ['an error', { error: 'invalid_grant' }],
  ['a token and an error', { ...good, error: 'invalid_grant' }],
  ['no access_token', { ...good, access_token: undefined }],
  ['an empty access_token', { ...good, access_token: '' }],
  ['an access_token that is a number', { ...good, access_token: 7 }],
  ['an access_token with a line feed', { ...good, access_token: 'a\r\nX-Evil: 1' }],
  ['an access_token beyond ASCII', { ...good, access_token: 'tökén' }],
  ['an access_token of 40 kB', { ...good, access_token: 'x'.repeat(40_000) }],
  ['a refresh_token that is a list', { ...good, refresh_token: ['r'] }],
  ['a scope that is a list', { ...good, scope: ['openid'] }],
  ['a scope of 900 kB (MT-06)', { ...good, scope: `openid ${'patient/A.read '.repeat(60_000)}` }],
  ['everything under __proto__ only', `{"__proto__":${JSON.stringify(good)}}`],
] as const)('TK-10: refuses %s', ([, members]) => {
  expect(refusedWith(members)).toBe('token.invalid');
});

test.for<[status: number, body: string, rule: Rule]>([
  [400, '<error>invalid_grant</error>', 'grant.refused'],
  [400, 'error=invalid_grant&error_description=code+expired', 'grant.expired'],
  [400, 'invalid_client', 'client.key'],
  [400, 'Error: invalid_grant', 'grant.refused'],
  [400, '{"errorCode":"invalid_client","errorSummary":"Unknown client"}', 'client.unknown'],
  [401, '{"error":"unauthorized_client","error_description":"Invalid client id or secret"}', 'client.method'],
  // Words that quote an error are not that error.
  [400, '{"code":"invalid_request","message":"The scope is malformed, not invalid_scope"}', 'token.other-error'],
  [400, '{"message":"Known errors: invalid_client, invalid_grant"}', 'token.other-error'],
  [400, '{"message":"see \\"invalid_scope\\" in the guide"}', 'token.other-error'],
  [404, '{"message":"no handler for invalid_scope"}', 'token.not-there'],
  [500, '{"message":"Failed to log invalid_client"}', 'token.server-error'],
  [401, '{"error":"Unauthorized","error_description":"Client authentication failed"}', 'token.forbidden'],
  [400, '{"error":"Bad Request","error_description":"Invalid body"}', 'token.other-error'],
  [200, '{"error":"not_found","error_description":"no such thing"}', 'token.error-in-200'],
])('TK-16: status %i and %s', ([status, text, rule]) => {
  const read = () => readTokenResponse({ status, headers: {}, contentType: 'application/json', text });
  expect(refusalOf(read).rule).toBe(rule);
});

test.for([
  ['Bearer', 'accepted'],
  ['bearer', 'accepted'],
  ['BEARER', 'accepted'],
  ['mac', 'token.invalid'],
  ['DPoP', 'token.invalid'],
  ['Bearer ', 'token.invalid'],
  ['', 'token.invalid'],
  [undefined, 'token.invalid'],
  [null, 'token.invalid'],
  [['Bearer'], 'token.invalid'],
] as const)('TK-11: token_type %j: %s', ([tokenType, outcome]) => {
  expect(refusedWith({ ...good, token_type: tokenType })).toBe(outcome);
});

test.for([
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ['  ', undefined],
  [3_600, 3_600],
  ['3600', 3_600],
  [0, 0],
  [1e9, 1e9],
  // A Date cannot be that far in the future; such a launch would end in status 500.
  [Number.MAX_SAFE_INTEGER, 1e9],
] as const)('TK-12: expires_in %j means %s', ([expiresIn, seconds]) => {
  expect(respond({ ...good, expires_in: expiresIn }).expiresInSeconds).toBe(seconds);
});

test.for([-1, '-1', 3600.5, '3600.5', '1e99', ' 5', 'soon', true, {}, [3_600], '9'.repeat(30)])(
  'TK-12: refuses expires_in %j',
  (expiresIn) => expect(refusedWith({ ...good, expires_in: expiresIn })).toBe('token.invalid'),
);

test('TK-12: refuses an expires_in that is not finite', () => {
  expect(refusedWith('{"access_token":"a","token_type":"Bearer","expires_in":1e99}')).toBe('token.invalid');
  expect(refusedWith('{"access_token":"a","token_type":"Bearer","expires_in":1e999}')).toBe('token.invalid');
});

test.for(['abc.def.ghi', 'a~+/-._==', 'x'.repeat(8_192)])('TK-13: the token %j is opaque', (token) => {
  const { accessToken, refreshToken } = respond({ ...good, access_token: token, refresh_token: token });
  expect([accessToken, refreshToken]).toEqual([token, token]);
});

/** RFC 6750 2.1: 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=". */
test.for([
  'with space',
  ' lead',
  'trail ',
  '{"not":"json"}',
  'a,b',
  'a;b',
  'a"b',
  'a\\b',
  'a=b',
  '=',
  'a:b',
  'a%20b',
  'a\n',
])('RFC 6750: the access_token %j is refused, because a header cannot carry it', (token) =>
  expect(refusedWith({ ...good, access_token: token })).toBe('token.invalid'),
);

test.for(['a\u0000b', 'a\r\nX-Evil: 1', 'a\u007f', 'tökén', 'a\u200bb', ['r'], 7, {}, true])(
  'RFC 6749 A.17: the refresh_token %j is refused',
  (token) => expect(refusedWith({ ...good, refresh_token: token })).toBe('token.invalid'),
);

test('a refresh_token may have spaces and quotes: it goes into a form only', () => {
  expect(respond({ ...good, refresh_token: '{"not": "json"}' }).refreshToken).toBe('{"not": "json"}');
});

test('TK-15: unknown members cause no failure and override no member', () => {
  const junk = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`__x${index}`, { deep: [index] }]));
  const odd = { ...junk, constructor: { prototype: { access_token: 'evil' } }, 'https://x.example/ext': 1 };
  const text = `{"__proto__":{"access_token":"evil","patient":"pat-2"},${JSON.stringify({ ...odd, ...good }).slice(1)}`;
  const response = respond(text);
  expect(response.accessToken).toBe(good.access_token);
  expect(response.members['patient']).toBeUndefined();
  expect('access_token' in {}).toBe(false);
});

test.for([
  ['application/json', 'accepted'],
  ['application/fhir+json', 'accepted'],
  ['application/vnd.x+json', 'accepted'],
  ['text/html', 'token.invalid'],
  ['text/plain', 'token.invalid'],
  ['application/x-www-form-urlencoded', 'token.invalid'],
  ['application/jsonp', 'token.invalid'],
  ['', 'token.invalid'],
] as const)('TK-21: right JSON labelled "%s": %s', ([contentType, outcome]) => {
  expect(refusedWith(good, contentType)).toBe(outcome);
});

test.for(['Application/JSON; charset=utf-8', 'application/json;charset=UTF-8', 'APPLICATION/FHIR+JSON'])(
  'TK-21, DI-25: %s is JSON on the wire',
  async (contentType) => {
    ehr.on('token', () => ({ body: good, headers: { 'Content-TYPE': contentType } }));
    expect((await exchange()).accessToken).toBe(good.access_token);
  },
);

test("CAJ-17: a refusal names the difference of the server's clock for the operator", async () => {
  const date = new Date(NOW.getTime() - 240_000).toUTCString();
  ehr.on('token', () => ({ status: 401, body: { error: 'invalid_client' }, headers: { date } }));
  expect((await refusal(exchange())).message).toMatch(/its clock is 2(39|40|41) s behind ours/);
});

test.for([null, '', ' \t', undefined])('TK-15, RF-03: an optional member that is %j is absent', (value) => {
  const blank = { refresh_token: value, id_token: value, expires_in: value, active_ttl: value, error: value };
  expect(respond({ ...good, ...blank, scope: null })).toMatchObject({
    refreshToken: undefined,
    idToken: undefined,
    expiresInSeconds: undefined,
    activeTtlSeconds: undefined,
    scope: undefined,
  });
});

test.for([null, '', ' '])('TK-10, TK-11: a required member that is %j is missing', (value) => {
  expect(refusedWith({ ...good, access_token: value })).toBe('token.invalid');
  expect(refusedWith({ ...good, token_type: value })).toBe('token.invalid');
});
