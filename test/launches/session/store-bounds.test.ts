/** What an EHR can make us store is bounded, per launch and per organization (MT-06). */
import { expect, test, vi } from 'vitest';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ehr, LIST, launch, launchUrl, newOrganization, outcomeOf, useStubWorld } from '#test/helpers/stub-world.ts';

const { world } = useStubWorld();
const KB = 1_024;

/** The largest value stored under each family of keys while `act` runs. */
async function largestStored(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const set = vi.spyOn(world().dependencies.redis, 'set');
  try {
    await act();
    const largest: Record<string, number> = {};
    for (const [key, value] of set.mock.calls) {
      const [family = ''] = key.split(':');
      largest[family] = Math.max(largest[family] ?? 0, value.length);
    }
    return largest;
  } finally {
    set.mockRestore();
  }
}

const longList = (prefix: string) => Array.from({ length: 200 }, (_, index) => `${prefix}${index}-`.padEnd(200, 'x'));

test('a smart-configuration with long lists does not enlarge the record of a launch under way', async () => {
  const usual = await largestStored(() => launch());
  ehr.change('smart-configuration', {
    capabilities: ['permission-v1', ...longList('capability')],
    token_endpoint_auth_methods_supported: ['private_key_jwt', ...longList('method')],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', ...longList('alg')],
    scopes_supported: longList('scope'),
    grant_types_supported: longList('grant'),
  });
  const page = launch();
  const hostile = await largestStored(() => page);
  expect(titleOf(await page)).toBe(LIST);
  expect(hostile['tx']).toBeLessThan((usual['tx'] ?? 0) + 200);
});

test('endpoints that make a launch too large to store are refused before the browser is redirected', async () => {
  const long = `${ehr.origin}/auth/${'a'.repeat(1_950)}`;
  const endpoints = ['authorization', 'token', 'revocation', 'introspection'].map((name) => [`${name}_endpoint`, long]);
  ehr.change('smart-configuration', { ...Object.fromEntries(endpoints), issuer: long, jwks_uri: long });
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  const scopes = letters.flatMap((letter) =>
    letters.slice(0, 4).map((end) => `patient/Abcdefghijklmno${letter}${end}.read`),
  );
  const orgId = await newOrganization({ scopes: `openid fhirUser launch ${scopes.join(' ')}` });
  const page = await world()
    .browser()
    .open(launchUrl(orgId, 'v'.repeat(4_000)));
  expect(outcomeOf(page)).toEqual({ status: 502, code: 'discovery.invalid' });
  expect(ehr.seen('authorize')).toEqual([]);
});

test.for([
  ['an access token', { access_token: 'a'.repeat(30_000) }],
  ['a refresh token', { refresh_token: 'r'.repeat(30_000) }],
  ['a scope', { scope: `openid fhirUser launch patient/*.read ${'patient/X.read '.repeat(1_050)}`.trim() }],
] as const)('%s that makes the record too large is refused, and nothing is stored', async ([, change]) => {
  ehr.change('token', change);
  const page = launch();
  const stored = await largestStored(() => page);
  expect(outcomeOf(await page)).toEqual({ status: 502, code: 'token.invalid' });
  expect(stored['launch']).toBeUndefined();
});

test('a usual launch stores little', async () => {
  const stored = await largestStored(() => launch());
  expect(Object.keys(stored).toSorted()).toEqual(['launch', 'tx']);
  for (const size of Object.values(stored)) expect(size).toBeLessThan(8 * KB);
});

test('an organization at its limit of open launches gets no further ones, and others do', async () => {
  const orgId = await newOrganization();
  const count = vi.spyOn(world().dependencies.redis, 'countRanked');
  count.mockImplementation(async (key) => (key === `live:${orgId}` ? 20_000 : 1));
  const page = await world().browser().open(launchUrl(orgId));
  const other = await launch();
  count.mockRestore();
  expect(outcomeOf(page)).toEqual({ status: 503, code: 'launch.too-many-open' });
  expect(page.headers['retry-after']).toBe('60');
  expect(ehr.seen('authorize')).toHaveLength(1);
  expect(titleOf(other)).toBe(LIST);
});

test('unfinished launches of one organization share a limit, which finished, abandoned and expired ones no longer use', () => {
  let now = 0;
  const pending = createPendingBytes({ clock: () => new Date(now), lifetimeMs: 600_000, mostBytes: 10_000 });
  const isFull = (organizationId: string) => {
    try {
      pending.take(organizationId, `probe of ${organizationId}`, { bytes: 4_000, isKnown: true });
      pending.release(`probe of ${organizationId}`);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'request.too-many', retryAfterSeconds: 60 });
      return true;
    }
  };
  pending.take('flooded', 'tx:1', { bytes: 4_000, isKnown: true });
  pending.take('flooded', 'tx:2', { bytes: 4_000, isKnown: true });
  expect([isFull('flooded'), isFull('quiet')]).toEqual([true, false]);
  pending.release('tx:1');
  pending.release('tx:1');
  pending.release('tx:of another process');
  expect(isFull('flooded')).toBe(false);
  pending.take('flooded', 'tx:3', { bytes: 4_000, isKnown: true });
  expect(isFull('flooded')).toBe(true);
  now = 600_000;
  expect(isFull('flooded')).toBe(false);
});

test('the last quarter of the limit is reserved for known browsers', () => {
  const pending = createPendingBytes({ clock: () => new Date(0), lifetimeMs: 600_000, mostBytes: 10_000 });
  const take = (name: string, isKnown: boolean) => pending.take('flooded', name, { bytes: 2_500, isKnown });
  for (const name of ['tx:1', 'tx:2', 'tx:3']) take(name, false);
  expect(() => take('tx:4', false)).toThrow('take all their room');
  expect(() => take('tx:5', true)).not.toThrow();
  expect(() => take('tx:6', true)).toThrow('take all their room');
});
