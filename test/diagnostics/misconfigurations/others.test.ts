/** A second set of misconfigurations, invented after the table of rules was written, to find missing rules. */

import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { ORG_ID } from '#test/helpers/world.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, inspect, launchFrom, launchWith, prepare, world } = useSeededWorld();

type Case = [name: string, seed: Seed, step: string, rule: Rule, says?: RegExp];

const iss = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));

const CASES: Case[] = [
  [
    'an EHR that launches with https where Settings say http',
    { launch: iss((url) => url.replace('http:', 'https:')), isProven: true },
    'launch',
    'launch.iss-written-differently',
  ],
  [
    'the Org ID of another hospital of this deployment',
    { launch: (url) => url.searchParams.set('orgId', ORG_ID), isProven: true },
    'launch',
    'launch.fhir-url-unproven',
    /Ask the EHR team which of the two/,
  ],
  ['a smart-configuration behind a sign-in', { fault: 'discovery-refused' }, 'discovery', 'discovery.sign-in-demanded'],
  [
    'a smart-configuration that a firewall forbids',
    { fault: ['discovery-refused', 403] },
    'discovery',
    'discovery.forbidden',
  ],
  [
    'a smart-configuration with status 418',
    { fault: ['discovery-refused', 418] },
    'discovery',
    'discovery.other-status',
  ],
  [
    'a token endpoint where nothing listens',
    {
      fault: ['discovery-foreign-token-endpoint', 'http://localhost:1/token'],
      settings: { allowedHosts: ['localhost:1'] },
    },
    'token',
    'network.refused',
  ],
  [
    'an EHR that says it does not know the kid',
    { fault: ['invalid-client', 'No JWK with the kid of the assertion'] },
    'token',
    'client.key-unknown',
    /must show the key [\w-]{4,}/,
  ],
  [
    'an EHR that says the audience is wrong',
    { fault: ['invalid-client', 'Invalid audience in client assertion'] },
    'token',
    'client.audience',
  ],
  [
    'an EHR that says the algorithm is wrong',
    { fault: ['invalid-client', 'alg RS384 is not supported'] },
    'token',
    'client.algorithm',
    /RS384/,
  ],
  [
    'an EHR that says the client is unknown',
    { fault: ['invalid-client', 'Client not found'] },
    'token',
    'client.unknown',
    /vectorcare-test/,
  ],
  [
    'a code whose redirect URI does not match',
    { fault: ['expired-code', 'redirect_uri mismatch'] },
    'token',
    'grant.redirect-uri',
    /\/smart\/callback/,
  ],
  [
    'a code whose PKCE does not match',
    { fault: ['expired-code', 'code_verifier does not fit'] },
    'token',
    'grant.pkce',
  ],
  [
    'a code refused without a reason',
    { fault: ['expired-code', 'grant request is invalid'] },
    'token',
    'grant.refused',
  ],
  [
    'client_id in the body of an EHR that refuses it',
    { settings: { clientIdInTokenBody: true } },
    'token',
    'client.id-sent',
  ],
  ['a web page with 404 at the token endpoint', { fault: 'token-html-404' }, 'token', 'token.web-page'],
  ['an expires_in that is no number', { fault: ['string-expires-in', 'an hour'] }, 'token', 'token.member'],
  ['an encounter that is a reference', { fault: 'bad-encounter-id' }, 'context', 'context.id-malformed'],
  ['requests of another patient on the list', { fault: 'foreign-resource' }, 'requests', 'fhir.others-in-search'],
  ['a search that was not granted', { fault: 'narrowed-scope' }, 'requests', 'fhir.search-not-granted'],
  ['a search that fails', { fault: 'search-500' }, 'requests', 'fhir.failing'],
  ['a FHIR server that asks to slow down', { fault: ['fhir-429', 60] }, 'patient', 'fhir.throttled'],
  ['a FHIR server that breaks off', { fault: 'fhir-truncated' }, 'patient', 'fhir.unreadable'],
];

test.for(CASES)('%s', async ([, seed, step, rule, says = /./]) => {
  const said = await launchWith(seed);
  expectSaid(said, step, rule);
  expect(said.words).toMatch(says);
});

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

describe('the browser', () => {
  test('that lost its cookies on the way is not reported as the EHR’s fault', async () => {
    const { id, ehr } = await prepare({});
    const browser = world().browser();
    const callback = await browser.openUntil(ehr.launch('pat-ada'), '/smart/callback');
    browser.jar.clear();
    expectSaid(await inspect(await browser.open(callback), id), 'callback', 'callback.no-cookie');
  });

  test('that blocks cookies is the workstation team’s job', async () => {
    const said = await launchWith({ browser: { blocksCookies: true } });
    expect([said.step, said.owner]).toEqual(['cookies', 'Workstation team']);
  });

  test('that is framed where no EHR page may frame the app', async () => {
    const said = await launchWith({
      settings: { frameAncestors: [] },
      browser: { headers: { 'sec-fetch-dest': 'iframe' } },
    });
    expect([said.step, said.owner]).toEqual(['launch', 'The organization’s administrator']);
  });
});

test('a key set of another app under our JWKS URL at the EHR', async () => {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"keys":[]}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const said = await launchWith({ registered: { jwksUrl: `http://127.0.0.1:${port}/jwks` } });
  server.close();
  expectSaid(said, 'token', 'client.key');
});

test.for([
  [
    'a sign-in for smart-configuration',
    { fault: 'discovery-refused' },
    'guide-smart-configuration',
    'discovery.sign-in-demanded',
  ],
  [
    'smart-configuration in SMART’s older way only',
    { fault: 'discovery-404' },
    'guide-smart-configuration',
    'discovery.older-way',
  ],
] as [string, Seed, string, Rule][])('the checks: %s', async ([, seed, row, rule]) => {
  const { open } = await checkWith(seed);
  expectRow(open.slice(0, 1), row, rule);
});
