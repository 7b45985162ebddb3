import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '#src/adapters/metrics.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { auditActor, auditPatientName, createAudit } from '#src/audit/audit.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { useStarted } from '#test/helpers/started.ts';

const sealer = createSealer(['a secret of at least thirty-two characters']);
const clock = () => new Date('2026-11-22T08:00:00Z');
const ada = { iss: 'https://issuer.example', sub: 'canary-user' };
const opened = {
  event: 'patient-opened',
  organizationId: 'general',
  actor: ada,
  patient: 'Patient/canary-patient',
  launchId: 'canary-launch',
  supportCode: 'ABCD-1234',
  detail: { requests: 3 },
} as const;

describe.for(await testDatabases())('the audit trail on $name', ({ open }) => {
  const database = useStarted(() => open());

  test('records actor, event and patient, and the database alone identifies neither person', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    audit.record(opened);
    await audit.flush();
    const [row] = await listAuditRows(database.db, { organizationId: 'general' }, 10);
    expect(row).toMatchObject({
      at: clock(),
      event: 'patient-opened',
      supportCode: 'ABCD-1234',
      detail: { requests: 3 },
    });
    expect(row?.actor).toBe(auditActor(sealer, ada));
    expect(await sealer.open(auditPatientName(row!.id), row!.patient!)).toBe('Patient/canary-patient');
    const dump = JSON.stringify((await database.db.execute(sql`select * from audit_events`)).rows);
    expect(dump).not.toContain('canary');
    expect(dump).not.toContain(Buffer.from('canary').toString('base64url').slice(0, 7));
  });

  test('a patient moved to another row does not open there (ST-04)', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    audit.record({ ...opened, organizationId: 'swap' });
    audit.record({ ...opened, organizationId: 'swap', patient: 'Patient/2' });
    await audit.flush();
    const [one, other] = await listAuditRows(database.db, { organizationId: 'swap' }, 10);
    await expect(sealer.open(auditPatientName(one!.id), other!.patient!)).rejects.toThrow('cannot be opened');
  });

  test('keeps every event of a burst', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    for (let n = 0; n < 250; n += 1)
      audit.record({ event: 'launch', organizationId: 'busy', actor: ada, detail: { n } });
    await audit.flush();
    const rows = await listAuditRows(database.db, { organizationId: 'busy' }, 1_000);
    expect(new Set(rows.map((row) => row.detail['n'])).size).toBe(250);
  });

  test('MT-06: of a flood of denials thirty a minute and one summary are kept, and every row about a user or a patient', async () => {
    let now = clock();
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock: () => now });
    const flood = (organizationId: string, times: number) => {
      for (let n = 0; n < times; n += 1)
        audit.record({ event: 'denial', organizationId, actor: 'unknown', detail: { n } });
    };
    const rowsOf = async (organizationId: string) => {
      await audit.flush();
      return (await listAuditRows(database.db, { organizationId }, 1_000)).map(({ detail }) => detail);
    };
    flood('flooded', 200);
    flood('beside', 3);
    expect(await rowsOf('beside')).toHaveLength(3);
    expect(await rowsOf('flooded')).toHaveLength(31);
    expect(await rowsOf('flooded')).toContainEqual({
      reason: 'more denials of this kind in this minute are not listed',
    });
    audit.record({ event: 'denial', organizationId: 'flooded', actor: ada });
    audit.record({ event: 'denial', organizationId: 'flooded', actor: 'unknown', patient: 'Patient/1' });
    audit.record({ event: 'launch', organizationId: 'flooded', actor: 'unknown' });
    expect(await rowsOf('flooded')).toHaveLength(34);
    now = new Date(now.getTime() + 60_000);
    flood('flooded', 1);
    expect(await rowsOf('flooded')).toHaveLength(35);
  });

  test('MT-06: denials of one user of Settings are bounded and displace no other rows', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    const refuse = (userId: string, times: number) => {
      for (let n = 0; n < times; n += 1)
        audit.record({ event: 'denial', organizationId: 'refusing', actor: { userId }, detail: { n } });
    };
    refuse('curious', 500);
    refuse('other', 2);
    for (let n = 0; n < 40; n += 1)
      audit.record({ event: 'settings-change', organizationId: 'refusing', actor: { userId: 'curious' } });
    await audit.flush();
    const rows = await listAuditRows(database.db, { organizationId: 'refusing' }, 1_000);
    expect(Object.groupBy(rows, ({ actor, event }) => `${actor} ${event}`)).toMatchObject({
      'user:curious denial': { length: 31 },
      'user:other denial': { length: 2 },
      'user:curious settings-change': { length: 40 },
    });
  });

  test('a row that the database cannot store loses no other row (MT-06)', async () => {
    const lines: string[] = [];
    // This instant is no PostgreSQL timestamp; texts of every kind are stored.
    const instants = [new Date(8.64e15), clock()];
    const audit = createAudit({
      db: database.db,
      sealer,
      log: logInto(lines),
      clock: () => instants.shift() ?? clock(),
    });
    audit.record({ event: 'sign-out', organizationId: 'poison', actor: 'unknown' });
    audit.record({ event: 'sign-out', organizationId: 'healthy', actor: 'unknown' });
    await audit.flush();
    expect(await listAuditRows(database.db, { organizationId: 'healthy' }, 10)).toHaveLength(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('poison');
  });

  test.for(['a\0b', 'a\uD83D', '\uDE00b', 'c\u0007d'])('no event is lost because of a character: %j', async (odd) => {
    const lines: string[] = [];
    const audit = createAudit({ db: database.db, sealer, log: logInto(lines), clock });
    const organizationId = `odd-${odd}`;
    const actor = { userId: odd };
    const event = { event: 'denial', organizationId, actor, address: odd, supportCode: odd } as const;
    audit.record({ ...event, patient: odd, launchId: odd, detail: { reason: odd, [odd]: [odd, { deep: odd }] } });
    await audit.flush();
    const stored = organizationId.replace(/\p{Cc}/u, ' ').toWellFormed();
    expect(await listAuditRows(database.db, { organizationId: stored }, 10)).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  test('a caller that depends on the row waits until it is stored, and gets an error if it is not (ER-05)', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    await audit.recordNow({ ...opened, organizationId: 'now' });
    expect(await listAuditRows(database.db, { organizationId: 'now' }, 10)).toHaveLength(1);
    const never = createAudit({ db: database.db, sealer, log: logInto([]), clock: () => new Date(8.64e15) });
    await expect(never.recordNow(opened)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  test('is read one organization at a time (MT-01)', async () => {
    const audit = createAudit({ db: database.db, sealer, log: logInto([]), clock });
    audit.record({ event: 'denial', organizationId: 'tenant-a', actor: 'unknown' });
    audit.record({ event: 'denial', organizationId: 'tenant-b', actor: 'unknown' });
    await audit.flush();
    const rows = await listAuditRows(database.db, { organizationId: 'tenant-a' }, 10);
    expect(rows.map((row) => row.organizationId)).toEqual(['tenant-a']);
  });

  test.for(['update audit_events set event = $$x$$', 'delete from audit_events', 'truncate audit_events'])(
    'refuses: %s',
    async (statement) => {
      await expect(database.db.execute(sql.raw(statement))).rejects.toMatchObject({
        cause: { message: expect.stringContaining('append only') },
      });
    },
  );

  test('a database failure raises no error in the caller; the log names the lost row without its persons', async () => {
    const closed = await open();
    await closed.close();
    const lines: string[] = [];
    const audit = createAudit({ db: closed.db, sealer, log: logInto(lines), clock });
    audit.record(opened);
    await audit.flush();
    expect(lines.join('')).toContain('audit events could not be written');
    expect(lines.join('')).toContain('patient-opened');
    expect(lines.join('')).not.toContain('canary');
  });

  test('every lost row is counted, whether it could not be written or exceeded the memory limit', async () => {
    const closed = await open();
    await closed.close();
    const metrics = createMetrics();
    const audit = createAudit({ db: closed.db, sealer, log: logInto([]), clock, metrics });
    for (let n = 0; n < 10_003; n += 1) audit.record({ event: 'launch', organizationId: 'flood', actor: 'system' });
    const count = () => metrics.registry.getSingleMetricAsString('app_rows_lost_total');
    expect(await count()).toContain('{table="audit_events"} 3');
    await audit.flush();
    expect(await count()).toContain('{table="audit_events"} 10003');
  });
});
