/**
 * One launch on several instances: one refresh in all, and nothing lost while Redis is unavailable (RF-04, RF-15,
 * MT-02).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { AppError } from '#src/errors.ts';
import { titleOf, type Visit } from '#test/helpers/browser.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { createRedisServer, type RedisServer } from '#test/helpers/servers/redis-server.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

const refreshesAt = (sandbox: World['sandbox']) =>
  sandbox.requests.filter(({ body }) => body.includes('grant_type=refresh_token'));
/** The same page at another instance. */
const at = (instance: Instance | undefined, url: string) => url.replace(/^http:\/\/[^/]+/, instance?.url ?? '$&');
const count = (pages: readonly Visit[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of pages) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

if ((await testStores()).length > 1) {
  describe('three instances on one Redis and PostgreSQL', () => {
    let world: World;
    let instances: Instance[];
    const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
    beforeAll(async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      // Only renewals are counted, so the list is off; it would only keep the mock EHR busy.
      world = await startWorld({ stores: 'real Redis and PostgreSQL', settings: { showEhrOrders: false } });
      instances = [await addInstance(world), await addInstance(world)];
    });
    afterAll(async () => {
      vi.useRealTimers();
      await Promise.all(instances.map((one) => one.close()));
      await world.close();
    });
    afterEach(() => world.sandbox.faults.clear());

    /** The address of the n-th of many requests, which are spread over the instances. */
    const spread = (url: string, index: number) => (index % 3 === 0 ? url : at(instances[(index % 3) - 1], url));
    const launchFor = async (seconds: number, patient = 'pat-ada') => {
      world.sandbox.faults.set('string-expires-in', String(seconds));
      const browser = world.browser();
      const page = await world.launch(patient, browser);
      expect(page.status).toBe(200);
      world.sandbox.requests.clear();
      return { browser, url: page.url };
    };

    test('RF-04: 100 requests at expiry on three instances cause one refresh and no failed page', async () => {
      const { browser, url } = await launchFor(100);
      advance(101_000);
      const pages = await Promise.all(Array.from({ length: 100 }, (_, index) => browser.visit(spread(url, index))));
      expect(count(pages)).toEqual({ 200: 100 });
      expect(new Set(pages.map(titleOf))).toEqual(new Set(['Requests for Ada Moreno']));
      expect(refreshesAt(world.sandbox)).toHaveLength(1);
    });

    test('RF-06: with invalid_grant every waiting request gets the relaunch page, after one call', async () => {
      const { browser, url } = await launchFor(100);
      world.sandbox.faults.set('refresh-invalid-grant');
      advance(101_000);
      const pages = await Promise.all(Array.from({ length: 30 }, (_, index) => browser.visit(spread(url, index))));
      expect(count(pages)).toEqual({ 401: 30 });
      expect(refreshesAt(world.sandbox)).toHaveLength(1);
    });

    test('RF-03, RF-04: a shift of eight hours with tokens of 570 s, on all instances, with an EHR that revokes reused tokens', async () => {
      const { browser, url } = await launchFor(570, 'pat-ben');
      const pauses = [2, 9, 31, 4, 58, 12, 1, 25, 44, 7];
      let minutes = 0;
      for (let step = 0; minutes < 8 * 60; step += 1) {
        const pause = pauses[step % pauses.length] ?? 5;
        minutes += pause;
        advance(pause * 60_000);
        const both = await Promise.all([0, 1, 2].map((index) => browser.visit(spread(url, step + index))));
        expect(both.map(titleOf)).toEqual(both.map(() => 'Requests for Ben Okafor'));
      }
      const sent = refreshesAt(world.sandbox).map(({ body }) => new URLSearchParams(body).get('refresh_token'));
      expect(sent.length).toBeGreaterThan(10);
      expect(new Set(sent).size).toBe(sent.length);
    });

    test('the EHR of these tests revokes the whole family of a reused token', async () => {
      await launchFor(100);
      advance(101_000);
      const { browser, url } = await launchFor(100);
      advance(101_000);
      await browser.visit(url);
      const [first] = refreshesAt(world.sandbox);
      const replay = await browser.visit(`${world.sandbox.origin}/auth/token`, {
        form: Object.fromEntries(new URLSearchParams(first?.body)),
      });
      expect(replay.status).toBeGreaterThanOrEqual(400);
    });

    test('MT-02: with equal users and patients of two organizations, a refresh of one does not affect the other', async () => {
      const twin = await world.addSandbox('twin');
      await world.setOrganization('twin', {}, twin);
      const one = await launchFor(100);
      twin.faults.set('string-expires-in', '100');
      const other = world.browser();
      const there = await other.open(twin.launch('pat-ada'));
      twin.requests.clear();
      advance(101_000);
      world.sandbox.faults.set('refresh-invalid-grant');
      expect((await one.browser.visit(one.url)).status).toBe(401);
      expect(refreshesAt(twin)).toHaveLength(0);
      expect(titleOf(await other.visit(there.url))).toBe('Requests for Ada Moreno');
      expect(refreshesAt(twin)).toHaveLength(1);
    });
  });

  describe('while Redis is unavailable', () => {
    let folder: string;
    let redis: RedisServer;
    let world: World;
    let second: Instance;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vectorcare-redis-'));
      redis = await createRedisServer(folder);
      await redis.start();
      world = await startWorld({ stores: 'real Redis and PostgreSQL', env: { REDIS_URL: redis.url } });
      second = await addInstance(world);
    });
    afterAll(async () => {
      await second.close();
      await world.close();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    });
    afterEach(() => world.sandbox.faults.clear());

    const launchFor = async (seconds: number, patient: string) => {
      world.sandbox.faults.set('string-expires-in', String(seconds));
      const browser = world.browser();
      const page = await world.launch(patient, browser);
      return { browser, url: page.url, title: titleOf(page) };
    };
    const isBack = () =>
      expect
        .poll(async () => (await world.browser().visit(`${world.url}/health/ready`)).status, { timeout: 15_000 })
        .toBe(200);
    /** The title of a reload once the store has recovered. */
    const settled = async ({ browser, url }: Awaited<ReturnType<typeof launchFor>>) => {
      const seen: { page?: Visit } = {};
      await expect.poll(async () => (seen.page = await browser.visit(url)).status, { timeout: 15_000 }).not.toBe(503);
      return seen.page && titleOf(seen.page);
    };

    test('stopped and started under load: no page shows another patient, and no launch is lost', {
      timeout: 90_000,
    }, async () => {
      const patients = ['pat-ada', 'pat-ben', 'pat-ada', 'pat-ben'];
      const launches = await Promise.all(patients.map((patient) => launchFor(3, patient)));
      const seen: string[] = [];
      const isOver = { now: false };
      const load = launches.flatMap((one) =>
        [one.url, at(second, one.url)].map(async (url) => {
          while (!isOver.now) {
            const page = await one.browser.visit(url);
            seen.push(
              page.status === 200 ? (titleOf(page) === one.title ? '200' : 'another patient') : String(page.status),
            );
          }
        }),
      );
      for (let outage = 0; outage < 2; outage += 1) {
        await expect.poll(() => refreshesAt(world.sandbox).length, { timeout: 20_000 }).toBeGreaterThan(outage * 4 + 2);
        await redis.stop();
        const before = seen.length;
        await expect.poll(() => seen.slice(before).includes('503'), { timeout: 20_000 }).toBe(true);
        await redis.start();
        await isBack();
      }
      isOver.now = true;
      await Promise.all(load);
      expect(new Set(seen)).toEqual(new Set(['200', '503']));
      expect(await Promise.all(launches.map(settled))).toEqual(launches.map(({ title }) => title));
    });

    test('RF-15: a store that does not answer while the refresh token is claimed loses no launch', async () => {
      const one = await launchFor(1, 'pat-ada');
      world.sandbox.requests.clear();
      // The claim reaches Redis, but the answer comes after the deadline.
      const { replace } = world.dependencies.redis;
      vi.spyOn(world.dependencies.redis, 'replace').mockImplementationOnce(async (...claim) => {
        await replace(...claim);
        throw new AppError('store.unavailable', 'Redis did not answer');
      });
      await expect.poll(async () => (await one.browser.visit(one.url)).status, { timeout: 10_000 }).toBe(503);
      expect(refreshesAt(world.sandbox)).toHaveLength(0);
      const renewals = async () => {
        await one.browser.visit(one.url);
        return refreshesAt(world.sandbox).length;
      };
      await expect.poll(renewals, { timeout: 15_000 }).toBeGreaterThan(0);
      expect(await settled(one)).toBe('Requests for Ada Moreno');
    });

    test('RF-15: a store that fails right after the EHR rotated the token loses no launch', async () => {
      const one = await launchFor(1, 'pat-ben');
      world.sandbox.requests.clear();
      world.sandbox.faults.set('slow-token', 400);
      const isRefreshing = async () => {
        if (refreshesAt(world.sandbox).length === 0) void one.browser.visit(one.url).catch(() => undefined);
        return refreshesAt(world.sandbox).length;
      };
      await expect.poll(isRefreshing, { timeout: 10_000, interval: 100 }).toBeGreaterThan(0);
      await redis.stop();
      await expect.poll(async () => (await one.browser.visit(one.url)).status, { timeout: 15_000 }).toBe(503);
      world.sandbox.faults.clear('slow-token');
      await redis.start();
      await isBack();
      expect(await settled(one)).toBe('Requests for Ben Okafor');
      const sent = refreshesAt(world.sandbox).map(({ body }) => new URLSearchParams(body).get('refresh_token'));
      expect(new Set(sent).size).toBe(sent.length);
    });
  });
}
