/** What one warm launch and one re-load of its list may cost: one table, which fails as soon as something is added. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { createRedisServer } from '#test/helpers/redis-server.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

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

async function redisCommands() {
  const info = await redis.info('commandstats');
  return Object.fromEntries([...info.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, n, c]) => [n, Number(c)]));
}
async function spent(act: () => Promise<unknown>) {
  const before = await redisCommands();
  await act();
  const after = await redisCommands();
  return Object.fromEntries(Object.entries(after).map(([n, c]) => [n, c - (before[n] ?? 0)]).filter(([n, c]) => c !== 0 && n !== 'info'));
}

test('x', async () => {
  await world.launch('pat-ada');
  const browser = world.browser();
  await browser.visit(world.sandbox.launch('pat-ada'));
  let page = await world.launch('pat-ben', browser);
  const b2 = world.browser();
  await b2.visit(world.sandbox.launch('pat-ada'));
  console.log(await spent(async () => { page = await world.launch('pat-ada', b2); }));
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  console.log(await spent(() => b2.visit(page.url)));
  console.log(await spent(() => new Promise((r) => setTimeout(r, 1500))));
});
