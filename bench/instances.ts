/** One, two and three instances on one Redis and one PostgreSQL, behind a load balancer that takes turns. */
import { freePort } from '#test/helpers/preparation/commands.ts';
import { type Child, startChild } from './child.ts';
import type { Contestant } from './contestants.ts';
import { median, repeatFor } from './throughput.ts';
import { type Landing, launchOnce, reload } from './visitor.ts';

const ROUNDS = 3;
const ROUND_MS = 2_000;
const WARM_UP_MS = 2_000;
/** Charts that are open at once. */
const LAUNCHES = 12;

/**
 * Launches and list re-loads per second with one, two and three instances, in turns; every request of a launch may meet
 * another instance.
 *
 * @param first the instance that has the public address; its stores are shared.
 */
export async function measureInstances(
  first: Contestant & { env: Record<string, string> },
): Promise<Map<string, [number, number, number]>> {
  const publicOrigin = new URL(first.launchUrl).origin;
  const more = await Promise.all([startInstance(first.env), startInstance(first.env)]);
  const origins = [publicOrigin, ...more.map(({ origin }) => origin)];
  let turn = 0;
  const balance = (instances: number) => (url: string) => {
    turn += 1;
    return url.replace(publicOrigin, origins[turn % instances] ?? publicOrigin);
  };
  try {
    const landings: Landing[] = [];
    for (let launch = 0; launch < LAUNCHES; launch += 1) landings.push(await launchOnce(first.launchUrl));
    const launching = (instances: number) => () => launchOnce(first.launchUrl, 0, balance(instances));
    const reloading = (instances: number) => async () => {
      const landing = landings[turn % LAUNCHES];
      if (landing) await reload({ ...landing, url: balance(instances)(landing.url) });
    };
    return new Map([
      ['launches', await perSecond(launching)],
      ['list re-loads', await perSecond(reloading)],
    ]);
  } finally {
    await Promise.all(more.map(({ child }) => child.stop()));
  }
}

async function startInstance(env: Record<string, string>): Promise<{ origin: string; child: Child }> {
  const port = String(await freePort(0));
  const origin = `http://127.0.0.1:${port}`;
  const child = await startChild('src/main.ts', { env: { ...env, PORT: port }, readyUrl: `${origin}/health/ready` });
  return { origin, child };
}

async function perSecond(work: (instances: number) => () => Promise<unknown>): Promise<[number, number, number]> {
  const samples: [number[], number[], number[]] = [[], [], []];
  await repeatFor(WARM_UP_MS, work(3));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, rates] of samples.entries()) {
      const began = performance.now();
      const times = await repeatFor(ROUND_MS, work(index + 1));
      rates.push((times * 1_000) / (performance.now() - began));
    }
  }
  return [median(samples[0]), median(samples[1]), median(samples[2])];
}
