/** Records accepted keys and JWKS fetches in the background, so that nothing waits for the database. */
import ipaddr from 'ipaddr.js';
import type { Clock } from '#src/adapters/clock.ts';
import { createBatchWriter } from '#src/adapters/database/batch-writer.ts';
import type { Queries } from '#src/adapters/database/index.ts';
import { within } from '#src/adapters/deadline.ts';
import { findAddresses } from '#src/adapters/ehr-http/name-lookup.ts';
import type { Log } from '#src/adapters/log.ts';
import { visitorKey } from '#src/http/limits/visitor-key.ts';
import { type JwksFetch, type KeyUse, listAcceptedKids, pruneFetches, saveFetches, saveUses } from './key-store.ts';

/** Bounds memory against a scanner with many addresses: further fetchers in the same interval are not recorded. */
const MOST_FETCHERS = 100;
const PRUNE_MS = 10 * 60_000;
const FETCHES_KEPT_MS = 30 * 86_400_000;
/** The newest rows are kept; an EHR fetches again within a day. */
const MOST_ROWS = 2_000;
const MAX_USER_AGENT = 120;
const MAX_ADDRESS = 60;

export type KeyUses = ReturnType<typeof createKeyUses>;

/** One per process. */
export function createKeyUses({ db, clock, log }: { db: Queries; clock: Clock; log: Log }) {
  let prunedAt = Number.NEGATIVE_INFINITY;
  let seen = 0;
  const common = {
    size: 1_000,
    gatherMs: () => 5_000,
    lost: (items: readonly unknown[], err: unknown) =>
      log.warn({ err, rows: items.length }, 'key use could not be written'),
  };
  const uses = createBatchWriter<KeyUse>({
    ...common,
    write: (items) => saveUses(db, items),
    mostWaiting: 10_000,
    merge: { keyOf: ({ organizationId, kid }) => `${organizationId} ${kid}` },
  });
  const fetches = createBatchWriter<JwksFetch>({
    ...common,
    write: async (items) => {
      await saveFetches(db, items);
      const now = clock().getTime();
      if (now - prunedAt < PRUNE_MS) return;
      prunedAt = now;
      await pruneFetches(db, new Date(now - FETCHES_KEPT_MS), MOST_ROWS);
    },
    mostWaiting: MOST_FETCHERS,
    merge: { keyOf: ({ visitor }) => visitor, combine: (known, added) => ({ ...added, fetches: known.fetches + 1 }) },
  });
  return {
    keyAccepted: (organizationId: string, kid: string): void => void uses.add({ organizationId, kid, at: clock() }),
    /** The keys that an EHR has accepted; none if the database cannot say. */
    acceptedKids: async (organizationId: string): Promise<string[]> => {
      await uses.flush();
      return listAcceptedKids(db, organizationId).catch(() => []);
    },
    /** Records a JWKS fetch. Both values come from the request: untrusted, shortened here. */
    jwksFetched: (givenAddress: string, givenAgent: string): void => {
      seen += 1;
      const address = givenAddress.slice(0, MAX_ADDRESS);
      const userAgent = givenAgent.slice(0, MAX_USER_AGENT).replace(/[^\x20-\x7e]/g, '');
      // The user agent is not part of the row's key, because it may be anything and change with each request.
      const { one: visitor } = visitorKey(address);
      fetches.add({ visitor, address, userAgent, at: clock(), fetches: 1 });
    },
    /** How often this process has served the JWKS. An increase shows that a call made its receiver fetch our keys. */
    fetchesSeen: (): number => seen,
    /** Writes what is waiting; never throws. */
    flush: async (): Promise<void> => void (await Promise.all([uses.flush(), fetches.flush()])),
  };
}

/** The parts of an organization that this folder needs; the hosts are of its FHIR server and token endpoint. */
export interface KeyHolder {
  id: string;
  name: string;
  hosts: readonly string[];
}

const LOOKUP_MS = 2_000;

/** Matches the addresses of hosts: an indication, not a proof, as hosts share them. @param fetches newest first. */
export async function placeFetches(
  fetches: readonly JwksFetch[],
  holders: readonly KeyHolder[],
  resolve: (host: string) => Promise<readonly string[]> = addressesOf,
) {
  const hosts = [...new Set(holders.flatMap((holder) => holder.hosts))];
  const found = await Promise.all(hosts.map(async (host) => [host, await resolve(host)] as const));
  const addresses = new Map(found);
  const byOrganization = new Map<string, JwksFetch>();
  const placed = new Set<JwksFetch>();
  for (const holder of holders) {
    const own = new Set(holder.hosts.flatMap((host) => (addresses.get(host) ?? []).map(plain)));
    const matching = fetches.filter((fetch) => own.has(plain(fetch.address)));
    for (const fetch of matching) placed.add(fetch);
    if (matching[0]) byOrganization.set(holder.id, matching[0]);
  }
  return { byOrganization, others: fetches.filter((fetch) => !placed.has(fetch)) };
}

/** Never throws; a host that does not resolve within the deadline has no addresses. */
async function addressesOf(host: string): Promise<string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = await within(LOOKUP_MS, findAddresses(name)).catch(() => []);
  return found.map(({ address }) => address);
}

/** Makes `::ffff:192.0.2.1` and `192.0.2.1` equal. */
function plain(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
