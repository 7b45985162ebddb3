/** Administrators' sessions in a real Redis: what Redis holds, and what happens while it is unavailable. */
import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addPerson, signedIn, signIn } from '#test/helpers/administrators.ts';
import { createRedisServer, type RedisServer } from '#test/helpers/servers/redis-server.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

describe('while Redis is unavailable', () => {
  let server: RedisServer;
  let world: World;

  beforeAll(async () => {
    server = await createRedisServer();
    await server.start();
    world = await startWorld({ env: { REDIS_URL: server.url } });
    await addPerson(world, 'operator@example.com');
  });
  afterAll(async () => {
    await world.close();
    await server.stop();
  });

  test('pages are 503 and keep the session, no session is half stored, and pages open again afterwards', async () => {
    const browser = await signedIn(world, 'operator@example.com');
    const cookie = cookiesOf(browser).get('admin');
    await server.stop();
    const page = await browser.visit(`${world.url}/settings/account`);
    expect(page.status).toBe(503);
    expect(page.body).toContain('This service is not available at the moment');
    const { answer } = await signIn(world, 'operator@example.com');
    expect(answer.status).toBe(503);
    expect(answer.setCookies.filter((line) => line.startsWith('admin='))).toEqual([]);
    expect(cookiesOf(browser).get('admin')).toBe(cookie);
    await server.start();
    const again = async () => (await signIn(world, 'operator@example.com')).answer.status;
    await expect.poll(again, { timeout: 15_000 }).toBe(303);
  });

  test('idle sessions expire in Redis after half an hour, renewed by each page', async () => {
    const redis = new Redis(server.url);
    const browser = await signedIn(world, 'operator@example.com');
    const keys = await redis.keys('admin-session:*');
    await Promise.all(keys.map((key) => redis.expire(key, 100)));
    await browser.visit(`${world.url}/settings/account`);
    const lifetimes = await Promise.all(keys.map((key) => redis.ttl(key)));
    redis.disconnect();
    expect(Math.max(...lifetimes)).toBeGreaterThan(1_790);
    expect(Math.max(...lifetimes)).toBeLessThanOrEqual(1_800);
  });

  test('a request under way at the end of the session does not restore it', async () => {
    const browser = await signedIn(world, 'operator@example.com');
    const redis = new Redis(server.url);
    const key = keyOf(idOf(cookiesOf(browser).get('admin')));
    expect(await redis.exists(key)).toBe(1);
    const [page] = await Promise.all([browser.visit(`${world.url}/settings/users`), redis.del(key)]);
    expect([200, 303]).toContain(page.status);
    expect(await redis.exists(key)).toBe(0);
    redis.disconnect();
  });
});

describe('the record of a session in Redis', () => {
  let server: RedisServer;
  let world: World;
  let redis: Redis;

  beforeAll(async () => {
    server = await createRedisServer();
    await server.start();
    world = await startWorld({ env: { REDIS_URL: server.url } });
    redis = new Redis(server.url);
    await addPerson(world, 'operator@example.com');
    await addPerson(world, 'admin@example.com', { role: 'administrator' });
  });
  afterAll(async () => {
    redis.disconnect();
    await world.close();
    await server.stop();
  });

  const signedInWithKey = async (email: string) => {
    const known = new Set(await redis.keys('admin-session:*'));
    const browser = await signedIn(world, email);
    const key = (await redis.keys('admin-session:*')).find((one) => !known.has(one)) ?? '';
    return { browser, key, id: idOf(cookiesOf(browser).get('admin')) };
  };
  const statusOfAccount = async (browser: Awaited<ReturnType<typeof signedIn>>) =>
    (await browser.visit(`${world.url}/settings/account`)).status;

  test('reveals neither the id nor the user of the session', async () => {
    const { key, id } = await signedInWithKey('operator@example.com');
    expect(key).toBe(keyOf(id));
    const stored = `${key} ${await redis.get(key)}`;
    for (const secret of [id, 'operator', 'userId', 'generation']) expect(stored).not.toContain(secret);
  });

  test.for(['plain JSON', "another session's value", 'a value that was changed', 'an empty value'] as const)(
    '%s written over a session signs its user out and no user in',
    async (kind) => {
      const operator = await signedInWithKey('operator@example.com');
      const administrator = await signedInWithKey('admin@example.com');
      const theirs = (await redis.get(operator.key)) ?? '';
      const planted = {
        'plain JSON': JSON.stringify({ cookie: { path: '/' }, admin: { userId: '1', generation: 0, signedInAt: 0 } }),
        "another session's value": theirs,
        'a value that was changed':
          theirs.slice(0, -10) + theirs.slice(-10).replace(/./, (one) => (one === 'A' ? 'B' : 'A')),
        'an empty value': '',
      }[kind];
      await redis.set(administrator.key, planted);
      expect(await statusOfAccount(administrator.browser)).toBe(303);
      expect(await statusOfAccount(operator.browser)).toBe(200);
    },
  );
});

/** The session id, without the signature that express-session appends. */
function idOf(cookie: string | undefined): string {
  return decodeURIComponent(cookie ?? '')
    .slice(2)
    .split('.')[0] as string;
}

function keyOf(id: string): string {
  return `admin-session:${createHash('sha256').update(id).digest('base64url')}`;
}
