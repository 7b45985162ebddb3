/** Single sign-on with a provider that answers whatever it likes: only one consistent, signed answer for us signs in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addPerson } from '#test/helpers/administrators.ts';
import { createBrowser } from '#test/helpers/browser.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const CLIENT = 'vectorcare-settings';
const SECRET = 'a secret from the provider, which is long enough for HS256';
const EMAIL = 'ada@example.com';

/** What the provider says next. `sign` makes the id_token, from its usual claims. */
interface Says {
  sign: (claims: JWTPayload) => Promise<string>;
  claims: Record<string, unknown>;
  userinfo: Record<string, unknown>;
  /** Members of its metadata. */
  metadata: Record<string, unknown>;
  /** Parameters of the authorization response. */
  answer: Record<string, string>;
}

let world: World;
let provider: TestServer;
let says: Says;
const keys = {
  own: await generateKeyPair('RS256'),
  other: await generateKeyPair('RS256'),
  ec: await generateKeyPair('ES256'),
};
const jwk = await exportJWK(keys.own.publicKey);
const signedBy =
  (key: CryptoKey | Uint8Array, alg: string, header = {}) =>
  (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid: 'k', ...header }).sign(key);

beforeAll(async () => {
  let nonce = '';
  provider = await startServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const issuer = provider.origin;
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    if (pathname === '/nonce') nonce = searchParams.get('is') ?? '';
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: issuer, aud: CLIENT, sub: 'ada', nonce, iat: now, exp: now + 300 };
    const answers: Record<string, () => unknown> = {
      '/.well-known/openid-configuration': () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        authorization_response_iss_parameter_supported: true,
        id_token_signing_alg_values_supported: ['RS256'],
        ...says.metadata,
      }),
      '/jwks': () => ({ keys: [{ ...jwk, kid: 'k', alg: 'RS256', use: 'sig' }] }),
      '/token': async () => ({
        access_token: 'at',
        token_type: 'Bearer',
        id_token: await says.sign(JSON.parse(JSON.stringify({ ...usual, ...says.claims }))),
      }),
      '/userinfo': () => says.userinfo,
    };
    const found = await answers[pathname]?.();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found ?? {}));
  };
  world = await startWorld({
    env: {
      OIDC_ISSUER: provider.origin,
      OIDC_CLIENT_ID: CLIENT,
      OIDC_CLIENT_SECRET: SECRET,
      OIDC_SCOPES: 'openid email',
    },
  });
  await addPerson(world, EMAIL);
});
afterAll(async () => {
  await world.close();
  await provider.close();
});
beforeEach(() => {
  const verified = { email: EMAIL, email_verified: true };
  const sign = signedBy(keys.own.privateKey, 'RS256');
  says = { sign, claims: verified, userinfo: { sub: 'ada' }, metadata: {}, answer: {} };
});

async function comeIn() {
  const browser = createBrowser();
  const start = new URL((await browser.visit(`${world.url}/sign-in/sso`)).headers['location'] ?? '');
  const [state = '', nonce = ''] = ['state', 'nonce'].map((name) => start.searchParams.get(name) ?? '');
  await browser.visit(`${provider.origin}/nonce?is=${nonce}`);
  const query = new URLSearchParams({ code: 'c', state, iss: provider.origin, ...says.answer });
  const { status } = await browser.visit(`${world.url}/sign-in/sso/callback?${query}`);
  return { status, isSignedIn: cookiesOf(browser).has('admin') };
}

test('its usual answer signs in', async () => {
  expect(await comeIn()).toEqual({ status: 303, isSignedIn: true });
  says.claims = {};
  says.userinfo = { sub: 'ada', email: EMAIL, email_verified: true };
  expect(await comeIn()).toEqual({ status: 303, isSignedIn: true });
});

const seconds = () => Math.floor(Date.now() / 1_000);

