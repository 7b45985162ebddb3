/** The client assertion, verified as an EHR does (CAJ-01..13). */
import { decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AssertionKey, type AssertionType, clientAssertion } from '#src/smart/client-authentication.ts';

const NOW = new Date('2026-06-01T12:00:00.987Z');
const NOW_SECONDS = Math.floor(NOW.getTime() / 1_000);
const AUDIENCE = 'https://ehr.example:8443/t/a%2Fb/token?tenant=a b';
const keys = new Map<string, { key: AssertionKey; publicJwk: JWK }>();

beforeAll(async () => {
  for (const alg of ['RS384', 'ES384'] as const) {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    keys.set(alg, { key: { kid: `kid-${alg}`, alg, privateKey }, publicJwk: await exportJWK(publicKey) });
  }
});
const keyOf = (alg: string) => keys.get(alg)!;
const make = (alg: string, audience = AUDIENCE, assertionType: AssertionType = 'JWT') =>
  clientAssertion({ clientId: 'client-1', audience, key: keyOf(alg).key, assertionType, now: NOW });

describe.for(['RS384', 'ES384'] as const)('signed with %s', (alg) => {
  test('CAJ-01, CAJ-05..07, CAJ-09: an assertion verifies, and has exactly these claims', async () => {
    const { client_assertion: assertion, client_assertion_type: type } = await make(alg);
    expect(type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const publicKey = await importJWK(keyOf(alg).publicJwk, alg);
    const { payload } = await jwtVerify(assertion, publicKey, { currentDate: NOW, algorithms: [alg] });
    expect(payload).toEqual({
      iss: 'client-1',
      sub: 'client-1',
      aud: AUDIENCE,
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 120,
      jti: expect.stringMatching(/^[\w-]{22,}$/),
    });
  });

  test('CAJ-02..04, CAJ-12: the header has algorithm, key and type, and nothing else', async () => {
    const { client_assertion: assertion } = await make(alg);
    expect(decodeProtectedHeader(assertion)).toEqual({ alg, kid: `kid-${alg}`, typ: 'JWT' });
  });

  test('CAJ-03: an organization’s setting selects the other type', async () => {
    const { client_assertion: assertion } = await make(alg, AUDIENCE, 'client-authentication+jwt');
    expect(decodeProtectedHeader(assertion).typ).toBe('client-authentication+jwt');
  });
});

test('CAJ-11: an ES384 signature has 96 raw bytes, an RS384 one 2048 bits or more', async () => {
  const signatureBytes = async (alg: string) =>
    Buffer.from((await make(alg)).client_assertion.split('.')[2] ?? '', 'base64url').length;
  for (let round = 0; round < 20; round += 1) expect(await signatureBytes('ES384')).toBe(96);
  expect(await signatureBytes('RS384')).toBeGreaterThanOrEqual(256);
});

test('CAJ-08, CAJ-10: a thousand assertions of one instant have a thousand jti', async () => {
  const made = await Promise.all(Array.from({ length: 1_000 }, () => make('ES384')));
  const claims = made.map(({ client_assertion: assertion }) =>
    JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()),
  );
  expect(new Set(claims.map(({ jti }) => jti)).size).toBe(1_000);
});

test.for(['https://ehr.example/token', 'https://EHR.example:443/token/', 'https://ehr.example/issuer'])(
  'CAJ-06: the audience %s is one string, unchanged',
  async (audience) => {
    const { client_assertion: assertion } = await make('ES384', audience);
    const { aud } = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString());
    expect(aud).toBe(audience);
  },
);
