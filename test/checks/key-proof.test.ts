/** The key proof against the sandbox's real authorization server: what each answer proves. */
import { afterEach, describe, expect, test } from 'vitest';
import type { FaultName } from '#sandbox/sandbox.ts';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { type KeyProof, proveKey } from '#src/checks/key-proof.ts';
import { ruleRows } from '#src/errors/rules/table.ts';
import { createSettingsLimit } from '#src/http/limits/settings-limit.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const world = useWorld();
afterEach(async () => {
  world.sandbox.faults.clear();
  await world.setOrganization(ORG_ID);
});

async function prove(): Promise<KeyProof> {
  const { dependencies } = world;
  const organization = await findOrganization();
  world.sandbox.requests.clear();
  return proveKey(organization, { ...dependencies, publicUrl: dependencies.config.publicUrl });
}

async function findOrganization() {
  const { createOrganizationStore } = await import('#src/organizations/store.ts');
  const organization = await createOrganizationStore(world.dependencies.database.db).find(ORG_ID);
  if (!organization) throw new Error('the organization is missing');
  return organization;
}

const tokenRequests = () => world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/token'));

test('invalid_grant proves client id, key, algorithm and audience, with one request', async () => {
  const proof = await prove();
  expect(proof).toMatchObject({ outcome: 'proven', verdict: 'pass', remedy: [] });
  expect(proof.used).toEqual({
    clientId: 'vectorcare-test',
    kid: world.dependencies.keyRing.signingKey('RS384').kid,
    alg: 'RS384',
    audience: `${world.sandbox.issuer}/token`,
    tokenEndpoint: `${world.sandbox.issuer}/token`,
  });
  expect(tokenRequests()).toHaveLength(1);
  expect(tokenRequests()[0]?.body).toContain('code=key-proof-');
});

test('DI-23: the proof works with endpoints given by hand, and no document is requested', async () => {
  const tokenEndpoint = `${world.sandbox.origin}/auth/token`;
  await world.setOrganization(ORG_ID, givenEndpoints(world.sandbox));
  expect(await prove()).toMatchObject({ outcome: 'proven', used: { tokenEndpoint, audience: tokenEndpoint } });
  expect(world.sandbox.requests.filter(({ path }) => path.includes('.well-known'))).toEqual([]);
});

test('an unknown client id gives invalid_client with its five usual causes and the values to compare', async () => {
  await world.setOrganization(ORG_ID, { clientId: 'somebody-else' });
  const proof = await prove();
  expect(proof).toMatchObject({ outcome: 'invalid_client', verdict: 'failure', owner: 'EHR team' });
  expect(proof.remedy).toHaveLength(5);
  expect(proof.remedy.join()).toContain('somebody-else');
  expect(proof.remedy.join()).toContain(`${world.url}/.well-known/jwks.json`);
  expect(tokenRequests()).toHaveLength(1);
});

test('an audience that the EHR does not accept proves nothing', async () => {
  await world.setOrganization(ORG_ID, { assertionAudience: 'issuer' });
  const proof = await prove();
  expect(proof.outcome).not.toBe('proven');
  const { owner, remedy } = ruleRows['client.audience-setting'];
  expect(proof).toMatchObject({ owner, remedy: [remedy] });
});

describe('other answers are explained', () => {
  test.for([
    ['expired-code', 'proven'],
    ['invalid-client', 'invalid_client'],
    ['unauthorized-client', 'unauthorized_client'],
    ['token-500', 'no answer'],
    ['token-503', 'no answer'],
    ['token-429', 'no answer'],
    ['token-html-200', 'unclear'],
    ['token-redirect', 'unclear'],
    ['token-error-200', 'unclear'],
  ] satisfies [FaultName, KeyProof['outcome']][])('%s: %s', async ([fault, outcome]) => {
    world.sandbox.faults.set(fault);
    const proof = await prove();
    expect(proof.outcome).toBe(outcome);
    expect(tokenRequests()).toHaveLength(1);
    expect(outcome === 'proven' || proof.remedy.length > 0).toBe(true);
  });

  test('without a readable SMART configuration no request is sent', async () => {
    await world.setOrganization(ORG_ID, { allowedHosts: ['no-cache.example'] });
    world.sandbox.faults.set('discovery-500');
    expect(await prove()).toMatchObject({ outcome: 'not asked', used: undefined });
    expect(tokenRequests()).toEqual([]);
  });
});

test('neither proof nor log contains the assertion or the code', async () => {
  const proof = await prove();
  const assertion = new URLSearchParams(tokenRequests()[0]?.body).get('client_assertion') ?? '';
  expect(assertion).toMatch(/^eyJ/);
  const told = JSON.stringify(proof) + world.logLines.join('');
  expect(told).not.toContain(assertion);
  expect(told).not.toContain('key-proof-');
});

test('the sixth proof of an organization within ten minutes is refused', async () => {
  const limit = createSettingsLimit(
    createMemoryStore(() => new Date()),
    'key-proof',
  );
  for (let press = 0; press < 5; press += 1) await limit.take('one');
  await expect(limit.take('one')).rejects.toMatchObject({ code: 'settings.too-many-tries' });
  await expect(limit.take('other')).resolves.toBeUndefined();
});
