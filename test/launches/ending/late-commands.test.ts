/**
 * Redis does not answer for a moment: a command that timed out is executed later and must do no harm (AZ-21, CB-22,
 * RV-01).
 */
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { AppError } from '#src/errors.ts';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { createRedisServer } from '#test/helpers/servers/redis-server.ts';
import { type Script, type StubEhr, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { LIST } from '#test/helpers/stub-world.ts';
import { cookiesOf, csrfOf, launchIdOf } from '#test/helpers/visits.ts';
import { startWorld, type World } from '#test/helpers/world.ts';

const REVOCATION = '/auth/revoke';
/** Two timeouts of two seconds, and a busy machine. */
const PATIENT = { timeout: 30_000 };

const server = await createRedisServer();
let world: World;
let ehr: StubEhr;
let browser: TestBrowser;
let serial = 0;
beforeAll(async () => {
  await server.start();
  [world, ehr] = await Promise.all([startWorld({ env: { REDIS_URL: server.url } }), startStubEhr()]);
});
afterAll(async () => {
  server.thaw();
  await Promise.all([world.close(), ehr.close()]);
  await server.stop();
});
beforeEach(async () => {
  ehr.reset();
  ehr.change('smart-configuration', { revocation_endpoint: `${ehr.origin}${REVOCATION}` });
  ehr.on(REVOCATION, () => ({}));
  ehr.on('token', token);
  serial += 1;
  await world.setOrganization(organizationId(), { fhirBaseUrl: ehr.fhirBase });
  browser = world.browser();
});
afterEach(() => void vi.restoreAllMocks());

const store = () => world.dependencies.redis;
const organizationId = () => `stub-${serial}`;
const launchUrl = () =>
  `${world.url}/smart/launch?${new URLSearchParams({ orgId: organizationId(), iss: ehr.fhirBase, launch: 'opaque' })}`;
const token: Script = async (request) => {
  const { body } = await ehr.standard(request);
  return { body: { ...(body as object), access_token: `access-${serial}`, refresh_token: `refresh-${serial}` } };
};
/** The kinds of this test's tokens; one of the test before may be revoked late. */
const revoked = () =>
  ehr
    .seen(REVOCATION)
    .map(({ body }) => new URLSearchParams(body).get('token')?.split('-') ?? [])
    .flatMap(([kind, of]) => (of === String(serial) ? [kind] : []));
/** Freezes Redis at the next such command, which reaches it but gets no answer. */
const hangAt = (command: 'take' | 'getMany' | 'exchange') => {
  const real = store()[command] as (...given: unknown[]) => Promise<unknown>;
  vi.spyOn(store(), command as 'ping').mockImplementationOnce((async (...given: unknown[]) => {
    server.freeze();
    return real(...given);
  }) as KeyStore['ping']);
};
const thawed = async () => {
  server.thaw();
  const ready = async () => (await world.browser().visit(`${world.url}/health/ready`)).status;
  await expect.poll(ready, { timeout: 10_000 }).toBe(200);
};

describe('a callback', () => {
  let callback: string;
  beforeEach(async () => {
    callback = await browser.openUntil(launchUrl(), '/smart/callback');
  });
  const open = () => store().ranked(`live:${organizationId()}`, 0);

  test(
    'CB-04, AZ-21: whose transaction was claimed too late can be repeated: one token call, one launch',
    PATIENT,
    async () => {
      hangAt('exchange');
      expect((await browser.visit(callback)).status).toBe(503);
      expect(ehr.seen('token')).toEqual([]);
      await thawed();
      expect(titleOf(await browser.open(callback))).toBe(LIST);
      expect(ehr.seen('token')).toHaveLength(1);
      expect(await open()).toHaveLength(1);
    },
  );

  test('CB-22: revokes the tokens of a launch that was stored too late, and leaves no record', PATIENT, async () => {
    const [others, begun] = [await keys('launch:*'), await keys('tx:*')];
    ehr.on('token', async (request) => {
      const answer = await token(request, undefined as never);
      server.freeze();
      return answer;
    });
    expect((await browser.visit(callback)).status).toBe(503);
    await thawed();
    await expect.poll(revoked).toEqual(['refresh', 'access']);
    await expect.poll(() => keys('launch:*')).toEqual(others);
    await expect.poll(async () => (await keys('tx:*')).length).toBe(begun.length - 1);
    await expect.poll(open).toEqual([]);
    const again = await browser.open(callback);
    expect([again.status, ehr.seen('token').length]).toEqual([400, 1]);
  });

  test('AZ-21: does not wait a second time for a store that did not answer', async () => {
    const { set } = store();
    vi.spyOn(store(), 'set').mockImplementation(async (key, ...rest) => {
      if (!key.startsWith('launch:')) return set(key, ...rest);
      vi.spyOn(store(), 'delete').mockReturnValue(new Promise(() => undefined));
      throw new AppError('store.unavailable', 'Redis did not answer');
    });
    expect((await browser.visit(callback)).status).toBe(503);
  });
});

describe('signing out', () => {
  test.for(['getMany', 'take'] as const)(
    'RV-01, RV-02: is done when Redis does not answer at %s',
    PATIENT,
    async (command) => {
      const page = await browser.open(launchUrl());
      expect(titleOf(page)).toBe(LIST);
      const cookies = new Map(cookiesOf(browser));
      hangAt(command);
      const signOut = page.url.replace(/requests$/, 'sign-out');
      const answer = await browser.visit(signOut, { form: { csrf: csrfOf(page) } });
      expect([answer.status, answer.headers['location']]).toEqual([303, `${world.url}/signed-out/${organizationId()}`]);
      expect([...cookiesOf(browser).keys()].filter((name) => name.startsWith('launch-'))).toEqual([]);
      await thawed();
      await expect.poll(revoked).toEqual(['refresh', 'access']);
      // A thief who kept the cookie sees what everyone sees.
      browser.jar.set('localhost', cookies);
      const left = () =>
        Promise.all([`launch:${launchIdOf(page)}`, `ended:${launchIdOf(page)}`].map((key) => store().get(key)));
      await expect.poll(left).toEqual([undefined, expect.any(String)]);
      expect(titleOf(await browser.visit(page.url))).toBe('You are signed out');
      await world.dependencies.audit.flush();
      const launch = world.dependencies.sealer.fingerprint(launchIdOf(page));
      const { rows } = await world.dependencies.database.db.execute(
        sql`select event from audit_events where event = 'sign-out' and launch = ${launch}`,
      );
      expect(rows).toHaveLength(1);
    },
  );
});

async function keys(pattern: string): Promise<string[]> {
  const client = new Redis(server.url);
  try {
    return (await client.keys(pattern)).toSorted();
  } finally {
    client.disconnect();
  }
}
