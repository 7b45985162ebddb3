/** `npm run bench -- --instances`: measures one, two and three instances on one Redis and one PostgreSQL. */
import type { ProductSetup } from './contestants.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { median } from './median.ts';
import type { Report, Row } from './table.ts';
import { repeatFor } from './throughput.ts';
import { follow, type Landing, launchOnce, type Route } from './visitor.ts';

const ROUNDS = 3;
const ROUND_MS = 2_000;
const WARM_UP_MS = 2_000;
/** The number of open charts. */
const LAUNCHES = 12;

/** Measures launches and list reloads per second, in turn; each request of a launch may reach another instance. */
export async function measureInstances(setup: ProductSetup, organizationId: string): Promise<Report> {
  if (setup.env['REDIS_URL'] === '') throw new Error('instances share a Redis and a PostgreSQL: start both first');
  const fleet = await startFleet(setup, 3);
  try {
    const launchUrl = setup.launchUrl(organizationId, 'bench');
    const landings: Landing[] = [];
    for (let launch = 0; launch < LAUNCHES; launch += 1) landings.push(await launchOnce(launchUrl));
    let turn = 0;
    const launching = (route: Route) => () => launchOnce(launchUrl, route);
    const reloading = (route: Route) => async () => {
      turn += 1;
      const landing = landings[turn % LAUNCHES];
      if (landing) await follow(landing, route);
    };
    const head = ['', '1 instance', '2 instances', '3 instances', '2 / 1', '3 / 1'];
    return {
      rows: [
        head,
        rowOf('launches per second', await perSecond(fleet, launching)),
        rowOf('list re-loads per second', await perSecond(fleet, reloading)),
      ],
    };
  } finally {
    await fleet.stop();
  }
}

async function perSecond(fleet: Fleet, work: (route: Route) => () => Promise<unknown>): Promise<number[]> {
  const routes = fleet.instances.map((_, index) => ({ at: (url: string) => fleet.balance(url, index + 1) }));
  const samples = routes.map(() => [] as number[]);
  await repeatFor(WARM_UP_MS, work({ at: (url) => fleet.balance(url) }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, route] of routes.entries()) {
      const began = performance.now();
      const times = await repeatFor(ROUND_MS, work(route));
      samples[index]?.push((times * 1_000) / (performance.now() - began));
    }
  }
  return samples.map(median);
}

function rowOf(name: string, [one = 0, two = 0, three = 0]: readonly number[]): Row {
  const ratios = [two / one, three / one].map((ratio) => ratio.toFixed(2));
  return [name, ...[one, two, three].map((number) => number.toFixed(0)), ...ratios];
}
