/** `npm run bench -- --refresh`: compares pages with valid tokens and pages with expired tokens, of the same app. */
import type { Contestant, ContestantName } from './contestants.ts';
import { median } from './median.ts';
import type { StubEhr } from './stub/control.ts';
import { COMPARISON_HEAD, comparisonRow, type Report } from './table.ts';
import { follow, type Landing, launchOnce } from './visitor.ts';

/** Medians. */
interface PageCost {
  cpuMs: number;
  /** Time the app kept the browser waiting, in units of the added delay. */
  trips: number;
}

/** Each page has its own launch, so that no refresh is shared. */
const LAUNCHES = 8;
const ROUNDS = 5;
const PAGES_PER_ROUND = 10;
const DELAY_MS = 200;
const LONG_SECONDS = 3_600;
/** For the product, 0 is expired at once. For fhirclient it is unknown. Both peers renew ten seconds before expiry. */
const SHORT_SECONDS = { product: 0, 'openid-client': 1, fhirclient: 1 };

/** Limited by the number of pages: less than a minute on an idle machine. */
export async function measureRefresh(contestants: readonly Contestant[], stub: StubEhr): Promise<Report> {
  const fresh = new Map<ContestantName, PageCost>();
  const renewed = new Map<ContestantName, PageCost>();
  for (const contestant of contestants) {
    fresh.set(contestant.name, await measure(contestant, stub, LONG_SECONDS, 0));
    renewed.set(contestant.name, await measure(contestant, stub, SHORT_SECONDS[contestant.name], 1));
  }
  const cpu = (name: ContestantName) => (renewed.get(name)?.cpuMs ?? 0) - (fresh.get(name)?.cpuMs ?? 0);
  const of = (costs: ReadonlyMap<ContestantName, PageCost>, key: keyof PageCost) =>
    new Map([...costs].map(([name, cost]) => [name, cost[key]]));
  return {
    rows: [
      COMPARISON_HEAD,
      comparisonRow('CPU ms per page, fresh token', of(fresh, 'cpuMs'), 2),
      comparisonRow('CPU ms per page with a refresh', of(renewed, 'cpuMs'), 2),
      comparisonRow('CPU ms per refresh', new Map(contestants.map(({ name }) => [name, cpu(name)])), 2),
      comparisonRow('sequential round trips, fresh token', of(fresh, 'trips'), 2),
      comparisonRow('sequential round trips with a refresh', of(renewed, 'trips'), 2),
    ],
  };
}

async function measure(
  contestant: Contestant,
  stub: StubEhr,
  lifetimeSeconds: number,
  refreshesPerPage: 0 | 1,
): Promise<PageCost> {
  await stub.setLifetime(lifetimeSeconds);
  const landings: Landing[] = [];
  for (let launch = 0; launch < LAUNCHES; launch += 1) landings.push(await launchOnce(contestant.launchUrl));
  const everyPage = async () => {
    await Promise.all(
      landings.map(async (landing) => {
        for (let page = 0; page < PAGES_PER_ROUND; page += 1) await follow(landing);
      }),
    );
  };
  await everyPage();
  await stub.reset();
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await contestant.child().ask({ ask: 'usage' });
    await everyPage();
    const after = await contestant.child().ask({ ask: 'usage' });
    samples.push((after.cpuMs - before.cpuMs) / (LAUNCHES * PAGES_PER_ROUND));
  }
  const { paths } = await stub.stats();
  const perPage = paths.filter((path) => path === 'POST /auth/token').length / (ROUNDS * LAUNCHES * PAGES_PER_ROUND);
  if (perPage !== refreshesPerPage)
    throw new Error(`${contestant.name}: ${perPage} refreshes per page, not ${refreshesPerPage}`);
  const trips = await sequentialTrips(landings, stub);
  await stub.setLifetime(LONG_SECONDS);
  return { cpuMs: median(samples), trips };
}

async function sequentialTrips(landings: readonly Landing[], stub: StubEhr): Promise<number> {
  await stub.setDelay(DELAY_MS);
  const waits: number[] = [];
  for (const landing of landings) {
    const began = performance.now();
    await follow(landing);
    waits.push((performance.now() - began) / DELAY_MS);
  }
  await stub.setDelay(0);
  return median(waits);
}
