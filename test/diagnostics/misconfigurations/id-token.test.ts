/** Launches that stop at the id_token, the key set or the OpenID document. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { atPath, redirect } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { KEYS, type Seed, TOKEN } from './seeding/seeds.ts';

const { checkWith, inspect, launchFrom, launchesSay, launchWith, prepare } = useSeededWorld();

const claims = (changed: Record<string, unknown>): Seed => ({ fault: ['id-token-claims', JSON.stringify(changed)] });
const now = () => Math.round(Date.now() / 1_000);
const ENUMERATED = 'launch openid fhirUser patient/Patient.read patient/ServiceRequest.read';

launchesSay('id-token', [
  ['no id_token', 'no-id-token', 'id-token.missing'],
  ['a wrong signature', 'bad-signature', 'id-token.signature'],
  ['a key that is not published', 'unknown-key', 'id-token.unknown-key'],
  ['no signature', 'alg-none', 'id-token.algorithm', /none/],
  ['a nonce of another sign-in', 'wrong-nonce', 'id-token.nonce-wrong'],
  ['no nonce', 'no-nonce', 'id-token.nonce-missing', /accept its absence/],
  ['an empty nonce', claims({ nonce: '' }), 'id-token.nonce-missing'],
  ['an id_token for another app', 'wrong-audience', 'id-token.audience'],
  ['an id_token for others as well', 'extra-audience', 'id-token.audience'],
  ['an issuer from elsewhere', 'foreign-issuer', 'id-token.issuer', /elsewhere\.example/],
  ['an old id_token', 'expired-id-token', 'id-token.expired'],
  ['an id_token from the future', 'future-id-token', 'id-token.clock-ahead'],
  ['no sub', 'no-sub', 'id-token.subject'],
  ['an at_hash of another token', 'wrong-at-hash', 'id-token.access-token-hash'],
  ['a key set that fails', 'jwks-500', 'keys.unreadable', { check: 'guide-jwks' }],
  ['an empty key set', 'jwks-empty', 'keys.none-usable', { check: 'jwks-keys' }],
  ['a web page for the OpenID document', 'oidc-html', 'keys.document-unreadable', { check: 'guide-issuer' }],
  [
    'an OpenID document of another issuer',
    'oidc-issuer-mismatch',
    'keys.document-other-issuer',
    { check: 'guide-issuer' },
  ],
  [
    'an id_token issuer of the EHR’s own host',
    { sandbox: { profile: 'oracle-like' }, settings: { scopes: ENUMERATED } },
    'id-token.issuer-of-ehr',
  ],
  ['a shared secret for id_tokens', 'shared-secret-id-token', 'id-token.algorithm', /HS256/],
  ['an opaque id_token', 'unreadable-id-token', 'id-token.form'],
  [
    'an encrypted id_token',
    { fault: ['unreadable-id-token', 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d'] },
    'id-token.encrypted',
  ],
  ['an id_token without exp', 'no-exp', 'id-token.time-missing'],
  ['an id_token without aud', 'no-audience', 'id-token.audience-missing'],
  ['an id_token authorized for another client', 'wrong-azp', 'id-token.audience'],
  [
    'a key set that is not there',
    { fault: ['jwks-500', 404] },
    'keys.not-there',
    { says: /\/auth\/jwks|\/jwks/, check: 'guide-jwks', found: /404.*jwks_uri.*http.*jwks/ },
  ],
  ['a web page for the key set', 'jwks-html', 'keys.unreadable', { check: 'guide-jwks', found: /HTML/ }],
  [
    'a key set on plain http',
    { fault: ['oidc-members', '{"jwks_uri":"http://ehr.example/jwks"}'] },
    'keys.address-unusable',
    { check: 'guide-jwks' },
  ],
  ['no jwks_uri', { fault: ['oidc-members', '{"jwks_uri":null}'] }, 'keys.no-jwks-uri', { check: 'guide-issuer' }],
  ['a key set behind a sign-in', redirect(KEYS, 302, '/login'), 'keys.unreadable'],
  [
    'a key set for encryption only',
    atPath(KEYS, { body: (text) => text.replaceAll('"use":"sig"', '"use":"enc"') }),
    'keys.none-usable',
  ],
  ['a key set behind a limit of requests', { fault: ['jwks-500', 429] }, 'keys.unavailable', { check: 'guide-jwks' }],
  ['a key set in maintenance', { fault: ['jwks-500', 503] }, 'keys.unavailable'],
  [
    'a key set for another algorithm',
    atPath(KEYS, { body: (text) => text.replaceAll('"alg":"RS256"', '"alg":"RS1"') }),
    'keys.none-usable',
    /the algorithm of the id_tokens/,
  ],
]);

test.for([
  ['callback', 'issuer-mismatch', 'callback'],
  ['id_token', 'foreign-issuer', 'id-token'],
] as const)('an issuer with a slash at its end only in the %s is shown as such', async ([, fault, step]) => {
  const { id, ehr } = await prepare({});
  ehr.faults.set(fault, `${ehr.issuer}/`);
  const said = await inspect(await launchFrom(ehr, {}), id);
  expectSaid(said, step, 'issuer.slash');
  expect(said.words).toContain(`${ehr.issuer}/`);
});

test('a cache that answers a second launch with the first one’s tokens', async () => {
  let first: string | undefined;
  const { id, ehr } = await prepare(atPath(TOKEN, { body: (text) => (first ??= text) }));
  await launchFrom(ehr, {});
  const said = await inspect(await launchFrom(ehr, {}), id);
  expectSaid(said, 'id-token', 'id-token.nonce-wrong');
  expect(said.words).toMatch(/cache answers in place of the token endpoint/);
});

test('an OpenID document that lists shared secrets only', async () => {
  const { open } = await checkWith({ fault: ['oidc-members', '{"id_token_signing_alg_values_supported":["HS256"]}'] });
  expect(open.map(({ id, found }) => [id, found])).toEqual([['jwks-keys', expect.stringContaining('only HS256')]]);
});

test.for<[name: string, seed: () => Seed, rule: Rule, says: RegExp]>([
  ['the client ID in capitals', () => claims({ aud: 'VECTORCARE-TEST' }), 'id-token.audience-case', /vectorcare-test/],
  ['a client ID with a blank', () => claims({ aud: ['vectorcare-test '] }), 'id-token.audience-case', /spaces/],
  ['others beside the client ID', () => claims({ aud: ['VECTORCARE-TEST', 'x'] }), 'id-token.audience', /other apps/],
  ['no text as audience', () => claims({ aud: [1] }), 'id-token.audience', /other apps/],
  ['an empty audience', () => claims({ aud: [] }), 'id-token.audience', /other apps/],
  [
    'times in milliseconds',
    () => claims({ iat: now() * 1_000, exp: (now() + 60) * 1_000 }),
    'id-token.time-missing',
    /not of milliseconds/,
  ],
  ['nbf in milliseconds', () => claims({ nbf: now() * 1_000 }), 'id-token.time-missing', /not of milliseconds/],
  ['iat as text', () => claims({ iat: '2026-11-29T12:00:00Z' }), 'id-token.time-missing', /not as text/],
])('an id_token with %s', async ([, seed, rule, says]) => {
  const said = await launchWith(seed());
  expectSaid(said, 'id-token', rule);
  expect(said.words).toMatch(says);
  expect(said.words).not.toContain('NTP');
});

test('an issuer with its host in capitals is not said to differ by a slash', async () => {
  const { id, ehr } = await prepare({});
  ehr.faults.set('foreign-issuer', ehr.issuer.replace('localhost', 'LOCALHOST'));
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'id-token', 'issuer.letters');
});
