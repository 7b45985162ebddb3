/** Liveness, readiness, and metrics without names. For failing stores see launches/ehr/faults-of-stores.test.ts. */
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { startWorld, useWorld } from '#test/helpers/world.ts';

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });

  const get = (path: string) => world.browser().visit(`${world.url}${path}`);

  test('a healthy instance is alive and ready, part by part', async () => {
    expect(JSON.parse((await get('/health/live')).body)).toEqual({ status: 'live' });
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({ status: 'ready', checks: { database: 'ok', redis: 'ok', keys: 'ok' } });
    expect(ready.headers['cache-control']).toBe('no-store');
  });

  test('metrics count a launch that ends before its callback, without a label that a visitor can choose', async () => {
    const start = (orgId: string) => get(`/smart/launch?orgId=${orgId}&iss=https://elsewhere.example/fhir&launch=x`);
    await start('st-elsewhere');
    await start('invented-by-a-visitor');
    const { body } = await get('/metrics');
    expect(body).toContain('smart_launches_total{outcome="launch.unknown-issuer",organization="st-elsewhere"} 1');
    expect(body).toContain('smart_launches_total{outcome="launch.unknown-organization",organization=""} 1');
    expect(body).not.toContain('invented');
  });

  test('metrics count launches by outcome, failures by code and calls by duration', async () => {
    await world.launch('pat-ada');
    world.sandbox.faults.set('access-denied');
    await world.launch('pat-ada');
    world.sandbox.faults.clear();
    await get('/nowhere');
    const { headers, body } = await get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body).toContain('smart_launches_total{outcome="completed",organization="st-elsewhere"} 1');
    expect(body).toContain('smart_launches_total{outcome="authorization.denied",organization="st-elsewhere"} 1');
    expect(body).toMatch(/app_failures_total\{code="request\.not-found"\} 1/);
    for (const [kind, calls] of [
      ['discovery', 2],
      ['token', 1],
      ['keys', 2],
      ['fhir', 5],
    ] as const) {
      expect(body).toContain(
        `smart_outbound_duration_seconds_count{organization="st-elsewhere",kind="${kind}"} ${calls}`,
      );
      expect(body).toContain(
        `smart_outbound_calls_total{organization="st-elsewhere",kind="${kind}",outcome="2xx"} ${calls}`,
      );
    }
    expect(body).toMatch(/smart_step_duration_seconds_count\{step="token"\} 1/);
    expect(body).toMatch(/smart_step_duration_seconds_count\{step="requests"\} 1/);
    expect(body).not.toMatch(/Moreno|pat-ada|Rivera|localhost:\d/);
  });
});

describe('a part that fails or does not answer', () => {
  const world = useWorld();

  test.for(['RS384', 'ES384'])('without a signing %s key it is not ready', async (alg) => {
    const { db } = world.dependencies.database;
    await db.execute(`update signing_keys set revoked_at = now() where alg = '${alg}'`);
    await world.dependencies.keyRing.refresh();
    const ready = await world.browser().visit(`${world.url}/health/ready`);
    await db.execute('update signing_keys set revoked_at = null');
    await world.dependencies.keyRing.refresh();
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body).checks).toEqual({ database: 'ok', redis: 'ok', keys: 'failed' });
  });

  // Two seconds are for the waiting, the rest for a busy machine.
  test('readiness names it within two seconds; liveness is not affected', { timeout: 10_000 }, async () => {
    const { redis, database } = world.dependencies;
    redis.ping = () => new Promise(() => {});
    database.ping = () => Promise.reject(new Error('gone'));
    const ready = await world.browser().visit(`${world.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toEqual({
      status: 'not ready',
      checks: { database: 'failed', redis: 'failed', keys: 'ok' },
    });
    expect((await world.browser().visit(`${world.url}/health/live`)).status).toBe(200);
  });
});

test.for([
  ['is full, for open launches go on', { maxmemory: '1' }, 'ok'],
  ['takes no writes', { 'min-replicas-to-write': '1' }, 'failed'],
] as const)('with a Redis that %s, readiness says so', async ([, settings, state]) => {
  const redis = await createRedisServer();
  await redis.start();
  onTestFinished(() => redis.stop());
  const world = await startWorld({ env: { REDIS_URL: redis.url } });
  onTestFinished(() => world.close());
  const server = new Redis(redis.url);
  onTestFinished(() => server.disconnect());
  for (const [name, value] of Object.entries(settings)) await server.config('SET', name, value);
  const ready = await world.browser().visit(`${world.url}/health/ready`);
  expect([JSON.parse(ready.body).checks.redis, ready.status]).toEqual([state, state === 'ok' ? 200 : 503]);
});

test.for([
  ['an address that is listed', '10.20.0.0/16', '10.20.0.7', 200],
  ['one address that is listed', '10.20.0.7', '10.20.0.7', 200],
  ['an address that is not', '10.20.0.0/16', '10.21.0.7', 404],
  ['an IPv4-mapped address that is listed', '10.20.0.0/16', '::ffff:10.20.0.7', 200],
  ['an IPv6 address that is listed', '2001:db8::/32', '2001:db8::9', 200],
  ['the loopback address when others are listed', '10.20.0.0/16', undefined, 404],
] as const)('health and metrics answer by OPS_ADDRESSES: %s', async ([, listed, from, status]) => {
  const world = await startWorld({ env: { OPS_ADDRESSES: listed, TRUST_PROXY: 'loopback' } });
  const headers = from === undefined ? {} : { 'x-forwarded-for': from };
  const ask = async (path: string) => (await world.browser().visit(`${world.url}${path}`, { headers })).status;
  expect([await ask('/health/ready'), await ask('/metrics')]).toEqual([status, status]);
  expect(await ask('/health/live')).toBe(200);
  await world.close();
});

test('behind an untrusted proxy no visitor counts as local', async () => {
  const world = await startWorld();
  const headers = { 'x-forwarded-for': '127.0.0.1' };
  expect((await world.browser().visit(`${world.url}/metrics`, { headers })).status).toBe(404);
  expect((await world.browser().visit(`${world.url}/metrics`)).status).toBe(200);
  await world.close();
});
