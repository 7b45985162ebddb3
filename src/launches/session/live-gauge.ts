/** The metric of open launches per organization, counted at each scrape. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLiveIndex } from './live-index.ts';

/** Makes one count per organization and scrape. While a store is unavailable, only this metric is missing. */
export function measureLiveLaunches(dependencies: {
  metrics: Metrics;
  redis: KeyStore;
  organizations: { list(): Promise<readonly { id: string }[]> };
  clock: Clock;
  log: Log;
}): void {
  const { metrics, redis, organizations, clock, log } = dependencies;
  const index = createLiveIndex(redis);
  metrics.openLaunches(async () => {
    try {
      const all = await organizations.list();
      return await Promise.all(all.map(async ({ id }) => [id, await index.count(id, clock())] as const));
    } catch (error) {
      log.warn({ err: error }, 'open launches could not be counted');
      return [];
    }
  });
}
