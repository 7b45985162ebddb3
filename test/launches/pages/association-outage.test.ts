/**
 * During a database outage, only users who were admitted before can launch, or all if an organization admits all
 * (FU-07).
 */
import { Client } from 'pg';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SandboxUser } from '#sandbox/contract.ts';
import { titleOf } from '#test/helpers/browser.ts';
import { ORG_ID, startWorld, testStores, type World } from '#test/helpers/world.ts';
import { administrator, clinicianIdIn, fhirReads, stored, typeCode } from './association-world.ts';

const LIST = 'Requests for Ada Moreno';
const AWAY = 'This service is not available at the moment';
const users: SandboxUser[] = ['known', 'second', 'stranger', 'guest', 'later'].map((id) => ({
  id,
  name: `Dr. ${id}`,
  fhirUser: 'Practitioner/prac-rivera',
}));

if ((await testStores()).length > 1)
  describe('without PostgreSQL', () => {
    let world: World;
    beforeEach(async () => {
      vi.useFakeTimers({ toFake: ['Date'] });
      world = await startWorld({ stores: 'real Redis and PostgreSQL', sandbox: { users } });
      return async () => {
        vi.useRealTimers();
        await switchDatabase(world, true);
        await world.close();
      };
    });
    afterAll(() => void vi.useRealTimers());

    const launch = (user: string, browser = world.browser()) => browser.open(world.sandbox.launch('pat-ada', { user }));
    const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);

    test('automatic: known and unknown users launch, open launches go on, and the users are recorded later', async () => {
      const browser = world.browser();
      const open = await launch('known', browser);
      expect(titleOf(open)).toBe(LIST);
      await switchDatabase(world, false);
      advance(1_500);
      expect(titleOf(await browser.visit(open.url))).toBe(LIST);
      expect(titleOf(await launch('known'))).toBe(LIST);
      const later = world.browser();
      const unrecorded = await launch('later', later);
      expect(titleOf(unrecorded)).toBe(LIST);
      await switchDatabase(world, true);
      advance(1_500);
      expect((await stored(world, ORG_ID)).clinicians).toHaveLength(1);
      expect(titleOf(await later.visit(unrecorded.url))).toBe(LIST);
      expect((await stored(world, ORG_ID)).clinicians).toHaveLength(2);
    });

    test('FU-07: a user who was seen disabled is refused during the whole outage, however long ago that was', async () => {
      const admin = await administrator(world, 'admin@example.com', ORG_ID);
      await launch('known');
      await launch('second');
      const id = clinicianIdIn(await admin.page(), 'Dr. known');
      await admin.send(`/${id}/disable`);
      advance(2_000);
      expect((await launch('known')).status).toBe(403);
      advance(11 * 60_000);
      await launch('second');
      await switchDatabase(world, false);
      expect((await launch('known')).status).toBe(403);
      expect(titleOf(await launch('second'))).toBe(LIST);
      await switchDatabase(world, true);
      await admin.send(`/${id}/enable`);
      await expect.poll(async () => titleOf(await launch('known'))).toBe(LIST);
    });

    test.for(['code', 'confirmation'])(
      '%s: a user who was not seen recently is refused, and the tokens are revoked',
      async (userAssociation) => {
        const admin = await administrator(world, 'admin@example.com', ORG_ID);
        await launch('known');
        await world.setOrganization(ORG_ID, { userAssociation });
        advance(1_500);
        const browser = world.browser();
        const open = await launch('known', browser);
        expect(titleOf(open)).toBe(LIST);
        const waitingBrowser = world.browser();
        const waiting = await launch('guest', waitingBrowser);
        const code = userAssociation === 'code' ? await admin.codeFor('Guest') : '';
        await switchDatabase(world, false);
        advance(1_500);
        expect(titleOf(await launch('known'))).toBe(LIST);
        world.sandbox.requests.clear();
        const refused = await launch('stranger');
        expect([refused.status, titleOf(refused)]).toEqual([503, AWAY]);
        await expect
          .poll(() => world.sandbox.requests.filter(({ path }) => path === '/auth/revoke').length)
          .toBeGreaterThan(0);
        expect((await waitingBrowser.open(waiting.url)).status).toBe(503);
        if (userAssociation === 'code') expect((await typeCode(waitingBrowser, waiting, code)).status).toBe(503);
        expect(fhirReads(world)).toEqual([]);
        advance(9 * 60_000);
        expect(titleOf(await browser.visit(open.url))).toBe(LIST);
      },
    );
  });

/** Refuses or allows connections to the database, and ends open ones. Other tests need the rest of the server. */
async function switchDatabase(world: World, isOn: boolean): Promise<void> {
  const server = new URL(world.config.databaseUrl ?? '');
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  const client = new Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(`alter database "${name}" with allow_connections ${isOn}`);
    if (!isOn) await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  } finally {
    await client.end();
  }
}
