/** Launches and checks that stop at smart-configuration: what it lacks, and the addresses in it. */
import { expect, test } from 'vitest';
import { ruleRows } from '#src/errors/rules/table.ts';
import { atPath, page } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid } from './seeding/expectations.ts';
import { type Case, useSeededWorld } from './seeding/seeded-world.ts';
import { CONFIGURATION, GUIDE, JSON_TYPE, members, tokenAt, type Wrong } from './seeding/seeds.ts';

const { checksSay, checkWith, launchesSay, launchWith } = useSeededWorld();

const json = (path: RegExp, status: number, body: unknown) => page(path, status, JSON_TYPE, JSON.stringify(body));
const ANYWHERE = /^\/fhir/;
const OUTCOME = { resourceType: 'OperationOutcome' };

launchesSay('discovery', [
  ['a web page for smart-configuration', 'discovery-html', 'discovery.html', { check: GUIDE, found: /HTML/ }],
  ['a smart-configuration that breaks off', 'discovery-truncated', 'discovery.not-json', { check: GUIDE }],
  ['a smart-configuration that is a list', 'discovery-not-an-object', 'discovery.not-json'],
  ['a smart-configuration that redirects', 'discovery-redirect', 'discovery.redirect', { check: GUIDE }],
  ['a server that fails', 'discovery-500', 'discovery.server-error', { check: GUIDE, found: /500/ }],
  [
    'a smart-configuration without a token endpoint',
    'discovery-no-token-endpoint',
    'discovery.endpoint-missing',
    { check: 'configuration-fields' },
  ],
  [
    'a token endpoint on plain http',
    'discovery-http-endpoint',
    'discovery.endpoint-not-https',
    { check: 'endpoints-https' },
  ],
  [
    'a token endpoint on another host',
    'discovery-foreign-token-endpoint',
    'discovery.endpoint-other-host',
    { check: 'endpoints-hosts', found: /elsewhere\.example/ },
  ],
  [
    'a server for shared secrets only',
    'discovery-no-asymmetric',
    'discovery.no-private-key-jwt',
    { check: 'client-authentication' },
  ],
  [
    'a server without a common algorithm',
    'discovery-no-common-algorithm',
    'discovery.no-common-algorithm',
    { check: 'assertion-algorithm' },
  ],
  [
    'a gateway without its server',
    { fault: ['discovery-proxy', 502] },
    'discovery.server-error',
    { check: GUIDE, found: /502/ },
  ],
  [
    'a gateway that wants a key of its own',
    json(ANYWHERE, 401, { fault: { faultstring: 'Failed to resolve API Key variable request.header.x-apikey' } }),
    'network.gateway-key',
    { check: GUIDE },
  ],
  [
    'a firewall that wants to see a browser',
    page(CONFIGURATION, 403, 'text/html', '<title>Just a moment...</title>'),
    'network.web-firewall',
    { check: GUIDE, shown: /Trying again does not help/ },
  ],
  [
    'a web filter with status 200',
    page(CONFIGURATION, 200, 'text/html', '<title>Web Page Blocked</title>'),
    'network.web-firewall',
    { check: GUIDE },
  ],
  [
    'a DSTU2 server',
    { fault: ['metadata-other-version', '1.0.2'] },
    'fhir.version',
    { shown: /Trying again does not help/ },
  ],
  ['an STU3 server', 'metadata-other-version', 'fhir.version', { check: 'fhir-version' }],
  [
    'an allowlist without our address, in the words of Apigee',
    json(ANYWHERE, 403, { fault: { faultstring: 'Access Denied for client ip : 192.0.2.3' } }),
    'network.address-refused',
    { check: GUIDE },
  ],
  [
    'an allowlist without our address, in the words of IIS',
    page(ANYWHERE, 403, 'text/html', '<h2>403.6 - Forbidden: IP address of the client has been rejected</h2>'),
    'network.address-refused',
    { check: GUIDE },
  ],
  ...['client_id and client_secret headers are required', 'Authorization field missing'].map(
    (description): Case => [
      `a gateway whose key is missing: ${description}`,
      json(ANYWHERE, 401, { description }),
      'network.gateway-key',
      { check: GUIDE },
    ],
  ),
  ['a captive portal', page(CONFIGURATION, 511), 'network.proxy-sign-in', { check: GUIDE }],
  [
    'a remote-access gateway that wants a sign-in',
    { fault: ['discovery-redirect', '/vpn/index.html'] },
    'network.proxy-sign-in',
    { check: GUIDE, found: /a redirect to localhost/ },
  ],
  [
    'a server whose certificate the gateway does not take',
    page(CONFIGURATION, 526, 'text/html', '<h1>Invalid SSL certificate</h1>'),
    'tls.behind-gateway',
    { check: GUIDE },
  ],
  [
    'a proxy on the way out that wants a sign-in',
    { fault: ['discovery-redirect', 'https://gateway.zscloud.net/auD?origurl=x'] },
    'network.proxy-sign-in',
    { check: GUIDE },
  ],
  [
    'a gateway without this path, or for signed requests',
    json(CONFIGURATION, 403, { message: 'Missing Authentication Token' }),
    'discovery.sign-in-demanded',
  ],
  ['a limit of requests for documents', { fault: ['discovery-500', 429] }, 'discovery.throttled', { check: GUIDE }],
  [
    'a redirect to itself',
    { fault: ['discovery-redirect', '/fhir/r4/.well-known/smart-configuration/'] },
    'discovery.redirect',
  ],
  [
    'an authorization endpoint on plain http',
    members({ authorization_endpoint: 'http://ehr.example/auth' }),
    'discovery.endpoint-not-https',
    { check: 'endpoints-https', found: /authorization_endpoint/ },
  ],
  ['a smart-configuration behind a sign-in', 'discovery-refused', 'discovery.sign-in-demanded', { check: GUIDE }],
  [
    'a smart-configuration that a firewall forbids',
    { fault: ['discovery-refused', 403] },
    'discovery.forbidden',
    { check: GUIDE },
  ],
  ['a smart-configuration with status 418', { fault: ['discovery-refused', 418] }, 'discovery.other-status'],
  [
    'a cache that adds a comment to documents',
    atPath(CONFIGURATION, { body: (text) => `${text}<!-- cached -->` }),
    'discovery.not-json',
  ],
  [
    'a sign-in address that only the EHR’s own network knows, on plain http',
    atPath(CONFIGURATION, {
      body: (text) => text.replaceAll(/http:\/\/localhost:\d+\/auth/g, 'http://keycloak:8080/auth'),
    }),
    'discovery.endpoint-inside',
    { says: /external base URL/, shown: /Trying again does not help/ },
  ],
  [
    'a tenant that was not filled in',
    tokenAt('https://login.example/{tenant}/token'),
    'discovery.endpoint-malformed',
    { check: 'endpoints-https' },
  ],
  ['a host that is a pattern', tokenAt('https://*.ehr.example/token'), 'discovery.endpoint-malformed'],
  ...['https://fhir-app01/oauth2/token', 'https://10.1.2.3/token', 'https://ehr.hospital.local/token'].map(
    (url): Case => [`a token endpoint at ${url}`, tokenAt(url), 'discovery.endpoint-inside'],
  ),
]);

