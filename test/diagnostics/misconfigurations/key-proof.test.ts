/** What the key proof says of a misconfiguration: the owner and remedy that a launch would have. */
import { expect, test } from 'vitest';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { page } from '#test/helpers/servers/gateway.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import { JSON_TYPE, TOKEN, token, urn } from './seeding/seeds.ts';

const { prepare, proofWith, world } = useSeededWorld();

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
  expect(await proofWith(id)).toMatchObject({ owner: 'Your administrator', remedy: [ruleRows[rule].remedy] });
});

test('a key proof that a gateway refuses names the host of the token endpoint', async () => {
  const { id, ehr } = await prepare(page(TOKEN, 403, JSON_TYPE, '{"message":"not in the allow list"}'));
  expect((await proofWith(id)).remedy.join()).toContain(new URL(ehr.origin).host);
});

test.for<[said: string, outcome: string]>([
  ['invalid_grant:The code is not valid', 'proven'],
  [`invalid_grant:${urn('oauth2:token:invalid-tenant')}`, 'unclear'],
  ['invalid_grant:The client has no launch; user is not assigned', 'unclear'],
])('what the EHR says of an invented code: %s', async ([said, outcome]) => {
  const { id } = await prepare(token(said));
  expect((await proofWith(id)).outcome).toBe(outcome);
});
