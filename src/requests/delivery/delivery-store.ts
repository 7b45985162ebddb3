/** Keeps {@link Deliveries}, and whether a page has yet to say that a request was sent. */
import type { Clock } from '#src/adapters/clock.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { FORM_LIFETIME_MS, type FormOwner, ownerHash } from '#src/requests/form/form.ts';
import { type Deliveries, type Delivery, UNREADABLE } from './deliveries.ts';

/** See {@link createDeliveryStore}. */
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

/** Longer than a POST can take with its renewed token: what is older was left by a process that ended. */
const LONGEST_POSTING_MS = 60_000;
const NEWS_MS = 15 * 60_000;
const MOST_TRIES = 20;
/** Of one user for one patient in twelve hours; within MOST_BYTES, however long their ids are. */
const MOST_DELIVERIES = 100;
const MOST_BYTES = 32_768;

/** One record per owner in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export function createDeliveryStore(redis: KeyStore, sealer: Sealer, clock: Clock) {
  const keyOf = (owner: FormOwner) => `deliveries:${ownerHash(owner)}`;
  const newsOf = (owner: FormOwner) => `request-news:${ownerHash(owner)}`;
  const read = async (key: string): Promise<{ sealed: string | undefined; known: Deliveries }> => {
    const sealed = await redis.get(key);
    if (sealed === undefined) return { sealed, known: [] };
    const now = clock();
    // Sealed by a secret that was retired: something left, and nothing says what.
    const unreadable = { formId: UNREADABLE, identifier: UNREADABLE, likeness: '', state: 'unknown' } as const;
    const stored = await sealer.open(key, sealed).catch(() => [{ ...unreadable, at: now.toISOString() }]);
    const ageOf = ({ at }: Delivery) => now.getTime() - Date.parse(at);
    const isStuck = (one: Delivery) => one.state === 'posting' && ageOf(one) > LONGEST_POSTING_MS;
    const known = (stored as Deliveries)
      .filter((one) => ageOf(one) < FORM_LIFETIME_MS)
      .map((one): Delivery => (isStuck(one) ? { ...one, state: 'unknown' } : one));
    return { sealed, known };
  };
  const swap = async (key: string, seen: string | undefined, value: string): Promise<boolean> => {
    if (seen === undefined) return redis.setIfAbsent(key, value, FORM_LIFETIME_MS);
    // First, so that a change never outlives its record: it is remembered for as long as its form can be posted.
    await redis.renew(key, FORM_LIFETIME_MS);
    return redis.replace(key, seen, value);
  };
  return {
    of: async (owner: FormOwner): Promise<Deliveries> => (await read(keyOf(owner))).known,
    /**
     * Compare and set: `by` sees what is known this moment, and again whenever another window was quicker.
     *
     * @param by may run several times; with undefined nothing is changed.
     * @returns whether it was changed.
     * @throws AppError 'request.too-many-forms'
     */
    change: async (owner: FormOwner, by: (known: Deliveries) => Deliveries | undefined): Promise<boolean> => {
      const key = keyOf(owner);
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        // oxlint-disable-next-line no-await-in-loop -- another window was quicker: once more, from what it left
        const { sealed, known } = await read(key);
        const next = by(known);
        if (next === undefined) return false;
        if (next.length > MOST_DELIVERIES) throw new AppError('request.too-many-forms', 'too many requests at once');
        // oxlint-disable-next-line no-await-in-loop -- the same
        const value = await sealer.seal(key, next, MOST_BYTES);
        // oxlint-disable-next-line no-await-in-loop -- the same
        if (await swap(key, sealed, value)) return true;
      }
      throw new AppError('store.unavailable', 'the deliveries change all the time');
    },
    /** The next list says that a request was sent. */
    announce: async (owner: FormOwner): Promise<void> =>
      redis.set(newsOf(owner), await sealer.seal(newsOf(owner), true), NEWS_MS),
    isAnnounced: async (owner: FormOwner): Promise<boolean> => {
      const sealed = await redis.get(newsOf(owner));
      return sealed !== undefined && (await sealer.open(newsOf(owner), sealed).catch(() => false)) === true;
    },
    /** A list has said it. */
    isSaid: (owner: FormOwner): Promise<void> => redis.delete(newsOf(owner)),
  };
}
