import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { fetchIssuerKeys } from '#src/smart/documents/issuer-keys.ts';
import { codeOf, kidsOf, makeKey, startKeyServer, type TestKey } from '#test/smart/id-token/key-server.ts';

const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
let server: Awaited<ReturnType<typeof startKeyServer>>;
let rsa: TestKey;
let ec: TestKey;

beforeAll(async () => {
  server = await startKeyServer();
  [rsa, ec] = await Promise.all([makeKey('RS256', 'rsa-1'), makeKey('ES384', 'ec-1')]);
});
beforeEach(() => {
  server.forget();
});
afterAll(async () => {
  await outbound.close();
  await server.close();
});

describe('the source of keys', () => {
  test('ID-03: the OpenID configuration, then its jwks_uri, one trailing slash stripped for the URL only', async () => {
    const issuer = `${server.origin}/a/`;
    server.answers.set('/a/.well-known/openid-configuration', {
      body: { issuer, jwks_uri: `${server.origin}/keys?run=7` },
    });
    server.answers.set('/keys?run=7', { body: { keys: [rsa.jwk] } });
    expect(kidsOf(await fetchIssuerKeys({ issuer }, outbound))).toEqual(['rsa-1']);
    expect(server.fetches).toEqual(['/a/.well-known/openid-configuration', '/keys?run=7']);
  });

  test.for([
    ['fetched beside the document that names it', '/keys', ['/a/.well-known/openid-configuration', '/keys']],
    ['of no use when the document names another', '/old', ['/a/.well-known/openid-configuration', '/keys', '/old']],
    ['free to fail', '/nothing-here', ['/a/.well-known/openid-configuration', '/keys', '/nothing-here']],
  ] as const)('ID-03: a guessed URL is %s', async ([, guess, fetches]) => {
    const issuer = `${server.origin}/a`;
    server.answers.set('/a/.well-known/openid-configuration', { body: { issuer, jwks_uri: `${server.origin}/keys` } });
    server.answers.set('/keys', { body: { keys: [rsa.jwk] } });
    server.answers.set('/old', { body: { keys: [ec.jwk] } });
    const guessed = { issuer, likelyJwksUri: `${server.origin}${guess}` };
    expect(kidsOf(await fetchIssuerKeys(guessed, outbound))).toEqual(['rsa-1']);
    expect(server.fetches.toSorted()).toEqual(fetches);
  });

  test('ID-04: keys from a guessed URL are not used if its document names another issuer', async () => {
    const issuer = `${server.origin}/a`;
    const keys = `${server.origin}/keys`;
    server.answers.set('/a/.well-known/openid-configuration', {
      body: { issuer: 'https://evil.example', jwks_uri: keys },
    });
    server.answers.set('/keys', { body: { keys: [rsa.jwk] } });
    expect(await codeOf(fetchIssuerKeys({ issuer, likelyJwksUri: keys }, outbound))).toBe('identity.keys-unavailable');
  });

  test('ID-10: RSA keys that are slow to verify with are ignored', async () => {
    const digits = (bytes: number) => Buffer.alloc(bytes, 0xff).toString('base64url');
    const issuer = server.serve([
      { ...rsa.jwk, kid: 'large', n: digits(2_048) },
      { ...rsa.jwk, kid: 'steep', e: digits(8) },
      { ...rsa.jwk, kid: '8192 bits', n: digits(1_024) },
      { ...rsa.jwk, kid: 'three', e: 'Aw' },
    ]);
    expect(kidsOf(await fetchIssuerKeys({ issuer }, outbound))).toEqual(['8192 bits', 'three']);
  });

  test('ID-10: unknown, malformed, private and encryption keys are ignored', async () => {
    const issuer = server.serve([
      null,
      'x',
      { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
      { kty: 'oct', k: 'c2VjcmV0' },
      { kty: 'RSA', kid: 'no-modulus' },
      { ...rsa.privateJwk, kid: 'leaked' },
      { ...rsa.jwk, kid: 'enc', use: 'enc' },
      { ...rsa.jwk, kid: 'oaep', alg: 'RSA-OAEP' },
      { ...ec.jwk, kid: 'bad-point', x: 'AAAA' },
      rsa.jwk,
      ec.jwk,
    ]);
    expect(kidsOf(await fetchIssuerKeys({ issuer }, outbound))).toEqual(['rsa-1', 'ec-1']);
  });

  test.for([404, 410])('without an OpenID document (%d) the JWKS of smart-configuration is used', async (status) => {
    server.answers.set('/a/.well-known/openid-configuration', { status, body: {} });
    server.answers.set('/smart-jwks', { body: { keys: [rsa.jwk] } });
    const issuer = { issuer: `${server.origin}/a`, fallbackJwksUri: `${server.origin}/smart-jwks` };
    expect(kidsOf(await fetchIssuerKeys(issuer, outbound))).toEqual(['rsa-1']);
    expect(await codeOf(fetchIssuerKeys({ issuer: issuer.issuer }, outbound))).toBe('identity.keys-unavailable');
  });

  test.for([
    ['a server error', { status: 500, body: {} }],
    ['a redirect', { status: 302, headers: { location: '/smart-jwks' }, body: {} }],
    ['a page', { headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
    ['an array', { body: [] }],
    ['truncated JSON', { body: '{"issuer":' }],
    ['another issuer (ID-04)', { body: { issuer: 'https://evil.example', jwks_uri: 'SELF/smart-jwks' } }],
    ['no jwks_uri', { body: { issuer: 'SELF/a' } }],
    ['a jwks_uri on plain http', { body: { issuer: 'SELF/a', jwks_uri: 'http://ehr.example/jwks' } }],
    ['a jwks_uri of another scheme', { body: { issuer: 'SELF/a', jwks_uri: 'file:///etc/passwd' } }],
    ['a relative jwks_uri', { body: { issuer: 'SELF/a', jwks_uri: '/smart-jwks' } }],
    ['a jwks_uri that fails', { body: { issuer: 'SELF/a', jwks_uri: 'SELF/broken' } }],
    ['a jwks_uri without usable keys', { body: { issuer: 'SELF/a', jwks_uri: 'SELF/empty' } }],
  ] as const)('ID-22: %s ends the launch, without a fallback', async ([, answer]) => {
    const body = JSON.stringify(answer.body).replaceAll('SELF', server.origin);
    const text = typeof answer.body === 'string' ? answer.body : body;
    server.answers.set('/a/.well-known/openid-configuration', { ...answer, body: text });
    server.answers.set('/smart-jwks', { body: { keys: [rsa.jwk] } });
    server.answers.set('/broken', { status: 503, body: {} });
    server.answers.set('/empty', { body: { keys: [{ ...rsa.jwk, use: 'enc' }] } });
    const issuer = { issuer: `${server.origin}/a`, fallbackJwksUri: `${server.origin}/smart-jwks` };
    expect(await codeOf(fetchIssuerKeys(issuer, outbound))).toBe('identity.keys-unavailable');
    expect(server.fetches).not.toContain('/smart-jwks');
  });

  test('ID-22: a provider that never answers is a timeout', async () => {
    server.answers.set('/a/.well-known/openid-configuration', { body: 'never' });
    expect(await codeOf(fetchIssuerKeys({ issuer: `${server.origin}/a` }, outbound))).toBe('identity.keys-timeout');
  });
});
