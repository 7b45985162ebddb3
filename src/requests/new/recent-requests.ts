/** What a user has sent for a patient in the last minutes: asked about before it is sent again, and awaited in the list. */
import { createHash } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { type DraftOwner, ownerHash } from './drafts.ts';
import type { NewRequest } from './new-request.ts';

/** A request that left a short time ago. */
export interface RecentRequest {
  /** Of the request in the EHR, see sendings.ts. */
  identifier: string;
  /** Equal for requests for the same thing on the same day. */
  likeness: string;
  /** ISO instant. */
  at: string;
  /** The EHR is proved to have it. */
  isConfirmed: boolean;
  /** `ServiceRequest/id` where the EHR has told it. */
  resource?: string | undefined;
}

/** What is remembered for one user at one patient. */
export interface RecentRequests {
  /** Newest first, at most {@link MOST}, none older than {@link REMEMBERED_MS}. */
  requests: readonly RecentRequest[];
  /** A request was sent and no page has said so. */
  isNews: boolean;
}

/** Of a user who has sent nothing lately. */
export const NOTHING: RecentRequests = { requests: [], isNews: false };

/** One record per owner in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export interface RecentRequestStore {
  of(owner: DraftOwner): Promise<RecentRequests>;
  /** A request is about to leave. */
  leaves(owner: DraftOwner, identifier: string, request: NewRequest): Promise<void>;
  /** It is in the EHR; with `isNews` the next list says so. */
  isSent(
    owner: DraftOwner,
    identifier: string,
    known: { isNews: boolean; resource?: string | undefined },
  ): Promise<void>;
  /** It certainly did not arrive. */
  isNotSent(owner: DraftOwner, identifier: string): Promise<void>;
  /** A list has said that a request was sent. */
  isSaid(owner: DraftOwner): Promise<void>;
}

/** Long enough for second thoughts and a second window, and short enough not to ask about the next day's order. */
const REMEMBERED_MS = 15 * 60_000;
const MOST = 20;
const MOST_TRIES = 5;

/** Same service, same words but for case and space, same day. */
export function likenessOf({ service, what, neededOn }: NewRequest): string {
  const words = what.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return createHash('sha256')
    .update(JSON.stringify([service, words, neededOn]))
    .digest('base64url');
}

/** See {@link RecentRequestStore}. */
export function createRecentRequests(redis: KeyStore, sealer: Sealer, clock: Clock): RecentRequestStore {
  const keyOf = (owner: DraftOwner) => `recent-requests:${ownerHash(owner)}`;
  const open = async (key: string, sealed: string | undefined): Promise<RecentRequests> => {
    // Sealed by a secret that was retired: it is forgotten, which a short memory does anyway.
    const stored = sealed === undefined ? undefined : await sealer.open(key, sealed).catch(() => undefined);
    const { requests, isNews } = (stored ?? NOTHING) as RecentRequests;
    const oldest = clock().getTime() - REMEMBERED_MS;
    return { requests: requests.filter(({ at }) => Date.parse(at) > oldest), isNews };
  };
  const change = async (owner: DraftOwner, by: (known: RecentRequests) => RecentRequests): Promise<void> => {
    const key = keyOf(owner);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- another window was quicker: once more, from what it left
      const sealed = await redis.get(key);
      // oxlint-disable-next-line no-await-in-loop
      const { requests, isNews } = by(await open(key, sealed));
      // oxlint-disable-next-line no-await-in-loop
      const next = await sealer.seal(key, { requests: requests.slice(0, MOST), isNews });
      const swap = () =>
        sealed === undefined ? redis.setIfAbsent(key, next, REMEMBERED_MS) : redis.replace(key, sealed, next);
      // oxlint-disable-next-line no-await-in-loop
      if (await swap()) return void (await redis.renew(key, REMEMBERED_MS));
    }
    throw new AppError('store.unavailable', 'the recent requests change all the time');
  };
  return {
    of: async (owner) => open(keyOf(owner), await redis.get(keyOf(owner))),
    leaves: (owner, identifier, request) =>
      change(owner, ({ requests, isNews }) => {
        const leaving = { identifier, likeness: likenessOf(request), at: clock().toISOString(), isConfirmed: false };
        return { requests: [leaving, ...without(requests, identifier)], isNews };
      }),
    isSent: (owner, identifier, { isNews, resource }) =>
      change(owner, (known) => ({
        requests: known.requests.map((one) =>
          one.identifier === identifier ? { ...one, isConfirmed: true, resource: resource ?? one.resource } : one,
        ),
        isNews: known.isNews || isNews,
      })),
    isNotSent: (owner, identifier) =>
      change(owner, ({ requests, isNews }) => ({ requests: without(requests, identifier), isNews })),
    isSaid: (owner) => change(owner, ({ requests }) => ({ requests, isNews: false })),
  };
}

function without(requests: readonly RecentRequest[], identifier: string): RecentRequest[] {
  return requests.filter((one) => one.identifier !== identifier);
}
