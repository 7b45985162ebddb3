/** Three instances as processes of their own behind one address: one is killed under load and no page is wrong. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RoundRobin, startRoundRobin } from '#sandbox/round-robin.ts';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { createBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { mustRunAdmin } from '#test/helpers/command-line.ts';
import { lendPostgres } from '#test/helpers/databases.ts';
import { createRedisServer, freePort } from '#test/helpers/servers/redis-server.ts';
import { testStores } from '#test/helpers/world.ts';
import { type ProductProcess, startProduct } from './support/product-process.ts';

const PATIENTS = [
  ['pat-ada', 'Requests for Ada Moreno'],
  ['pat-ben', 'Requests for Ben Okafor'],
] as const;

if ((await testStores()).length > 1)
  describe('three instances', () => {
    const opened = new AsyncDisposableStack();
    let sandbox: Sandbox;
    let products: ProductProcess[];
    let front: RoundRobin;
    beforeAll(async () => {
      const redis = await createRedisServer();
      await redis.start();
      opened.defer(redis.stop);
      const database = await lendPostgres();
      opened.defer(database.giveBack);
      const port = await freePort();
      const appUrl = `http://localhost:${port}`;
      sandbox = await startSandbox({
        port: 0,
        app: {
          launchUrl: `${appUrl}/smart/launch?orgId=st-elsewhere`,
          redirectUri: `${appUrl}/smart/callback`,
          jwksUrl: `${appUrl}/.well-known/jwks.json`,
          clientId: 'vectorcare-instances',
        },
      });
      opened.defer(sandbox.close);
      const env = {
        PATH: process.env['PATH'],
        NODE_ENV: 'development',
        PUBLIC_URL: appUrl,
        APP_SECRETS: 'Zk3-instances-9rT-secret-Wq8-of-one-run-0127',
        TRUST_PROXY: 'loopback',
        REDIS_URL: redis.url,
        DATABASE_URL: database.url,
      };
      const registration = [
        '--name',
        'St. Elsewhere',
        '--fhir-url',
        sandbox.fhirBase,
        '--client-id',
        'vectorcare-instances',
      ];
      await mustRunAdmin(env, ['organization', 'set', 'st-elsewhere', ...registration]);
      products = await Promise.all([startProduct(env), startProduct(env), startProduct(env)]);
      for (const product of products) opened.defer(product.stop);
      front = await startRoundRobin(
        port,
        products.map((product) => product.port),
      );
      opened.defer(front.close);
    }, 180_000);
    afterAll(() => opened.disposeAsync());

    test('each keeps the process id it was started with, and has the memory flags that npm start does not name', () => {
      const commands = products.map(({ pid }) => execFileSync('ps', ['-o', 'args=', '-p', String(pid)]).toString());
      expect(commands.map((command) => / --max-semi-space-size=16 .*src\/main\.ts/.test(command))).toEqual([
        true,
        true,
        true,
      ]);
    });

    test('one is killed under a load of list re-loads: only its requests in flight fail, and every page is the right patient’s', async () => {
      const visits = await Promise.all(
        PATIENTS.map(async ([patient, title]) => {
          const browser = createBrowser();
          const page = await browser.open(sandbox.launch(patient));
          expect(titleOf(page)).toBe(title);
          return { browser, url: page.url, title };
        }),
      );
      const seen: { title: string; page: Visit | undefined }[] = [];
      const reload = async ({ browser, url, title }: (typeof visits)[number]) => {
        for (let count = 0; count < 20; count += 1) {
          // A page whose connection breaks half-way is an error in the browser, not a page.
          seen.push({ title, page: await browser.visit(url).catch(() => undefined) });
        }
      };
      const loads = visits.flatMap((visit) => [reload(visit), reload(visit)]);
      await expect.poll(() => seen.length, { timeout: 30_000 }).toBeGreaterThan(8);
      await products[0]?.kill();
      await Promise.all(loads);
      expect(seen).toHaveLength(80);
      const pages = seen.flatMap(({ title, page }) => (page ? [{ title, page }] : []));
      // Only requests in flight in the killed process may be lost.
      expect(pages.length).toBeGreaterThanOrEqual(76);
      for (const { title, page } of pages) expect([page.status, titleOf(page)]).toEqual([200, title]);
      expect(titleOf(await createBrowser().open(sandbox.launch('pat-ada')))).toBe('Requests for Ada Moreno');
    });

    test('SIGTERM: requests under way are finished, new ones go to the others', { timeout: 30_000 }, async () => {
      const browser = createBrowser();
      const page = await browser.open(sandbox.launch('pat-ben'));
      const loads = Array.from({ length: 20 }, () => browser.visit(page.url));
      await products[1]?.stop();
      for (const answer of await Promise.all(loads)) expect(titleOf(answer)).toBe('Requests for Ben Okafor');
      expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ben Okafor');
    });
  });
