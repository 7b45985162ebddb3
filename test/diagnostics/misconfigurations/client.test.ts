/** Launches whose client the token endpoint refuses: keys, assertions, and how the app was registered. */
import { describe, expect, test } from 'vitest';
import { atPath, type Meddling } from '#test/helpers/servers/gateway.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { expectSaid, type Said } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { CONFIGURATION, refused, TOKEN, token } from './seeding/seeds.ts';

const { inspect, launchFrom, launchesSay, launchWith, prepare, world } = useSeededWorld();

const basic: Meddling = {
  path: TOKEN,
  answer: (answer) => answer.writeHead(401, { 'www-authenticate': 'Basic realm="client"' }).end(),
};

const EXPECTED = 'JWT audience is invalid, expected https://ehr.example/oauth2/token';

launchesSay('token', [
  ['a client assertion refused without a reason', 'invalid-client', 'client.key', /shows the key [\w-]+/],
  ['a JWKS URL that is not ours', { registered: { jwksUrl: 'http://localhost:1/jwks.json' } }, 'client.key'],
  [
    'an audience setting that the EHR does not take',
    { settings: { assertionAudience: 'issuer' } },
    'client.audience-setting',
  ],
  [
    'an assertion type that the EHR does not take',
    { settings: { assertionType: 'client-authentication+jwt' } },
    'client.type-setting',
  ],
  ['an EHR that expects another address of its token endpoint', refused(EXPECTED), 'client.audience-host'],
  [
    'an EHR that expects its token endpoint where the issuer is set',
    { ...refused(EXPECTED), settings: { assertionAudience: 'issuer' } },
    'client.audience-setting',
  ],
  [
    'an EHR that refuses the audience in words where the issuer is set',
    { ...refused('Invalid audience in client assertion'), settings: { assertionAudience: 'issuer' } },
    'client.audience-setting',
  ],
  [
    'an EHR that names the usual typ where another is set',
    { ...refused('typ must be JWT'), settings: { assertionType: 'client-authentication+jwt' } },
    'client.type-setting',
  ],
  ['an EHR that expects the issuer as audience', { sandbox: { profile: 'helseid-like' } }, 'client.assertion'],
  [
    'a client without this grant at the token endpoint',
    'unauthorized-client',
    'client.grant-not-allowed',
    { shown: /Trying again does not help/ },
  ],
  ['an EHR that cannot fetch our JWKS', refused('Unable to retrieve keys from jwks_uri'), 'client.jwks-unreachable'],
  ['an EHR that reaches no JWKS in time', refused('JWKS: connection timed out'), 'client.jwks-unreachable'],
  ['a key that was revoked', refused('The signing key has been revoked'), 'client.key-off', /key [\w-]{4,}/],
  ['a client that is disabled', refused('Client is disabled'), 'client.off', /vectorcare-test/],
  ['a client that waits for approval', refused('application not approved for this tenant'), 'client.off'],
  ['a client with a shared secret', refused('client authentication method not allowed'), 'client.method'],
  ['another typ', refused('typ must be client-authentication+jwt'), 'client.type', /than JWT/],
  ['a node whose clock is behind', refused('iat is in the future'), 'client.assertion-times'],
  ['a node whose clock is ahead', refused('JWT has expired'), 'client.assertion-times'],
  ['a gateway that repeats requests', refused('jti has already been used'), 'client.assertion-used'],
  [
    'an EHR that says it does not know the kid',
    refused('No JWK with the kid of the assertion'),
    'client.key-unknown',
    /must show the key [\w-]{4,}/,
  ],
  ['an EHR that says the audience is wrong', refused('Invalid audience in client assertion'), 'client.audience'],
  ['an EHR that says the algorithm is wrong', refused('alg RS384 is not supported'), 'client.algorithm', /RS384/],
  ['an EHR that says the client is unknown', refused('Client not found'), 'client.unknown', /vectorcare-test/],
  ['client_id in the body of an EHR that refuses it', { settings: { clientIdInTokenBody: true } }, 'client.id-sent'],
  ['mutual TLS at the token endpoint', refused('Client certificate is required'), 'client.method'],
  ['mTLS by name', refused('mTLS authentication failed'), 'client.method'],
  ['an algorithm that is not supported', refused('Unsupported signature algorithm'), 'client.algorithm', /RS384/],
  [
    'a token endpoint that is published with a slash too many',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/token"', '/auth/token/"') }),
    'client.audience-slash',
  ],
  [
    'an app that is registered as public',
    refused('Public clients must not authenticate'),
    'client.method',
    /confidential/,
  ],
  [
    'a proxy that rewrites Host, so that the audience is another',
    atPath(TOKEN, { headers: (headers) => void (headers.host = 'ehr.internal:8443') }),
    'client.key',
    {
      says: /a proxy rewrites Host, so that the EHR expects another address of its token endpoint than the one on localhost:\d+.*let the proxy pass on Host/,
      shown: /does not recognize this app/,
    },
  ],
  ['words about client_id where none is sent', refused('client_id must be omitted'), 'client.key'],
  ['a token endpoint that asks for a password', basic, 'client.method'],
  ['a demand for DPoP', token('invalid_dpop_proof:DPoP proof is required'), 'client.proof-of-possession'],
  [
    'a limit of how long assertions live',
    token('invalid_client:exp must be within 60 seconds'),
    'client.assertion-life',
    /clock of its token server is behind/,
  ],
  [
    'a client that is not allowed here, or is of the other environment',
    token('unauthorized_client:Client is not allowed in this environment'),
    'client.off',
    /client ID that belongs to it/,
  ],
  [
    'ES384 at an EHR that takes RS384',
    { ...token('invalid_client:Unsupported alg ES384'), settings: { assertionAlg: 'ES384' } },
    'client.algorithm',
    /RS384 and ES384/,
  ],
]);

test('a key set of another app under our JWKS URL at the EHR', async () => {
  const server = await startServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"keys":[]}'),
  );
  const said = await launchWith({ registered: { jwksUrl: `${server.origin}/jwks` } });
  await server.close();
  expectSaid(said, 'token', 'client.key');
});

describe('a key that the EHR accepted before', () => {
  const refusedAfter = async (kid: (own: string) => string): Promise<Said> => {
    const { id, ehr } = await prepare({});
    const { keyRing, keyUses } = world().dependencies;
    keyUses.keyAccepted(id, kid(keyRing.signingKey('RS384').kid));
    ehr.faults.set('invalid-client');
    return inspect(await launchFrom(ehr, {}), id);
  };

  test('is not the cause: registration or proxy have changed', async () => {
    const said = await refusedAfter((own) => own);
    expectSaid(said, 'token', 'client.was-accepted');
    expect(said.words).toMatch(/vectorcare-test.*localhost:\d+/);
  });

  test('and is not the present one: the EHR keeps an old copy of our JWKS', async () => {
    expectSaid(await refusedAfter(() => 'the-key-before'), 'token', 'client.key-old-copy');
  });
});
