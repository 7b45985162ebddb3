/** Measures launches and reloads per second, and the server's CPU time for each. */
import type { Contestant, ContestantName } from './contestants.ts';
import { median } from './median.ts';
import { follow, type Landing, launchOnce } from './visitor.ts';

/** Medians over the rounds. */
export interface Throughput {
  perSecond: number;
  cpuMsEach: number;
}

const AT_ONCE = 8;

/**
 * Measures the contestants in turn, so that other load on the machine affects all. The time is fixed, not the amount of
 * work: a busy machine gives fewer samples, not a longer run.
 *
 * @param work one unit of work for one contestant.
 */
export async function measureThroughput(
  contestants: readonly Contestant[],
  options: { rounds: number; roundMs: number; warmUpMs: number },
  work: (contestant: Contestant) => Promise<unknown>,
): Promise<Map<ContestantName, Throughput>> {
  for (const contestant of contestants) await repeatFor(options.warmUpMs, () => work(contestant));
  const samples = new Map(contestants.map(({ name }) => [name, [] as Throughput[]]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of contestants) {
      const before = await contestant.child().ask({ ask: 'usage' });
      const began = performance.now();
      const times = await repeatFor(options.roundMs, () => work(contestant));
      const seconds = (performance.now() - began) / 1_000;
      const { cpuMs } = await contestant.child().ask({ ask: 'usage' });
      samples.get(contestant.name)?.push({ perSecond: times / seconds, cpuMsEach: (cpuMs - before.cpuMs) / times });
    }
  }
  return new Map(
    [...samples].map(([name, all]) => [
      name,
      {
        perSecond: median(all.map(({ perSecond }) => perSecond)),
        cpuMsEach: median(all.map(({ cpuMsEach }) => cpuMsEach)),
      },
    ]),
  );
}

export const launching = (contestant: Contestant): Promise<Landing> => launchOnce(contestant.launchUrl);

/** Re-loads the page of one launch each. */
export async function reloading(
  contestants: readonly Contestant[],
): Promise<(contestant: Contestant) => Promise<void>> {
  const landings = new Map<Contestant, Landing>();
  for (const contestant of contestants) landings.set(contestant, await launchOnce(contestant.launchUrl));
  return async (contestant) => {
    const landing = landings.get(contestant);
    if (landing) await follow(landing);
  };
}

/** Repeats the work, eight at once. @returns how many times it was done. */
export async function repeatFor(durationMs: number, work: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + durationMs;
  let times = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await work();
      times += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return times;
}

/** Launches each patient in a separate browser. @param prefix of their names, of letters only. */
export async function launchMany({ launchUrl }: Contestant, prefix: string, launches: number): Promise<Landing[]> {
  const landings: Landing[] = [];
  const names = Array.from({ length: launches }, (_, serial) => `${prefix}${serial}`);
  await atOnce(names, async (name) => {
    const url = new URL(launchUrl);
    url.searchParams.set('launch', name);
    landings.push(await launchOnce(url.href));
  });
  return landings;
}

/** Processes a list, eight items at once. */
export async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  // All workers take their items from this list.
  const left = [...items];
  const worker = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
