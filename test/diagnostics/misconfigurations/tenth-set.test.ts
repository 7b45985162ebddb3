/** A tenth set: names in the launch URL, tenants, addresses given by hand, settings of ours, and what id_tokens say. */
import { expect, test } from 'vitest';
import { proveKey } from '#src/checks/key-proof.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { atPath, type Meddling, page, startGateway } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid } from './expectations.ts';
import { useSeededWorld } from './seeded-world.ts';
import type { Seed } from './seeds.ts';

const { checkWith, inspect, launchFrom, launchWith, prepare, world } = useSeededWorld();

const CONFIGURATION = /smart-configuration$/;
const TOKEN = /^\/auth\/token/;
const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
const GUIDE = 'guide-smart-configuration';

const renamed = (write: (name: string) => string) => (url: URL) => {
  for (const name of ['iss', 'launch']) {
    url.searchParams.set(write(name), url.searchParams.get(name) ?? '');
    url.searchParams.delete(name);
  }
};
const json = (path: RegExp, status: number, body: unknown): Meddling =>
  page(path, status, 'application/json', JSON.stringify(body));
const subjects = (written: string) =>
  atPath(SEARCH, { body: (text) => text.replaceAll('{"reference":"Patient/pat-ada"}', written) });
const claims = (changed: Record<string, unknown>): Seed => ({ fault: ['id-token-claims', JSON.stringify(changed)] });
const now = () => Math.round(Date.now() / 1_000);

async function behind<Said>(meddling: Meddling, ask: (sandbox: Seed['sandbox']) => Promise<Said>): Promise<Said> {
  const { options, close } = await startGateway(meddling);
  try {
    return await ask(options);
  } finally {
    close();
  }
}

const launchBehind = (sandbox: Seed['sandbox'], seed: Seed = {}) =>
  launchWith({ ...seed, ...(sandbox ? { sandbox } : {}) });
const checkBehind = (sandbox: Seed['sandbox']) => checkWith(sandbox ? { sandbox } : {});

test.for<[written: string, launch: (url: URL) => void]>([
  ['ISS and LAUNCH', renamed((name) => name.toUpperCase())],
  ['Iss and Launch', renamed((name) => name[0]?.toUpperCase() + name.slice(1))],
  ['amp;iss and amp;launch', (url) => void (url.search = url.search.replaceAll('&', '&amp;'))],
])('a launch URL with %s says how the EHR wrote them', async ([written, launch]) => {
  const said = await launchWith({ launch });
  expectSaid(said, 'launch', 'launch.parameter-name');
  expect(said.words).toContain(written);
});

