/** Every row of the connection check, against a server that breaks only what the row is about (REG-06). */
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkCatalogue, guideCheckIds } from '#src/checks/rows/catalogue.ts';
import type { Verdict } from '#src/checks/rows/result.ts';
import { type Checkup, createCheckup, idsOf, row } from '#test/checks/checkup.ts';
import {
  alter,
  type HealthyEhr,
  healthyDocument,
  scopes,
  startHealthyEhr,
  statement,
} from '#test/checks/healthy-ehr.ts';
import { startServer } from '#test/helpers/servers/listener.ts';

let ehr: HealthyEhr;
let checkup: Checkup;
const settings = { scopes, frameAncestors: ['https://ehr.example'] };
const check = (more = {}) => checkup.run(ehr.fhirBase, { ...settings, ...more });

beforeAll(async () => {
  ehr = await startHealthyEhr();
  checkup = createCheckup();
});
afterEach(() => ehr.heal());
afterAll(async () => {
  await checkup.close();
  await ehr.close();
});

const HTML = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Portal</title>' };
const XML = { headers: { 'content-type': 'application/xml' }, body: '<?xml version="1.0"?><smart/>' };
const configuration = (members: Record<string, unknown>) => (at: HealthyEhr) =>
  alter(at, 'smart-configuration', members);
const capabilities = (...list: string[]) => configuration({ capabilities: list });
const metadata = (members: Record<string, unknown>) => (at: HealthyEhr) => alter(at, 'metadata', members);
const openid = (members: Record<string, unknown>) => (at: HealthyEhr) =>
  alter(at, '/fhir/.well-known/openid-configuration', members);
const answer = (route: string, what: object) => (at: HealthyEhr) => at.on(route, () => what);
const only = (type: string, change: object) => ({
  rest: statement.rest.map((rest) => ({
    ...rest,
    resource: rest.resource.map((one) => (one.type === type ? { ...one, ...change } : one)),
  })),
});
const without = (type: string) => ({
  rest: statement.rest.map((rest) => ({ ...rest, resource: rest.resource.filter((one) => one.type !== type) })),
});
const keysWith = (list: (key: Record<string, unknown>) => unknown[]) => (at: HealthyEhr) =>
  at.on('jwks', async (request) => {
    const { body } = await at.standard(request);
    const [key = {}] = (body as { keys: Record<string, unknown>[] }).keys;
    return { body: { keys: list(key) } };
  });
const otherKey = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), alg: 'ES256', use: 'sig' };
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();

test.for<[string, string[], object, Verdict]>([
  ['the issuer alone', [''], {}, 'pass'],
  ['one that has no document beside it', ['', '/other'], { jwks_uri: '/jwks' }, 'warning'],
  ['and before it', ['/other', ''], { jwks_uri: '/jwks' }, 'warning'],
  ['one that leads to no keys', ['', '/other'], {}, 'failure'],
])('of several issuers in the setting, the worst decides: %s', async ([, paths, members, verdict]) => {
  alter(ehr, 'smart-configuration', { issuer: ehr.fhirBase, jwks_uri: undefined, ...absolute(members) });
  const issuers = paths.map((path) => `${ehr.fhirBase}${path}`);
  expect(row(await check({ issuers }), 'guide-issuer').verdict).toBe(verdict);
});

const absolute = (members: object) =>
  Object.fromEntries(Object.entries(members).map(([name, path]) => [name, `${ehr.fhirBase}${path}`]));

test('a healthy EHR passes all checks, has nothing to fix, and the summary contains the discovered facts', async () => {
  const finished = await check();
  expect(idsOf(finished, 'warning', 'failure')).toEqual([]);
  expect(finished.summary).toMatchObject({ allPassed: true, hardFailures: [], suggestions: [] });
  expect(finished.summary.discovered).toMatchObject({ issuer: ehr.fhirBase, authorizationServer: ehr.origin });
  expect(finished.results.map(({ id }) => id)).toEqual(checkCatalogue.map(({ id }) => id));
  expect(finished.results.slice(0, 3).map(({ title }) => title.slice(0, 2))).toEqual(['1.', '2.', '3.']);
});

