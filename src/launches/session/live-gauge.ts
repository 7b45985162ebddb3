/** The metric of open launches per organization, counted at each scrape. */
import type { Adapters } from '#src/adapters.ts';
import { createLiveIndex } from './live-index.ts';

/** Makes one count per organization and scrape. While a store is unavailable, only this metric is missing. */
export function measureLiveLaunches(
  dependencies: Pick<Adapters, 'clock' | 'log' | 'metrics' | 'redis'> & {
    organizations: { list(): Promise<readonly { id: string }[]> };
  },
): void {
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
