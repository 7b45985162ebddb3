/** Launches and re-loads per second, and the CPU time of the server for each. */
import type { Contestant } from './contestants.ts';
import { type Landing, launchOnce, reload } from './visitor.ts';

/** Medians over the rounds. */
export interface Throughput {
  perSecond: number;
  cpuMsEach: number;
}

const AT_ONCE = 8;

/**
 * Measures the contestants in turns, so that whatever else the machine does falls on both.
 *
 * @param work one piece of it, for one contestant.
 */
export async function measureThroughput(
  contestants: readonly Contestant[],
  options: { rounds: number; perRound: number; warmUp: number },
  work: (contestant: Contestant) => Promise<unknown>,
): Promise<Map<Contestant['name'], Throughput>> {
  for (const contestant of contestants) await repeat(options.warmUp, () => work(contestant));
  const samples = new Map(contestants.map(({ name }) => [name, [] as Throughput[]]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const contestant of contestants) {
      const cpuBefore = await contestant.child().cpuMs();
      const began = performance.now();
      await repeat(options.perRound, () => work(contestant));
      const seconds = (performance.now() - began) / 1_000;
      const cpuMs = (await contestant.child().cpuMs()) - cpuBefore;
      samples.get(contestant.name)?.push({
        perSecond: options.perRound / seconds,
        cpuMsEach: cpuMs / options.perRound,
      });
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
    if (landing) await reload(landing);
  };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
