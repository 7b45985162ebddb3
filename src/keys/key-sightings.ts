/** Notes where our keys are seen, behind the caller's back: launches and JWKS answers never wait for the database. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Queries, withoutQuery } from '#src/adapters/database.ts';
import type { Log } from '#src/adapters/log.ts';
import { type JwksFetch, type KeyUse, pruneFetches, saveSightings } from './sighting-store.ts';

/** One per process. */
export interface KeySightings {
  /** An EHR's token endpoint accepted an assertion signed with this key. */
  keyAccepted(organizationId: string, kid: string): void;
  /** Somebody fetched the JWKS. Both values come from the request: untrusted, shortened here. */
  jwksFetched(address: string, userAgent: string): void;
  /** Writes what is waiting; never throws. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_MS = 5_000;
const FETCHES_KEPT_MS = 30 * 86_400_000;
/** A scanner with many names must not fill memory or the table: beyond this, fetchers of one interval are not noted. */
const MAX_FETCHERS = 500;
const MAX_USER_AGENT = 120;

export function createKeySightings(dependencies: { db: Queries; clock: Clock; log: Log }): KeySightings {
  const { db, clock, log } = dependencies;
  let uses = new Map<string, KeyUse>();
  let fetches = new Map<string, JwksFetch>();

  async function flush(): Promise<void> {
    const [seenUses, seenFetches] = [[...uses.values()], [...fetches.values()]];
    if (seenUses.length + seenFetches.length === 0) return;
    uses = new Map();
    fetches = new Map();
    try {
      await saveSightings(db, seenUses, seenFetches);
      await pruneFetches(db, new Date(clock().getTime() - FETCHES_KEPT_MS));
    } catch (error) {
      // Only the operator's page is poorer for it; the next launch or fetch is noted again.
      log.warn({ err: withoutQuery(error), uses: seenUses.length }, 'key sightings could not be written');
    }
  }

  const timer = setInterval(() => void flush(), FLUSH_MS).unref();
  return {
    keyAccepted: (organizationId, kid) =>
      void uses.set(`${organizationId} ${kid}`, { organizationId, kid, at: clock() }),
    jwksFetched: (address, givenAgent) => {
      const userAgent = givenAgent.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_USER_AGENT);
      const name = `${address} ${userAgent}`;
      const known = fetches.get(name);
      if (!known && fetches.size >= MAX_FETCHERS) return;
      fetches.set(name, { address, userAgent, at: clock(), fetches: (known?.fetches ?? 0) + 1 });
    },
    flush,
    close: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
