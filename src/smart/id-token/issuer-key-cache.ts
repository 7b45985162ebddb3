/** The signing keys of the issuers we trust, in memory: fetched once, shared, and fetched again after a rotation. */

import { LRUCache } from 'lru-cache';
import { atMost } from '#src/adapters/cache.ts';
import type { Clock } from '#src/adapters/clock.ts';
import type { Outbound } from '#src/adapters/ehr-http/client.ts';
import type { Log } from '#src/adapters/log.ts';
import { type FetchedKeys, fetchIssuerKeys, type IssuerToTrust } from '#src/smart/documents/issuer-keys.ts';
import type { VerificationKeySet } from '#src/smart/documents/key-set.ts';

/** One issuer's keys, for the verification of one id_token. */
export interface VerificationKeys {
  readonly keySet: VerificationKeySet;
  /**
   * Newer keys for a token whose key is not in `keySet` (ID-08): those another launch has fetched meanwhile, or a new
   * fetch. Undefined when that was done too often lately.
   */
  readonly fetchAgain: () => Promise<VerificationKeySet | undefined>;
}

/** The cache of all issuers' keys. */
export interface IssuerKeys {
  /** Starts the fetch that {@link keysFor} will need, beside the token call. Never throws. */
  prefetch(issuer: IssuerToTrust): void;
  /**
   * The issuer's keys; no request at all when they are known and fresh.
   *
   * @throws AppError identity.keys-timeout or identity.keys-unavailable (ID-22).
   */
  keysFor(issuer: IssuerToTrust): Promise<VerificationKeys>;
}

interface Entry {
  fetched: (FetchedKeys & { readonly at: number }) | undefined;
  pending: Promise<FetchedKeys> | undefined;
  /** A prefetched answer belongs to the launch that asked for it, even if it may not be kept for others. */
  reserved: boolean;
  refetchedAt: number[];
}

const MAX_ENTRIES = 500;
const RESERVATION_MS = 30_000;
/** Three in 30 s: two rotations in a row get through, and a hundred tokens with invented kids cause three fetches. */
const REFETCH = { limit: 3, windowMs: 30_000 };

/**
 * Makes the cache. Fresh by Cache-Control with a cap of one hour, five minutes when the server says nothing; failures
 * are never kept (ID-22); concurrent launches share one fetch; at most 500 issuers are remembered.
 */
export function createIssuerKeys(options: { outbound: Outbound; clock: Clock; log: Log }): IssuerKeys {
  const entries = new LRUCache<string, Entry>(atMost(MAX_ENTRIES));
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
    prefetch: (issuer) => {
      const entry = entryFor(entries, issuer);
      current(issuer, entry)
        .then(() => (entry.reserved = true))
        .catch((error: unknown) => options.log.debug({ err: error, issuer: issuer.issuer }, 'key prefetch failed'));
    },
    keysFor: async (issuer) => {
      const entry = entryFor(entries, issuer);
      const { keySet } = await current(issuer, entry);
      entry.reserved = false;
      return { keySet, fetchAgain: () => fetchAgain(issuer, entry, keySet) };
    },
  };
}

/** Keyed by all that decides what is fetched and how: no organization gets keys by another's permissions, or fails with it (MT-05, MT-06). */
function entryFor(entries: LRUCache<string, Entry>, issuer: IssuerToTrust): Entry {
  const { id = '', privateNetworks = [] } = issuer.organization ?? {};
  const key = JSON.stringify([issuer.issuer, issuer.fallbackJwksUri ?? '', id, privateNetworks]);
  const entry = entries.get(key) ?? { fetched: undefined, pending: undefined, reserved: false, refetchedAt: [] };
  entries.set(key, entry);
  return entry;
}
