/** A fourth set: the addresses of the sign-in, what was mixed up at the registration, and two environments in one connection. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, inspect, launchFrom, launchWith, prepare, world } = useSeededWorld();

type Case = [name: string, seed: Seed, place: string, rule: Rule, says?: RegExp];

const members = (changed: Record<string, unknown>): Seed => ({ fault: ['discovery-members', JSON.stringify(changed)] });
const statement = (changed: unknown): Seed => ({ fault: ['metadata-members', JSON.stringify(changed)] });
const client = (said: string): Seed => ({ fault: ['invalid-client', said] });
const token = (said: string): Seed => ({ fault: ['token-refused', said] });
const sign = (said: string): Seed => ({ fault: ['login-error', said] });
const iss = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));

const CHECKS: Case[] = [
  [
    'nothing at the authorization endpoint',
    { fault: 'authorize-absent' },
    'authorization-endpoint',
    'authorization.not-there',
  ],
  ['nothing at the token endpoint', { fault: 'token-no-oauth-error' }, 'token-endpoint', 'token.not-there', /404/],
  ['a portal at the token endpoint', { fault: 'token-html-200' }, 'token-endpoint', 'token.web-page'],
  ['a firewall before the token endpoint', { fault: ['token-html-404', 403] }, 'token-endpoint', 'token.web-page'],
  ['a token endpoint that redirects', { fault: 'token-redirect' }, 'token-endpoint', 'token.redirect'],
  ['a token endpoint that does not answer in time', { fault: 'slow-token' }, 'token-endpoint', 'network.late'],
  [
    'a token endpoint whose host does not exist',
    {
      ...members({ token_endpoint: 'https://login.hospital.invalid/token' }),
      settings: { allowedHosts: ['login.hospital.invalid'] },
    },
    'token-endpoint',
    'network.unknown-endpoint-name',
  ],
  [
    'a client ID that is not registered',
    { settings: { clientId: 'of-the-other-environment' } },
    'authorization-endpoint',
    'authorization.error-page',
    /of-the-other-environment/,
  ],
  [
    'a redirect URI that is not registered',
    { registered: { redirectUri: 'https://app.example/callback' } },
    'authorization-endpoint',
    'authorization.error-page',
    /\/smart\/callback/,
  ],
  [
    'pushed authorization requests only',
    members({ require_pushed_authorization_requests: true }),
    'flow',
    'authorization.pushed-request',
  ],
];

test.for(CHECKS)('the checks: %s', async ([, seed, row, rule, says = /./]) => {
  const { open, allPassed } = await checkWith(seed);
  expectRow(open, row, rule);
  expect(open[0]?.found).toMatch(says);
  if (open[0]?.verdict === 'failure') expect(allPassed).toBe(false);
});

test.for([
  [
    'no authorization code flow',
    members({ grant_types_supported: ['client_credentials'] }),
    'flow',
    'failure',
    /client_credentials/,
  ],
  ['no code in the response types', members({ response_types_supported: ['token'] }), 'flow', 'failure', /only token/],
  [
    'no sign-in by OpenID Connect',
    members({ capabilities: ['launch-ehr', 'permission-v1'] }),
    'flow',
    'warning',
    /sso-openid/,
  ],
  ['XML only', statement({ format: ['application/fhir+xml'] }), 'capability-statement', 'warning', /only application/],
  [
    'a FHIR URL that the EHR writes in capitals',
    statement({ implementation: { url: 'BASE' } }),
    'fhir-url-written',
    'warning',
    /letter for letter/,
  ],
] as const)('the checks: %s', async ([, seed, row, verdict, found]) => {
  const { ehr } = await prepare({});
  const [fault, value] = seed.fault as [string, string];
  const ownBase = ehr.fhirBase.replace('/fhir/', '/FHIR/');
  const settings = { fhirBaseUrl: ehr.fhirBase };
  ehr.faults.set(fault as 'metadata-members', value.replace('BASE', ownBase));
  const { open } = await checkWith({ settings });
  expect(open.map(({ id }) => id)).toEqual([row]);
  expect(open[0]).toMatchObject({ verdict, found: expect.stringMatching(found), remedy: expect.stringMatching(/./) });
});

const MIXED_UP: Case[] = [
  [
    'the redirect URI in place of the launch URL',
    { launch: (url) => void (url.pathname = '/smart/callback') },
    'callback',
    'callback.opened-as-launch-url',
  ],
  [
    'the launch URL in place of the redirect URI',
    {
      launch: (url) => {
        for (const name of ['iss', 'launch']) url.searchParams.delete(name);
        for (const name of ['code', 'state']) url.searchParams.set(name, 'abc');
      },
    },
    'launch',
    'launch.opened-as-redirect-uri',
  ],
  ['an iss that is encoded twice', { launch: iss(encodeURIComponent) }, 'launch', 'launch.encoded-twice'],
];

const WORDS: Case[] = [
  ['mutual TLS at the token endpoint', client('Client certificate is required'), 'token', 'client.method'],
  ['mTLS by name', client('mTLS authentication failed'), 'token', 'client.method'],
  [
    'an algorithm that is not supported',
    client('Unsupported signature algorithm'),
    'token',
    'client.algorithm',
    /RS384/,
  ],
  ['an audience of another FHIR server', token('invalid_target'), 'token', 'authorization.audience'],
  ['a policy that forbids the user', token('access_denied:blocked by policy'), 'token', 'authorization.denied'],
  ['a failure with status 400', token('server_error'), 'token', 'token.server-error'],
  ['a maintenance with status 400', token('temporarily_unavailable'), 'token', 'token.busy'],
  ['a redirect URI in the words of others', sign('redirect_uri_mismatch'), 'callback', 'authorization.redirect-uri'],
  [
    'an app that the tenant has not enabled',
    sign('access_denied:tenant has not enabled this app'),
    'callback',
    'client.off',
  ],
  [
    'a demand for pushed requests',
    sign('invalid_request:Pushed authorization request is required'),
    'callback',
    'authorization.pushed-request',
    /vectorcare-test/,
  ],
  [
    'no refresh token, though it was asked for',
    { fault: 'no-refresh-token' },
    'token',
    'refresh.not-given',
    /online_access/,
  ],
];

const SETTINGS: Case[] = [
  [
    'scopes that do not ask for the patient',
    { settings: { scopes: 'launch openid fhirUser' } },
    'scopes',
    'scope.patient-not-asked',
  ],
  [
    'scopes that do not ask for requests',
    { settings: { scopes: 'launch openid fhirUser patient/Patient.read' } },
    'requests',
    'fhir.search-not-asked',
  ],
  [
    'a parameter of searches that the EHR does not know',
    { settings: { searchParameters: ['foo=bar'] }, fault: 'search-refused' },
    'requests',
    'fhir.search-setting',
    /add parameters to it: foo\./,
  ],
];

test.for(SETTINGS.slice(0, 2))('the checks: %s', async ([, seed, , rule]) => {
  expectRow((await checkWith(seed)).open, 'scopes', rule);
});

test.for([
  ['the FHIR base as token endpoint', { token_endpoint: 'BASE' }, 'token-endpoint', 'token.not-there'],
  [
    'the FHIR base as authorization endpoint',
    { authorization_endpoint: 'BASE/x' },
    'authorization-endpoint',
    'authorization.not-there',
  ],
  ['one address for both endpoints', { token_endpoint: 'AUTHORIZE' }, 'token-endpoint', 'token.not-there'],
] as const)('the checks: %s', async ([, changed, row, rule]) => {
  const { ehr } = await prepare({});
  const text = JSON.stringify(changed)
    .replace('BASE', ehr.fhirBase)
    .replace('AUTHORIZE', `${ehr.origin}/auth/authorize`);
  ehr.faults.set('discovery-members', text);
  expectRow((await checkWith({ settings: { fhirBaseUrl: ehr.fhirBase } })).open, row, rule);
});

test.for([...MIXED_UP, ...WORDS, ...SETTINGS])('%s', async ([, seed, step, rule, says = /./]) => {
  const said = await launchWith(seed);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
});

test('for a token endpoint of another environment both hosts are named', async () => {
  const { ehr: other } = await prepare({});
  const { host } = new URL(other.origin);
  const seed = { ...members({ token_endpoint: `${other.origin}/auth/token` }), settings: { allowedHosts: [host] } };
  const said = await launchWith(seed);
  expectSaid(said, 'token', 'grant.other-host');
  expect(said.words).toContain(host);
});

test.for([
  ['GET', '/smart/callback', 'callback', 'callback.empty'],
  ['GET', '/smart/callback?error=unauthorized_client', 'callback', 'callback.error-without-state'],
  ['POST', '/smart/callback', 'callback', 'callback.posted'],
  ['POST', '/smart/launch?orgId=ID', 'launch', 'launch.posted'],
  ['GET', '/smart/lauch?orgId=ID&iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/smart/launch/ID/launch?iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/?orgId=ID&iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.no-such-address'],
  ['GET', '/smart/standalone/ID?iss=https://ehr.example/fhir&launch=a', 'launch', 'launch.standalone-url-registered'],
] as const)('%s %s: the support code finds the cause', async ([method, path, step, rule]) => {
  const { id } = await prepare({});
  const url = `${world().url}${path.replace('ID', id)}`;
  const answer = await world()
    .browser()
    .open(url, method === 'POST' ? { form: { code: 'a' } } : {});
  const said = await inspect(answer, id);
  expectSaid(said, step, rule);
  expect(said.words).not.toMatch(/Standalone launch/);
});

test('an unknown URL below /smart is a 404 and no launch', async () => {
  const answer = await world().browser().open(`${world().url}/smart/robots.txt`);
  expect([answer.status, answer.body]).toEqual([404, expect.stringContaining('Page not found')]);
});

test.for([
  ['tokenEndpoint', '/auth/tokens', 'token', 'endpoint.given-by-hand', 'token-endpoint'],
  ['jwksUri', '/auth/no-keys', 'id-token', 'endpoint.given-by-hand', 'guide-jwks'],
  [
    'authorizationEndpoint',
    '/nothing',
    'authorization-redirect',
    'authorization.not-back-given',
    'authorization-endpoint',
  ],
] as const)('a wrong endpoint given by hand: %s', async ([field, path, step, rule, row]) => {
  const { id, ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), [field]: `${ehr.origin}${path}` };
  await world().setOrganization(id, { frameAncestors: [ehr.origin], ...settings }, ehr);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), step, rule);
  const { open } = await checkWith({ settings: { ...settings, fhirBaseUrl: ehr.fhirBase } });
  const failed = open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id: named, owner }) => [named, owner])).toEqual([[row, 'Your administrator']]);
  expect(failed[0]?.remedy).toContain('Endpoints given by hand');
});

test('an issuer given by hand that the EHR does not have', async () => {
  const { id, ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), issuers: ['https://other.example/auth'] };
  await world().setOrganization(id, { frameAncestors: [ehr.origin], ...settings }, ehr);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'callback', 'issuer.setting-differs');
});

test('an OpenID document that lists shared secrets only', async () => {
  const { open } = await checkWith({ fault: ['oidc-members', '{"id_token_signing_alg_values_supported":["HS256"]}'] });
  expect(open.map(({ id, found }) => [id, found])).toEqual([['jwks-keys', expect.stringContaining('only HS256')]]);
});
