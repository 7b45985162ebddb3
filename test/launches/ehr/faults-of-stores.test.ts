/** What still works when Redis or the database does not, and how everything recovers (AZ-21, JW-11). */
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { addPerson, PASSWORD, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { startTcpProxy, type TcpProxy } from '#test/helpers/servers/tcp-proxy.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, testStores, type World } from '#test/helpers/world.ts';

const redis = await createRedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.stop());

/** Two seconds are for the store, the rest for a busy machine. */
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
  ] as const)('%s', ([kind, fail, mend]) => {
    test('AZ-21: a launch ends in 503 and the EHR’s launch value is not spent', SOON, async () => {
      const browser = world.browser();
      const launchUrl = world.sandbox.launch('pat-ada');
      world.sandbox.requests.clear();
      await fail();
      const page = await browser.open(launchUrl);
      expect([page.status, titleOf(page)]).toEqual([503, 'This service is not available at the moment']);
      expect(supportCodeOf(page)).toBeDefined();
      expect(page.setCookies.join()).not.toContain('tx-');
      // Inside a frame there is no other way to open the same address again.
      expect(page.body).toContain('href="">Try again</a>');
      expect(world.sandbox.requests.filter(({ path }) => path.startsWith('/auth/authorize'))).toHaveLength(0);
      await mend();
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      expect(titleOf(await browser.open(launchUrl))).toBe('Requests for Ada Moreno');
    });

    test('JW-11: keys and liveness answer, readiness fails, and an open page is a 503', {
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

    test('the guide opens, Settings and sign-in are a 503, and no user is signed out', {
      timeout: 20_000,
    }, async () => {
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      const email = `${kind}@example.com`;
      await addPerson(world, email);
      const browser = await signedIn(world, email);
      await fail();
      for (const visitor of [browser, world.browser()]) {
        const guide = await visitor.visit(`${world.url}/guide`);
        expect([guide.status, guide.setCookies]).toEqual([200, []]);
      }
      const page = await browser.visit(`${world.url}/settings/account`);
      expect([page.status, titleOf(page)]).toEqual([503, 'This service is not available at the moment']);
      expect(page.setCookies).toEqual([]);
      await mend();
      await expect.poll(() => statusOf('/health/ready'), { timeout: 8_000 }).toBe(200);
      // This Redis keeps nothing on disk: what was stopped has forgotten every session.
      const after = await browser.visit(`${world.url}/settings/account`);
      expect(after.status).toBe(kind === 'hanging' ? 200 : 303);
    });

    test('a callback during the outage is answered, and can be repeated when Redis answers again', {
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

  test('neither the store’s address nor its values are shown or logged', () => {
    const lines = world.logLines.join('');
    expect(lines).toContain('store.unavailable');
    expect(lines).not.toMatch(/"args":|eyJhbGciOiJkaXIi/);
  });
});

test('a full Redis takes no new launch; open ones go on, are renewed, and can be signed out', {
  timeout: 20_000,
}, async () => {
  let now = new Date();
  const world = await startWorld({ env: { REDIS_URL: redis.url }, clock: () => now });
  onTestFinished(() => world.close());
  const browser = world.browser();
  const ada = await world.launch('pat-ada', browser);
  const ben = await world.launch('pat-ben', browser);
  const server = new Redis(redis.url);
  onTestFinished(async () => {
    await server.config('SET', 'maxmemory', '0');
    server.disconnect();
  });
  await server.config('SET', 'maxmemory', '1');
  for (const minutes of [2, 56]) {
    now = new Date(now.getTime() + minutes * 60_000);
    expect(titleOf(await browser.visit(ada.url))).toBe('Requests for Ada Moreno');
    expect(titleOf(await browser.visit(ben.url))).toBe('Requests for Ben Okafor');
  }
  expect(world.sandbox.requests.filter(({ body }) => body.includes('grant_type=refresh_token')).length).toBe(2);
  expect((await world.browser().visit(`${world.url}/health/ready`)).status).toBe(200);
  // An hour after their launch they are still listed as open: nothing else could be ended for a user or an organization.
  const before = now;
  now = new Date(now.getTime() + 4 * 60_000);
  const metrics = (await world.browser().visit(`${world.url}/metrics`)).body;
  now = before;
  expect(/^smart_open_launches\{.*\} (\d+)$/m.exec(metrics)?.[1]).toBe('2');
  expect((await world.launch('pat-ada', world.browser())).status).toBe(503);
  const signOut = `${world.url}/launches/${launchIdOf(ada)}/sign-out`;
  expect((await browser.visit(signOut, { form: { csrf: csrfOf(ada) } })).status).toBe(303);
  await server.config('SET', 'maxmemory', '0');
  expect((await browser.visit(ada.url)).status).toBe(401);
  expect((await browser.visit(ben.url)).status).toBe(200);
});

if ((await testStores()).length > 1)
  describe('without PostgreSQL', () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld({ stores: 'real Redis and PostgreSQL' });
    });
    afterAll(() => world.close());

    test('open launches go on, new ones begin, sign-out works; only readiness fails', {
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

    test('ST-07: values that the database could not store are not logged', async () => {
      await world.dependencies.audit.flush();
      const lines = world.logLines.join('');
      expect(lines).toContain('audit events could not be written');
      expect(lines).not.toMatch(/Moreno|Okafor|pat-ada|pat-ben|insert into|eyJhbGciOiJkaXIi/);
    });
  });

if ((await testStores()).length > 1)
  test.for([
    ['takes no writes', 'set default_transaction_read_only = on'],
    ['takes no connections', 'with allow_connections false'],
  ])('a database that %s is a 503, and not a defect of ours', async ([, how]) => {
    const world = await startWorld({ stores: 'PostgreSQL' });
    onTestFinished(() => world.close());
    await addPerson(world, 'operator@example.com');
    const operator = await signedIn(world, 'operator@example.com');
    const form = { csrf: await tokenOf(world, operator), id: 'another', name: 'Another' };
    await alterDatabase(world.config.databaseUrl ?? '', how);
    const page = await operator.visit(`${world.url}/settings/organizations`, { form });
    expect([page.status, titleOf(page)]).toEqual([503, 'This service is not available at the moment']);
  });

if ((await testStores()).length > 1)
  describe('with PostgreSQL behind a bad network', () => {
    let world: World;
    let wire: TcpProxy;
    let instance: Instance;
    let operator: TestBrowser;
    beforeAll(async () => {
      world = await startWorld({ stores: 'real Redis and PostgreSQL' });
      const url = new URL(world.config.databaseUrl ?? '');
      wire = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
      url.host = `127.0.0.1:${wire.port}`;
      instance = await addInstance(world, { databaseUrl: url.href });
      await addPerson(world, 'operator@example.com');
      operator = await signedIn(world, 'operator@example.com');
    });
    afterAll(async () => {
      wire.mend();
      await instance.close();
      await wire.close();
      await world.close();
    });
    const there = (url: string) => url.replace(world.url, instance.url);
    const statusOf = async (path: string) => (await operator.visit(`${instance.url}${path}`)).status;

    test.for(['cut', 'clamp'] as const)(
      '%s: launches go on, settings and sign-in say wait, and it comes back',
      {
        timeout: 60_000,
      },
      async (fault) => {
        const browser = world.browser();
        const ada = await world.launch('pat-ada', browser);
        expect((await browser.visit(there(ada.url))).status).toBe(200);
        expect(await statusOf('/settings/account')).toBe(200);
        const form = await browser.visit(`${instance.url}/sign-in`);
        wire[fault]();
        expect(titleOf(await browser.visit(there(ada.url)))).toBe('Requests for Ada Moreno');
        const callback = await browser.openUntil(there(world.sandbox.launch('pat-ben')), '/smart/callback');
        const done = await browser.visit(there(callback));
        expect(titleOf(await browser.visit(there(done.headers['location'] ?? '')))).toBe('Requests for Ben Okafor');
        for (const path of ['/settings/account', '/settings/integrations/smart-on-fhir', '/settings/launches']) {
          const page = await operator.visit(`${instance.url}${path}`);
          expect([page.status, titleOf(page)]).toEqual([503, 'This service is not available at the moment']);
        }
        const answer = { csrf: csrfOf(form), email: 'operator@example.com', password: PASSWORD };
        expect((await browser.visit(`${instance.url}/sign-in`, { form: answer })).status).toBe(503);
        for (const path of ['/guide', '/.well-known/jwks.json', '/health/live']) expect(await statusOf(path)).toBe(200);
        expect(await statusOf('/health/ready')).toBe(503);
        // The log names each row that could not be written, without its content.
        await instance.dependencies.audit.flush();
        expect(world.logLines.join('')).toMatch(/"lost":\[\{[^\]]*"event":"launch"/);
        wire.mend();
        await expect.poll(() => statusOf('/health/ready'), { timeout: 20_000 }).toBe(200);
        expect(await statusOf('/settings/account')).toBe(200);
      },
    );
  });

/** Changes the database, as a replica or one in maintenance is. Open connections are ended. */
function alterDatabase(url: string, how = ''): Promise<void> {
  return onServer(url, async (client, name) => {
    await client.query(`alter database "${name}" ${how}`);
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  });
}

/** Drops the database under open connections. The server stays, because other tests need it. */
function dropDatabase(url: string): Promise<void> {
  return onServer(url, async (client, name) => void (await client.query(`drop database "${name}" with (force)`)));
}

async function onServer(url: string, work: (client: Client, name: string) => Promise<void>): Promise<void> {
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  try {
    await work(client, name);
  } finally {
    await client.end();
  }
}