test('a launch URL with iss and launch, and other parameters of such names, is a launch', async () => {
  const said = await launchWith({ launch: (url) => url.searchParams.set('ISS', 'x') });
  expect([said.step, said.rule]).toEqual(['requests', undefined]);
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

test.for<[name: string, written: string]>([
  ['on a base that only the EHR knows', '{"reference":"http://fhir-app01:8080/fhir/Patient/pat-ada"}'],
  ['that are a urn', '{"reference":"urn:uuid:0f3c2d66-2a9b-4c9e-9b1e-6f2f1f0a1111"}'],
  ['by number alone', '{"identifier":{"system":"urn:mrn","value":"100231"}}'],
])('requests with subjects %s are named in the inspector, because they are not shown', async ([, written]) => {
  const said = await behind(subjects(written), launchBehind);
  expectSaid(said, 'requests', 'fhir.subject-elsewhere');
  expect(said.shown).toMatch(/could not be shown: the EHR does not say/);
});

test.for<[name: string, change: (bundle: { entry?: { fullUrl?: string }[] }) => unknown, rule: Rule]>([
  [
    'entries without a resource',
    (bundle) => ({ ...bundle, entry: bundle.entry?.map(({ fullUrl }) => ({ fullUrl })) }),
    'fhir.entries-unreadable',
  ],
  ['a count of more than came', (bundle) => ({ ...bundle, total: 50 }), 'fhir.fewer-than-counted'],
  [
    'a search that was made narrower',
    (bundle) => ({ ...bundle, link: [{ relation: 'self', url: 'ServiceRequest?patient=pat-ada&status=active' }] }),
    'fhir.search-limited',
  ],
])('what the notes of a list say is named in the inspector: %s', async ([, change, rule]) => {
  const changing = atPath(SEARCH, { body: (text) => JSON.stringify(change(JSON.parse(text))) });
  expectSaid(await behind(changing, launchBehind), 'requests', rule);
});

test.for<[name: string, meddling: Meddling, step: string, rule: Rule]>([
  ['the patient', page(/^\/fhir\/r4\/Patient/, 404), 'patient', 'fhir.web-page'],
  ['a cache', page(SEARCH, 304, 'text/plain', ''), 'requests', 'fhir.other-status'],
])('a server before FHIR that answers for it: %s', async ([, meddling, step, rule]) => {
  expectSaid(await behind(meddling, launchBehind), step, rule);
});

test('an issuer with its host in capitals is not said to differ by a slash', async () => {
  const { id, ehr } = await prepare({});
  ehr.faults.set('foreign-issuer', ehr.issuer.replace('localhost', 'LOCALHOST'));
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'id-token', 'issuer.letters');
});

test('a token response that is labelled as a web page is none', async () => {
  const token = JSON.stringify({ access_token: 'x', token_type: 'Bearer' });
  expectSaid(await behind(page(TOKEN, 200, 'text/html', token), launchBehind), 'token', 'token.not-json');
});

test('a token endpoint that asks for a password has registered another kind of client', async () => {
  const basic: Meddling = {
    path: TOKEN,
    answer: (answer) => answer.writeHead(401, { 'www-authenticate': 'Basic realm="client"' }).end(),
  };
  expectSaid(await behind(basic, launchBehind), 'token', 'client.method');
});

test.for<[name: string, meddling: Meddling, rule: Rule]>([
  ['Oracle', json(/^\/fhir/, 403, { message: 'Tenant not valid' }), 'discovery.tenant-unknown'],
  ['Entra ID', json(/^\/fhir/, 400, { error: 'invalid_tenant' }), 'discovery.tenant-unknown'],
  ['Keycloak', json(/^\/fhir/, 404, { error: 'Realm does not exist' }), 'discovery.tenant-unknown'],
  ['a practice', json(/^\/fhir/, 401, { message: "Practice 'abc-1' not found" }), 'discovery.tenant-unknown'],
  ['a quota', json(/^\/fhir/, 429, { message: 'Tenant not valid for more' }), 'discovery.throttled'],
  ['a token', json(CONFIGURATION, 401, { message: 'Invalid token for tenant 12' }), 'discovery.sign-in-demanded'],
])('words about a tenant in the FHIR URL: of %s', async ([, meddling, rule]) => {
  const { open } = await behind(meddling, checkBehind);
  expectRow(open, GUIDE, rule);
});

test.for<[name: string, meddling: Meddling, rule: Rule]>([
  [
    'an error with status 200',
    json(CONFIGURATION, 200, { status: 404, message: 'Not Found' }),
    'discovery.other-document',
  ],
  ['an OperationOutcome', json(CONFIGURATION, 200, { resourceType: 'OperationOutcome' }), 'discovery.other-document'],
  ['nothing but errors with status 200', json(/^\/fhir/, 200, { message: 'Not Found' }), 'discovery.nothing-there'],
])('JSON in place of smart-configuration is one row: %s', async ([, meddling, rule]) => {
  const { open } = await behind(meddling, checkBehind);
  expectRow(open, GUIDE, rule);
});

test('an EHR of the open kind, without sign-in, is asked for its other FHIR URL', async () => {
  const { open } = await checkWith({ fault: 'discovery-404', settings: {} });
  expect(open[0]?.id).toBe(GUIDE);
  expect(ruleRows['discovery.absent'].remedy).toContain('another FHIR URL');
});

test.for([
  ['v1', 'permission-v2'],
  ['v2', 'permission-v1'],
])('a scope syntax %s that the EHR does not name is a setting of ours', async ([scopeVersion, named]) => {
  const capabilities = ['launch-ehr', 'client-confidential-asymmetric', 'sso-openid-connect', named];
  const { open } = await checkWith({
    settings: { scopeVersion },
    fault: ['discovery-members', JSON.stringify({ capabilities })],
  });
  expect(open.map(({ id, owner }) => [id, owner])).toEqual([['permissions', 'Your administrator']]);
});

test('a server that only posts its answers is noticed before a launch', async () => {
  const { open } = await checkWith({ fault: ['discovery-members', '{"response_modes_supported":["form_post"]}'] });
  expectRow(open, 'flow', 'callback.posted');
});

test('an authorization endpoint that was given by hand is the first to doubt when nobody comes back', async () => {
  const { id, ehr } = await prepare({});
  const usual = { frameAncestors: [ehr.origin], ...givenEndpoints(ehr) };
  await world().setOrganization(id, { ...usual, authorizationEndpoint: `${ehr.origin}/auth/authorise` }, ehr);
  await world().dependencies.directory.refresh(id);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'authorization-redirect', 'authorization.not-back-given');
});

