/** What still works when Redis or the database does not, and how everything comes back (AZ-21, JW-11, design.md §9). */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { supportCodeOf, titleOf } from '#test/helpers/browser.ts';
import { createRedisServer } from '#test/helpers/redis-server.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

const redis = await createRedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.stop());

/** Two seconds for the store, the rest for a busy machine. */
const SOON = { timeout: 12_000 };

describe('without Redis', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ env: { REDIS_URL: redis.url } });
  });
  afterAll(() => world.close());

  const statusOf = async (path: string) => (await world.browser().visit(`${world.url}${path}`)).status;

  describe.for([
    ['stopped', () => redis.stop(), () => redis.start()],
    ['hanging', async () => redis.freeze(), async () => redis.thaw()],
  ] as const)('%s', ([, fail, mend]) => {
    test('AZ-21: a launch ends in 503 and the EHR’s launch value is not spent', SOON, async () => {
      const browser = world.browser();
      const launchUrl = world.sandbox.launch('pat-ada');
      world.sandbox.requests.clear();
      await fail();
      const page = await browser.open(launchUrl);
      expect([page.status, titleOf(page)]).toEqual([503, 'This service is not available at the moment']);
      expect(supportCodeOf(page)).toBeDefined();
      expect(page.setCookies.join()).not.toContain('tx-');
      expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/authorize'))).toHaveLength(0);
      await mend();
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      expect(titleOf(await browser.open(launchUrl))).toBe('Requests for Ada Moreno');
    });

    test('JW-11: keys and liveness answer, readiness says no, an open page says wait', {
      timeout: 12_000,
    }, async () => {
      const browser = world.browser();
      const page = await world.launch('pat-ada', browser);
      await fail();
      expect(await statusOf('/.well-known/jwks.json')).toBe(200);
      expect(await statusOf('/health/live')).toBe(200);
      const ready = await browser.visit(`${world.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.body)).toMatchObject({ checks: { redis: 'failed', database: 'ok', keys: 'ok' } });
      const answer = await browser.visit(page.url);
      expect(answer.status).toBe(503);
      expect(answer.body).not.toContain('Moreno');
      expect(answer.headers['content-security-policy']).toContain(world.sandbox.origin);
      await mend();
    });

    test('a callback that comes meanwhile is answered, and can be repeated once Redis is back', {
      timeout: 12_000,
    }, async () => {
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      const browser = world.browser();
      const callback = await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
      world.sandbox.requests.clear();
      await fail();
      expect((await browser.visit(callback)).status).toBe(503);
      expect(world.sandbox.requests.filter(({ path }) => path === '/auth/token')).toHaveLength(0);
      await mend();
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      expect((await world.launch('pat-ben', browser)).status).toBe(200);
    });
  });

  test('nothing about the store, its address or its values is shown or logged', () => {
    const lines = world.logLines.join('');
    expect(lines).toContain('store.unavailable');
    expect(lines).not.toMatch(/"args":|eyJhbGciOiJkaXIi/);
  });
});

if ((await testStores()).length > 1)
  describe('without PostgreSQL', () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld({ stores: 'real Redis and PostgreSQL' });
    });
    afterAll(() => world.close());

    test('an open launch goes on, new ones begin, sign-out ends; only readiness complains', {
      timeout: 20_000,
    }, async () => {
      const browser = world.browser();
      const ada = await world.launch('pat-ada', browser);
      await world.dependencies.audit.flush();
      await dropDatabase(world.config.databaseUrl ?? '');
      expect(titleOf(await browser.visit(ada.url))).toBe('Requests for Ada Moreno');
      expect(titleOf(await world.launch('pat-ben', browser))).toBe('Requests for Ben Okafor');
      const ready = await browser.visit(`${world.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.body)).toMatchObject({ checks: { database: 'failed', redis: 'ok', keys: 'ok' } });
      expect((await browser.visit(`${world.url}/.well-known/jwks.json`)).status).toBe(200);
      const signOut = `${world.url}/launches/${launchIdOf(ada)}/sign-out`;
      expect((await browser.visit(signOut, { form: { csrf: csrfOf(ada) } })).status).toBe(303);
      expect((await browser.visit(ada.url)).status).toBe(401);
    });

    test('ST-07: what the database could not take is not told in the log', async () => {
      await world.dependencies.audit.flush();
      const lines = world.logLines.join('');
      expect(lines).toContain('audit events could not be written');
      expect(lines).not.toMatch(/Moreno|Okafor|pat-ada|pat-ben|insert into|eyJhbGciOiJkaXIi/);
    });
  });

/** The database goes away under open connections; the server stays, as other tests need it. */
async function dropDatabase(url: string): Promise<void> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(`drop database "${name}" with (force)`);
  } finally {
    await client.end();
  }
}
