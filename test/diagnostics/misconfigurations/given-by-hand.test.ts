/** Endpoints, issuers and client settings that an administrator enters: they are doubted before the EHR is. */
import { expect, test } from 'vitest';
import { proveKey } from '#src/checks/key-proof.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { page } from '#test/helpers/servers/gateway.ts';
import { expectSaid } from './expectations.ts';
import { useSeededWorld } from './seeded-world.ts';
import { JSON_TYPE, TOKEN } from './seeds.ts';

const { checkWith, inspect, launchFrom, prepare, world } = useSeededWorld();

const proofOf = async (id: string) => {
  const { dependencies } = world();
  const organization = await dependencies.directory.find(id);
  if (!organization) throw new Error(`no organization ${id}`);
  return proveKey(organization, { ...dependencies, publicUrl: dependencies.config.publicUrl });
};

test.for([
  ['tokenEndpoint', '/auth/tokens', 'token', 'endpoint.given-by-hand', 'token-endpoint'],
  ['jwksUri', '/auth/no-keys', 'id-token', 'endpoint.given-by-hand', 'guide-jwks'],
  [
    'authorizationEndpoint',
    '/nothing',
    'authorization-redirect',
    'authorization.not-back-given',
    'authorization-endpoint',
  ],
] as const)('a wrong endpoint given by hand: %s', async ([field, path, step, rule, row]) => {
  const { id, ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), [field]: `${ehr.origin}${path}` };
  await world().setOrganization(id, { frameAncestors: [ehr.origin], ...settings }, ehr);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), step, rule);
  const { open } = await checkWith({ settings: { ...settings, fhirBaseUrl: ehr.fhirBase } });
  const failed = open.filter(({ verdict }) => verdict === 'failure');
  expect(failed.map(({ id: named, owner }) => [named, owner])).toEqual([[row, 'Your administrator']]);
  expect(failed[0]?.remedy).toContain('Endpoints given by hand');
});

test('an issuer given by hand that the EHR does not have', async () => {
  const { id, ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), issuers: ['https://other.example/auth'] };
  await world().setOrganization(id, { frameAncestors: [ehr.origin], ...settings }, ehr);
  expectSaid(await inspect(await launchFrom(ehr, {}), id), 'callback', 'issuer.setting-differs');
});

test.for<[name: string, settings: (origin: string) => Record<string, unknown>, rule: Rule]>([
  [
    'an authorization endpoint as token endpoint',
    (origin) => ({ tokenEndpoint: `${origin}/auth/authorize` }),
    'endpoint.given-by-hand',
  ],
  [
    'a token endpoint given by hand',
    (origin) => ({ tokenEndpoint: `${origin}/auth/oauth/token` }),
    'endpoint.given-by-hand',
  ],
  ['an audience of ours', () => ({ assertionAudience: 'issuer' }), 'client.audience-setting'],
  ['a type of ours', () => ({ assertionType: 'client-authentication+jwt' }), 'client.type-setting'],
])('the key proof doubts a setting first: %s', async ([, changed, rule]) => {
  const { id, ehr } = await prepare({ fault: 'invalid-client' });
  if (rule === 'endpoint.given-by-hand') ehr.faults.clear();
  await world().setOrganization(id, { ...givenEndpoints(ehr), ...changed(ehr.origin) }, ehr);
  await world().dependencies.directory.refresh(id);
  expect(await proofOf(id)).toMatchObject({ owner: 'Your administrator', remedy: [ruleRows[rule].remedy] });
});

test('a key proof that a gateway refuses names the host of the token endpoint', async () => {
  const { id, ehr } = await prepare(page(TOKEN, 403, JSON_TYPE, '{"message":"not in the allow list"}'));
  expect((await proofOf(id)).remedy.join()).toContain(new URL(ehr.origin).host);
});

test('keys given by hand on a host that does not exist are not called those of the EHR’s documents', async () => {
  const { ehr } = await prepare({});
  const settings = { ...givenEndpoints(ehr), jwksUri: 'https://keys.elsewhere.example/jwks' };
  const { open } = await checkWith({ settings: { ...settings, fhirBaseUrl: ehr.fhirBase } });
  const keys = open.find(({ id }) => id === 'guide-jwks');
  expect(keys).toMatchObject({ owner: 'Your administrator', remedy: ruleRows['endpoint.given-by-hand'].remedy });
  expect(keys?.found).not.toContain('in its own documents');
});
