/** A whole launch on a Redis cluster and behind sentinels, and what a fail-over does to it. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { runAdmin } from '#test/helpers/command-line.ts';
import { lendCommandDatabase } from '#test/helpers/databases.ts';
import { addInstance } from '#test/helpers/instances.ts';
import { type RedisSet, type SentinelSet, startRedisCluster, startSentinels } from '#test/helpers/servers/redis-set.ts';
import { csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

let cluster: RedisSet;
let sentinels: SentinelSet;
let onCluster: World;
let behindSentinels: World;
beforeAll(async () => {
  [cluster, sentinels] = await Promise.all([startRedisCluster(), startSentinels()]);
  onCluster = await startWorld({ env: { REDIS_URL: cluster.url } });
  behindSentinels = await startWorld({ env: { REDIS_URL: sentinels.url } });
}, 180_000);
afterAll(async () => {
  await Promise.all([onCluster.close(), behindSentinels.close()]);
  await Promise.all([cluster.stop(), sentinels.stop()]);
});

test.for([
  ['a cluster', () => onCluster],
  ['sentinels', () => behindSentinels],
] as const)('%s: launches in one browser, re-loads, sign-out, and an administrator', async ([, world]) => {
  const browser = world().browser();
  const ada = await world().launch('pat-ada', browser);
  const ben = await world().launch('pat-ben', browser);
  expect([titleOf(ada), titleOf(ben)]).toEqual(['Requests for Ada Moreno', 'Requests for Ben Okafor']);
  expect(titleOf(await browser.visit(ada.url))).toBe('Requests for Ada Moreno');
  const signOut = `${world().url}/launches/${launchIdOf(ada)}/sign-out`;
  expect((await browser.open(signOut, { form: { csrf: csrfOf(ada) } })).status).toBe(200);
  expect((await browser.visit(ada.url)).status).toBe(401);
  expect((await browser.visit(ben.url)).status).toBe(200);
  await addPerson(world(), 'operator@example.com');
  const operator = await signedIn(world(), 'operator@example.com');
  expect((await operator.visit(`${world().url}/settings/account`)).status).toBe(200);
  expect((await browser.visit(`${world().url}/health/ready`)).status).toBe(200);
});

test('after a move to a cluster, open launches end cleanly, and everything else goes on (docs/operations.md)', async () => {
  const old = behindSentinels;
  const browser = old.browser();
  const page = await old.launch('pat-ada', browser);
  const begun = await browser.openUntil(old.sandbox.launch('pat-ben'), '/smart/callback');
  const { env, giveBack } = await lendCommandDatabase();
  onTestFinished(giveBack);
  const { stdout } = await runAdmin({ APP_SECRETS: 'x'.repeat(40), REDIS_URL: cluster.url, ...env }, ['doctor']);
  expect(stdout).toMatch(/^(?:ok|warning) +redis +a cluster answers, version/m);
  const moved = await addInstance(old, { redisUrl: cluster.url });
  const at = (url: string) => url.replace(old.url, moved.url);
  const ended = await browser.visit(at(page.url));
  expect(ended.status).toBe(401);
  expect(ended.body).not.toMatch(/Moreno|Okafor/);
  expect((await browser.visit(at(begun))).status).toBe(400);
  let answer = await browser.visit(at(old.sandbox.launch('pat-ada')));
  for (let hop = 0; hop < 12 && answer.headers['location'] !== undefined; hop += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a redirect is followed when it has come
    answer = await browser.visit(at(new URL(answer.headers['location'], answer.url).href));
  }
  expect(titleOf(answer)).toBe('Requests for Ada Moreno');
  await moved.close();
});

test('sentinels: after the master dies, open launches and new ones go on', async () => {
  const browser = behindSentinels.browser();
  const page = await behindSentinels.launch('pat-ada', browser);
  await sentinels.untilReplicated();
  await sentinels.killMaster();
  const during = await browser.visit(page.url);
  expect([200, 503]).toContain(during.status);
  await expect.poll(async () => (await browser.visit(page.url)).status, { timeout: 40_000 }).toBe(200);
  expect(titleOf(await browser.visit(page.url))).toBe('Requests for Ada Moreno');
  expect(titleOf(await behindSentinels.launch('pat-ben'))).toBe('Requests for Ben Okafor');
});
