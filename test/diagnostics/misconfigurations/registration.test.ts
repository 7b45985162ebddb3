/** Mistakes of hospitals when they register the app, and servers that are known by their internal address. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, launchWith } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const set = (name: string, value: string) => (url: URL) => url.searchParams.set(name, value);
const iss = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));
const members = (changed: Record<string, unknown>): Seed => ({ fault: ['discovery-members', JSON.stringify(changed)] });
const tokenAt = (url: string): Seed => ({ fault: ['discovery-foreign-token-endpoint', url] });
const sign = (said: string): Seed => ({ fault: ['login-error', said] });

const LAUNCH_URL: Case[] = [
  ...['%OAUTH2TOKEN%', '{launch}', '${launch}', '[LAUNCH]', '<launch>'].map(
    (text): Case => [
      `a launch value that is ${text}`,
      { launch: set('launch', text) },
      'launch',
      'launch.placeholder',
      /in place of launch/,
    ],
  ),
  ['an iss that is a variable', { launch: set('iss', '[FHIRURL]') }, 'launch', 'launch.placeholder', /place of iss/],
  [
    'an EHR that adds a second question mark',
    { launch: (url) => set('orgId', `${url.searchParams.get('orgId')}?iss=https://ehr.example/fhir`)(url) },
    'launch',
    'launch.parameters-in-org-id',
    /path form/,
  ],
  ['an organization without a Client ID', { settings: { clientId: '' } }, 'launch', 'launch.no-client-id'],
  [
    'the address of the CapabilityStatement as iss',
    { launch: iss((base) => `${base}/metadata`), isProven: true },
    'launch',
    'launch.iss-not-the-base',
    /\/fhir\/r4 as iss/,
  ],
  [
    'the issuer as iss',
    { launch: iss((base) => base.replace('/fhir/r4', '/auth')), isProven: true },
    'launch',
    'launch.iss-not-the-base',
  ],
];

const ADDRESSES: Case[] = [
  ...['https://fhir-app01/oauth2/token', 'https://10.1.2.3/token', 'https://ehr.hospital.local/token'].map(
    (url): Case => [`a token endpoint at ${url}`, tokenAt(url), 'discovery', 'discovery.endpoint-inside'],
  ),
  [
    'a tenant that was not filled in',
    tokenAt('https://login.example/{tenant}/token'),
    'discovery',
    'discovery.endpoint-malformed',
  ],
  ['a host that is a pattern', tokenAt('https://*.ehr.example/token'), 'discovery', 'discovery.endpoint-malformed'],
  [
    'a key set in the EHR’s own network',
    { fault: ['oidc-members', '{"jwks_uri":"https://10.1.2.3/jwks"}'] },
    'id-token',
    'network.private-endpoint',
  ],
  ['a key set behind a limit of requests', { fault: ['jwks-500', 429] }, 'id-token', 'keys.unavailable'],
  ['a key set in maintenance', { fault: ['jwks-500', 503] }, 'id-token', 'keys.unavailable'],
];

const WORDS: Case[] = [
  ['an audience the EHR does not serve', sign('invalid_target:aud'), 'callback', 'authorization.audience'],
  ['a redirect URI of old', sign('invalid_redirect_uri:no'), 'callback', 'authorization.redirect-uri'],
  [
    'an app that is switched off',
    sign('access_denied:The app is disabled'),
    'callback',
    'client.off',
    /vectorcare-test/,
  ],
  [
    'words about client_id where none is sent',
    { fault: ['invalid-client', 'client_id must be omitted'] },
    'token',
    'client.key',
  ],
  ['a consent that was withdrawn', { fault: ['expired-code', 'consent was revoked'] }, 'token', 'grant.consent'],
];

test.for([...LAUNCH_URL, ...ADDRESSES, ...WORDS])('%s', async ([, seed, step, rule, says = /./]) => {
  const said = await launchWith(seed);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
});

test.for([
  ['of one label', tokenAt('https://fhir-app01/token'), 'endpoints-hosts', 'discovery.endpoint-inside'],
  [
    'an authorization endpoint in .local',
    members({ authorization_endpoint: 'https://idp.hospital.local/auth' }),
    'endpoints-hosts',
    'discovery.endpoint-inside',
  ],
  [
    'an address with a placeholder',
    tokenAt('https://login.example/{tenant}/token'),
    'endpoints-https',
    'discovery.endpoint-malformed',
  ],
  ['an allowlist', { fault: ['discovery-refused', 403] }, 'guide-smart-configuration', 'discovery.forbidden'],
  [
    'a key set in the EHR’s own network',
    { fault: ['oidc-members', '{"jwks_uri":"https://10.1.2.3/jwks"}'] },
    'guide-jwks',
    'network.private-endpoint',
  ],
  ['a key set behind a limit of requests', { fault: ['jwks-500', 429] }, 'guide-jwks', 'keys.unavailable'],
] as [string, Seed, string, Rule][])('the checks: %s', async ([, seed, row, rule]) => {
  expectRow((await checkWith(seed)).open, row, rule);
});

test('no page offers to allow an address of the EHR’s own network', async () => {
  const { suggestions } = await checkWith(tokenAt('https://fhir-app01/token'));
  expect(suggestions.filter(({ setting }) => setting === 'allowedHosts')).toEqual([]);
});
