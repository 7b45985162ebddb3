/** Measures the capacity of one core before the soak: the CPU time of one instance per visit. */
import type { Fleet } from '#bench/fleet.ts';
import { repeatFor } from '#bench/throughput.ts';
import { follow, launchOnce } from '#bench/visitor.ts';
import { RELOADS_PER_LAUNCH } from './load.ts';

const WARM_UP_MS = 4_000;
const MEASURED_MS = 6_000;

export interface Capacity {
  cpuMsPerVisit: number;
  visitsPerCore: number;
}

/** Measures only the first instance. A visit is a launch and its reloads. */
export async function measureCapacity(
  fleet: Fleet,
  launchUrl: (serial: string, index: number) => string,
): Promise<Capacity> {
  const route = { at: (url: string) => fleet.balance(url, 1) };
  let visits = 0;
  const visit = async () => {
    visits += 1;
    const landing = await launchOnce(launchUrl(`capacity${visits}`, visits), route);
    for (let reload = 0; reload < RELOADS_PER_LAUNCH; reload += 1) await follow(landing, route);
  };
  await repeatFor(WARM_UP_MS, visit);
  const cpuMs = async () => (await fleet.instances[0]?.child()?.ask({ ask: 'usage' }))?.cpuMs ?? Number.NaN;
  const before = await cpuMs();
  const times = await repeatFor(MEASURED_MS, visit);
  const cpuMsPerVisit = ((await cpuMs()) - before) / times;
  return { cpuMsPerVisit, visitsPerCore: 1_000 / cpuMsPerVisit };
}
