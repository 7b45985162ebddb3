/**
 * The record of a launch: sealed, bound to its key, opened by one cookie, and limited in time (ST-03..06, ST-08,
 * RF-14).
 */
import { hkdfSync } from 'node:crypto';
import { Redis } from 'ioredis';
import { CompactEncrypt } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSealer } from '#src/adapters/seal.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { cookiesOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, useWorld } from '#test/helpers/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Asks for the cheapest page behind the guard, which does not call the EHR. */
const isOpenIn = (browser: TestBrowser) => async (page: Visit) =>
  (await browser.visit(page.url.replace('/requests', '/theme.css'))).status === 200;

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL', clock: () => new Date(Date.now() + passedMs) });
  let passedMs = 0;
  let browser: TestBrowser;
  beforeEach(() => {
    passedMs = 0;
    world.sandbox.faults.clear();
    browser = world.browser();
  });

  const recordKeyOf = (page: Visit) => `launch:${launchIdOf(page)}`;
  const isOpen = (page: Visit) => isOpenIn(browser)(page);

  test('ST-03, ST-05: neither the token nor the cookie’s secret can be read from the store', async () => {
    const page = await world.launch('pat-ada', browser);
    const record = (await world.dependencies.redis.get(recordKeyOf(page))) ?? '';
    const [, secret = ''] =
      cookiesOf(browser)
        .get(`launch-${launchIdOf(page)}`)
        ?.split('~') ?? [];
    expect(secret).toMatch(/^[\w-]{43}$/);
    const readable = [record, ...record.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))];
    expect(readable.join('\n')).not.toContain(secret);
    const token = world.sandbox.requests.flatMap(
      ({ headers }) => /^Bearer (.+)/.exec(String(headers['authorization']))?.[1] ?? [],
    );
    expect(token.length).toBeGreaterThan(0);
    expect(token.filter((one) => readable.join('\n').includes(one))).toEqual([]);
  });

  test('ST-04: two swapped records open neither launch', async () => {
    const { redis } = world.dependencies;
    const [ada, ben] = [await world.launch('pat-ada', browser), await world.launch('pat-ben', browser)];
    const [first, second] = await redis.getMany([recordKeyOf(ada), recordKeyOf(ben)]);
    await redis.set(recordKeyOf(ada), second ?? '', HOUR_MS);
    await redis.set(recordKeyOf(ben), first ?? '', HOUR_MS);
    for (const page of [ada, ben]) {
      const answer = await browser.visit(page.url);
      expect(answer.status).toBe(401);
      expect(answer.body).not.toMatch(/Moreno|Okafor/);
    }
  });

  test.for(['', 'taken', 'a.b.c.d.e', '{"launch":{}}'])('ST-03: a record with %j does not open', async (forged) => {
    const page = await world.launch('pat-ada', browser);
    await world.dependencies.redis.set(recordKeyOf(page), forged, HOUR_MS);
    expect((await browser.visit(page.url)).status).toBe(401);
  });

  test('ST-08: a record sealed with a secret that is gone ends cleanly', async () => {
    const page = await world.launch('pat-ada', browser);
    const key = recordKeyOf(page);
    const { redis, sealer } = world.dependencies;
    const record = await sealer.open(key, (await redis.get(key)) ?? '');
    await redis.set(key, await createSealer(['a-secret-that-was-retired-long-ago-012345']).seal(key, record), HOUR_MS);
    const answer = await browser.visit(page.url);
    expect(answer.status).toBe(401);
    expect(answer.setCookies.join()).toMatch(/launch-[^=]+=;/);
  });

  /** Seals the value of a key again in the earlier format: JWE, under the same secret. */
  const sealAsBefore = async (key: string) => {
    const { redis, sealer } = world.dependencies;
    const value = await sealer.open(key, (await redis.get(key)) ?? '');
    const bytes = new Uint8Array(hkdfSync('sha256', world.config.appSecrets[0] ?? '', '', 'vectorcare seal', 32));
    const jwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'before', for: key })
      .encrypt(bytes);
    await redis.set(key, jwe, HOUR_MS);
  };

  test('ST-08: a record in the former form ends its launch only', async () => {
    const [ada, ben] = [await world.launch('pat-ada', browser), await world.launch('pat-ben', browser)];
    await sealAsBefore(recordKeyOf(ada));
    const answer = await browser.visit(ada.url);
    expect(answer.status).toBe(401);
    expect(answer.setCookies.join()).toMatch(new RegExp(`launch-${launchIdOf(ada)}=;`));
    expect(await isOpen(ben)).toBe(true);
    expect(titleOf(await world.launch('pat-ada', browser))).toBe('Requests for Ada Moreno');
  });

  test('ST-08: a launch under way in the former form ends, and the next one works', async () => {
    const callback = await browser.openUntil(world.sandbox.launch('pat-ada'), '/smart/callback');
    const redis = new Redis(world.config.redisUrl ?? '');
    for (const key of await redis.keys('tx:*')) await sealAsBefore(key).catch(() => undefined);
    redis.disconnect();
    expect((await browser.visit(callback)).status).toBe(400);
    expect(titleOf(await world.launch('pat-ada', browser))).toBe('Requests for Ada Moreno');
  });

  test('RF-14: a launch without refresh ends with its token', async () => {
    world.sandbox.faults.set('string-expires-in', '300');
    world.sandbox.faults.set('no-refresh-token');
    const page = await world.launch('pat-ada', browser);
    passedMs = 4 * MINUTE_MS;
    expect(await isOpen(page)).toBe(true);
    passedMs = 5 * MINUTE_MS + 1_000;
    expect((await browser.visit(page.url)).status).toBe(401);
    expect(await world.dependencies.redis.get(recordKeyOf(page))).toBeUndefined();
  });

  test('RF-14: a launch ends after twelve hours, even if it is in use', async () => {
    world.sandbox.faults.set('no-expires-in');
    world.sandbox.faults.set('no-refresh-token');
    const page = await world.launch('pat-ada', browser);
    for (passedMs = 0; passedMs < 12 * HOUR_MS; passedMs += 50 * MINUTE_MS) expect(await isOpen(page)).toBe(true);
    passedMs = 12 * HOUR_MS + 1_000;
    expect(await isOpen(page)).toBe(false);
  });

  test('RF-14: a visit without the secret begins no new hour', async () => {
    const page = await world.launch('pat-ada', browser);
    const name = `launch-${launchIdOf(page)}`;
    const [issuedAt, , organizationId] = cookiesOf(browser).get(name)?.split('~') ?? [];
    const { redis } = world.dependencies;
    const record = (await redis.get(recordKeyOf(page))) ?? '';
    await redis.set(recordKeyOf(page), record, MINUTE_MS);
    const cookie = `${name}=${issuedAt}~${'x'.repeat(43)}~${organizationId}`;
    const guess = await world.browser().visit(page.url, { headers: { cookie } });
    expect(guess.status).toBe(401);
    expect(await redis.lifetimeLeftMs(recordKeyOf(page))).toBeLessThanOrEqual(MINUTE_MS);
    expect(await isOpen(page)).toBe(true);
    expect(await redis.lifetimeLeftMs(recordKeyOf(page))).toBeGreaterThan(MINUTE_MS);
  });

  test('ST-06: everything that Redis stores for launches expires', async () => {
    const redis = new Redis(world.config.redisUrl ?? '');
    await redis.flushdb();
    await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
    const page = await world.launch('pat-ada', browser);
    await redis.pexpire(recordKeyOf(page), MINUTE_MS);
    expect(await isOpen(page)).toBe(true);
    const lifetimes = await Promise.all(
      (await redis.keys('*')).map(async (key) => [key, await redis.pttl(key)] as const),
    );
    redis.disconnect();
    expect(lifetimes.filter(([key]) => key.startsWith('tx:')).length).toBeGreaterThan(0);
    for (const [key, lifetimeMs] of lifetimes) {
      expect(lifetimeMs, key).toBeGreaterThan(0);
      // The list of open launches is written once a minute per launch, so it lives a minute longer than a launch.
      const most = { tx: 10 * MINUTE_MS, live: HOUR_MS + MINUTE_MS }[key.split(':')[0] ?? ''] ?? HOUR_MS;
      expect(lifetimeMs, key).toBeLessThanOrEqual(most);
    }
    expect(Object.fromEntries(lifetimes)[recordKeyOf(page)]).toBeGreaterThan(59 * MINUTE_MS);
  });
});

// Redis counts the idle hour by its own clock, so the tests on Redis read the stored lifetime instead.
test('on embedded stores RF-14: an hour without a visit ends the launch; a visit begins a new hour', async () => {
  let passedMs = 0;
  const world = await startWorld({ clock: () => new Date(Date.now() + passedMs) });
  try {
    const browser = world.browser();
    const isOpen = isOpenIn(browser);
    world.sandbox.faults.set('no-expires-in');
    const page = await world.launch('pat-ada', browser);
    passedMs = 59 * MINUTE_MS;
    expect(await isOpen(page)).toBe(true);
    passedMs += 59 * MINUTE_MS;
    expect(await isOpen(page)).toBe(true);
    passedMs += 61 * MINUTE_MS;
    expect(await isOpen(page)).toBe(false);
  } finally {
    await world.close();
  }
});
