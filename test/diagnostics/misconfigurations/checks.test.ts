/** Seeded misconfigurations in the checks: one row for one cause, with the same owner and remedy as a launch. */
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { makeCertificates } from '#test/helpers/servers/certificates.ts';
import { expectNoOthersAdvice, expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, launchWith, prepare } = useSeededWorld();

type Case = [name: string, seed: Seed, row: string, rule: Rule, found?: RegExp];

const GUIDE = 'guide-smart-configuration';

const DOCUMENTS: Case[] = [
  ['a web page for smart-configuration', { fault: 'discovery-html' }, GUIDE, 'discovery.html', /HTML/],
  ['a smart-configuration that breaks off', { fault: 'discovery-truncated' }, GUIDE, 'discovery.not-json'],
  ['a smart-configuration that redirects', { fault: 'discovery-redirect' }, GUIDE, 'discovery.redirect'],
  ['a server that fails', { fault: 'discovery-500' }, GUIDE, 'discovery.server-error', /500/],
  ['no token endpoint', { fault: 'discovery-no-token-endpoint' }, 'configuration-fields', 'discovery.endpoint-missing'],
  [
    'a token endpoint on plain http',
    { fault: 'discovery-http-endpoint' },
    'endpoints-https',
    'discovery.endpoint-not-https',
  ],
  [
    'a token endpoint on another host',
    { fault: 'discovery-foreign-token-endpoint' },
    'endpoints-hosts',
    'discovery.endpoint-other-host',
    /elsewhere\.example/,
  ],
  [
    'a server for shared secrets only',
    { fault: 'discovery-no-asymmetric' },
    'client-authentication',
    'discovery.no-private-key-jwt',
  ],
  [
    'no common algorithm',
    { fault: 'discovery-no-common-algorithm' },
    'assertion-algorithm',
    'discovery.no-common-algorithm',
  ],
  ['a web page for the OpenID document', { fault: 'oidc-html' }, 'guide-issuer', 'keys.document-unreadable'],
  [
    'an OpenID document of another issuer',
    { fault: 'oidc-issuer-mismatch' },
    'guide-issuer',
    'keys.document-other-issuer',
  ],
  ['a key set that fails', { fault: 'jwks-500' }, 'guide-jwks', 'keys.unreadable'],
  ['an empty key set', { fault: 'jwks-empty' }, 'jwks-keys', 'keys.none-usable'],
];

describe('documents of the EHR', () => {
  test.for(DOCUMENTS)('%s: the same cause in the checks and in a launch', async ([, seed, row, rule, found = /./]) => {
    const { open } = await checkWith(seed);
    expectRow(open, row, rule);
    expect(open[0]?.found).toMatch(found);
    for (const { remedy } of open) expectNoOthersAdvice(remedy, rule);
    const said = await launchWith(seed);
    expectSaid(said, said.step ?? '', rule);
  });
});

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
  expect(open[0]?.found).toContain(`calls itself ${ehr.issuer}:`);
});

test('the checks report that the organization is disabled', async () => {
  const { open, allPassed } = await checkWith({ isDisabled: true });
  expect(allPassed).toBe(true);
  expect(open.map(({ id, verdict, owner }) => [id, verdict, owner])).toEqual([
    ['organization-enabled', 'warning', 'VectorCare'],
  ]);
  expect(open[0]?.found).toContain('every launch is refused');
});

describe('the network path to the server', () => {
  const certificates = makeCertificates();
  const trusted = tls.getCACertificates('default');
  beforeAll(() => tls.setDefaultCACertificates([...trusted, certificates.authority]));
  afterAll(() => tls.setDefaultCACertificates(trusted));
  const { good, expired, notYetValid, selfSigned, wrongName, ofHospital, withoutIntermediate, weak } = certificates;
  const ciphers = 'DEFAULT@SECLEVEL=0';
  const nowhere = 'tls.no-known-authority';

  test.for([
    ['an expired certificate', expired, 'tls-chain', 'tls.expired', 'tls.expired'],
    ['a certificate of tomorrow', notYetValid, 'tls-chain', 'tls.not-yet-valid', 'tls.not-yet-valid'],
    ['a self-signed certificate', selfSigned, 'tls-chain', 'tls.self-signed', 'tls.self-signed'],
    ['a certificate for another name', wrongName, 'tls-name', 'tls.wrong-name', 'tls.wrong-name'],
    ['a weak key', { ...weak, ciphers }, GUIDE, 'tls.weak', 'tls.weak'],
    ['a certificate of the hospital’s own authority', ofHospital, 'tls-chain', 'tls.unknown-authority', nowhere],
    ['mutual TLS', { ...good, requestCert: true }, GUIDE, 'network.broken-off', 'network.broken-off'],
    [
      'TLS 1.1',
      { ...good, ciphers, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
      'tls-version',
      'tls.version',
      'tls.version',
    ],
    ['no intermediate certificate', withoutIntermediate, 'tls-chain', 'tls.incomplete-chain', nowhere],
  ] as const)('%s', async ([, certificate, row, rule, ruleOfLaunch]) => {
    const seed = { sandbox: { tls: certificate } };
    const { open } = await checkWith(seed);
    expectRow(
      open.filter(({ id }) => id !== 'port'),
      row,
      rule,
    );
    expectSaid(await launchWith(seed), 'discovery', ruleOfLaunch);
  });

  test('a server that is down is one failure, and a launch names the same cause', async () => {
    const seed: Seed = { launch: (url) => url.searchParams.set('iss', 'http://localhost:1/fhir') };
    const settings = { fhirBaseUrl: 'http://localhost:1/fhir' };
    const { open } = await checkWith({ settings });
    expect(open).toHaveLength(1);
    expectRow(open, GUIDE, 'network.refused');
    const said = await launchWith({ ...seed, settings });
    expectSaid(said, 'discovery', 'network.refused');
    expect(said.shown).not.toContain('Wait a moment');
  });

  test('a server that accepts the connection and answers late is not reported as a firewall', async () => {
    const seed: Seed = { fault: ['slow-discovery', 60_000] };
    const { open } = await checkWith(seed);
    expectRow(open, GUIDE, 'network.late');
    expectSaid(await launchWith(seed), 'discovery', 'network.late');
  });
});
