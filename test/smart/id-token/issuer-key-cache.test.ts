import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createLog } from '#src/adapters/log.ts';
import { createIssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { codeOf, kidsOf, makeKey, startKeyServer, type TestKey } from './key-server.ts';

const log = createLog('silent');
const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
let server: Awaited<ReturnType<typeof startKeyServer>>;
let rsa: TestKey;
let ec: TestKey;
let now: Date;
const clock = () => now;
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};
const cache = () => createIssuerKeys({ outbound, clock, log });

beforeAll(async () => {
  server = await startKeyServer();
  [rsa, ec] = await Promise.all([makeKey('RS256', 'rsa-1'), makeKey('ES384', 'ec-1')]);
});
beforeEach(() => {
  server.forget();
  now = new Date('2026-06-01T12:00:00Z');
});
afterAll(async () => {
  await outbound.close();
  await server.close();
});

describe('the lifetime of cached keys', () => {
  test.for([
    ['5 minutes when nothing is said', {}, 299, 301],
    ['as long as the server says', { 'cache-control': 'public, max-age=60' }, 59, 61],
    ['an hour at most', { 'cache-control': 'max-age=999999' }, 3_599, 3_601],
  ] as const)('%s', async ([, headers, fresh, stale]) => {
    const issuer = { issuer: server.serve([rsa.jwk], { headers }) };
    const keys = cache();
    await keys.keysFor(issuer);
    later(fresh);
    await keys.keysFor(issuer);
    expect(server.fetches).toHaveLength(2);
    later(stale - fresh);
    await keys.keysFor(issuer);
    expect(server.fetches).toHaveLength(4);
  });

  test('no-store allows one use, and a prefetch with its launch counts as one', async () => {
    const issuer = { issuer: server.serve([rsa.jwk], { headers: { 'cache-control': 'no-store' } }) };
    const keys = cache();
    keys.prefetch(issuer);
    await keys.keysFor(issuer);
    expect(server.fetches).toHaveLength(2);
    await keys.keysFor(issuer);
    expect(server.fetches).toHaveLength(4);
  });

  test('no-store keys that were prefetched are there when the token arrives', async () => {
    const issuer = { issuer: server.serve([rsa.jwk], { headers: { 'cache-control': 'no-store' } }) };
    const keys = cache();
    keys.prefetch(issuer);
    await expect.poll(() => server.fetches).toHaveLength(2);
    // These stand for the token call: round trips during which the prefetch ends.
    for (let trip = 0; trip < 5; trip += 1) await outbound.request(new URL(`${server.origin}/token`));
    await keys.keysFor(issuer);
    expect(server.fetches.filter((path) => path === '/a/jwks')).toHaveLength(1);
  });

  test('fifty simultaneous launches share one fetch (DI-14)', async () => {
    const issuer = { issuer: server.serve([rsa.jwk]) };
    const keys = cache();
    keys.prefetch(issuer);
    await Promise.all(Array.from({ length: 50 }, () => keys.keysFor(issuer)));
    expect(server.fetches).toHaveLength(2);
  });

  test('a failure is not cached: the next launch works', async () => {
    const keys = cache();
    const issuer = { issuer: `${server.origin}/a` };
    expect(await codeOf(keys.keysFor(issuer))).toBe('identity.keys-unavailable');
    server.serve([rsa.jwk]);
    expect(kidsOf(await keys.keysFor(issuer))).toEqual(['rsa-1']);
  });

  test('a failed prefetch affects no launch', async () => {
    const keys = cache();
    keys.prefetch({ issuer: 'not a url' });
    keys.prefetch({ issuer: `${server.origin}/a` });
    expect(await codeOf(keys.keysFor({ issuer: `${server.origin}/a` }))).toBe('identity.keys-unavailable');
  });

  test('MT-05, MT-06: issuers, fallbacks and permissions are kept apart', async () => {
    server.serve([ec.jwk], { tenant: 'b' });
    const a = server.serve([rsa.jwk], { tenant: 'a' });
    const keys = cache();
    expect(kidsOf(await keys.keysFor({ issuer: a }))).toEqual(['rsa-1']);
    expect(kidsOf(await keys.keysFor({ issuer: `${server.origin}/b` }))).toEqual(['ec-1']);
    const one = { id: 'one', privateNetworks: [], requestsPerMinute: 0 };
    await keys.keysFor({ issuer: a, organization: one });
    await keys.keysFor({ issuer: a, organization: { ...one, privateNetworks: ['10.0.0.0/8'] } });
    await keys.keysFor({ issuer: a, organization: { ...one, id: 'two' } });
    expect(server.fetches).toHaveLength(10);
  });

  test('MT-06: an EHR that names a new issuer at each launch pushes out no keys of another organization', async () => {
    const a = server.serve([rsa.jwk], { tenant: 'a' });
    const keys = cache();
    const of = (id: string) => ({ id, privateNetworks: [], requestsPerMinute: 0 });
    await keys.keysFor({ issuer: a, organization: of('quiet') });
    for (let index = 0; index < 600; index += 1)
      keys.prefetch({ issuer: `https://127.0.0.1/${index}`, organization: of('loud') });
    server.forget();
    server.serve([rsa.jwk], { tenant: 'a' });
    await keys.keysFor({ issuer: a, organization: of('quiet') });
    expect(server.fetches).toEqual([]);
  });

  test('MT-06: the keys of an organization are of its latest issuers, so that no EHR fills the memory', async () => {
    const a = server.serve([rsa.jwk], { tenant: 'a' });
    const keys = cache();
    await keys.keysFor({ issuer: a });
    for (let index = 0; index < 20; index += 1) keys.prefetch({ issuer: `https://127.0.0.1/${index}` });
    server.forget();
    server.serve([rsa.jwk], { tenant: 'a' });
    await keys.keysFor({ issuer: a });
    expect(server.fetches).not.toEqual([]);
  });

  test('several issuers of one organization are kept side by side', async () => {
    const issuers = ['a', 'b', 'c', 'd'].map((tenant) => server.serve([rsa.jwk], { tenant }));
    const keys = cache();
    // oxlint-disable-next-line no-await-in-loop -- one launch after the other
    for (const issuer of [...issuers, ...issuers]) await keys.keysFor({ issuer });
    expect(server.fetches).toHaveLength(8);
  });
});