launchesSay('callback', [
  [
    'an EHR with SMART’s older way alone',
    page(CONFIGURATION, 404),
    'discovery.older-way',
    { says: /does not serve smart-configuration/, shown: /did not come back/ },
  ],
]);

checksSay([
  [
    'words about a tenant: of Oracle',
    json(ANYWHERE, 403, { message: 'Tenant not valid' }),
    GUIDE,
    'discovery.tenant-unknown',
  ],
  [
    'words about a tenant: of Entra ID',
    json(ANYWHERE, 400, { error: 'invalid_tenant' }),
    GUIDE,
    'discovery.tenant-unknown',
  ],
  [
    'words about a tenant: of Keycloak',
    json(ANYWHERE, 404, { error: 'Realm does not exist' }),
    GUIDE,
    'discovery.tenant-unknown',
  ],
  [
    'words about a tenant: of a practice',
    json(ANYWHERE, 401, { message: "Practice 'abc-1' not found" }),
    GUIDE,
    'discovery.tenant-unknown',
  ],
  [
    'words about a tenant: of a quota',
    json(ANYWHERE, 429, { message: 'Tenant not valid for more' }),
    GUIDE,
    'discovery.throttled',
  ],
  [
    'words about a tenant: of a token',
    json(CONFIGURATION, 401, { message: 'Invalid token for tenant 12' }),
    GUIDE,
    'discovery.sign-in-demanded',
  ],
  [
    'an error with status 200',
    json(CONFIGURATION, 200, { status: 404, message: 'Not Found' }),
    GUIDE,
    'discovery.other-document',
  ],
  ['an OperationOutcome in its place', json(CONFIGURATION, 200, OUTCOME), GUIDE, 'discovery.other-document'],
  [
    'nothing but errors with status 200',
    json(ANYWHERE, 200, { message: 'Not Found' }),
    GUIDE,
    'discovery.nothing-there',
  ],
]);

test('no page offers to allow an address of the EHR’s own network', async () => {
  const { suggestions } = await checkWith(tokenAt('https://fhir-app01/token'));
  expect(suggestions.filter(({ setting }) => setting === 'allowedHosts')).toEqual([]);
});

test.for<[from: string, wrong: Wrong]>([
  ['the EHR', 'discovery-404'],
  ['a gateway', page(CONFIGURATION, 404)],
])('the checks, where %s serves SMART’s older way alone, name its addresses in full', async ([, wrong]) => {
  const { open } = await checkWith(wrong);
  expect(open.map(({ id, verdict }) => [id, verdict])).toEqual([[GUIDE, 'failure']]);
  expectRow(open, GUIDE, 'discovery.older-way');
  for (const row of open) expect(`${row.found} ${row.remedy}`).toMatch(/^[^{}]*http[^{}]*$/);
});

test('a smart-configuration that moved may mean that the EHR did', async () => {
  const moved = 'https://new.hospital.example/r4/.well-known/smart-configuration';
  const said = await launchWith({ fault: ['discovery-redirect', moved] });
  expectSaid(said, 'discovery', 'discovery.redirect');
  expect(said.words).toMatch(/If the EHR has moved/);
});

test('an EHR of the open kind, without sign-in, is asked for its other FHIR URL', async () => {
  const { open } = await checkWith({ fault: 'discovery-404', settings: {} });
  expect(open[0]?.id).toBe(GUIDE);
  expect(ruleRows['discovery.absent'].remedy).toContain('another FHIR URL');
});
