/** Keeps what a form showed of the chart, so that its choices mean the same when the form is posted. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { ChartFacts } from './facts.ts';

export type ChartStore = ReturnType<typeof createChartStore>;

/** As long as an unused page stays open. */
const LIFETIME_MS = 60 * 60_000;
const MOST_BYTES = 65_536;
/** Room for some four thousand usual charts within an hour; a post reads further charts once more. */
const MOST_BYTES_PER_ORGANIZATION = 32 * 1_024 * 1_024;

/** One sealed record per owner: the latest reading. @param options.mostBytes of one organization's charts (MT-06). */
export function createChartStore(redis: KeyStore, sealer: Sealer, options: { clock: Clock; mostBytes?: number }) {
  const { clock, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  const room = createPendingBytes({ clock, lifetimeMs: LIFETIME_MS, mostBytes });
  const keyOf = (owner: string) => `chart-facts:${owner}`;
  return {
    /** Too large or without room, nothing is kept, and no older reading. Never throws. @param owner a hash (ownerHash). */
    keep: async (organizationId: string, owner: string, facts: ChartFacts): Promise<void> => {
      const key = keyOf(owner);
      try {
        const sealed = await sealer.seal(key, facts, MOST_BYTES);
        room.release(key);
        room.take(organizationId, key, { bytes: sealed.length, isKnown: true });
        await redis.set(key, sealed, LIFETIME_MS);
      } catch {
        await redis.delete(key).catch(() => undefined);
      }
    },
    /** @returns undefined where none can be opened: forged, or of a retired secret. @throws 'store.unavailable' */
    of: async (owner: string): Promise<ChartFacts | undefined> => {
      const sealed = await redis.get(keyOf(owner));
      if (sealed === undefined) return undefined;
      return (await sealer.open(keyOf(owner), sealed).catch(() => undefined)) as ChartFacts | undefined;
    },
  };
}
