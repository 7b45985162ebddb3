/**
 * RF-15: a process that dies between the EHR's answer and its own record never leads to a second use of the old token.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser, titleOf } from '#test/helpers/browser.ts';
import { mustRunAdmin } from '#test/helpers/command-line.ts';
import { lendPostgres } from '#test/helpers/databases.ts';
import { createRedisServer, freePort, type RedisServer } from '#test/helpers/servers/redis-server.ts';
import { type StubEhr, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { testStores } from '#test/helpers/world.ts';
import { type ProductProcess, startProduct } from './support/product-process.ts';

if ((await testStores()).length > 1)
  describe('kill -9 between the token response and the save', () => {
    const opened = new AsyncDisposableStack();
    let redis: RedisServer;
    let ehr: StubEhr;
    let first: ProductProcess;
    let second: ProductProcess;
    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'vectorcare-crash-'));
      opened.defer(() => rm(folder, { recursive: true, force: true }));
      redis = await createRedisServer(folder);
      await redis.start();
      opened.defer(redis.stop);
      const database = await lendPostgres();
      opened.defer(database.giveBack);
      ehr = await startStubEhr();
      opened.defer(ehr.close);
      const port = await freePort();
      const env = {
        PATH: process.env['PATH'],
        NODE_ENV: 'development',
        PUBLIC_URL: `http://localhost:${port}`,
        APP_SECRETS: 'Zk3-crashing-9rT-secret-Wq8-of-one-run-0127',
        REDIS_URL: redis.url,
        DATABASE_URL: database.url,
      };
      const registration = ['--name', 'Stub', '--fhir-url', ehr.fhirBase, '--client-id', 'crashing'];
      await mustRunAdmin(env, ['organization', 'set', 'stub', ...registration]);
      [first, second] = await Promise.all([startProduct(env), startProduct(env)]);
      opened.defer(first.stop);
      opened.defer(second.stop);
    });
    afterAll(() => opened.disposeAsync());

    const refreshes = () => ehr.seen('token').filter(({ body }) => body.includes('grant_type=refresh_token'));
    /** Pages and redirects name PUBLIC_URL; each process is reached at its own port. */
    const at = (product: ProductProcess, url: string) => url.replace(/localhost:\d+/, `localhost:${product.port}`);

    test('the relaunch page, for good', { timeout: 90_000 }, async () => {
      ehr.change('token', { expires_in: 0, refresh_token: 'the-only-one' });
      const browser = createBrowser();
      const query = new URLSearchParams({ orgId: 'stub', iss: ehr.fhirBase, launch: 'opaque' });
      let page = await browser.visit(at(first, `http://localhost:1/smart/launch?${query.toString()}`));
      for (let hops = 0; page.headers['location'] !== undefined && hops < 9; hops += 1) {
        const target = new URL(page.headers['location'], page.url).href;
        if (/\/launches\//.test(target)) {
          page = { ...page, url: target };
          break;
        }
        page = await browser.visit(at(first, target));
      }
      expect(page.url).toContain('/launches/');
      ehr.requests.length = 0;
      ehr.on('token', async (request) => {
        // The store stops with everything acknowledged on disk, so the answer arrives and cannot be saved.
        await redis.stop();
        const { body } = await ehr.standard(request);
        return { body: { ...(body as object), refresh_token: 'rotated' } };
      });
      const torn = browser.visit(at(first, page.url)).catch(() => undefined);
      await expect.poll(() => refreshes().length, { timeout: 20_000 }).toBe(1);
      await first.kill();
      await redis.start();
      await torn;
      ehr.on('token', (request) => ehr.standard(request));
      // While the claim is young, its owner might be alive, so the page waits. Then the launch is over; nothing is
      // sent.
      await expect
        .poll(async () => (await browser.visit(at(second, page.url))).status, { timeout: 60_000, interval: 500 })
        .toBe(401);
      const over = await browser.visit(at(second, page.url));
      expect([over.status, over.body.includes('Open the app again')]).toEqual([401, true]);
      expect(titleOf(over)).not.toContain('Stella');
      expect(refreshes()).toHaveLength(1);
    });
  });
