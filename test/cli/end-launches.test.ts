/** The command line ends an organization's open launches if it reaches Redis, and reports how many (MT-05, REG-11). */
import { describe, expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { runAdmin } from '#test/helpers/command-line.ts';
import { launchIdOf } from '#test/helpers/visits.ts';
import { ORG_ID, testStores, useWorld } from '#test/helpers/world.ts';

describe.runIf((await testStores()).length > 1)('beside a running server', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });

  const admin = async (redisUrl: string | undefined, ...args: string[]): Promise<{ text: string; code: number }> => {
    const env = {
      NODE_ENV: 'test',
      PUBLIC_URL: world.url,
      APP_SECRETS: 'a-secret-for-tests-that-is-long-enough-0123456789',
      DATABASE_URL: world.config.databaseUrl,
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    };
    const { stdout, code } = await runAdmin(env, args);
    return { text: stdout, code };
  };
  const opened = async (id: string) => {
    await world.setOrganization(id);
    const browser = world.browser();
    const page = await browser.open(world.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, `orgId=${id}`));
    world.sandbox.requests.clear();
    return { browser, page, record: () => world.dependencies.redis.get(`launch:${launchIdOf(page)}`) };
  };
  const revocations = () => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke');

  test('disable deletes the records and revokes the tokens', async () => {
    const { browser, page, record } = await opened('cli-a');
    const { text, code } = await admin(world.config.redisUrl, 'organization', 'disable', 'cli-a');
    expect([code, text]).toEqual([0, expect.stringContaining('1 open launch was ended and its tokens revoked')]);
    expect(await record()).toBeUndefined();
    expect(revocations()).toHaveLength(2);
    expect(titleOf(await browser.visit(page.url))).toMatch(/connection to this app was changed or switched off/);
  });

  test('another Client ID ends and revokes them too, also with --json', async () => {
    const { record } = await opened('cli-b');
    const args = ['organization', 'set', 'cli-b', '--client-id', 'another', '--json'];
    const { text } = await admin(world.config.redisUrl, ...args);
    expect(JSON.parse(text)).toMatchObject({ endedLaunches: true, endedCount: 1 });
    expect(await record()).toBeUndefined();
    expect(revocations()).toHaveLength(2);
  });

  test.for([
    ['without Redis', undefined, 'cli-c'],
    ['with a Redis that does not answer', 'redis://127.0.0.1:1', 'cli-d'],
  ] as const)('%s the change is made, and the output says what happens to launches', async ([, url, id]) => {
    const { record } = await opened(id);
    const { text, code } = await admin(url, 'organization', 'disable', id);
    expect(code).toBe(0);
    expect(text).toContain(
      `Organization ${id} is disabled. Its launches have ended: each is refused at its next request.`,
    );
    expect(await record()).toBeDefined();
  });
});
