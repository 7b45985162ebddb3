/** Seeded misconfigurations that end a launch: each is named with its step, its owner and its own remedy. */
import { describe, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { launchWith } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const other = (host: string) => (url: URL) => {
  const iss = new URL(url.searchParams.get('iss') ?? '');
  url.searchParams.set('iss', `https://${host}${iss.pathname}`);
};
const issChanged = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));

const LAUNCH: Case[] = [
  [
    'a bookmark of the launch URL',
    { launch: (url) => url.searchParams.delete('iss') },
    'launch',
    'launch.parameter-missing',
  ],
  [
    'an EHR that adds no launch',
    { launch: (url) => url.searchParams.delete('launch') },
    'launch',
    'launch.parameter-missing',
  ],
  [
    'iss typed into the registered launch URL as well',
    { launch: (url) => url.searchParams.append('iss', 'https://ehr.example/fhir') },
    'launch',
    'launch.parameter-repeated',
  ],
  ['an iss that is no URL', { launch: issChanged(() => 'ehr.example/fhir') }, 'launch', 'launch.parameter-malformed'],
  [
    'a launch URL without orgId',
    { launch: (url) => url.searchParams.delete('orgId') },
    'launch',
    'launch.org-id-missing',
  ],
  [
    'an orgId of the other deployment',
    { launch: (url) => url.searchParams.set('orgId', 'h-42') },
    'launch',
    'launch.org-id-unknown',
  ],
  [
    'a launch from the test environment into a connection that works',
    { launch: other('test.ehr.example'), isProven: true },
    'launch',
    'launch.other-environment',
    /from https:\/\/test\.ehr\.example.*Leave the FHIR URL in Settings as it is/,
  ],
  [
    'a launch with the base of another FHIR version',
    { launch: issChanged((iss) => iss.replace('/r4', '/dstu2')), isProven: true },
    'launch',
    'launch.other-version',
  ],
  [
    'a FHIR URL in Settings that never answered',
    { settings: { fhirBaseUrl: 'https://elsewhere.example/fhir' } },
    'launch',
    'launch.fhir-url-unproven',
    /elsewhere\.example/,
  ],
  [
    'a FHIR URL that differs in letter case',
    { launch: issChanged((iss) => iss.replace('/fhir/r4', '/FHIR/R4')), isProven: true },
    'launch',
    'launch.iss-written-differently',
    /\/FHIR\/R4/,
  ],
  [
    'a FHIR URL that differs by two slashes at the end',
    { launch: issChanged((iss) => `${iss}//`), isProven: true },
    'launch',
    'launch.iss-not-enterable',
  ],
  ...(
    [
      ['capital letters in the host', (iss: string) => iss.replace('localhost', 'LOCALHOST')],
      ['capital letters in the scheme', (iss: string) => iss.replace('http:', 'HTTP:')],
    ] as const
  ).map(
    ([name, change]): Case => [
      `a FHIR URL that differs by ${name}, which Settings do not keep`,
      { launch: issChanged(change), isProven: true },
      'launch',
      'launch.iss-not-enterable',
      /Send http:\/\/localhost/,
    ],
  ),
  ['an organization that is switched off', { isDisabled: true }, 'launch', 'launch.organization-disabled'],
];

const DISCOVERY: Case[] = [
  ['a web page for smart-configuration', { fault: 'discovery-html' }, 'discovery', 'discovery.html'],
  ['a smart-configuration that breaks off', { fault: 'discovery-truncated' }, 'discovery', 'discovery.not-json'],
  ['a smart-configuration that is a list', { fault: 'discovery-not-an-object' }, 'discovery', 'discovery.not-json'],
  ['a smart-configuration that redirects', { fault: 'discovery-redirect' }, 'discovery', 'discovery.redirect'],
  ['a server that fails', { fault: 'discovery-500' }, 'discovery', 'discovery.server-error'],
  [
    'a smart-configuration without a token endpoint',
    { fault: 'discovery-no-token-endpoint' },
    'discovery',
    'discovery.endpoint-missing',
  ],
  ['a token endpoint on plain http', { fault: 'discovery-http-endpoint' }, 'discovery', 'discovery.endpoint-not-https'],
  [
    'a token endpoint on another host',
    { fault: 'discovery-foreign-token-endpoint' },
    'discovery',
    'discovery.endpoint-other-host',
  ],
  [
    'a server for shared secrets only',
    { fault: 'discovery-no-asymmetric' },
    'discovery',
    'discovery.no-private-key-jwt',
  ],
  [
    'a server without a common algorithm',
    { fault: 'discovery-no-common-algorithm' },
    'discovery',
    'discovery.no-common-algorithm',
  ],
  ['a smart-configuration of 12 MB', { fault: 'discovery-huge' }, 'discovery', 'network.too-large'],
];

const SIGN_IN: Case[] = [
  [
    'a client ID that is not registered',
    { settings: { clientId: 'of-the-other-environment' } },
    'authorization-redirect',
    'authorization.not-back',
    /client_id of-the-other-environment.*redirect_uri http/,
  ],
  [
    'a redirect URI that is not registered',
    { registered: { redirectUri: 'https://app.example/callback' } },
    'authorization-redirect',
    'authorization.not-back',
    /\/smart\/callback/,
  ],
  ['a user who may not use the app', { fault: 'access-denied' }, 'callback', 'authorization.denied'],
  [
    'a client without the grant',
    { fault: ['login-error', 'unauthorized_client'] },
    'callback',
    'authorization.client-not-allowed',
  ],
  [
    'a request the EHR does not take',
    { fault: ['login-error', 'invalid_request'] },
    'callback',
    'authorization.request-refused',
  ],
  ['a sign-in server that fails', { fault: ['login-error', 'server_error'] }, 'callback', 'authorization.server-error'],
  ['an error of the EHR’s own', { fault: ['login-error', 'tenant_mismatch'] }, 'callback', 'authorization.other-error'],
  ['a scope that is not registered', { fault: 'invalid-scope' }, 'callback', 'scope.refused'],
  ['a state that was changed on the way', { fault: 'wrong-state' }, 'callback', 'callback.state-changed'],
  ['a callback without state', { fault: 'no-state' }, 'callback', 'callback.state-changed'],
  ['a callback without code', { fault: 'no-code' }, 'callback', 'callback.malformed'],
  ['a callback of another issuer', { fault: 'issuer-mismatch' }, 'callback', 'callback.other-iss'],
  ['a callback without the promised iss', { fault: 'missing-iss' }, 'callback', 'callback.iss-missing'],
  [
    'an issuer setting that the EHR does not use',
    { settings: { issuers: ['https://ehr.example/oauth2'] } },
    'callback',
    'issuer.setting-differs',
    /ehr\.example\/oauth2/,
  ],
];

describe.for([
  ['the launch URL', LAUNCH],
  ['the SMART configuration', DISCOVERY],
  ['the sign-in', SIGN_IN],
] as const)('%s', ([, cases]) => {
  test.for(cases)('%s', async ([, seed, step, rule, says = /./]) => {
    const said = await launchWith(seed);
    expectSaid(said, step, rule);
    expect(said.words).toMatch(says);
  });
});
