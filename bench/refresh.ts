/** What renewing a token costs: pages of tokens that live against pages of tokens that are over, of the same app. */
import type { Contestant } from './contestants.ts';
import type { StubEhr } from './stub-control.ts';
import { median } from './throughput.ts';
import { type Landing, launchOnce, reload } from './visitor.ts';

/** Medians. */
export interface RefreshCost {
  freshCpuMs: number;
  refreshedCpuMs: number;
  /** Time the app kept the browser waiting, in units of the added delay. */
  freshTrips: number;
  refreshedTrips: number;
}

/** A launch each, so that no refresh is shared. */
const LAUNCHES = 8;
const ROUNDS = 5;
const PAGES_PER_ROUND = 10;
const DELAY_MS = 200;
/** Over for the product at once; fhirclient takes 0 for unknown, and renews ten seconds before the end. */
const SHORT_SECONDS = { product: 0, minimal: 1 };

/** Bounded by its number of pages: some twenty seconds on an idle machine. */
export async function measureRefresh(contestant: Contestant, stub: StubEhr): Promise<RefreshCost> {
  const fresh = await measure(contestant, stub, 3_600, 'no refresh');
  const refreshed = await measure(contestant, stub, SHORT_SECONDS[contestant.name], 'a refresh each');
  await stub.setLifetime(3_600);
  return {
    freshCpuMs: fresh.cpuMs,
    freshTrips: fresh.trips,
    refreshedCpuMs: refreshed.cpuMs,
    refreshedTrips: refreshed.trips,
  };
}

async function measure(
  contestant: Contestant,
  stub: StubEhr,
  lifetimeSeconds: number,
  expected: 'no refresh' | 'a refresh each',
): Promise<{ cpuMs: number; trips: number }> {
  await stub.setLifetime(lifetimeSeconds);
  const landings: Landing[] = [];
  for (let launch = 0; launch < LAUNCHES; launch += 1) landings.push(await launchOnce(contestant.launchUrl));
  const everyPage = async () => {
    await Promise.all(
      landings.map(async (landing) => {
        for (let page = 0; page < PAGES_PER_ROUND; page += 1) await reload(landing);
      }),
    );
  };
  await everyPage();
  await stub.reset();
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await contestant.child().cpuMs();
    await everyPage();
    samples.push(((await contestant.child().cpuMs()) - before) / (LAUNCHES * PAGES_PER_ROUND));
  }
  const { paths } = await stub.stats();
  const perPage = paths.filter((path) => path === 'POST /auth/token').length / (ROUNDS * LAUNCHES * PAGES_PER_ROUND);
  if (perPage !== (expected === 'no refresh' ? 0 : 1))
    throw new Error(`${perPage} refreshes per page, not ${expected}`);
  return { cpuMs: median(samples), trips: await sequentialTrips(landings, stub) };
}

async function sequentialTrips(landings: readonly Landing[], stub: StubEhr): Promise<number> {
  await stub.setDelay(DELAY_MS);
  const waits: number[] = [];
  for (const landing of landings) {
    const began = performance.now();
    await reload(landing);
    waits.push((performance.now() - began) / DELAY_MS);
  }
  await stub.setDelay(0);
  return median(waits);
}