describe('an unknown key', () => {
  test('ID-08: a rotation is found with one fetch for all launches that have the old keys', async () => {
    const issuer = { issuer: server.serve([rsa.jwk]) };
    const keys = cache();
    const held = await Promise.all(Array.from({ length: 20 }, () => keys.keysFor(issuer)));
    server.serve([ec.jwk]);
    const newer = await Promise.all(held.map(({ fetchAgain }) => fetchAgain()));
    expect(newer.map((keySet) => keySet && kidsOf({ keySet }))).toEqual(held.map(() => ['ec-1']));
    const straggler = await held[0]?.fetchAgain();
    expect(straggler).toBe(newer[0]);
    expect(server.fetches).toHaveLength(4);
  });

  test('ID-08: a hundred tokens with invented kids cause three fetches, and later tokens are fetched for again', async () => {
    const issuer = { issuer: server.serve([rsa.jwk]) };
    const keys = cache();
    for (let index = 0; index < 100; index += 1) await (await keys.keysFor(issuer)).fetchAgain();
    expect(server.fetches.filter((path) => path === '/a/jwks')).toHaveLength(1 + 3);
    later(31);
    expect(await (await keys.keysFor(issuer)).fetchAgain()).toBeDefined();
  });

  test('ID-22: a provider that fails at that moment ends the launch, and the known keys stay', async () => {
    const issuer = { issuer: server.serve([rsa.jwk]) };
    const keys = cache();
    const { fetchAgain } = await keys.keysFor(issuer);
    server.answers.set('/a/jwks', { status: 500, body: {} });
    expect(await codeOf(fetchAgain())).toBe('identity.keys-unavailable');
    expect(kidsOf(await keys.keysFor(issuer))).toEqual(['rsa-1']);
  });
});
