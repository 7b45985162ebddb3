/** LA-15: a flood of launches that are never completed is stopped; other hospitals and completed launches are not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createLaunchLimit } from '#src/http/limits/launch-limit.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { startWorld, useWorld, type World } from '#test/helpers/world.ts';

const world = useWorld();
beforeAll(async () => {
  await world.setOrganization('neighbour');
});

test('MT-06: of five hundred launches from one address some have to wait, and another organization is not affected', async () => {
  const browser = world.browser();
  await browser.visit(world.sandbox.launch('pat-ada'));
  const launchUrl = world.sandbox.launch('pat-ada');
  const answers = await Promise.all(Array.from({ length: 500 }, () => browser.visit(launchUrl)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(300);
  expect(refused).toHaveLength(200);
  expect(titleOf(refused[0] ?? { body: '' })).toBe('Too many people are opening this app at once');
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused[0]?.headers['retry-after'])).toBeLessThanOrEqual(60);
  const neighbour = world.sandbox.launch('pat-ada').replace('orgId=st-elsewhere', 'orgId=neighbour');
  expect(titleOf(await world.browser().open(neighbour))).toBe('Requests for Ada Moreno');
});

test('completed launches do not count', async () => {
  const limit = createLaunchLimit(createMemoryStore(() => new Date()));
  for (let launch = 0; launch < 1_000; launch += 1) {
    await limit.begin('busy', '192.0.2.1');
    await limit.finish('busy', '192.0.2.1');
  }
  await expect(limit.begin('busy', '192.0.2.1')).resolves.toBeUndefined();
});

test('many addresses together are limited as well, per organization', async () => {
  const limit = createLaunchLimit(createMemoryStore(() => new Date()));
  const begun = Array.from({ length: 3_100 }, (_unused, index) => limit.begin('flooded', `2001:db8:${index}::1`));
  const refused = (await Promise.allSettled(begun)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(100);
  await expect(limit.begin('flooded', '192.0.2.9')).rejects.toMatchObject({ code: 'request.too-many' });
  await expect(limit.begin('quiet', '192.0.2.9')).resolves.toBeUndefined();
});

test('an IPv6 /64 is one visitor, and a /48 may use a fifth of the organization’s launches', async () => {
  const limit = createLaunchLimit(createMemoryStore(() => new Date()));
  const flood = async (addresses: string[]) => {
    const begun = await Promise.allSettled(addresses.map((address) => limit.begin('hospital', address)));
    return begun.filter(({ status }) => status === 'fulfilled').length;
  };
  const many = (address: (index: string) => string) =>
    Array.from({ length: 3_000 }, (_unused, index) => address(index.toString(16)));
  expect(await flood(many((index) => `2001:db8:1:1::${index}`))).toBe(300);
  expect(await flood(many((index) => `2001:db8:1:${index}::1`))).toBe(300);
  expect(await flood(many((index) => `::ffff:192.0.2.1%${index}`))).toBe(300);
  expect(await flood(['192.0.2.1'])).toBe(0);
  expect(await flood(['198.51.100.7', '2001:db8:2::1'])).toBe(2);
});

test('known browsers can launch when strangers have used their share, each within a separate limit', async () => {
  const limit = createLaunchLimit(createMemoryStore(() => new Date()));
  for (let index = 0; index < 3_000; index += 1) await limit.begin('hospital', `2001:db8:${index}::1`);
  await expect(limit.begin('hospital', '192.0.2.9')).rejects.toMatchObject({ code: 'request.too-many' });
  for (let index = 0; index < 300; index += 1) await limit.begin('hospital', '2001:db8:1::1', 'ward');
  await expect(limit.begin('hospital', '192.0.2.9', 'ward')).rejects.toMatchObject({ code: 'request.too-many' });
  // The refused launch has been counted as well.
  for (let index = 0; index < 2; index += 1) await limit.finish('hospital', '192.0.2.9', 'ward');
  await limit.begin('hospital', '192.0.2.9', 'ward');
  await expect(limit.begin('hospital', '2001:db8:1::1', 'another ward')).resolves.toBeUndefined();
});

test('MT-06: seven thousand simultaneous launches of one address leave the organization’s launches to others', async () => {
  const limit = createLaunchLimit(createMemoryStore(() => new Date()));
  const begun = await Promise.allSettled(Array.from({ length: 7_000 }, () => limit.begin('hospital', '192.0.2.1')));
  expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(300);
  await expect(limit.begin('hospital', '192.0.2.9')).resolves.toBeUndefined();
});

describe('two instances on one Redis', () => {
  let both: World;
  let second: Instance;
  let redis: Awaited<ReturnType<typeof createRedisServer>>;
  beforeAll(async () => {
    redis = await createRedisServer();
    await redis.start();
    both = await startWorld({ env: { REDIS_URL: redis.url } });
    await both.setOrganization('neighbour');
    second = await addInstance(both);
  });
  afterAll(async () => {
    await second.close();
    await both.close();
    await redis.stop();
  });

  test('MT-06: a flood over both counts as one, and another organization is not affected', {
    timeout: 30_000,
  }, async () => {
    const browser = both.browser();
    await browser.visit(both.sandbox.launch('pat-ada'));
    const launchUrl = both.sandbox.launch('pat-ada');
    const there = launchUrl.replace(both.url, second.url);
    const urls = Array.from({ length: 500 }, (_unused, index) => (index % 2 === 0 ? launchUrl : there));
    const answers = await Promise.all(urls.map((url) => browser.visit(url)));
    // Each instance counts up to a twentieth before it reports to Redis.
    const begun = answers.filter(({ status }) => status === 303).length;
    expect(begun).toBeGreaterThanOrEqual(300);
    expect(begun).toBeLessThanOrEqual(300 + 2 * 15);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(500 - begun);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const neighbour = there.replace('orgId=st-elsewhere', 'orgId=neighbour');
    expect(titleOf(await both.browser().open(neighbour))).toBe('Requests for Ada Moreno');
    // Refused launches of one address do not count against its organization.
    expect(Number((await both.dependencies.redis.get('limit:launch:st-elsewhere')) ?? 0)).toBeLessThanOrEqual(begun);
  });

  test('a launch that begins on one instance and is completed on the other does not count', async () => {
    const [here, there] = [both, second].map(({ dependencies }) => createLaunchLimit(dependencies.redis));
    for (let launch = 0; launch < 1_000; launch += 1) {
      await here?.begin('to and fro', '192.0.2.1');
      await there?.finish('to and fro', '192.0.2.1');
    }
    await expect(here?.begin('to and fro', '192.0.2.1')).resolves.toBeUndefined();
  });

  test.for([
    ['ten', 10],
    ['twenty', 20],
  ] as const)('a flood over %s instances gets at most twice the limit', async ([name, instances]) => {
    const limits = Array.from({ length: instances }, () => createLaunchLimit(second.dependencies.redis));
    const begun = Array.from({ length: 1_500 }, async (_unused, at) =>
      limits[at % instances]?.begin(name, '192.0.2.1'),
    );
    const through = (await Promise.allSettled(begun)).filter(({ status }) => status === 'fulfilled').length;
    expect(through).toBeGreaterThanOrEqual(300);
    expect(through).toBeLessThanOrEqual(600);
  });

  test('while Redis is unavailable each instance counts alone', async () => {
    const limit = createLaunchLimit(second.dependencies.redis);
    await redis.stop();
    const begun = Array.from({ length: 310 }, () => limit.begin('alone', '192.0.2.1'));
    expect((await Promise.allSettled(begun)).filter(({ status }) => status === 'rejected')).toHaveLength(10);
    await expect(limit.begin('alone', '192.0.2.1')).rejects.toMatchObject({ code: 'request.too-many' });
    await expect(limit.begin('other', '192.0.2.1')).resolves.toBeUndefined();
    await redis.start();
  });
});
