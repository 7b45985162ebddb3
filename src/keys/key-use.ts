/** Notes where our keys are seen, behind the caller's back: launches and JWKS answers never wait for the database. */
import type { Clock } from '#src/adapters/clock.ts';
import { type Queries, withoutQuery } from '#src/adapters/database/index.ts';
import type { Log } from '#src/adapters/log.ts';
import { visitorKey } from '#src/http/limits/visitor-key.ts';
import { type JwksFetch, type KeyUse, pruneFetches, saveSightings } from './key-use-store.ts';

/** One per process. */
export interface KeySightings {
  /** An EHR's token endpoint accepted an assertion signed with this key. */
  keyAccepted(organizationId: string, kid: string): void;
  /** The JWKS was fetched. Both values come from the request: untrusted, shortened here. */
  jwksFetched(address: string, userAgent: string): void;
  /** Writes what is waiting; never throws. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_MS = 5_000;
const PRUNE_MS = 10 * 60_000;
const FETCHES_KEPT_MS = 30 * 86_400_000;
/** A scanner with many addresses must not fill memory: beyond this, fetchers of one interval are not noted. */
const MAX_FETCHERS = 100;
/** Nor the table: the newest stay, and an EHR comes back within the day. */
const MOST_ROWS = 2_000;
const MAX_USER_AGENT = 120;
const MAX_ADDRESS = 60;

export function createKeySightings(dependencies: { db: Queries; clock: Clock; log: Log }): KeySightings {
  const { db, clock, log } = dependencies;
  let uses = new Map<string, KeyUse>();
  let fetches = new Map<string, JwksFetch>();
  let prunedAt = Number.NEGATIVE_INFINITY;

  async function prune(): Promise<void> {
    const now = clock().getTime();
    if (now - prunedAt < PRUNE_MS) return;
    prunedAt = now;
    await pruneFetches(db, new Date(now - FETCHES_KEPT_MS), MOST_ROWS);
  }

  async function flush(): Promise<void> {
    const [seenUses, seenFetches] = [[...uses.values()], [...fetches.values()]];
    if (seenUses.length + seenFetches.length === 0) return;
    uses = new Map();
    fetches = new Map();
    try {
      await saveSightings(db, seenUses, seenFetches);
      await prune();
    } catch (error) {
      // Only the operator's page is poorer for it; the next launch or fetch is noted again.
      log.warn({ err: withoutQuery(error), uses: seenUses.length }, 'key sightings could not be written');
    }
  }

  const timer = setInterval(() => void flush(), FLUSH_MS).unref();
  return {
    keyAccepted: (organizationId, kid) =>
      void uses.set(`${organizationId} ${kid}`, { organizationId, kid, at: clock() }),
    jwksFetched: (givenAddress, givenAgent) => {
      const address = givenAddress.slice(0, MAX_ADDRESS);
      const userAgent = givenAgent.slice(0, MAX_USER_AGENT).replace(/[^\x20-\x7e]/g, '');
      // What a fetcher calls itself makes no row of its own: it may be anything, and another with each request.
      const { one: visitor } = visitorKey(address);
      const known = fetches.get(visitor);
      if (!known && fetches.size >= MAX_FETCHERS) return;
      fetches.set(visitor, { visitor, address, userAgent, at: clock(), fetches: (known?.fetches ?? 0) + 1 });
    },
    flush,
    close: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