test.for<[name: string, settings: (origin: string) => Record<string, unknown>, rule: Rule]>([
  [
    'an authorization endpoint as token endpoint',
    (origin) => ({ tokenEndpoint: `${origin}/auth/authorize` }),
    'endpoint.given-by-hand',
  ],
  [
    'a token endpoint given by hand',
    (origin) => ({ tokenEndpoint: `${origin}/auth/oauth/token` }),
    'endpoint.given-by-hand',
  ],
  ['an audience of ours', () => ({ assertionAudience: 'issuer' }), 'client.audience-setting'],
  ['a type of ours', () => ({ assertionType: 'client-authentication+jwt' }), 'client.type-setting'],
])('the key proof doubts a setting first: %s', async ([, changed, rule]) => {
  const { id, ehr } = await prepare({ fault: 'invalid-client' });
  if (rule === 'endpoint.given-by-hand') ehr.faults.clear();
  await world().setOrganization(id, { ...givenEndpoints(ehr), ...changed(ehr.origin) }, ehr);
  await world().dependencies.directory.refresh(id);
  const organization = await world().dependencies.directory.find(id);
  if (!organization) throw new Error(`no organization ${id}`);
  const { dependencies } = world();
  const proof = await proveKey(organization, { ...dependencies, publicUrl: dependencies.config.publicUrl });
  expect(proof).toMatchObject({ owner: 'Your administrator', remedy: [ruleRows[rule].remedy] });
});

test('a key proof that a gateway refuses names the host of the token endpoint', async () => {
  await behind(json(TOKEN, 403, { message: 'not in the allow list' }), async (sandbox) => {
    const { id, ehr } = await prepare({ ...(sandbox ? { sandbox } : {}) });
    const organization = await world().dependencies.directory.find(id);
    if (!organization) throw new Error(`no organization ${id}`);
    const { dependencies } = world();
    const proof = await proveKey(organization, { ...dependencies, publicUrl: dependencies.config.publicUrl });
    expect(proof.remedy.join()).toContain(new URL(ehr.origin).host);
  });
});

test('keys given by hand on a host that does not exist are not called those of the EHR’s documents', async () => {
  const { ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), jwksUri: 'https://keys.elsewhere.example/jwks' };
  const { open } = await checkWith({ settings: { ...settings, fhirBaseUrl: ehr.fhirBase } });
  const keys = open.find(({ id }) => id === 'guide-jwks');
  expect(keys).toMatchObject({ owner: 'Your administrator', remedy: ruleRows['endpoint.given-by-hand'].remedy });
  expect(keys?.found).not.toContain('in its own documents');
});
