/**
 * A refused document of the EHR is never cached: the EHR team corrects it, and the next launch works (DI-08, DI-14,
 * ID-22).
 */
import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const storeOf = () => createOrganizationStore(world().dependencies.database.db);
const open = (id: string) => world().browser().open(launchUrl(id));

const LONG = { 'cache-control': 'public, max-age=3600' };
const members = (change: Record<string, unknown>) => (route: string) =>
  ehr.on(route, async (request) => {
    const { body } = await ehr.standard(request);
    return { headers: LONG, body: { ...(body as object), ...change } };
  });

const CONFIGURATION = 'smart-configuration';
const strangerKey = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'stub', alg: 'ES256' };

const OPENID = 'openid-configuration';
const METHODS = 'token_endpoint_auth_methods_supported';
const ALGORITHMS = 'token_endpoint_auth_signing_alg_values_supported';
const FRAGMENT = 'https://elsewhere.example/a#b';
test.for<[string, string, Record<string, unknown>, string]>([
  ['no common method', CONFIGURATION, { [METHODS]: ['client_secret_basic'] }, 'discovery.no-client-authentication'],
  ['an empty list of methods', CONFIGURATION, { [METHODS]: [] }, 'discovery.no-client-authentication'],
  ['no common algorithm', CONFIGURATION, { [ALGORITHMS]: ['PS256'] }, 'discovery.no-client-authentication'],
  ['an empty list of algorithms', CONFIGURATION, { [ALGORITHMS]: [] }, 'discovery.no-client-authentication'],
  ['tokens from elsewhere', CONFIGURATION, { token_endpoint: 'https://else.example/t' }, 'discovery.endpoint-refused'],
  ['no token endpoint', CONFIGURATION, { token_endpoint: undefined }, 'discovery.invalid'],
  ['an address with a fragment', CONFIGURATION, { authorization_endpoint: FRAGMENT }, 'discovery.endpoint-refused'],
  ['another issuer', OPENID, { issuer: 'https://elsewhere.example' }, 'identity.keys-unavailable'],
  ['no jwks_uri', OPENID, { jwks_uri: undefined }, 'identity.keys-unavailable'],
  ['an empty key set', 'jwks', { keys: [] }, 'identity.keys-unavailable'],
  ['a key set of other keys under the same kid', 'jwks', { keys: [strangerKey] }, 'identity.invalid'],
  ['a key set without the key', 'jwks', { keys: [{ ...strangerKey, kid: 'other' }] }, 'identity.invalid'],
])('%s', async ([, route, change, code]) => {
  const id = await newOrganization();
  members(change)(route);
  expect(outcomeOf(await open(id)).code).toBe(code);
  if (route === CONFIGURATION) expect((await storeOf().find(id))?.discovered).toBeUndefined();
  members({})(route);
  expect(titleOf(await open(id))).toBe(LIST);
});

test('a stored configuration that is now refused is not used', async () => {
  const id = await newOrganization();
  expect(titleOf(await open(id))).toBe(LIST);
  const store = storeOf();
  await expect.poll(async () => (await store.find(id))?.discovered).toBeDefined();
  const kept = await store.find(id);
  const tokenEndpointAuthMethods = ['client_secret_post'];
  const configuration = { ...(kept?.discovered?.configuration as object), tokenEndpointAuthMethods };
  const after = (ms: number) => new Date(Date.now() + ms).toISOString();
  const [fetchedAt, freshUntil] = [after(1_000), after(3_600_000)];
  await store.saveDiscovered(id, kept?.connectionVersion ?? 0, { configuration, fetchedAt, freshUntil });
  expect(titleOf(await open(id))).toBe(LIST);
});
