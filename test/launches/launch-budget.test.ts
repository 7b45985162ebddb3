/** What one warm launch and one reload of its list may cost, in one table that fails as soon as a cost is added. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

/** One kind of cost: how it is counted, and how much a launch and a reload may have. */
interface Cost {
  what: string;
  /** All of the cost so far, by name, so that a failure says what was added. */
  soFar(): Promise<Record<string, number>>;
  /** From the launch URL to the page, in a browser that launched here before, with all caches filled. */
  launch: Record<string, number>;
  /** For the list again, in the same browser. */
  reload: Record<string, number>;
}

const costs: Cost[] = [
  {
    what: 'Redis commands, as Redis counts them: also those inside scripts',
    soFar: async () => redisCommands(await redis.info('commandstats')),
    launch: {
      // The transaction is stored and claimed; its code is marked (MT-04); the launch is stored; the list is kept.
      set: 5,
      // The launch is added to the list of open launches, and the list's lifetime is set.
      zadd: 1,
      pexpire: 1,
      // The launch is read, and its lifetime renewed, for its first page.
      getex: 1,
    },
    // The launch is read and its lifetime renewed; the list is kept. No administrator's session is read.
    reload: { getex: 1, set: 1 },
  },
];

const server = await createRedisServer();
let world: World;
let redis: Redis;
beforeAll(async () => {
  await server.start();
  world = await startWorld({ env: { REDIS_URL: server.url } });
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await world.close();
  await server.stop();
});

function redisCommands(info: string): Record<string, number> {
  const all = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, calls]) => [name, Number(calls)]);
  return Object.fromEntries(all.filter(([name]) => name !== 'info'));
}

async function spentBy(act: () => Promise<unknown>): Promise<Record<string, number>[]> {
  const before = await Promise.all(costs.map(({ soFar }) => soFar()));
  await act();
  const after = await Promise.all(costs.map(({ soFar }) => soFar()));
  return after.map((all, at) => {
    const more = Object.entries(all).map(([name, total]) => [name, total - (before[at]?.[name] ?? 0)] as const);
    return Object.fromEntries(more.filter(([, count]) => count !== 0));
  });
}

test('a warm launch and a re-load cost no more than the table allows', async () => {
  // Warm means: the process has launched for this organization, and the browser has launched before and sends its note.
  const browser = world.browser();
  await world.launch('pat-ben', browser);
  const jar = browser.jar.get('localhost') ?? new Map<string, string>();
  for (const name of jar.keys()) if (name !== 'probe') jar.delete(name);
  const ofLaunch = await spentBy(() => world.launch('pat-ada', browser));
  const page = browser.history.at(-1);
  expect(titleOf(page ?? { body: '' })).toBe('Requests for Ada Moreno');
  const ofReload = await spentBy(() => browser.visit(page?.url ?? ''));
  const all = costs.map(({ what }, at) => ({ what, launch: ofLaunch[at], reload: ofReload[at] }));
  expect(all).toEqual(costs.map(({ what, launch, reload }) => ({ what, launch, reload })));
});
