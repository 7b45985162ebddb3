/** Several instances share one state: a change on one takes effect on the others (MT-05, DI-13, JW-10). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepDiscovered } from '#src/checks/check-again.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

/** The promised two seconds, and more because the machine may be busy. */
const SOON = { timeout: 8_000 };
const redis = await createRedisServer();
let world: World;
let other: Instance;
beforeAll(async () => {
  await redis.start();
  world = await startWorld({ env: { REDIS_URL: redis.url } });
  other = await addInstance(world);
});
afterAll(async () => {
  await other.close();
  await world.close();
  await redis.stop();
});

const there = (url: string) => url.replace(world.url, other.url);
const keysOf = async (url: string) => (await world.browser().visit(`${url}/.well-known/jwks.json`)).body;

test('JW-10: every instance serves the same keys', async () => {
  expect(await keysOf(other.url)).toBe(await keysOf(world.url));
});

test('a launch that begins on one instance can be completed on another, and its pages open on both', async () => {
  const browser = world.browser();
  const callback = await browser.openUntil(world.sandbox.launch('pat-ada'), '/smart/callback');
  const done = await browser.visit(there(callback));
  const page = done.headers['location'] ?? '';
  for (const url of [page, there(page)]) expect(titleOf(await browser.visit(url))).toBe('Requests for Ada Moreno');
});

test('CB-19: a callback that is repeated on another instance during the first one leads to the same launch', async () => {
  const browser = world.browser();
  const callback = await browser.openUntil(world.sandbox.launch('pat-ben'), '/smart/callback');
  const answers = await Promise.all([browser.visit(callback), browser.visit(there(callback))]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(answers[0].headers['location']).toBe(answers[1].headers['location']);
  expect(titleOf(await browser.visit(there(answers[0].headers['location'] ?? '')))).toBe('Requests for Ben Okafor');
});

test('launches on one instance use what a check on the other discovered', async () => {
  const { directory, connections } = other.dependencies;
  const organization = await directory.find(ORG_ID);
  if (!organization) throw new Error('no organization');
  const known = await connections.configurationOf(organization);
  const moved = { ...known, tokenEndpoint: `${known.tokenEndpoint}-moved` };
  const at = new Date(Date.now() + 1).toISOString();
  const store = createOrganizationStore(world.dependencies.database.db);
  const finished = { at, summary: { discovered: { configuration: moved, freshForMs: 60_000 } } };
  await keepDiscovered(store, organization, finished as Parameters<typeof keepDiscovered>[2]);
  const endpoint = async () => {
    const current = await directory.find(ORG_ID);
    return current && (await connections.configurationOf(current)).tokenEndpoint;
  };
  await expect.poll(endpoint, SOON).toBe(moved.tokenEndpoint);
  await keepDiscovered(store, organization, {
    ...finished,
    at: new Date(Date.now() + 2).toISOString(),
    summary: { discovered: { configuration: known, freshForMs: 60_000 } },
  } as Parameters<typeof keepDiscovered>[2]);
  await expect.poll(endpoint, SOON).toBe(known.tokenEndpoint);
});

test('MT-05: a changed client id ends the launches on every instance', async () => {
  const browser = world.browser();
  const page = await world.launch('pat-ada', browser);
  expect((await browser.visit(there(page.url))).status).toBe(200);
  await world.setOrganization(ORG_ID, { clientId: 'another' });
  await expect.poll(async () => (await browser.visit(there(page.url))).status, SOON).toBe(401);
  await world.setOrganization(ORG_ID);
});
