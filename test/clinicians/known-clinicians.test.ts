/** A clinician who is cached in memory loses access as fast as one who is read at every request (FU-07). */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { SandboxUser } from '#sandbox/contract.ts';
import { type TestBrowser, titleOf, type Visit } from '#test/helpers/browser.ts';
import { addInstance, type Instance } from '#test/helpers/instances.ts';
import { ORG_ID, useWorldWithFakeDate } from '#test/helpers/world.ts';
import { type Administrator, administrator, clinicianIdIn } from '#test/launches/pages/association-world.ts';

const LIST = 'Requests for Ada Moreno';
/** Longer than the second for which a clinician is cached, shorter than the promised two seconds. */
const NOTICED_MS = 1_500;
const users: SandboxUser[] = Array.from({ length: 6 }, (_, index) => ({
  id: `user-${index}`,
  name: `Nurse Number ${index}`,
  fhirUser: 'Practitioner/prac-osei',
}));

const world = useWorldWithFakeDate({ stores: 'real Redis and PostgreSQL', sandbox: { users } });
let other: Instance;
let admin: Administrator;
let serial = 0;
let user: SandboxUser;
let browser: TestBrowser;
let page: Visit;

beforeAll(async () => {
  other = await addInstance(world);
  admin = await administrator(world, 'admin@example.com', ORG_ID);
});
afterAll(() => other.close());
beforeEach(async () => {
  user = users[serial++]!;
  browser = world.browser();
  page = await launch(browser);
  expect(titleOf(page)).toBe(LIST);
  expect(titleOf(await browser.visit(there(page.url)))).toBe(LIST);
});

const there = (url: string) => url.replace(world.url, other.url);
const advance = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const launch = (by = world.browser()) => by.open(world.sandbox.launch('pat-ada', { user: user.id }));
const idOf = async () => clinicianIdIn(await admin.page(), user.name);

test.for(['disable', 'unlink'])(
  '%s: takes effect at once on its instance, and within two seconds on another',
  async (step) => {
    await admin.send(`/${await idOf()}/${step}`);
    expect((await browser.visit(page.url)).status).toBe(401);
    advance(NOTICED_MS);
    expect((await browser.visit(there(page.url))).status).toBe(401);
  },
);

test.for(['disable', 'unlink'])('%s: another instance by itself ends the launch as fast', async (step) => {
  await admin.send(`/${await idOf()}/${step}`);
  advance(NOTICED_MS);
  expect((await browser.visit(there(page.url))).status).toBe(401);
});

test('a disabled clinician cannot launch, and an enabled one can at once', async () => {
  const id = await idOf();
  await admin.send(`/${id}/disable`);
  expect((await launch()).status).toBe(403);
  await admin.send(`/${id}/enable`);
  expect(titleOf(await launch())).toBe(LIST);
});

test('a change made directly in the database takes effect within ten minutes', async () => {
  const { db } = world.dependencies.database;
  await db.execute(sql`update clinicians set disabled_at = now() where id = ${await idOf()}`);
  advance(10 * 60_000 + 1_000);
  expect((await browser.visit(page.url)).status).toBe(401);
});
