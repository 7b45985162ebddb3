/**
 * TL-05: limits, permissions and audit addresses follow the trusted proxy, and never what a visitor wrote into
 * X-Forwarded-For.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const HOPS = Array.from({ length: 500 }, (_unused, index) => `10.20.${index >> 8}.${index & 255}`).join(', ');
/** OPS_ADDRESSES of every world in this file, which an attacker would like to imitate. */
const LISTED = '10.20.0.0/16';

let serial = 0;
/** The tests read the counts here. */
let redis: Awaited<ReturnType<typeof createRedisServer>>;
beforeAll(async () => {
  redis = await createRedisServer();
  await redis.start();
});
afterAll(() => redis.stop());

/**
 * How an instance sees a visitor with these headers: the key of its limits, the audit address, the access to metrics.
 */
async function seenAs(world: World, headers: Record<string, string>) {
  serial += 1;
  const orgId = `hospital-${serial}`;
  await world.setOrganization(orgId);
  const browser = world.browser({ headers });
  const url = world.sandbox.launch('pat-ada').replace('orgId=st-elsewhere', `orgId=${orgId}`);
  const callback = await browser.openUntil(url, '/smart/callback');
  // An instance reports a visitor to Redis when a twentieth of the allowance is used.
  await Promise.all(Array.from({ length: 16 }, () => browser.visit(url)));
  const countOf = (visitor: string) => world.dependencies.redis.get(`limit:launch-address:${orgId} ${visitor}`);
  const visitors = ['127.0.0.1', '10.20.0.7', '192.0.2.1', '203.0.113.9', '2001:db8:1:2::/64', 'unreadable'];
  const counts = await Promise.all(visitors.map(countOf));
  await browser.open(callback);
  await world.dependencies.audit.flush();
  const rows = await listAuditRows(world.dependencies.database.db, { organizationId: orgId }, 100);
  const metrics = await world.browser({ headers }).visit(`${world.url}/metrics`);
  return {
    counted: visitors.filter((_visitor, index) => Number(counts[index]) > 0),
    audited: [...new Set(rows.map(({ address }) => address))],
    metrics: metrics.status,
  };
}

/** The header as it arrives: the proxy saw the last address, and the visitor sent all addresses before it. */
const CHAINS: [what: string, header: string, counted: string, audited: string][] = [
  ['the proxy alone', '203.0.113.9', '203.0.113.9', '203.0.113.9'],
  ['a listed address before', '10.20.0.7, 203.0.113.9', '203.0.113.9', '203.0.113.9'],
  ['this host before', '127.0.0.1, ::1, localhost, 203.0.113.9', '203.0.113.9', '203.0.113.9'],
  ['five hundred addresses before', `${HOPS}, 203.0.113.9`, '203.0.113.9', '203.0.113.9'],
  ['the visitor, then a second proxy of ours', '10.20.0.7, 203.0.113.9, 127.0.0.2', '203.0.113.9', '203.0.113.9'],
  ['our proxy in its mapped form', '10.20.0.7, 203.0.113.9, ::ffff:127.0.0.2', '203.0.113.9', '203.0.113.9'],
  ['more of our own proxies than there can be', `203.0.113.9${', 127.0.0.1'.repeat(60)}`, '127.0.0.1', '127.0.0.1'],
  ['garbage before', `"><script>, %00, ${'9'.repeat(2_000)}, 203.0.113.9`, '203.0.113.9', '203.0.113.9'],
  ['empty places and no spaces', ',,10.20.0.7,,,203.0.113.9,,', '203.0.113.9', '203.0.113.9'],
  ['IPv6', '10.20.0.7, 2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1:2:3:4:5:6'],
  ['IPv6, listed address mapped before', '::ffff:10.20.0.7, 2001:db8:1:2::9', '2001:db8:1:2::/64', '2001:db8:1:2::9'],
  ['IPv4 in its mapped form', '10.20.0.7, ::ffff:203.0.113.9', '203.0.113.9', '::ffff:203.0.113.9'],
  ['a proxy that writes ports', '10.20.0.7, 203.0.113.9:4711', '203.0.113.9', '203.0.113.9:4711'],
  ['a proxy that writes brackets', '10.20.0.7, [2001:db8:1:2::9]:443', '2001:db8:1:2::/64', '[2001:db8:1:2::9]:443'],
  ['a proxy that hides its visitor', '10.20.0.7, unknown', 'unreadable', 'unknown'],
  ['this host with a port', '10.20.0.7, 127.0.0.1:80', '127.0.0.1', '127.0.0.1:80'],
];

