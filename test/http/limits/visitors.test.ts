/** A stranger with a whole IPv6 network stops neither a hospital's clinicians nor known browsers (LA-15, MT-06). */
import { expect, test } from 'vitest';
import { createBrowser, titleOf } from '#test/helpers/browser.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { useStarted } from '#test/helpers/started.ts';
import { ORG_ID, startWorld } from '#test/helpers/world.ts';

const env = { TRUST_PROXY: 'loopback' };
const world = useStarted(() => startWorld({ env }));

const browserAt = (address: string) => createBrowser({ headers: { 'x-forwarded-for': address } });

/** Begins launches and never finishes them. The cookie is one that anyone can invent. */
async function flood(addresses: readonly string[], where = world, organization = ORG_ID): Promise<number[]> {
  const browser = where.browser();
  const url = where.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, `orgId=${organization}`);
  const statuses: number[] = [];
  for (let at = 0; at < addresses.length; at += 100) {
    const visits = addresses
      .slice(at, at + 100)
      .map((address) => browser.visit(url, { headers: { 'x-forwarded-for': address, cookie: `probe=${ORG_ID}` } }));
    // oxlint-disable-next-line no-await-in-loop -- a hundred at once
    statuses.push(...(await Promise.all(visits)).map(({ status }) => status));
  }
  browser.history.length = 0;
  return statuses;
}

test('six hundred addresses of one /64 are one visitor; clinicians elsewhere launch', {
  timeout: 300_000,
}, async () => {
  const addresses = Array.from({ length: 600 }, (_unused, index) => `2001:db8:1:2:${index.toString(16)}::1`);
  const statuses = await flood(addresses);
  expect(statuses.filter((status) => status === 303)).toHaveLength(300);
  expect(statuses.filter((status) => status === 429)).toHaveLength(300);
  for (const address of ['192.0.2.7', '2001:db8:1:3::1', '2001:db8:2::1'])
    expect(titleOf(await browserAt(address).open(world.sandbox.launch('pat-ada')))).toBe('Requests for Ada Moreno');
});

test('known browsers can launch when strangers have used their whole share', async () => {
  const redis = await createRedisServer();
  await redis.start();
  const shared = await startWorld({ env: { ...env, REDIS_URL: redis.url } });
  const known = browserAt('192.0.2.20');
  await known.open(shared.sandbox.launch('pat-ada'));
  // As after a night: the launch has ended, and only the probe cookie stays in the browser.
  const jar = known.jar.get('localhost') ?? new Map<string, string>();
  for (const name of jar.keys()) if (name !== 'probe') jar.delete(name);
  const note = jar.get('probe') ?? '';

  await shared.setOrganization('neighbour');
  // The other instances have used up the whole allowance, except the twentieth that each instance counts by itself.
  const fill = async (organization: string) => {
    await shared.dependencies.redis.set(`limit:launch:${organization}`, '3000', 60_000);
    const addresses = Array(160).fill('192.0.2.30');
    // On a busy machine, launches may pass before this instance learns of the others: at most twice its own share.
    const statuses = [
      ...(await flood(addresses, shared, organization)),
      ...(await flood(addresses, shared, organization)),
    ];
    expect(statuses.filter((status) => status === 303).length).toBeLessThanOrEqual(300);
  };
  await fill(ORG_ID);
  const launch = async (probe: string | undefined, organization = ORG_ID) => {
    const browser = browserAt('192.0.2.21');
    if (probe !== undefined) browser.jar.set('localhost', new Map([['probe', probe]]));
    const url = shared.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, `orgId=${organization}`);
    return titleOf(await browser.open(url));
  };
  const full = 'Too many people are opening this app at once';
  const strangers = [undefined, ORG_ID, `${note}x`, note.replace('~', '~x'), `${ORG_ID}~`, `${note}~${note}`, '~'];
  for (const stranger of strangers) expect(await launch(stranger)).toBe(full);
  for (let again = 0; again < 3; again += 1)
    expect(titleOf(await known.open(shared.sandbox.launch('pat-ada')))).toBe('Requests for Ada Moreno');
  // A browser that one organization knows is not known at another.
  await fill('neighbour');
  expect(await launch(note, 'neighbour')).toBe(full);
  await shared.close();
  await redis.stop();
});
