/** Traces are written in the background: in any order, within bounds, and no launch waits for them. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { createMetrics } from '#src/adapters/metrics.ts';
import { cleanText } from '#src/diagnostics/traces/bound-facts.ts';
import { listTraces } from '#src/diagnostics/traces/list.ts';
import { findTrace, type TracePart } from '#src/diagnostics/traces/store.ts';
import { createTraceWriter } from '#src/diagnostics/traces/trace-writer.ts';
import { testDatabases } from '#test/helpers/databases.ts';
import { logInto } from '#test/helpers/log-lines.ts';
import { useStarted } from '#test/helpers/started.ts';

const step = (name: 'launch' | 'token' | 'requests') =>
  ({ name, at: '2026-11-22T08:00:00.000Z', durationMs: 1, outcome: 'passed', facts: {} }) as const;

const part = (changes: Partial<TracePart> = {}): TracePart => ({
  id: randomUUID(),
  kind: 'begun',
  organizationId: 'general',
  startedAt: new Date('2026-11-22T08:00:00Z'),
  outcome: 'under way',
  supportCodes: ['ABCD-2345'],
  userHash: null,
  patientHash: null,
  framed: null,
  cookieMode: null,
  steps: [step('launch')],
  ...changes,
});

describe.for(await testDatabases())('on $name', ({ open }) => {
  const database = useStarted(() => open());
  const writer = (lines: string[] = []) =>
    createTraceWriter({ db: database.db, log: logInto(lines), clock: () => new Date() });

  test.for([
    ['in order, one batch', [0, 1, 2], false],
    ['in order, one by one', [0, 1, 2], true],
    ['the last part first', [2, 1, 0], true],
    ['the middle part first', [1, 2, 0], false],
  ] as const)('three parts from three instances make one trace: %s', async ([, order, oneByOne]) => {
    const id = randomUUID();
    const parts = [
      part({ id, framed: true, cookieMode: 'probed' }),
      part({
        id,
        kind: 'continued',
        organizationId: null,
        userHash: 'user',
        steps: [step('token')],
        supportCodes: ['BCDE-3456'],
      }),
      part({ id, kind: 'continued', outcome: 'completed', steps: [step('requests')], supportCodes: ['CDEF-4567'] }),
    ];
    const writers = parts.map(() => writer());
    for (const index of order) {
      writers[oneByOne ? index : 0]!.add(parts[index]!);
      if (oneByOne) await writers[index]!.flush();
    }
    await writers[0]!.flush();
    const found = await findTrace(database.db, id, 'general');
    expect(found).toMatchObject({ outcome: 'completed', framed: true, cookieMode: 'probed', userHash: 'user' });
    expect(found?.steps.map(({ name }) => name).toSorted()).toEqual(['launch', 'requests', 'token']);
    expect(found?.supportCodes.toSorted()).toEqual(['ABCD-2345', 'BCDE-3456', 'CDEF-4567']);
  });

  test('a launch that has not come back is listed after five seconds, and one that ended is listed earlier', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const one = writer();
    const [away, ended] = [randomUUID(), randomUUID()];
    one.add(part({ id: away }));
    one.add(part({ id: ended }));
    one.add(part({ id: ended, kind: 'continued', outcome: 'completed' }));
    await vi.advanceTimersByTimeAsync(4_999);
    await expect.poll(() => findTrace(database.db, ended, 'general')).toMatchObject({ outcome: 'completed' });
    expect(await findTrace(database.db, away, 'general')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await expect.poll(() => findTrace(database.db, away, 'general')).toMatchObject({ outcome: 'under way' });
    one.add(part({ id: away, kind: 'continued', outcome: 'completed', steps: [step('requests')] }));
    vi.useRealTimers();
    await one.flush();
    const found = await findTrace(database.db, away, 'general');
    expect([found?.outcome, found?.steps.length]).toEqual(['completed', 2]);
  });

  test.for([
    ['refused', 60],
    ['begun', 300],
    ['continued', 600],
  ] as const)(
    'a flood of launches that are %s is bounded, logged once, and affects no other organization',
    async ([kind, most]) => {
      const lines: string[] = [];
      const flooded = writer(lines);
      const organizationId = `flood-${kind}`;
      for (let n = 0; n < most + 200; n += 1) flooded.add(part({ kind, organizationId }));
      flooded.add(part({ organizationId: `beside-${kind}`, supportCodes: ['WXYZ-6789'] }));
      await flooded.flush();
      expect(await listTraces(database.db, { organizationId }, 2_000)).toHaveLength(most);
      expect(await listTraces(database.db, { organizationId: `beside-${kind}` }, 10)).toHaveLength(1);
      expect(lines.filter((line) => line.includes('too many this minute'))).toHaveLength(1);
    },
  );

  test('a trace that is reloaded indefinitely stops growing', async () => {
    const id = randomUUID();
    const one = writer();
    for (let n = 0; n < 100; n += 1) {
      one.add(part({ id, kind: 'continued', organizationId: 'reload' }));
      await one.flush();
    }
    expect((await findTrace(database.db, id, 'reload'))?.steps).toHaveLength(60);
  });

  test('a row that the database cannot store loses no other row (MT-06)', async () => {
    const lines: string[] = [];
    const one = writer(lines);
    one.add(part({ organizationId: 'poison', startedAt: new Date(8.64e15) }));
    one.add(part({ organizationId: 'healthy' }));
    await one.flush();
    expect(await listTraces(database.db, { organizationId: 'healthy' }, 10)).toHaveLength(1);
    expect(lines).toHaveLength(1);
  });

  test.for(['a\0b', `${'a'.repeat(299)}😀`, '\uDE00'])(
    'no value of an EHR prevents its trace from being stored: %j',
    async (odd) => {
      const lines: string[] = [];
      const one = writer(lines);
      const id = randomUUID();
      const facts = { said: odd, names: [odd], unsaid: undefined };
      one.add(part({ id, steps: [{ ...step('launch'), detail: odd, facts }] }));
      one.add(part({ id, kind: 'continued', steps: [{ ...step('token'), detail: odd }] }));
      await one.flush();
      const steps = (await findTrace(database.db, id, 'general'))?.steps;
      expect(steps).toHaveLength(2);
      expect(steps?.[0]).toMatchObject({
        detail: cleanText(odd),
        facts: { said: cleanText(odd), names: [cleanText(odd)] },
      });
      expect(cleanText(odd).isWellFormed()).toBe(true);
      expect(lines).toEqual([]);
    },
  );

  test('a text that the database cannot store loses no other part of its launch', async () => {
    const one = writer();
    const id = randomUUID();
    one.add(part({ id, steps: [step('launch')] }));
    one.add(part({ id, kind: 'continued', userHash: 'a\0b', steps: [step('token')] }));
    one.add(part({ id, kind: 'continued', steps: [step('requests')] }));
    await one.flush();
    const found = await findTrace(database.db, id, 'general');
    expect(found?.steps.map(({ name }) => name).toSorted()).toEqual(['launch', 'requests', 'token']);
  });

  test('an unavailable database causes a log line and a count only', async () => {
    const closed = await open();
    await closed.close();
    const lines: string[] = [];
    const metrics = createMetrics();
    const one = createTraceWriter({ db: closed.db, log: logInto(lines), clock: () => new Date(), metrics });
    one.add(part());
    await one.flush();
    const count = await metrics.registry.getSingleMetricAsString('app_rows_lost_total');
    expect(count).toContain('{table="launch_traces"} 1');
    expect(lines.join('')).toContain('launch traces could not be written');
    expect(lines.join('')).not.toContain('ABCD-2345');
  });
});