/** Other headers by which proxies report a visitor's address. */
const OTHER_NAMES = [
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'x-cluster-client-ip',
  'forwarded',
];
const asForwarded = (name: string) =>
  name === 'forwarded' ? 'for=10.20.0.7;host=evil.example;proto=https' : '10.20.0.7';

describe('behind a trusted proxy on this host', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ env: { REDIS_URL: redis.url, TRUST_PROXY: 'loopback', OPS_ADDRESSES: LISTED } });
  });
  afterAll(() => world.close());

  test.for(CHAINS)('%s: the address that the proxy saw counts', async ([, header, counted, audited]) => {
    const seen = await seenAs(world, { 'x-forwarded-for': header });
    expect(seen).toEqual({ counted: [counted], audited: [audited], metrics: 404 });
  });

  test('an address that the proxy saw and that is listed may read metrics, whatever the header has before it', async () => {
    const seen = await seenAs(world, { 'x-forwarded-for': '192.0.2.1, 10.20.0.7' });
    expect(seen).toEqual({ counted: ['10.20.0.7'], audited: ['10.20.0.7'], metrics: 200 });
  });

  test.for(OTHER_NAMES)('%s is ignored', async (name) => {
    const seen = await seenAs(world, { [name]: asForwarded(name), 'x-forwarded-for': '203.0.113.9' });
    expect(seen).toEqual({ counted: ['203.0.113.9'], audited: ['203.0.113.9'], metrics: 404 });
  });

  test('a new invented address with every launch allows no more launches than one address', async () => {
    await world.setOrganization('flooded');
    const browser = world.browser();
    const url = world.sandbox.launch('pat-ada').replace('orgId=st-elsewhere', 'orgId=flooded');
    const from = (header: string) => browser.visit(url, { headers: { 'x-forwarded-for': header } });
    await from('192.0.2.1');
    const answers = await Promise.all(
      Array.from({ length: 320 }, (_unused, index) => from(`198.51.100.${index % 256}, 203.0.113.9`)),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(300);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
    const other = world.browser({ headers: { 'x-forwarded-for': '203.0.113.9, 192.0.2.1' } });
    await expect(other.openUntil(url, '/smart/callback')).resolves.toContain('/smart/callback');
  });
});

describe('without a trusted proxy', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ env: { REDIS_URL: redis.url, OPS_ADDRESSES: LISTED } });
  });
  afterAll(() => world.close());

  test.for(CHAINS)('%s: the header changes nothing', async ([, header]) => {
    const seen = await seenAs(world, { 'x-forwarded-for': header });
    expect(seen).toEqual({ counted: ['127.0.0.1'], audited: ['127.0.0.1'], metrics: 404 });
  });

  test.for(OTHER_NAMES)('%s changes nothing', async (name) => {
    const seen = await seenAs(world, { [name]: asForwarded(name) });
    expect(seen).toEqual({ counted: ['127.0.0.1'], audited: ['127.0.0.1'], metrics: 404 });
  });

  test('an invented host or protocol is in no redirect', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '81' };
    const answer = await world.browser({ headers }).visit(world.sandbox.launch('pat-ada'));
    expect(answer.status).toBe(303);
    expect(JSON.stringify(answer)).not.toContain('evil.example');
  });
});