test.for<[string, number, () => Partial<Says>]>([
  ['another issuer', 502, () => ({ claims: { iss: 'https://other.example' } })],
  ['the issuer with a slash', 502, () => ({ claims: { iss: `${provider.origin}/` } })],
  ['no issuer', 502, () => ({ claims: { iss: undefined } })],
  ['another audience', 502, () => ({ claims: { aud: 'another-app' } })],
  ['no audience', 502, () => ({ claims: { aud: undefined } })],
  ['two audiences and no azp', 502, () => ({ claims: { aud: [CLIENT, 'another-app'] } })],
  ['two audiences and another azp', 502, () => ({ claims: { aud: [CLIENT, 'another-app'], azp: 'another-app' } })],
  ['another azp', 502, () => ({ claims: { azp: 'another-app' } })],
  ['another nonce', 502, () => ({ claims: { nonce: 'x'.repeat(43) } })],
  ['no nonce', 502, () => ({ claims: { nonce: undefined } })],
  ['an old token', 502, () => ({ claims: { exp: seconds() - 600 } })],
  ['no expiry', 502, () => ({ claims: { exp: undefined } })],
  ['a token of later', 502, () => ({ claims: { nbf: seconds() + 3_600 } })],
  ['no subject', 502, () => ({ claims: { sub: undefined } })],
  ['an empty subject', 502, () => ({ claims: { sub: '' } })],
  ['a list of subjects', 502, () => ({ claims: { sub: ['ada'] } })],
  ['the key of another', 502, () => ({ sign: signedBy(keys.other.privateKey, 'RS256') })],
  ['an unknown key id', 502, () => ({ sign: signedBy(keys.own.privateKey, 'RS256', { kid: 'x' }) })],
  ['an elliptic curve', 502, () => ({ sign: signedBy(keys.ec.privateKey, 'ES256') })],
  ['our secret as the key', 502, () => ({ sign: signedBy(new TextEncoder().encode(SECRET), 'HS256') })],
  [
    'our secret as the key, announced',
    502,
    () => ({
      sign: signedBy(new TextEncoder().encode(SECRET), 'HS256'),
      metadata: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
    }),
  ],
  [
    'the public key as the secret',
    502,
    () => ({ sign: signedBy(new TextEncoder().encode(JSON.stringify(jwk)), 'HS256') }),
  ],
  ['a key of its own in the header', 502, () => ({ sign: signedBy(keys.other.privateKey, 'RS256', { jwk }) })],
  [
    'an unknown critical header',
    502,
    () => ({ sign: signedBy(keys.own.privateKey, 'RS256', { crit: ['b64'], b64: true }) }),
  ],
  [
    'userinfo of another person',
    502,
    () => ({ claims: { email: undefined }, userinfo: { sub: 'eve', email: EMAIL, email_verified: true } }),
  ],
  ['another issuer in the answer', 502, () => ({ answer: { iss: 'https://other.example' } })],
  ['an error beside the code', 502, () => ({ answer: { error: 'server_error' } })],
  ['another response type', 502, () => ({ answer: { response: 'x.y.z' } })],
  ['an id_token in the answer', 502, () => ({ answer: { id_token: 'x.y.z' } })],
  ['a changed subject', 403, () => ({ claims: { sub: 'eve' }, userinfo: { sub: 'eve' } })],
  ['a subject in capitals', 403, () => ({ claims: { sub: 'ADA' }, userinfo: { sub: 'ADA' } })],
  [
    'an address of the id_token, and userinfo that has verified another one',
    403,
    () => ({
      claims: { sub: 'mallory', email: 'free@example.com', email_verified: undefined },
      userinfo: { sub: 'mallory', email: 'mallory@example.com', email_verified: true },
    }),
  ],
  [
    'an address of userinfo, and an id_token that has verified another one',
    403,
    () => ({
      claims: { sub: 'mallory', email: undefined },
      userinfo: { sub: 'mallory', email: 'free@example.com' },
    }),
  ],
])('%s signs no person in', async ([, status, more]) => {
  await addPerson(world, 'free@example.com').catch(() => undefined);
  await comeIn();
  const { claims, ...others } = more();
  Object.assign(says, others, { claims: { ...says.claims, ...claims } });
  expect(await comeIn()).toEqual({ status, isSignedIn: false });
});
