/** One instance deletes rows that are older than their retention, and nothing else. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import { createSealer } from '#src/adapters/seal.ts';
import { createAudit } from '#src/audit/audit.ts';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { deleteTracesBeyond, upsertTraces } from '#src/diagnostics/traces/store.ts';
import { deleteExpired } from '#src/ops/retention.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { useStarted } from '#test/helpers/started.ts';

const DAY_MS = 24 * 60 * 60_000;
const sealer = createSealer(['a secret of at least thirty-two characters']);
const log = logInto([]);

describe.for(await testDatabases())('on $name', ({ open }) => {
  const database = useStarted(() => open());
  const clock = () => new Date();
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
  const record = async (organizationId: string, days: number) => {
    const audit = createAudit({ db: database.db, sealer, log, clock: () => daysAgo(days) });
    audit.record({ event: 'launch', organizationId, actor: 'unknown' });
    await audit.flush();
  };
  const run = (changes: { redis?: ReturnType<typeof createMemoryStore>; auditRetentionDays?: number } = {}) =>
    deleteExpired({
      db: database.db,
      redis: createMemoryStore(clock),
      log,
      clock,
      traceRetentionDays: 30,
      auditRetentionDays: 0,
      ...changes,
    });

  test('traces are deleted after their retention period, and not before', async () => {
    const trace = (organizationId: string, days: number) => ({
      id: randomUUID(),
      organizationId,
      startedAt: daysAgo(days),
      outcome: 'completed' as const,
      supportCodes: [],
      userHash: null,
      patientHash: null,
      framed: null,
      cookieMode: null,
      steps: [],
    });
    await upsertTraces(database.db, [trace('old', 31), trace('young', 29)]);
    expect(await run()).toMatchObject({ traces: 1 });
    expect(await listTraces(database.db, { organizationId: undefined }, 10)).toMatchObject([
      { organizationId: 'young' },
    ]);
  });

  test('MT-06: an organization keeps its newest traces up to the limit, and those of others stay', async () => {
    await database.db.execute(sql`
      insert into launch_traces (id, organization_id, started_at, outcome, support_codes, steps)
      select gen_random_uuid(), 'crowded', now() - n * interval '1 second', 'completed', '{}', '[]'
      from generate_series(1, 250) n`);
    expect(await deleteTracesBeyond(database.db, 100)).toBe(150);
    const kept = await listTraces(database.db, { organizationId: 'crowded' }, 1_000);
    expect(kept).toHaveLength(100);
    expect(Date.now() - (kept.at(-1)?.startedAt.getTime() ?? 0)).toBeLessThan(200_000);
    expect(await listTraces(database.db, { organizationId: 'young' }, 10)).toHaveLength(1);
    expect(await deleteTracesBeyond(database.db, 100)).toBe(0);
  });

  test('of two instances one runs each hour', async () => {
    const redis = createMemoryStore(clock);
    const results = await Promise.all([run({ redis }), run({ redis })]);
    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
  });

  test('the audit trail is kept indefinitely by default, or for the configured days', async () => {
    await record('audit-old', 400);
    await record('audit-young', 300);
    expect(await run()).toMatchObject({ auditRows: 0 });
    expect(await run({ auditRetentionDays: 365 })).toMatchObject({ auditRows: 1 });
    expect(await listAuditRows(database.db, { organizationId: 'audit-old' }, 10)).toEqual([]);
    expect(await listAuditRows(database.db, { organizationId: 'audit-young' }, 10)).toHaveLength(1);
  });

  test('retention cannot delete young rows, and its permission ends with its transaction', async () => {
    await record('audit-now', 1);
    const takeYoung = database.db.transaction(async (transaction) => {
      await transaction.execute(sql`select set_config('vectorcare.audit_retention', 'on', true)`);
      await transaction.execute(sql`delete from audit_events where organization_id = 'audit-now'`);
    });
    await expect(takeYoung).rejects.toMatchObject({
      cause: { message: expect.stringContaining('younger than 30 days') },
    });
    await run({ auditRetentionDays: 365 });
    await expect(database.db.execute(sql`delete from audit_events`)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append only') },
    });
  });
});
