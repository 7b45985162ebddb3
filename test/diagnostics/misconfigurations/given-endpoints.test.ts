/** Endpoints and the issuer that an administrator gave by hand: the setting is the first to doubt (DI-23). */
import { expect, test } from 'vitest';
import type { FaultName } from '#sandbox/faults.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';

const { checkWith, inspect, launchFrom, prepare, proofWith, world } = useSeededWorld();

/** Gives all endpoints by hand, and some of them wrong. */
async function given(changed: (origin: string) => Record<string, unknown>) {
  const { id, ehr } = await prepare({});
  const settings = { frameAncestors: [ehr.origin], ...givenEndpoints(ehr), ...changed(ehr.origin) };
  await world().setOrganization(id, settings, ehr);
  await world().dependencies.directory.refresh(id);
  return { id, ehr, settings: { ...settings, fhirBaseUrl: ehr.fhirBase } };
}

const CLOSED = { allowedHosts: ['localhost:1'] };

test.for<[name: string, changed: (origin: string) => Record<string, unknown>, step: string, rule: Rule, row: string]>([
  [
    'a token endpoint with a wrong path',
    (origin) => ({ tokenEndpoint: `${origin}/auth/tokens` }),
    'token',
    'endpoint.given-by-hand',
    'token-endpoint',
  ],
  [
    'a token endpoint on a closed port',
    () => ({ tokenEndpoint: 'http://localhost:1/token', ...CLOSED }),
    'token',
    'endpoint.given-by-hand',
    'token-endpoint',
  ],
  [
    'keys with a wrong path',
    (origin) => ({ jwksUri: `${origin}/auth/no-keys` }),
    'id-token',
    'endpoint.given-by-hand',
    'guide-jwks',
  ],
  [
    'keys on a closed port',
    () => ({ jwksUri: 'http://localhost:1/jwks', ...CLOSED }),
    'id-token',
    'endpoint.given-by-hand',
    'guide-jwks',
  ],
  [
    'an authorization endpoint with a wrong path',
    (origin) => ({ authorizationEndpoint: `${origin}/nothing` }),
    'authorization-redirect',
    'authorization.not-back-given',
    'authorization-endpoint',
  ],
])('%s', async ([, changed, step, rule, row]) => {
  const { id, ehr, settings } = await given(changed);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), step, rule);
  const { open } = await checkWith({ settings });
  const failed = open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id: named, owner }) => [named, owner])).toEqual([[row, 'Your administrator']]);
  expect(failed[0]?.remedy).toContain('Endpoints given by hand');
});

test.for<[name: string, fault: FaultName, row: string | undefined]>([
  ['that is empty', 'jwks-empty', 'jwks-keys'],
  ['of another EHR', 'unknown-key', undefined],
])('a key set %s may be at an address of another EHR', async ([, fault, row]) => {
  const { id, ehr, settings } = await given(() => ({}));
  ehr.faults.set(fault);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'id-token', 'endpoint.given-by-hand');
  const failed = (await checkWith({ settings })).open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id: named, owner }) => [named, owner])).toEqual(row ? [[row, 'Your administrator']] : []);
});

test.for([
  ['that the EHR does not have', () => 'https://other.example/auth'],
  ['with a slash too many', (origin: string) => `${origin}/auth/`],
] as const)('an issuer %s is corrected, not emptied', async ([, issuer]) => {
  const { id, ehr, settings } = await given((origin) => ({ issuers: [issuer(origin)] }));
  const said = await inspect(await launchFrom(ehr, {}), id);
  expectSaid(said, 'callback', 'issuer.given-by-hand');
  expect(said.words).not.toContain('empty it');
  const failed = (await checkWith({ settings })).open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id: row, owner }) => [row, owner])).toEqual([['authorization-endpoint', 'Your administrator']]);
});

test('an introspection endpoint with a wrong path', async () => {
  const { id, ehr, settings } = await given((origin) => ({
    introspection: 'on',
    introspectionEndpoint: `${origin}/auth/nothing`,
  }));
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'requests', 'endpoint.given-by-hand');
  const row = (await checkWith({ settings })).open.find((one) => one.id === 'introspection-endpoint');
  expect(row).toMatchObject({ owner: 'Your administrator', found: expect.stringContaining('status 404') });
});

test.for([
  ['a limit of requests', 'token-429'],
  ['a failure', 'token-500'],
] as const)('%s at an address that is right is no reason to doubt it', async ([, fault]) => {
  const { id, ehr, settings } = await given(() => ({}));
  ehr.faults.set(fault);
  expect((await inspect(await launchFrom(ehr, {}), id)).owner).toBe('EHR team');
  const row = (await checkWith({ settings })).open.find((one) => one.id === 'token-endpoint');
  expect(row?.owner).toBe('EHR team');
  expect((await proofWith(id)).owner).toBe('EHR team');
});

const ELSEWHERE = 'https://keys.elsewhere.example/jwks';

test('keys on a host that does not exist are not called those of the EHR’s documents', async () => {
  const { settings } = await given(() => ({ jwksUri: ELSEWHERE, allowedHosts: ['keys.elsewhere.example'] }));
  const failed = (await checkWith({ settings })).open.filter(({ verdict }) => verdict === 'failure');
  expect(failed).toMatchObject([{ id: 'guide-jwks', owner: 'Your administrator' }]);
  expect(failed[0]?.found).not.toContain('in its own documents');
});

test('keys on a host that is not allowed fail one row', async () => {
  const { settings } = await given(() => ({ jwksUri: ELSEWHERE }));
  const failed = (await checkWith({ settings })).open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id }) => id)).toEqual(['endpoints-hosts']);
});
