/** `npm run bench -- --attack`: can clinicians still launch, and does health still answer, during an attack? */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { request } from 'undici';
import type { AttackOrder } from './attacker.ts';
import type { Contestant } from './contestants.ts';
import { median } from './median.ts';
import type { Report } from './table.ts';
import { launchOnce } from './visitor.ts';

const LAUNCH_EVERY_MS = 3_000;
const HEALTH_EVERY_MS = 200;
const LONGEST_HEALTH_MS = 1_000;
const SECONDS = 60;

/** Makes twenty launches a minute and five health checks a second during the attack; none may fail or take too long. */
export async function measureAttack(product: Contestant): Promise<Report> {
  const { launchUrl } = product;
  const { origin } = new URL(launchUrl);
  // Warms up: loads the organization and opens the connections, as on any working day.
  await launchOnce(launchUrl);
  const order: AttackOrder = { origin, launchUrl, seconds: SECONDS };
  const attacker = new Worker(new URL('./attacker.ts', import.meta.url), { workerData: order });
  const finished = once(attacker, 'message') as Promise<[Record<string, number>]>;
  const end = performance.now() + SECONDS * 1_000;
  const launchTimes: number[] = [];
  const healthTimes: number[] = [];
  const failed: string[] = [];
  const launch = async () => {
    const began = performance.now();
    await launchOnce(launchUrl).catch((error: unknown) => failed.push(String(error).slice(0, 200)));
    launchTimes.push(performance.now() - began);
  };
  const ask = async () => {
    const began = performance.now();
    const answer = await request(`${origin}/health/live`).catch((error: unknown) => failed.push(String(error)));
    if (typeof answer === 'object') await answer.body.dump();
    healthTimes.push(performance.now() - began);
  };
  await Promise.all([every(LAUNCH_EVERY_MS, end, launch), every(HEALTH_EVERY_MS, end, ask)]);
  const [answers] = await finished;
  const longestHealthMs = Math.max(...healthTimes);
  const tooLong = longestHealthMs > LONGEST_HEALTH_MS ? ['a health check took over a second'] : [];
  return {
    rows: [
      ['sixty seconds under attack', ''],
      ['launches of clinicians', String(launchTimes.length)],
      ['of them failed', String(failed.length)],
      ['median launch, ms', median(launchTimes).toFixed(0)],
      ['longest launch, ms', Math.max(...launchTimes).toFixed(0)],
      ['health checks', String(healthTimes.length)],
      ['longest health check, ms', longestHealthMs.toFixed(0)],
      ...Object.entries(answers).map(([answer, times]) => [`attacker got ${answer}`, String(times)]),
    ],
    broken: [...failed, ...tooLong],
  };
}

/** Starts the work at each interval, even if the previous run has not ended; resolves when all have ended. */
async function every(intervalMs: number, end: number, work: () => Promise<void>): Promise<void> {
  const begun: Promise<void>[] = [];
  while (performance.now() < end) {
    begun.push(work());
    // oxlint-disable-next-line no-await-in-loop -- a clock
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  await Promise.all(begun);
}
