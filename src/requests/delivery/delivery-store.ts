/** Keeps {@link Deliveries}. */
import type { Clock } from '#src/adapters/clock.ts';
import { createSealedRecords } from '#src/adapters/redis/compare-and-set.ts';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Sealer } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { type FormOwner, ownerHash } from '#src/requests/form/form-ticket.ts';
import { FORMS_KEPT } from '#views/kept-for.ts';
import { type Deliveries, type Delivery, UNREADABLE } from './deliveries.ts';

export type DeliveryStore = ReturnType<typeof createDeliveryStore>;

/** Longer than a POST can take with its renewed token. An older `posting` was left by a process that ended. */
const LONGEST_POSTING_MS = 60_000;
/** The most versions of one user for one patient in three days; they fit into MOST_BYTES, however long their ids are. */
const MOST_DELIVERIES = 100;
const MOST_BYTES = 40_960;

/** One record per owner in Redis, sealed. Every method may throw AppError 'store.unavailable'. */
export function createDeliveryStore(redis: KeyStore, sealer: Sealer, clock: Clock) {
  const keyOf = (owner: FormOwner) => `deliveries:${ownerHash(owner)}`;
  const records = createSealedRecords<Deliveries>(redis, sealer, {
    mostBytes: MOST_BYTES,
    lifetimeMs: () => FORMS_KEPT.ms,
    read: (stored = []) => {
      const ageOf = ({ at }: Delivery) => clock().getTime() - Date.parse(at);
      const isStuck = (one: Delivery) => one.state === 'posting' && ageOf(one) > LONGEST_POSTING_MS;
      return (stored as Deliveries)
        .filter((one) => ageOf(one) < FORMS_KEPT.ms)
        .map((one): Delivery => (isStuck(one) ? { ...one, state: 'unknown' } : one));
    },
    // Something was sent, and no record says what.
    unreadable: () => [
      { formId: UNREADABLE, identifier: UNREADABLE, likeness: '', state: 'unknown', at: clock().toISOString() },
    ],
  });
  return {
    of: (owner: FormOwner): Promise<Deliveries> => records.of(keyOf(owner)),
    /** Compares and sets. @param by may run again; undefined changes nothing. @throws 'request.too-many-forms' */
    change: (owner: FormOwner, by: (known: Deliveries) => Deliveries | undefined): Promise<boolean> =>
      records.change(keyOf(owner), (known) => {
        const next = by(known);
        if (next && next.length > MOST_DELIVERIES)
          throw new AppError('request.too-many-forms', 'too many requests at once');
        return next;
      }),
  };
}
