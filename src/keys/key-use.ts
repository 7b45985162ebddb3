/** Records accepted keys in the background, so that nothing waits for the database, and counts fetches of the JWKS. */
import type { Clock } from '#src/adapters/clock.ts';
import { createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { type KeyUse, listAcceptedKids, saveUses } from './key-use-store.ts';

export type KeyUses = ReturnType<typeof createKeyUses>;

/** One per process. */
export function createKeyUses({ db, clock, log }: { db: Queries; clock: Clock; log: Log }) {
  let fetches = 0;
  const uses = createBatchWriter<KeyUse>({
    size: 1_000,
    mostWaiting: 10_000,
    gatherMs: () => 5_000,
    merge: { keyOf: ({ organizationId, kid }) => `${organizationId} ${kid}` },
    write: (items) => saveUses(db, items),
    lost: (items, err) => log.warn({ err, rows: items.length }, 'key use could not be written'),
  });
  return {
    /** Records that an EHR's token endpoint accepted an assertion signed with this key. */
    keyAccepted: (organizationId: string, kid: string): void => void uses.add({ organizationId, kid, at: clock() }),
    /** The keys that an EHR has accepted; none if the database cannot say. */
    acceptedKids: async (organizationId: string): Promise<string[]> => {
      await uses.flush();
      return listAcceptedKids(db, organizationId).catch(() => []);
    },
    jwksFetched: (): void => void (fetches += 1),
    /** How often this process has served the JWKS. An increase shows that a call made its receiver fetch our keys. */
    fetchesSeen: (): number => fetches,
    /** Writes what is waiting; never throws. */
    flush: uses.flush,
  };
}
