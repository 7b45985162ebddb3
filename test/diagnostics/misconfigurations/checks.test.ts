/** Seeded misconfigurations that only the checks see: one row for one cause, with one owner and one remedy. */
import { expect, test } from 'vitest';
import { atPath, page } from '#test/helpers/servers/gateway.ts';
import { expectRow } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { CONFIGURATION, GUIDE, members, type Seed, tokenAt } from './seeding/seeds.ts';

const { checksSay, checkWith, prepare } = useSeededWorld();

const statement = (changed: unknown): Seed => ({ fault: ['metadata-members', JSON.stringify(changed)] });

checksSay([
  [
    'a server that only posts its answers',
    members({ response_modes_supported: ['form_post'] }),
    'flow',
    'callback.posted',
  ],
  ['nothing at the authorization endpoint', 'authorize-absent', 'authorization-endpoint', 'authorization.not-there'],
  ['a token endpoint that does not answer in time', 'slow-token', 'token-endpoint', 'network.late'],
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
    'authorization.redirect-uri',
    /\/smart\/callback/,
  ],
  [
    'pushed authorization requests only',
    members({ require_pushed_authorization_requests: true }),
    'flow',
    'authorization.pushed-request',
  ],
  [
    'a firewall before the CapabilityStatement',
    page(/^\/fhir\/r4\/metadata/, 403),
    'capability-statement',
    'fhir.firewall',
  ],
  [
    'an authorization endpoint of another tenant',
    atPath(CONFIGURATION, { body: (text) => text.replace('/auth/authorize"', '/tenant-b/authorize"') }),
    'authorization-endpoint',
    'authorization.not-there',
  ],
  [
    'a token endpoint whose host has one label',
    tokenAt('https://fhir-app01/token'),
    'endpoints-hosts',
    'discovery.endpoint-inside',
  ],
  [
    'an authorization endpoint in .local',
    members({ authorization_endpoint: 'https://idp.hospital.local/auth' }),
    'endpoints-hosts',
    'discovery.endpoint-inside',
  ],
  ['a portal at a FHIR URL that has worked', { fault: 'discovery-proxy', isProven: true }, GUIDE, 'discovery.html'],
  ['a redirect to itself', { fault: ['discovery-redirect', '/fhir/r4/x'] }, GUIDE, 'discovery.redirect'],
  [
    'an authorization endpoint on another host',
    members({ authorization_endpoint: 'https://login.elsewhere.example/auth' }),
    'endpoints-hosts',
    'discovery.endpoint-other-host',
    /login\.elsewhere\.example/,
  ],
  ['a DSTU2 server', { fault: ['metadata-other-version', '1.0.2'] }, 'fhir-version', 'fhir.version', /DSTU2/],
  ['an STU3 server', 'metadata-other-version', 'fhir-version', 'fhir.version', /3\.0\.2/],
  ['a statement in XML', 'metadata-xml', 'capability-statement', 'fhir.no-statement', /XML/],
  [
    'a statement behind a sign-in',
    { fault: ['metadata-500', 401] },
    'capability-statement',
    'fhir.statement-sign-in',
    /401/,
  ],
  ['a server without patients', 'metadata-resources', 'fhir-resources', 'fhir.no-patients'],
  [
    'a server without ServiceRequest',
    { fault: ['metadata-resources', 'Patient Practitioner'] },
    'fhir-resources',
    'fhir.search-absent',
  ],
]);

test('a misspelled FHIR URL fails the row of the URL only', async () => {
  const { ehr } = await prepare({});
  const { open } = await checkWith({ settings: { fhirBaseUrl: `${ehr.origin}/fhir/r5` } });
  expectRow(open, GUIDE, 'discovery.nothing-there');
  expect(open[0]?.remedy).not.toContain('Serve');
});

test('a FHIR URL that leads to the EHR’s chart is reported as a web page', async () => {
  const { ehr } = await prepare({ fault: 'discovery-html' });
  ehr.faults.set('metadata-500');
  const { open } = await checkWith({ settings: { fhirBaseUrl: ehr.fhirBase } });
  expectRow(open, GUIDE, 'discovery.web-page');
});

test.for([
  ['another issuer', 'https://ehr.example/oauth2'],
  ['a slash at the end', undefined],
])('an issuer setting that differs by %s is shown with both values', async ([, typed]) => {
  const { ehr } = await prepare({});
  const issuer = typed ?? `${ehr.issuer}/`;
  const { open } = await checkWith({ settings: { fhirBaseUrl: ehr.fhirBase, issuers: [issuer] } });
  expectRow(open, 'guide-issuer', 'issuer.setting-differs');
  expect(open[0]?.found).toContain(issuer);
  expect(open[0]?.found).toContain(`calls itself ${ehr.issuer}.`);
});

test('the checks report that the organization is disabled', async () => {
  const { open, allPassed } = await checkWith({ isDisabled: true });
  expect(allPassed).toBe(true);
  expect(open.map(({ id, verdict, owner }) => [id, verdict, owner])).toEqual([
    ['organization-enabled', 'warning', 'VectorCare'],
  ]);
  expect(open[0]?.found).toContain('every launch is refused');
});

test.for([
  ['PKCE without S256', { fault: 'discovery-no-s256' }, 'pkce', /Support S256/],
  ['no launch from a chart', members({ capabilities: ['launch-standalone'] }), 'launch-ehr', /EHR launch/],
  ['an issuer that is not named', members({ issuer: null }), 'guide-issuer', /Add the issuer to smart-configuration/],
] as const)('%s is the EHR team’s job', async ([, seed, row, remedy]) => {
  const { open, allPassed } = await checkWith(seed);
  expect(allPassed).toBe(false);
  expect(open[0]).toMatchObject({ id: row, owner: 'EHR team', remedy: expect.stringMatching(remedy) });
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

test.for([
  ['the FHIR base as token endpoint', { token_endpoint: 'BASE' }, 'token-endpoint', 'token.not-there'],
  [
    'the FHIR base as authorization endpoint',
    { authorization_endpoint: 'BASE/x' },
    'authorization-endpoint',
    'authorization.not-there',
  ],
  ['one address for both endpoints', { token_endpoint: 'AUTHORIZE' }, 'token-endpoint', 'token.not-there'],
  [
    'the token endpoint as authorization endpoint',
    { authorization_endpoint: 'TOKEN' },
    'authorization-endpoint',
    'authorization.not-there',
  ],
] as const)('the checks: %s', async ([, changed, row, rule]) => {
  const { ehr } = await prepare({});
  const text = JSON.stringify(changed)
    .replace('BASE', ehr.fhirBase)
    .replace('TOKEN', `${ehr.origin}/auth/token`)
    .replace('AUTHORIZE', `${ehr.origin}/auth/authorize`);
  ehr.faults.set('discovery-members', text);
  expectRow((await checkWith({ settings: { fhirBaseUrl: ehr.fhirBase } })).open, row, rule);
});
