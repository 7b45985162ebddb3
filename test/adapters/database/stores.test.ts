/** The stores that no other test compares on both databases: users, clinicians, EHR users, checks, reports. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '#src/adapters/database/index.ts';
import { createUserStore } from '#src/admin/user-store.ts';
import { createChecksStore } from '#src/checks/store.ts';
import { cliniciansOf, listCliniciansAfter } from '#src/clinicians/clinician-store.ts';
import { identitiesOf, listIdentitiesAfter, membershipOf } from '#src/clinicians/identity-store.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { deleteExpiredReports, findReport, saveReport } from '#src/reports/store.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

const now = new Date('2026-11-22T08:00:00Z');
const DAY_MS = 86_400_000;
const later = (days: number) => new Date(now.getTime() + days * DAY_MS);
const ORG = 'st-elsewhere';
const ID = '00000000-0000-4000-8000-00000000000';

describe.for(await testDatabases())('on $name', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    const organizations = createOrganizationStore(database.db);
    for (const id of [ORG, 'other']) await organizations.save(id, () => organizationSettings({ id }), now);
  });
  afterAll(() => database.close());

  test('users: of many first operators one is created; users are found by every key, a change ends their sessions, and one operator always remains', async () => {
    const users = createUserStore(database.db);
    const password = { passwordHash: 'one', mustChangePassword: true, passwordExpiresAt: later(3) };
    const firsts = await Promise.all(
      ['a', 'b', 'c'].map((name) => users.addFirstOperator(`${name}@example.com`, password, now)),
    );
    const made = firsts.filter((user) => user !== undefined);
    expect(made).toHaveLength(1);
    const [operator] = made;
    if (!operator) throw new Error('no operator');
    expect(await users.find(operator.id)).toEqual(operator);
    const person = { email: 'z@example.com', role: 'administrator' as const, organizationId: ORG, ssoSubject: null };
    const added = await users.add({ ...person, ...password }, now);
    if (!added) throw new Error('not added');
    expect(await users.add({ ...person, ...password }, now)).toBeUndefined();
    expect((await users.list()).map(({ id }) => id)).toEqual([operator.id, added.id]);
    expect(await users.findByEmail('z@example.com')).toEqual(added);

    const spent = await Promise.all(Array.from({ length: 5 }, () => users.spendOneTimePassword(added, now)));
    expect(spent.filter(Boolean)).toHaveLength(1);
    await users.restoreOneTimePassword(added);
    expect(await users.find(added.id)).toEqual(added);
    expect(await users.spendOneTimePassword(added, later(3))).toBe(false);

    const changed = await users.setPassword(added, { ...password, passwordHash: 'two', mustChangePassword: false });
    expect(changed).toMatchObject({ passwordHash: 'two', sessionGeneration: 2 });
    expect(await users.setAccess(added.id, { role: 'operator', organizationId: null })).toMatchObject({
      role: 'operator',
      sessionGeneration: 3,
    });
    await users.setSsoSubject(added.id, 'subject');
    await users.noteSignIn(added.id, later(1));
    await users.endSessions(added.id);
    expect(await users.findBySsoSubject('subject')).toMatchObject({ lastSignInAt: later(1), sessionGeneration: 4 });

    const disabled = await Promise.all([users.disable(operator.id, now), users.disable(added.id, now)]);
    const left = disabled.find((user) => user !== undefined);
    expect(disabled.filter(Boolean)).toHaveLength(1);
    expect(left).toMatchObject({ disabledAt: now });
    expect(await users.disable(left?.id ?? '', later(1))).toMatchObject({ disabledAt: now });
    expect(await users.enable(left?.id ?? '')).toMatchObject({ disabledAt: null });
    expect(await users.find('not-an-id')).toBeUndefined();
  });

  test('clinicians: locked by id or code, listed by launch, each of one organization', async () => {
    const { db } = database;
    const row = (place: number, more = {}) => ({
      id: `${ID}${place}`,
      details: `sealed ${place}`,
      createdAt: later(place),
      ...more,
    });
    await cliniciansOf(db, ORG).insert(row(1, { codeHash: 'code', codeExpiresAt: later(9) }));
    await cliniciansOf(db, ORG).insert(row(2, { lastLaunchAt: later(2) }));
    await cliniciansOf(db, ORG).insert(row(3, { lastLaunchAt: later(3) }));
    const lock = (by: { id: string } | { codeHash: string }, organizationId = ORG) =>
      db.transaction((tx) => cliniciansOf(tx, organizationId).lock(by));
    expect(await lock({ codeHash: 'code' })).toEqual(await lock({ id: `${ID}1` }));
    expect(await lock({ codeHash: 'code' }, 'other')).toBeUndefined();
    expect(await lock({ id: 'not-an-id' })).toBeUndefined();
    expect(await cliniciansOf(db, ORG).update(`${ID}1`, { disabledAt: now })).toBe(true);
    expect(await cliniciansOf(db, 'other').update(`${ID}1`, { disabledAt: null })).toBe(false);
    const own = cliniciansOf(db, ORG);
    const [entries, total] = await Promise.all([own.list({ limit: 2, offset: 1 }), own.count()]);
    expect([total, ...entries.map(({ clinician }) => clinician.details)]).toEqual([3, 'sealed 3', 'sealed 2']);
    const [first, ...rest] = await listCliniciansAfter(db, undefined, 9);
    expect(first?.disabledAt).toEqual(now);
    expect(await listCliniciansAfter(db, first, 9)).toEqual(rest);
  });

  test('EHR users: the row under the current secret comes first; linked, refused and deleted in one organization', async () => {
    const { db } = database;
    const linked = `${ID}4`;
    await cliniciansOf(db, ORG).insert({ id: linked, details: '', createdAt: now });
    const row = { details: 'sealed', firstSeenAt: now };
    await identitiesOf(db, ORG).insert({ ...row, lookup: 'old', reference: 'AAAAAA' });
    await identitiesOf(db, ORG).insert({ ...row, lookup: 'new', reference: 'BBBBBB', firstSeenAt: later(1) });
    const find = (organizationId = ORG) => identitiesOf(db, organizationId).find(['new', 'old']);
    expect((await find())?.identity.lookup).toBe('new');
    expect(await find('other')).toBeUndefined();
    expect(membershipOf(await find())).toEqual({ kind: 'waiting', reference: 'BBBBBB' });
    expect((await identitiesOf(db, ORG).listUnconfirmed(9)).map(({ lookup }) => lookup)).toEqual(['old', 'new']);
    expect(await identitiesOf(db, ORG).areAtLeast(2)).toBe(true);
    expect(await identitiesOf(db, ORG).areAtLeast(3)).toBe(false);

    const seen = await find();
    await db.transaction(async (tx) => {
      await identitiesOf(tx, ORG).lock(['new', 'old']);
      expect(await identitiesOf(tx, ORG).findForUpdate(['new'])).toEqual(seen);
      expect((await identitiesOf(tx, ORG).lockByReference('BBBBBB'))?.lookup).toBe('new');
      await identitiesOf(tx, ORG).update('new', { clinicianId: linked, linkedAt: now, linkedBy: 'code' });
    });
    expect(membershipOf(await find())).toEqual({
      kind: 'linked',
      clinicianId: linked,
      isDisabled: false,
    });
    expect(await identitiesOf(db, ORG).hasOther(linked, ['old'])).toBe(true);
    expect(await identitiesOf(db, ORG).hasOther(linked, ['new'])).toBe(false);
    // A clinician is linked to one EHR user at most.
    await expect(identitiesOf(db, ORG).update('old', { clinicianId: linked })).rejects.toThrow();
    expect(await identitiesOf(db, ORG).refuse('BBBBBB', now)).toBe(false);
    expect(await identitiesOf(db, ORG).refuse('AAAAAA', now)).toBe(true);
    const [first, ...rest] = await listIdentitiesAfter(db, undefined, 9);
    expect(first?.lookup).toBe('new');
    expect(await listIdentitiesAfter(db, first, 9)).toEqual(rest);
    expect(await identitiesOf(db, 'other').delete({ clinicianId: linked })).toBe(false);
    expect(await identitiesOf(db, ORG).delete({ clinicianId: linked })).toBe(true);
    expect(await identitiesOf(db, ORG).delete({ reference: 'AAAAAA' })).toBe(true);
  });

  test('checks: the newest, the newest scheduled and the last good one of a URL; sixty are kept, and the good one', async () => {
    const checks = createChecksStore(database.db);
    const save = (days: number, change = {}) => {
      const summary = { hardFailures: [] as string[] };
      const run = { organizationId: ORG, by: 'cli', occasion: 'cli', fhirUrl: 'https://ehr.example/fhir', results: [] };
      const usual = { ...run, at: later(days).toISOString(), summary, state: {}, differences: [], ...change };
      return checks.save(usual as unknown as Parameters<typeof checks.save>[0]);
    };
    const good = await save(0, { occasion: 'schedule' });
    for (let day = 1; day <= 62; day += 1) await save(day, { summary: { hardFailures: ['CAJ-01'] } });
    const newest = await checks.latest(ORG);
    expect(newest).toMatchObject({ at: later(62).toISOString(), good: false });
    expect(await checks.latestScheduled(ORG)).toMatchObject({ id: good.id });
    expect(await checks.lastGood(ORG, good.fhirUrl)).toEqual({ ...good, summary: { hardFailures: [] } });
    expect(await checks.lastGood(ORG, 'https://other.example/fhir')).toBeUndefined();
    expect(await checks.latest('other')).toBeUndefined();
  });

  test('reports: found by token and kind until they expire, and deleted then', async () => {
    const { db } = database;
    const report = { kind: 'launch' as const, organizationId: ORG, content: { said: ['ok', 1, null] } };
    const { token, expiresAt } = await saveReport(db, report, now);
    expect(await findReport(db, 'launch', token, now)).toEqual({ createdAt: now, expiresAt, content: report.content });
    expect(await findReport(db, 'checks', token, now)).toBeUndefined();
    expect(await findReport(db, 'launch', token, expiresAt)).toBeUndefined();
    expect(await deleteExpiredReports(db, now)).toBe(0);
    expect(await deleteExpiredReports(db, later(15))).toBe(1);
  });
});
