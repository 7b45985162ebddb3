/** Caches the signing keys of trusted issuers in memory. Launches share one fetch; a key rotation causes a new one. */
import { LRUCache } from 'lru-cache';
import { atMost, cached } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import { type FetchedKeys, fetchIssuerKeys, type IssuerToTrust } from '#src/smart/documents/issuer-keys.ts';
import type { VerificationKeySet } from '#src/smart/documents/key-set.ts';

export interface VerificationKeys {
  readonly keySet: VerificationKeySet;
  /** Newer keys for a token whose key is missing (ID-08); undefined when the limit of such fetches is reached. */
  readonly fetchAgain: () => Promise<VerificationKeySet | undefined>;
}

export type IssuerKeys = ReturnType<typeof createIssuerKeys>;

interface Entry {
  fetched: (FetchedKeys & { readonly at: number }) | undefined;
  pending: Promise<FetchedKeys> | undefined;
  /** A launch may use the answer that it prefetched even if caching is forbidden. */
  reserved: boolean;
  refetchedAt: number[];
}

const MOST_ORGANIZATIONS = 5_000;
/** Several environments and a change of issuer; an EHR may name a new one at each launch (MT-06). */
const MOST_ISSUERS = 20;

type Entries = LRUCache<string, LRUCache<string, Entry>>;
const RESERVATION_MS = 30_000;
/** Three fetches in 30 s suffice for two rotations in a row, and limit the effect of tokens with invented kids. */
const REFETCH = { limit: 3, windowMs: 30_000 };

/** Cache-Control decides, up to an hour; else five minutes. Failures are not cached (ID-22). 20 issuers of an organization at most. */
export function createIssuerKeys(options: { outbound: Outbound; clock: Clock; log: Log }) {
  const entries: Entries = new LRUCache(atMost(MOST_ORGANIZATIONS));
  const now = () => options.clock().getTime();

  const fetchOnce = (issuer: IssuerToTrust, entry: Entry): Promise<FetchedKeys> => {
    const likelyJwksUri = entry.fetched?.jwksUri ?? issuer.likelyJwksUri;
    entry.pending ??= fetchIssuerKeys({ ...issuer, likelyJwksUri }, options.outbound)
      .then((fetched) => (entry.fetched = { ...fetched, at: now() }))
      .finally(() => (entry.pending = undefined));
    return entry.pending;
  };
  const current = async (issuer: IssuerToTrust, entry: Entry): Promise<FetchedKeys> => {
    const { fetched, reserved } = entry;
    const ageMs = fetched ? now() - fetched.at : Infinity;
    const usable = fetched && (ageMs < fetched.lifetimeMs || (reserved && ageMs < RESERVATION_MS));
    return usable ? fetched : fetchOnce(issuer, entry);
  };
  const fetchAgain = async (issuer: IssuerToTrust, entry: Entry, known: VerificationKeySet) => {
    if (entry.fetched && entry.fetched.keySet !== known) return entry.fetched.keySet;
    entry.refetchedAt = entry.refetchedAt.filter((at) => now() - at < REFETCH.windowMs);
    if (!entry.pending) {
      if (entry.refetchedAt.length >= REFETCH.limit) return undefined;
      entry.refetchedAt.push(now());
      options.log.info({ issuer: issuer.issuer }, 'an id_token names an unknown key: fetching the keys again');
    }
    return (await fetchOnce(issuer, entry)).keySet;
  };

  return {
    /** Starts the fetch for `keysFor` in parallel with the token call. Never throws. */
    prefetch: (issuer: IssuerToTrust): void => {
      const entry = entryFor(entries, issuer);
      current(issuer, entry)
        .then(() => (entry.reserved = true))
        .catch((error: unknown) => options.log.debug({ err: error, issuer: issuer.issuer }, 'key prefetch failed'));
    },
    /** Sends no request while keys are fresh. @throws AppError identity.keys-timeout or keys-unavailable (ID-22). */
    keysFor: async (issuer: IssuerToTrust): Promise<VerificationKeys> => {
      const entry = entryFor(entries, issuer);
      const { keySet } = await current(issuer, entry);
      entry.reserved = false;
      return { keySet, fetchAgain: () => fetchAgain(issuer, entry, keySet) };
    },
  };
}

/** The key covers all that affects the fetch, so organizations share neither access nor failures (MT-05, MT-06). */
function entryFor(entries: Entries, issuer: IssuerToTrust): Entry {
  const { id = '', privateNetworks = [] } = issuer.organization ?? {};
  const { fallbackJwksUri = '', givenJwksUri = '' } = issuer;
  const key = JSON.stringify([issuer.issuer, fallbackJwksUri, givenJwksUri, privateNetworks]);
  const own = cached(entries, id, () => new LRUCache<string, Entry>({ max: MOST_ISSUERS }));
  return cached(own, key, () => ({ fetched: undefined, pending: undefined, reserved: false, refetchedAt: [] }));
}