test('a failure of these rows keeps launches from working, so a URL that fails one is kept as a draft', () => {
  const hard = checkCatalogue.filter((one) => one.hard).map(({ id }) => id);
  expect(hard).toEqual([
    ...guideCheckIds,
    ...['dns', 'port', 'tls-chain', 'tls-name', 'tls-version', 'configuration-fields', 'endpoints-https'],
    ...['endpoints-hosts', 'client-authentication', 'assertion-algorithm', 'authorization-endpoint'],
    ...['token-endpoint', 'jwks-keys', 'fhir-version'],
  ]);
});

type Case = [name: string, breakIt: (ehr: HealthyEhr) => void, rows: Record<string, Verdict>, found: string];

/** The first row named must say `found`; rows that are not named may neither warn nor fail. */
const cases: Case[] = [
  [
    'no smart-configuration',
    answer('smart-configuration', { status: 404, body: {} }),
    { 'guide-smart-configuration': 'failure' },
    'status 404',
  ],
  [
    'an error of the server',
    answer('smart-configuration', { status: 503, body: {} }),
    { 'guide-smart-configuration': 'failure' },
    'status 503',
  ],
  [
    'a portal page with status 200',
    answer('smart-configuration', HTML),
    { 'guide-smart-configuration': 'failure' },
    'a web page (HTML)',
  ],
  ['XML', answer('smart-configuration', XML), { 'guide-smart-configuration': 'failure' }, 'XML'],
  [
    'a list instead of an object',
    answer('smart-configuration', { body: [] }),
    { 'guide-smart-configuration': 'failure' },
    'not an object',
  ],
  [
    'broken JSON',
    answer('smart-configuration', { body: '{"a":' }),
    { 'guide-smart-configuration': 'failure' },
    'not valid JSON',
  ],
  [
    'JSON under another content type',
    (at) =>
      at.on('smart-configuration', async () => ({
        headers: { 'content-type': 'text/plain' },
        body: JSON.stringify(healthyDocument(at, 'smart-configuration')),
      })),
    { 'configuration-type': 'warning' },
    'text/plain',
  ],
  [
    'no token endpoint',
    configuration({ token_endpoint: undefined }),
    { 'configuration-fields': 'failure' },
    'token_endpoint',
  ],
  [
    'a token endpoint that is a number',
    configuration({ token_endpoint: 7 }),
    { 'configuration-fields': 'failure' },
    'token_endpoint (7)',
  ],
  [
    'no grant types',
    configuration({ grant_types_supported: undefined }),
    { 'configuration-fields': 'warning' },
    'grant_types_supported',
  ],
  [
    'a token endpoint on http',
    configuration({ token_endpoint: 'http://ehr.example/token' }),
    { 'endpoints-https': 'failure' },
    'token_endpoint http://ehr.example/token',
  ],
  [
    'a token endpoint on a foreign host',
    configuration({ token_endpoint: 'https://login.example/token' }),
    { 'endpoints-hosts': 'failure' },
    'token_endpoint on login.example',
  ],
  [
    'a revocation endpoint on a foreign host',
    configuration({ revocation_endpoint: 'https://login.example/revoke' }),
    { 'endpoints-hosts': 'warning' },
    'not used',
  ],
  ['no PKCE methods', configuration({ code_challenge_methods_supported: undefined }), { pkce: 'warning' }, 'not said'],
  [
    'only plain PKCE',
    configuration({ code_challenge_methods_supported: ['plain'] }),
    { pkce: 'failure' },
    'only plain',
  ],
  [
    'no launch-ehr',
    capabilities('client-confidential-asymmetric', 'permission-v1', 'sso-openid-connect'),
    { 'launch-ehr': 'failure' },
    'launch-ehr is not',
  ],
  ['no capabilities', configuration({ capabilities: undefined }), { 'launch-ehr': 'warning' }, 'no list'],
  [
    'only shared secrets',
    configuration({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
    { 'client-authentication': 'failure' },
    'client_secret_basic',
  ],
  [
    'no word about authentication',
    configuration({
      token_endpoint_auth_methods_supported: undefined,
      capabilities: ['launch-ehr', 'sso-openid-connect'],
    }),
    { 'client-authentication': 'warning' },
    'neither',
  ],
  [
    'no common algorithm',
    configuration({ token_endpoint_auth_signing_alg_values_supported: ['PS256'] }),
    { 'assertion-algorithm': 'failure' },
    'PS256',
  ],
  [
    'no OpenID Connect document',
    answer('/fhir/.well-known/openid-configuration', { status: 404, body: {} }),
    { 'guide-issuer': 'warning' },
    'the keys are taken from smart-configuration',
  ],
  [
    'an OpenID Connect portal page',
    answer('/fhir/.well-known/openid-configuration', HTML),
    { 'guide-issuer': 'failure' },
    'a web page (HTML)',
  ],
  [
    'an OpenID Connect document of another issuer',
    openid({ issuer: 'https://other.example' }),
    { 'guide-issuer': 'failure' },
    'https://other.example',
  ],
  [
    'an OpenID Connect document without keys',
    openid({ jwks_uri: undefined }),
    { 'guide-issuer': 'failure' },
    'names no jwks_uri',
  ],
  ['no issuer named', configuration({ issuer: undefined }), { 'issuer-fhir-url': 'warning' }, 'names no issuer'],
  ['a key set that fails', answer('jwks', { status: 500, body: {} }), { 'guide-jwks': 'failure' }, 'status 500'],
  ['a key set without a list', answer('jwks', { body: {} }), { 'guide-jwks': 'failure' }, 'without a list of keys'],
  ['an empty key set', answer('jwks', { body: { keys: [] } }), { 'jwks-keys': 'failure' }, '0 of 0'],
  [
    'a key that is listed twice',
    keysWith((key) => [key, { ...key, alg: undefined }]),
    { 'jwks-keys': 'warning' },
    'the same key is listed more than once',
  ],
  [
    'a key that is listed twice under two kids',
    keysWith((key) => [key, { ...key, kid: 'other' }]),
    { 'jwks-keys': 'warning' },
    'the same key is listed more than once',
  ],
  [
    'different keys under one kid',
    keysWith((key) => [key, { ...otherKey, kid: key['kid'] }]),
    { 'jwks-keys': 'warning' },
    'different keys have the same kid',
  ],
  [
    'different keys without kid',
    keysWith((key) => [{ ...key, kid: undefined }, otherKey]),
    { 'jwks-keys': 'warning' },
    'different keys have the same kid: (no kid)',
  ],
  [
    'only a key for encryption',
    answer('jwks', { body: { keys: [{ kty: 'RSA', use: 'enc', n: 'AQ', e: 'AQAB', kid: 'e' }] } }),
    { 'jwks-keys': 'failure' },
    '0 of 1',
  ],
  [
    'single resources instead of wildcards',
    configuration({
      scopes_supported: ['launch', 'openid', 'fhirUser', ...Array.from({ length: 30 }, (_, n) => `user/R${n}.read`)],
    }),
    { scopes: 'warning' },
    'patient/Patient.read',
  ],
  [
    'no CapabilityStatement',
    answer('metadata', { status: 500, body: {} }),
    { 'capability-statement': 'warning' },
    'a launch does not ask for it',
  ],
  ['a CapabilityStatement as a portal page', answer('metadata', HTML), { 'capability-statement': 'failure' }, 'HTML'],
  ['another FHIR version', metadata({ fhirVersion: '5.0.0' }), { 'fhir-version': 'failure' }, '5.0.0'],
  [
    'no ServiceRequest',
    metadata(without('ServiceRequest')),
    { 'fhir-resources': 'warning' },
    'ServiceRequest is missing',
  ],
  ['no Patient', metadata(without('Patient')), { 'fhir-resources': 'failure' }, 'Patient is missing'],
  [
    'no search of ServiceRequest',
    metadata(only('ServiceRequest', { interaction: [{ code: 'read' }] })),
    { 'fhir-resources': 'warning' },
    'search-type',
  ],
  [
    'no search by patient',
    metadata(only('ServiceRequest', { searchParam: [{ name: 'code' }] })),
    { 'fhir-search': 'warning' },
    'only code',
  ],
  [
    'a clock fifty seconds behind',
    (at) =>
      at.on('smart-configuration', () => ({
        headers: { date: inMinutes(-50 / 60) },
        body: healthyDocument(at, 'smart-configuration'),
      })),
    { clock: 'warning' },
    'behind',
  ],
  [
    'a clock four minutes ahead',
    (at) =>
      at.on('smart-configuration', () => ({
        headers: { date: inMinutes(4) },
        body: healthyDocument(at, 'smart-configuration'),
      })),
    { clock: 'failure' },
    'ahead',
  ],
];

describe('one fault fails one row (and the rows that depend on it)', () => {
  test.for(cases)('%s', async ([, breakIt, rows, found]) => {
    breakIt(ehr);
    const finished = await check();
    const [first = ''] = Object.keys(rows);
    const seen = finished.results.filter(({ verdict }) => verdict === 'warning' || verdict === 'failure');
    expect(Object.fromEntries(seen.map(({ id, verdict }) => [id, verdict]))).toEqual(rows);
    expect(row(finished, first).found).toContain(found);
    expect(seen.every(({ remedy, owner, why }) => remedy !== '' && owner !== undefined && why !== '')).toBe(true);
  });
});

test('each failed step of the guide has its own text, and never "all passed" (REG-06)', async () => {
  const steps = ['smart-configuration', '/fhir/.well-known/openid-configuration', 'jwks'];
  const failures = [];
  for (const step of steps) {
    ehr.on(step, () => ({ status: 500, body: {} }));
    const finished = await check();
    expect(finished.summary.allPassed).toBe(false);
    failures.push(finished.results.find(({ verdict }) => verdict === 'failure')?.id);
    ehr.heal();
  }
  expect(failures).toEqual(['guide-smart-configuration', 'guide-issuer', 'guide-jwks']);
});

test('a foreign host is suggested to the administrator, and passes after it was allowed (DI-05)', async () => {
  alter(ehr, 'smart-configuration', { token_endpoint: 'https://login.example/token' });
  const { suggestions, discovered } = (await check()).summary;
  expect(suggestions).toMatchObject([{ setting: 'allowedHosts', value: ['login.example'] }]);
  expect(discovered).toBeUndefined();
  const allowed = await check({ allowedHosts: ['login.example'] });
  expect(row(allowed, 'endpoints-hosts').verdict).toBe('pass');
  expect(allowed.summary.discovered?.authorizationServer).toBe('https://login.example');
});

test('scopes that are listed with a limiting search are listed (SCO-16)', async () => {
  const limited = (scope: string) =>
    scope.startsWith('patient/') ? `${scope.replace('.read', '.rs')}?category=a` : scope;
  const fillers = Array.from({ length: 30 }, (_, index) => `user/R${index}.read`);
  alter(ehr, 'smart-configuration', { scopes_supported: [...scopes.split(' ').map(limited), ...fillers] });
  expect(row(await check(), 'scopes').verdict).toBe('pass');
});

test('an older server: endpoints from the CapabilityStatement are recognized (DI-18)', async () => {
  const uris = { authorize: `${ehr.origin}/auth/authorize`, token: `${ehr.origin}/auth/token` };
  const extension = Object.entries(uris).map(([url, valueUri]) => ({ url, valueUri }));
  const url = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
  ehr.on('smart-configuration', () => ({ status: 404, body: {} }));
  alter(ehr, 'metadata', {
    rest: statement.rest.map((rest) => ({ ...rest, security: { extension: [{ url, extension }] } })),
  });
  const finished = await check();
  expect(row(finished, 'guide-smart-configuration')).toMatchObject({ verdict: 'warning' });
  expect(finished.summary).toMatchObject({ allPassed: false, hardFailures: [] });
  expect(finished.summary.discovered?.configuration.tokenEndpoint).toBe(uris.token);
});

test.for([
  [['launch-standalone', 'context-standalone-patient'], true, 'pass', 'launch-standalone; context-standalone-patient'],
  [['launch-standalone'], true, 'pass', 'context-standalone-patient is not listed'],
  [['context-standalone-patient'], true, 'warning', 'launch-standalone is not among the capabilities'],
  [undefined, true, 'warning', 'launch-standalone is not among the capabilities'],
  [[], false, 'skipped', 'standalone launch is off'],
] as const)('capabilities %j with standalone %s: %s', async ([listed, standalone, verdict, found]) => {
  const healthy = healthyDocument(ehr, 'smart-configuration')['capabilities'] as string[];
  alter(ehr, 'smart-configuration', { capabilities: listed && [...healthy, ...listed] });
  const result = row(await check({ standalone }), 'launch-standalone');
  expect(result).toMatchObject({ verdict, found: expect.stringContaining(found) });
});

test.for([
  [true, 'shared', 'pass', 'they name their issuer'],
  [undefined, 'own', 'pass', 'a redirect URI of its own'],
  [undefined, 'shared', 'info', 'the redirect URI is shared'],
  ['true', 'shared', 'info', 'the redirect URI is shared'],
] as const)('MT-04: iss in answers %j, redirect URI %s: %s', async ([promised, redirectUri, verdict, found]) => {
  alter(ehr, 'smart-configuration', { authorization_response_iss_parameter_supported: promised });
  const finished = await check({ redirectUri });
  expect(row(finished, 'answer-issuer')).toMatchObject({ verdict, found: expect.stringContaining(found) });
  expect(finished.summary.allPassed).toBe(true);
});

test('frame ancestors: an organization without any gets a warning, a bare URL does not', async () => {
  expect(row(await check({ frameAncestors: [] }), 'frame-ancestors').verdict).toBe('warning');
  expect(row(await checkup.run(ehr.fhirBase), 'frame-ancestors').verdict).toBe('skipped');
});

describe('our own side', () => {
  const kids = (...names: string[]) => ({ keys: names.map((kid) => ({ kid })) });
  test.for([
    ['all our keys', JSON.stringify(kids('one', 'two')), 'pass'],
    ['not the newest key', JSON.stringify(kids('one')), 'failure'],
    ['something else', '<html>', 'failure'],
  ] as const)('our JWKS URL serves %s', async ([, body, verdict]) => {
    const server = await startServer((_request, response) => void response.end(body));
    const own = createCheckup({ publicUrl: new URL(server.origin), ownKeys: () => kids('one', 'two') });
    expect(row(await own.run(ehr.fhirBase), 'own-jwks').verdict).toBe(verdict);
    await own.close();
    await server.close();
  });

  test('an http address passes in development only', async () => {
    const own = createCheckup({ publicUrl: new URL('http://app.example') });
    expect(row(await own.run(ehr.fhirBase), 'public-url').verdict).toBe('failure');
    await own.close();
  });
});

test('nonsense in a server’s documents is shown shortened, on one line and without tokens', async () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.x';
  alter(ehr, 'smart-configuration', {
    scopes_supported: [`canary\n${token}`],
    issuer: `${ehr.origin}/${'x'.repeat(3_000)}`,
  });
  const finished = await check();
  const texts = finished.results.map(({ found }) => found);
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(700);
  expect(texts.join('')).not.toMatch(/[\n\r]|eyJ/);
});
