/** Counts the requests of one launch to the EHR, and the sequential round trips that the visitor waits for. */
import type { Contestant } from './contestants.ts';
import { median } from './median.ts';
import type { StubEhr } from './stub/control.ts';
import { launchOnce } from './visitor.ts';

/**
 * - cold: the first launch of a new process, for an organization saved (and launched) before
 * - warm: consecutive launches
 * - after idle minutes: the EHR has closed every idle connection since the last launch
 */
export type Situation = 'cold' | 'warm' | 'after idle minutes';

export interface Trips {
  situation: Situation;
  requests: number;
  connections: number;
  /** How long the app kept the browser waiting, in units of the added delay. */
  sequential: number;
  paths: readonly string[];
}

/** So long that the machine's own work hardly matters. */
const DELAY_MS = 200;
/** The least time of a browser at the authorization server: its connection and its request. */
const PAUSE_AT_EHR_MS = 3 * DELAY_MS;
const LAUNCHES = 3;

/** Medians of three launches each. */
export async function measureTrips(contestant: Contestant, stub: StubEhr): Promise<Trips[]> {
  await launchOnce(contestant.launchUrl);
  await stub.setDelay(DELAY_MS);
  const cold = await sample(contestant, stub, 'cold', () => contestant.restart());
  const warm = await sample(contestant, stub, 'warm', async () => {});
  const idle = await sample(contestant, stub, 'after idle minutes', () => stub.closeIdleConnections());
  await stub.setDelay(0);
  return [cold, warm, idle];
}

async function sample(
  contestant: Contestant,
  stub: StubEhr,
  situation: Situation,
  prepare: () => Promise<void>,
): Promise<Trips> {
  const samples: Trips[] = [];
  for (let launch = 0; launch < LAUNCHES; launch += 1) {
    await prepare();
    await stub.reset();
    const { appMs } = await launchOnce(contestant.launchUrl, { pauseAtEhrMs: PAUSE_AT_EHR_MS });
    const { requests, connections, paths } = await stub.stats();
    samples.push({ situation, requests, connections, sequential: appMs / DELAY_MS, paths });
  }
  return {
    situation,
    requests: median(samples.map(({ requests }) => requests)),
    connections: median(samples.map(({ connections }) => connections)),
    sequential: median(samples.map(({ sequential }) => sequential)),
    paths: samples.at(-1)?.paths ?? [],
  };
}
