/** The token endpoint judges client assertion, code and PKCE as SMART demands, and answers with the launch context. */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import {
  type Changes,
  clientId,
  fullScope,
  launch,
  obtainCode,
  post,
  random,
  startTinyApp,
  tokenRequest,
} from './tiny-app.ts';

let tokenUrl: string;
const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));
beforeAll(() => {
  tokenUrl = `${sandbox.origin}/auth/token`;
});

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

const badAssertions: [string, Record<string, unknown>, Record<string, unknown>][] = [
  ['the issuer as aud (CAJ-06)', { aud: () => sandbox.issuer }, {}],
  ['aud as an array (CAJ-06)', { aud: () => [tokenUrl] }, {}],
  ['the aud of another endpoint (CAJ-13)', { aud: () => `${sandbox.origin}/auth/revoke` }, {}],
  ['an expired assertion (CAJ-07)', { exp: inSeconds(-60) }, {}],
  ['an assertion for more than five minutes (CAJ-07)', { exp: inSeconds(600) }, {}],
  ['exp in fractions (CAJ-07)', { exp: inSeconds(60) + 0.5 }, {}],
  ['no exp (CAJ-07)', { exp: undefined }, {}],
  ['no jti (CAJ-08)', { jti: undefined }, {}],
  ['iat in the future (CAJ-09)', { iat: inSeconds(120) }, {}],
  ['a sub that is not the client (CAJ-05)', { sub: 'somebody-else' }, {}],
  ['an iss that is not the client (CAJ-05)', { iss: 'somebody-else' }, {}],
  ['no typ (CAJ-03)', {}, { typ: undefined }],
  ['another typ (CAJ-03)', {}, { typ: 'at+jwt' }],
  ['no kid (CAJ-02)', {}, { kid: undefined }],
  ['a kid that is not published (CAJ-02)', {}, { kid: 'tiny-2' }],
  ['a foreign jku (CAJ-04)', {}, { jku: 'https://elsewhere.example/jwks' }],
];

test.for(badAssertions)('refuses %s', async ([, claims, header]) => {
  const resolved = Object.entries(claims).map(([name, value]) => [name, typeof value === 'function' ? value() : value]);
  const request = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  const assertion = await tiny.assertion(tokenUrl, Object.fromEntries(resolved), header);
  const { status, body } = await post(tokenUrl, { ...request, client_assertion: assertion });
  expect(status).toBe(401);
  expect(body.error).toBe('invalid_client');
});

test('iat is compared with the sandbox clock (CAJ-09)', async () => {
  const own = await startSandbox({ app: tiny.app, now: () => new Date(Date.now() + 60_000) });
  const url = `${own.origin}/auth/token`;
  const assertion = await tiny.assertion(url, { iat: inSeconds(60), exp: inSeconds(180) });
  const request = await tokenRequest(own, tiny, await obtainCode(own, tiny));
  expect((await post(url, { ...request, client_assertion: assertion })).status).toBe(200);
  await own.close();
});

const badRequests: [string, Changes, string][] = [
  ['another code_verifier', { code_verifier: random() }, 'invalid_grant'],
  ['no code_verifier', { code_verifier: undefined }, 'invalid_grant'],
  ['another redirect_uri', { redirect_uri: 'https://elsewhere.example/callback' }, 'invalid_grant'],
  ['no redirect_uri', { redirect_uri: undefined }, 'invalid_request'],
  ['an invented code', { code: random() }, 'invalid_grant'],
  ['client_id in the body (TK-04)', { client_id: clientId }, 'invalid_request'],
  ['no client assertion (TK-03)', { client_assertion: undefined }, 'invalid_request'],
  ['the password grant', { grant_type: 'password' }, 'unsupported_grant_type'],
];

test.for(badRequests)('refuses %s', async ([, change, error]) => {
  const request = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  const { status, body } = await post(tokenUrl, { ...request, ...change });
  expect([status, body.error]).toEqual([400, error]);
});

test('refuses a second authentication method and parameters in the query (TK-05, TK-06)', async () => {
  const first = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  const basic = await post(tokenUrl, first, { authorization: `Basic ${btoa('tiny-app:secret')}` });
  const second = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  const query = await post(`${tokenUrl}?foo=bar`, second);
  expect([basic.body.error, query.body.error]).toEqual(['invalid_request', 'invalid_request']);
});

test('takes an assertion once: its jti is remembered (CAJ-08)', async () => {
  const assertion = await tiny.assertion(tokenUrl);
  const first = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  const second = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
  expect((await post(tokenUrl, { ...first, client_assertion: assertion })).status).toBe(200);
  expect((await post(tokenUrl, { ...second, client_assertion: assertion })).body.error).toBe('invalid_client');
});

test('takes a code once, and a replay revokes its tokens (TK-08)', async () => {
  const hand = await obtainCode(sandbox, tiny);
  const first = await post(tokenUrl, await tokenRequest(sandbox, tiny, hand));
  const replay = await post(tokenUrl, await tokenRequest(sandbox, tiny, hand));
  const patient = await fetch(`${sandbox.fhirBase}/Patient/pat-ada`, {
    headers: { authorization: `Bearer ${String(first.body.access_token)}` },
  });
  expect([first.status, replay.body.error, patient.status]).toEqual([200, 'invalid_grant', 401]);
});

test('answers with the launch context and the granted scopes, never to be cached (LC-01)', async () => {
  const { status, body, headers } = await launch(sandbox, tiny, 'pat-ben');
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('access-control-allow-origin')).toBeNull();
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, patient: 'pat-ben', need_patient_banner: true });
  expect(body.smart_style_url).toBe(`${sandbox.origin}/style.json`);
  expect(String(body.scope).split(' ').toSorted()).toEqual(fullScope.split(' ').toSorted());
});

test('returns encounter, intent and fhirContext of the launch', async () => {
  const fhirContext = [{ reference: 'ServiceRequest/ada-oxygen' }];
  const options = { encounter: 'enc-ada-stay', intent: 'new-request', needPatientBanner: false, fhirContext };
  const value = new URL(sandbox.launch('pat-ada', options)).searchParams.get('launch') ?? '';
  const { body } = await launch(sandbox, tiny, 'pat-ada', { launch: value });
  expect(body).toMatchObject({
    encounter: 'enc-ada-stay',
    intent: 'new-request',
    need_patient_banner: false,
    fhirContext,
  });
});

test('signs an id_token with nonce, at_hash and an absolute fhirUser (ID-01, FU-01)', async () => {
  const { body, nonce } = await launch(sandbox, tiny);
  const keys = createRemoteJWKSet(new URL(`${sandbox.origin}/auth/jwks`));
  const checks = { issuer: sandbox.issuer, audience: clientId, algorithms: ['RS256'] };
  const { payload } = await jwtVerify(String(body.id_token), keys, checks);
  const half = createHash('sha256').update(String(body.access_token)).digest().subarray(0, 16);
  expect(payload.nonce).toBe(nonce);
  expect(payload.at_hash).toBe(half.toString('base64url'));
  expect(payload.fhirUser).toBe(`${sandbox.fhirBase}/Practitioner/prac-rivera`);
});

test('verifies RS384 assertions too (CAJ-01), and a changed registration counts at once', async () => {
  const rsa = await startTinyApp('RS384');
  const own = await startSandbox({ app: tiny.app });
  own.configureApp(rsa.app);
  const { status } = await launch(own, rsa);
  await own.close();
  await rsa.close();
  expect(status).toBe(200);
});
