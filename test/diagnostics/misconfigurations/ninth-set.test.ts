/** A ninth set: FHIR versions, restricted charts, searches that lack a parameter, and rows that agree with launches. */
import { expect, test } from 'vitest';
import type { Rule } from '#src/errors/rules/table.ts';
import { type Meddling, page, startGateway } from '#test/helpers/servers/gateway.ts';
import { expectRow, expectSaid, type Seed, useSeededWorld } from './seeded-world.ts';

const { checkWith, launchWith } = useSeededWorld();

const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
const outcome = (path: RegExp, status: number, issue: Record<string, unknown>): Meddling =>
  page(
    path,
    status,
    'application/fhir+json',
    JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', ...issue }] }),
  );
const restricted = { code: 'suppressed', details: { coding: [{ code: '4130' }] } };
const wanted = (words: string) => ({ code: 'processing', diagnostics: words });
const version = (from: string, isProven = false): Seed => ({
  launch: (url) => url.searchParams.set('iss', (url.searchParams.get('iss') ?? '').replace('r4', from)),
  ...(isProven ? { isProven } : {}),
});

async function behind(meddling: Meddling, seed: Seed = {}) {
  const { options, close } = await startGateway(meddling);
  try {
    return await launchWith({ ...seed, sandbox: options });
  } finally {
    close();
  }
}

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

test('a restricted chart is opened in the EHR first: the patient', async () => {
  const said = await behind(outcome(/^\/fhir\/r4\/Patient/, 403, restricted));
  expectSaid(said, 'patient', 'fhir.restricted');
  expect(said.shown).toMatch(/Open the chart in the EHR/);
});

test.for<[name: string, meddling: Meddling, rule: Rule]>([
  ['of a restricted chart', outcome(SEARCH, 403, restricted), 'fhir.restricted'],
  ['without the practice', outcome(SEARCH, 403, wanted('ah-practice is required')), 'fhir.search-wants-parameter'],
  [
    'that misses one',
    outcome(SEARCH, 400, wanted('Missing mandatory search parameter: category')),
    'fhir.search-wants-parameter',
  ],
  [
    'whose patient a gateway dropped',
    outcome(SEARCH, 400, wanted('Parameter patient is required')),
    'fhir.search-invalid',
  ],
  ['that is not allowed', outcome(SEARCH, 403, wanted('Permission denied')), 'fhir.search-refused'],
  ['with one too many', outcome(SEARCH, 400, wanted('Parameter _count is not supported')), 'fhir.search-invalid'],
])('a search of requests %s', async ([, meddling, rule]) => {
  expectSaid(await behind(meddling), 'requests', rule);
});

test('a nurse is not sent to ask for access that she has', async () => {
  const said = await behind(outcome(SEARCH, 403, wanted('ah-practice is required')));
  expect(said.shown).toContain('The EHR wants more than this app sends to find requests');
  expect(said.shown).not.toContain('check your access');
});

test('a parameter of our own that the search still lacks is compared first', async () => {
  const settings = { searchParameters: ['ah-practice=Organization/a-1'] };
  const said = await behind(outcome(SEARCH, 400, wanted('ah-practice is required')), { settings });
  expectSaid(said, 'requests', 'fhir.search-setting');
});

test('a smart-configuration that moved may mean that the EHR did', async () => {
  const moved = 'https://new.hospital.example/r4/.well-known/smart-configuration';
  const said = await launchWith({ fault: ['discovery-redirect', moved] });
  expectSaid(said, 'discovery', 'discovery.redirect');
  expect(said.words).toMatch(/if the EHR has moved/);
});

test('a client that is switched off: checks and launch say the same', async () => {
  const seed: Seed = { fault: ['login-error', 'unauthorized_client:The client is not enabled in this environment'] };
  expectSaid(await launchWith(seed), 'callback', 'client.off');
  expectRow((await checkWith(seed)).open, 'authorization-endpoint', 'client.off');
});
