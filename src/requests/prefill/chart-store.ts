/** What a form showed of the chart, kept so that its choices mean the same when it is posted. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import type { ChartFacts } from './facts.ts';

/** See {@link createChartStore}. */
export type ChartStore = ReturnType<typeof createChartStore>;

/** As long as a page that is not used stays open. */
const LIFETIME_MS = 60 * 60_000;
const MOST_BYTES = 65_536;

/** One record per owner, sealed, in Redis: the latest reading. Every method may throw AppError 'store.unavailable'. */
export function createChartStore(redis: KeyStore, sealer: Sealer) {
  const keyOf = (owner: string) => `chart-facts:${owner}`;
  return {
    /** @param owner the hash of the same user at the same patient. */
    keep: async (owner: string, facts: ChartFacts): Promise<void> =>
      redis.set(keyOf(owner), await sealer.seal(keyOf(owner), facts, MOST_BYTES), LIFETIME_MS),
    /** @returns undefined where none is kept; forged, or sealed by a secret that was retired, is as good as none. */
    of: async (owner: string): Promise<ChartFacts | undefined> => {
      const sealed = await redis.get(keyOf(owner));
      const opened =
        sealed === undefined
          ? undefined
          : await Promise.resolve(sealer.open(keyOf(owner), sealed)).catch(() => undefined);
      return opened as ChartFacts | undefined;
    },
  };
}
