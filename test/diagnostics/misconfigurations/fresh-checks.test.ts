/** A third set of misconfigurations, in the checks: each has one row with one owner and one remedy. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectRow, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith } = useSeededWorld();

type Case = [name: string, seed: Seed, row: string, rule: Rule, found?: RegExp];

const GUIDE = 'guide-smart-configuration';
const members = (changed: Record<string, unknown>): Seed => ({
  fault: ['discovery-members', JSON.stringify(changed)],
});

const CASES: Case[] = [
  ['a proxy that wants a sign-in', { fault: ['discovery-proxy', 407] }, GUIDE, 'network.proxy-sign-in', /407/],
  ['a gateway without its server', { fault: ['discovery-proxy', 502] }, GUIDE, 'discovery.server-error', /502/],
  ['a portal at a FHIR URL that has worked', { fault: 'discovery-proxy', isProven: true }, GUIDE, 'discovery.html'],
  ['a document not compressed as it says', { fault: 'discovery-garbled' }, GUIDE, 'network.garbled'],
  ['a limit of requests', { fault: ['discovery-500', 429] }, GUIDE, 'discovery.throttled'],
  ['a redirect to itself', { fault: ['discovery-redirect', '/fhir/r4/x'] }, GUIDE, 'discovery.redirect'],
  [
    'an authorization endpoint on plain http',
    members({ authorization_endpoint: 'http://ehr.example/auth' }),
    'endpoints-https',
    'discovery.endpoint-not-https',
    /authorization_endpoint/,
  ],
  [
    'an authorization endpoint on another host',
    members({ authorization_endpoint: 'https://login.elsewhere.example/auth' }),
    'endpoints-hosts',
    'discovery.endpoint-other-host',
    /login\.elsewhere\.example/,
  ],
  ['a key set that is not there', { fault: ['jwks-500', 404] }, 'guide-jwks', 'keys.unreadable', /404/],
  ['a web page for the key set', { fault: 'jwks-html' }, 'guide-jwks', 'keys.unreadable', /HTML/],
  [
    'a key set on plain http',
    { fault: ['oidc-members', '{"jwks_uri":"http://ehr.example/jwks"}'] },
    'guide-jwks',
    'keys.address-unusable',
  ],
  ['no jwks_uri', { fault: ['oidc-members', '{"jwks_uri":null}'] }, 'guide-issuer', 'keys.no-jwks-uri'],
  ['a DSTU2 server', { fault: ['metadata-other-version', '1.0.2'] }, 'capability-statement', 'fhir.version', /DSTU2/],
  ['an STU3 server', { fault: 'metadata-other-version' }, 'fhir-version', 'fhir.version', /3\.0\.2/],
  ['a statement in XML', { fault: 'metadata-xml' }, 'capability-statement', 'fhir.no-statement', /XML/],
  [
    'a statement behind a sign-in',
    { fault: ['metadata-500', 401] },
    'capability-statement',
    'fhir.statement-sign-in',
    /401/,
  ],
  ['a server without patients', { fault: 'metadata-resources' }, 'fhir-resources', 'fhir.no-patients'],
  [
    'a server without ServiceRequest',
    { fault: ['metadata-resources', 'Patient Practitioner'] },
    'fhir-resources',
    'fhir.search-absent',
  ],
];

test.for(CASES)('%s', async ([, seed, row, rule, found = /./]) => {
  const { open } = await checkWith(seed);
  expectRow(open, row, rule);
  expect(open.find(({ id }) => id === row)?.found).toMatch(found);
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
