/** Launches that stop at the launch URL: what the EHR put into it, and where it was registered. */
import { expect, test } from 'vitest';
import { ORG_ID } from '#test/helpers/world.ts';
import { expectSaid } from './seeding/expectations.ts';
import { type Case, useSeededWorld } from './seeding/seeded-world.ts';
import { iss, type Seed } from './seeding/seeds.ts';

const { launchesSay, launchWith } = useSeededWorld();

const set = (name: string, value: string) => (url: URL) => url.searchParams.set(name, value);
const renamed = (write: (name: string) => string) => (url: URL) => {
  for (const name of ['iss', 'launch']) {
    url.searchParams.set(write(name), url.searchParams.get(name) ?? '');
    url.searchParams.delete(name);
  }
};
const atHost = (host: string) => iss((base) => `https://${host}${new URL(base).pathname}`);
const version = (from: string, isProven = false): Seed => ({
  launch: (url) => url.searchParams.set('iss', (url.searchParams.get('iss') ?? '').replace('r4', from)),
  ...(isProven ? { isProven } : {}),
});

launchesSay('launch', [
  ['a bookmark of the launch URL', { launch: (url) => url.searchParams.delete('iss') }, 'launch.parameter-missing'],
  ['an EHR that adds no launch', { launch: (url) => url.searchParams.delete('launch') }, 'launch.parameter-missing'],
  [
    'iss typed into the registered launch URL as well',
    { launch: (url) => url.searchParams.append('iss', 'https://ehr.example/fhir') },
    'launch.parameter-repeated',
  ],
  [
    'an iss that is no URL',
    { launch: iss(() => 'ehr.example/fhir') },
    'launch.parameter-malformed',
    { shown: /Trying again does not help/ },
  ],
  ['a launch URL without orgId', { launch: (url) => url.searchParams.delete('orgId') }, 'launch.org-id-missing'],
  [
    'an orgId of the other deployment',
    { launch: (url) => url.searchParams.set('orgId', 'h-42') },
    'launch.org-id-unknown',
  ],
  [
    'a launch from the test environment into a connection that works',
    { launch: atHost('test.ehr.example'), isProven: true },
    'launch.other-environment',
    /from https:\/\/test\.ehr\.example.*Leave the FHIR URL in Settings as it is/,
  ],
  [
    'a launch with the base of another FHIR version',
    { launch: iss((base) => base.replace('/r4', '/dstu2')), isProven: true },
    'launch.other-version',
  ],
  ...[false, true].map(
    (isProven): Case => [
      `an iss by its name inside the network, of a connection that ${isProven ? 'works' : 'never answered'}`,
      { launch: atHost('ehr-fhir01.corp.internal:9443'), ...(isProven && { isProven }) },
      'launch.iss-inside',
      { says: /external base URL.*Leave the FHIR URL/, shown: /opened the app with a wrong address/ },
    ],
  ),
  [
    'a FHIR URL in Settings that never answered',
    { settings: { fhirBaseUrl: 'https://elsewhere.example/fhir' } },
    'launch.fhir-url-unproven',
    /elsewhere\.example/,
  ],
  [
    'a FHIR URL that differs in letter case',
    { launch: iss((base) => base.replace('/fhir/r4', '/FHIR/R4')), isProven: true },
    'launch.iss-written-differently',
    /\/FHIR\/R4/,
  ],
  [
    'a FHIR URL that differs by two slashes at the end',
    { launch: iss((base) => `${base}//`), isProven: true },
    'launch.iss-not-enterable',
  ],
  ...(
    [
      ['DSTU2', 'dstu2'],
      ['STU3', 'STU3'],
    ] as const
  ).map(
    ([name, part]): Case => [
      `the R4 FHIR base where Settings have the ${name} one`,
      {
        settings: { fhirBaseUrl: `https://ehr.example/api/FHIR/${part}` },
        launch: iss(() => 'https://ehr.example/api/FHIR/R4'),
      },
      'launch.settings-other-version',
      /Enter https:\/\/ehr\.example\/api\/FHIR\/R4 as FHIR URL/,
    ],
  ),
  ['an organization that is switched off', { isDisabled: true }, 'launch.organization-disabled'],
  [
    'an EHR that launches with https where Settings say http',
    { launch: iss((url) => url.replace('http:', 'https:')), isProven: true },
    'launch.iss-written-differently',
  ],
  [
    'the Org ID of another hospital of this deployment',
    { launch: (url) => url.searchParams.set('orgId', ORG_ID), isProven: true },
    'launch.other-organization',
    /the FHIR URL of another organization here/,
  ],
  [
    'the launch URL in place of the redirect URI',
    {
      launch: (url) => {
        for (const name of ['iss', 'launch']) url.searchParams.delete(name);
        for (const name of ['code', 'state']) url.searchParams.set(name, 'abc');
      },
    },
    'launch.opened-as-redirect-uri',
  ],
  ['an iss that is encoded twice', { launch: iss(encodeURIComponent) }, 'launch.encoded-twice'],
  ['an iss that is a variable', { launch: set('iss', '[FHIRURL]') }, 'launch.placeholder', /place of iss/],
  [
    'an EHR that adds a second question mark',
    { launch: (url) => set('orgId', `${url.searchParams.get('orgId')}?iss=https://ehr.example/fhir`)(url) },
    'launch.parameters-in-org-id',
    /path form/,
  ],
  [
    'an organization without a Client ID',
    { settings: { clientId: '' } },
    'launch.no-client-id',
    { shown: /This organization is not connected to its EHR yet/ },
  ],
  [
    'the address of the CapabilityStatement as iss',
    { launch: iss((base) => `${base}/metadata`), isProven: true },
    'launch.iss-not-the-base',
    /\/fhir\/r4 as iss/,
  ],
  [
    'the issuer as iss',
    { launch: iss((base) => base.replace('/fhir/r4', '/auth')), isProven: true },
    'launch.iss-not-the-base',
  ],
  [
    'an iss above the FHIR base',
    { launch: iss((url) => url.replace('/r4', '')), isProven: true },
    'launch.iss-not-the-base',
    /\/fhir\/r4/,
  ],
  [
    'an iss with another name of the host',
    { launch: iss((url) => url.replace('localhost', '127.0.0.1')), isProven: true },
    'launch.other-environment',
    /the same server under another name/,
  ],
  [
    'an iss in quotation marks',
    { launch: iss((url) => `"${url}"`), isProven: true },
    'launch.parameter-malformed',
    /quotation marks/,
  ],
  ...(
    [
      ['host', (base: string) => base.replace('localhost', 'LOCALHOST')],
      ['scheme', (base: string) => base.replace('http:', 'HTTP:')],
    ] as const
  ).map(
    ([part, change]): Case => [
      `a FHIR URL that differs by capital letters in the ${part}, which Settings do not keep`,
      { launch: iss(change), isProven: true },
      'launch.iss-not-enterable',
      /Send http:\/\/localhost/,
    ],
  ),
  ...['%OAUTH2TOKEN%', '{launch}', '${launch}', '[LAUNCH]', '<launch>'].map(
    (text): Case => [
      `a launch value that is ${text}`,
      { launch: set('launch', text) },
      'launch.placeholder',
      /in place of launch/,
    ],
  ),
  ...['metadata', '.well-known/x'].map(
    (document): Case => [
      `an iss that ends in ${document}, at an EHR that was never asked`,
      { launch: iss((base) => `${base}/${document}`) },
      'launch.iss-not-the-base',
    ],
  ),
]);

launchesSay('callback', [
  [
    'the redirect URI in place of the launch URL',
    { launch: (url) => void (url.pathname = '/smart/callback') },
    'callback.opened-as-launch-url',
  ],
]);

test.for<[name: string, seed: Seed]>([
  ['DSTU2 before anything answered', version('dstu2')],
  ['DSTU2 in capitals at a proven connection', version('DSTU2', true)],
  ['STU3', version('stu3', true)],
  ['R5', version('R5')],
])('a launch with the base of another FHIR version: %s', async ([, seed]) => {
  const said = await launchWith(seed);
  expectSaid(said, 'launch', 'launch.other-version');
  expect(said.words).not.toMatch(/save it|Org ID/);
});

test('a launch from elsewhere, before the FHIR URL has answered, doubts the Org ID as well', async () => {
  const launch = (url: URL) => url.searchParams.set('iss', 'https://fhir.another.example/r4');
  const said = await launchWith({ launch });
  expectSaid(said, 'launch', 'launch.fhir-url-unproven');
  expect(said.words).toMatch(/Org ID of another organization/);
});

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
