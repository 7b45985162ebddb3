/**
 * The drift watch: one check per organization and period, with any number of instances, and every change is reported.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDriftWatch } from '#src/checks/drift-watch.ts';
import { createChecksStore } from '#src/checks/store.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

const HOUR_MS = 3_600_000;

describe('on embedded stores', () => {
  let world: World;
  let now: Date;
  beforeEach(async () => {
    now = new Date();
    world = await startWorld({ clock: () => now });
  });
  afterEach(() => world.close());

  const instance = (hours = 24) => {
    const { dependencies } = world;
    const { db } = dependencies.database;
    const store = createOrganizationStore(db);
    // The timer never fires; the tests call `look` themselves.
    return createDriftWatch({ ...dependencies, store, hours, every: () => () => {} });
  };
  const discoveries = () => world.sandbox.requests.filter(({ path }) => path.endsWith('/smart-configuration')).length;
  const drifts = () =>
    world.logLines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === 'drift');
  const checksStore = () => createChecksStore(world.dependencies.database.db);
  const later = (hours: number) => void (now = new Date(now.getTime() + hours * HOUR_MS));

  test('two instances that look at the same time run each check once, and a restart does not repeat it', async () => {
    const [one, two] = [instance(), instance()];
    await Promise.all([one.look(), two.look(), one.look()]);
    expect(discoveries()).toBe(1);
    await instance().look();
    expect(discoveries()).toBe(1);
    later(24);
    await Promise.all([two.look(), one.look()]);
    expect(discoveries()).toBe(2);
    expect(await checksStore().latestScheduled(ORG_ID)).toMatchObject({ by: 'schedule', good: true, differences: [] });
    expect(drifts()).toEqual([]);
  });

  test('a change at the EHR is in the run, the log and the metric', async () => {
    const watch = instance();
    await watch.look();
    world.sandbox.faults.set('discovery-no-capabilities');
    later(24);
    await watch.look();
    const run = await checksStore().latest(ORG_ID);
    expect(run?.differences).toMatchObject([{ part: 'configuration', field: 'capabilities', severity: 'warning' }]);
    expect(drifts()).toMatchObject([{ organizationId: ORG_ID, hardFailures: [] }]);
    expect(await world.dependencies.metrics.registry.metrics()).toContain(
      'smart_drift_total{part="configuration",severity="warning"} 1',
    );
  });

  test('DI-26: an EHR whose endpoints were given by hand begins to publish documents', async () => {
    await world.setOrganization(ORG_ID, givenEndpoints(world.sandbox));
    for (const fault of ['discovery-404', 'metadata-500'] as const) world.sandbox.faults.set(fault);
    const watch = instance();
    await watch.look();
    world.sandbox.faults.clear();
    later(24);
    await watch.look();
    const run = await checksStore().latest(ORG_ID);
    expect(run?.differences).toEqual([
      {
        part: 'configuration',
        field: 'published',
        before: '"nothing"',
        after: '"smart-configuration"',
        severity: 'warning',
      },
    ]);
    expect(drifts()).toMatchObject([{ organizationId: ORG_ID, hardFailures: [] }]);
  });

  test('a failing EHR is reported, and compared with its last good state when it works again', async () => {
    const watch = instance();
    await watch.look();
    world.sandbox.faults.set('discovery-500');
    later(24);
    await watch.look();
    expect(drifts()).toMatchObject([{ hardFailures: expect.arrayContaining(['guide-smart-configuration']) }]);
    world.sandbox.faults.clear();
    world.sandbox.faults.set('rotated-key');
    later(24);
    await watch.look();
    const run = await checksStore().latest(ORG_ID);
    expect(run?.differences).toMatchObject([
      { part: 'keys', before: 'current-key', after: 'next-key', severity: 'info' },
    ]);
  });

  test('a disabled organization is not checked, and 0 hours switches the watch off', async () => {
    await instance(0).look();
    await world.disableOrganization(ORG_ID);
    await instance().look();
    expect(discoveries()).toBe(0);
  });

  test('after it was closed it runs no check', async () => {
    const watch = instance();
    await watch.close();
    await watch.look();
    expect(discoveries()).toBe(0);
  });
});
