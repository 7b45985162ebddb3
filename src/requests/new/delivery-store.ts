/** Keeps {@link Deliveries}, and whether a page has yet to say that a request was sent. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { type Deliveries, type Delivery, UNREADABLE } from './deliveries.ts';
import { FORM_LIFETIME_MS, type FormOwner, ownerHash } from './form.ts';

/** One record per owner in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export interface DeliveryStore {
  of(owner: FormOwner): Promise<Deliveries>;
  /**
   * Compare and set: `by` sees what is known this moment, and again whenever another window was quicker.
   *
   * @param by without side effects that must not happen twice; with undefined nothing is changed.
   * @returns whether it was changed.
   * @throws AppError 'request.too-many-forms'
   */
  change(owner: FormOwner, by: (known: Deliveries) => Deliveries | undefined): Promise<boolean>;
  /** The next list says that a request was sent. */
  announce(owner: FormOwner): Promise<void>;
  isAnnounced(owner: FormOwner): Promise<boolean>;
  /** A list has said it. */
  isSaid(owner: FormOwner): Promise<void>;
}

/** Longer than a POST can take with its renewed token: what is older was left by a process that ended. */
const LONGEST_POSTING_MS = 60_000;
const NEWS_MS = 15 * 60_000;
const MOST_TRIES = 8;
/** Of one user for one patient in twelve hours; within MOST_BYTES, however long their ids are. */
const MOST_DELIVERIES = 100;
const MOST_BYTES = 32_768;

/** See {@link DeliveryStore}. */
export function createDeliveryStore(redis: KeyStore, sealer: Sealer, clock: Clock): DeliveryStore {
  const keyOf = (owner: FormOwner) => `deliveries:${ownerHash(owner)}`;
  const newsOf = (owner: FormOwner) => `request-news:${ownerHash(owner)}`;
  const open = async (key: string, sealed: string | undefined): Promise<Deliveries> => {
    if (sealed === undefined) return [];
    const now = clock();
    // Sealed by a secret that was retired: something left, and nothing says what.
    const unreadable = { formId: UNREADABLE, identifier: UNREADABLE, likeness: '', state: 'unknown' } as const;
    const stored = await sealer.open(key, sealed).catch(() => [{ ...unreadable, at: now.toISOString() }]);
    const isAlive = ({ at }: Delivery) => Date.parse(at) > now.getTime() - FORM_LIFETIME_MS;
    const isStuck = ({ state, at }: Delivery) =>
      state === 'posting' && Date.parse(at) < now.getTime() - LONGEST_POSTING_MS;
    return (stored as Deliveries)
      .filter(isAlive)
      .map((one): Delivery => (isStuck(one) ? { ...one, state: 'unknown' } : one));
  };
  return {
    of: async (owner) => open(keyOf(owner), await redis.get(keyOf(owner))),
    change: async (owner, by) => {
      const key = keyOf(owner);
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        // oxlint-disable-next-line no-await-in-loop -- another window was quicker: once more, from what it left
        const sealed = await redis.get(key);
        // oxlint-disable-next-line no-await-in-loop
        const next = by(await open(key, sealed));
        if (next === undefined) return false;
        if (next.length > MOST_DELIVERIES) throw new AppError('request.too-many-forms', 'too many requests at once');
        // oxlint-disable-next-line no-await-in-loop
        const value = await sealer.seal(key, next, MOST_BYTES);
        // oxlint-disable-next-line no-await-in-loop
        if (await swap(key, sealed, value)) return true;
      }
      throw new AppError('store.unavailable', 'the deliveries change all the time');
    },
    announce: async (owner) => {
      await redis.set(newsOf(owner), await sealer.seal(newsOf(owner), true), NEWS_MS);
    },
    isAnnounced: async (owner) => {
      const sealed = await redis.get(newsOf(owner));
      return sealed !== undefined && (await sealer.open(newsOf(owner), sealed).catch(() => false)) === true;
    },
    isSaid: (owner) => redis.delete(newsOf(owner)),
  };

  async function swap(key: string, seen: string | undefined, value: string): Promise<boolean> {
    if (seen === undefined) return redis.setIfAbsent(key, value, FORM_LIFETIME_MS);
    // First, so that a change never outlives its record: it is remembered for as long as its form can be posted.
    await redis.renew(key, FORM_LIFETIME_MS);
    return redis.replace(key, seen, value);
  }
}
