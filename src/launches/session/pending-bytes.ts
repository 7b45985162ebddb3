/** Limits the store space of an organization's unfinished launches, so that one EHR cannot fill the store (MT-06). */
import type { Clock } from '#src/adapters/clock.ts';
import { AppError } from '#src/errors.ts';

/** Counts the bytes of this process's unfinished launches until they are finished, given up or expired. */
export type PendingBytes = ReturnType<typeof createPendingBytes>;

/** About eight thousand ordinary unfinished launches within ten minutes. */
const MOST_BYTES_PER_ORGANIZATION = 32 * 1_024 * 1_024;
/** The share of the space for unknown browsers. */
const SHARE_OF_STRANGERS = 0.75;
const RETRY_AFTER_SECONDS = 60;

/** One per process. @param options.lifetimeMs of an unfinished launch. @param options.mostBytes per organization. */
export function createPendingBytes(options: { clock: Clock; lifetimeMs: number; mostBytes?: number }) {
  const { clock, lifetimeMs, mostBytes = MOST_BYTES_PER_ORGANIZATION } = options;
  // All have the same lifetime, so the order of insertion is the order of expiry.
  const pending = new Map<string, { organizationId: string; bytes: number; expiresAt: number }>();
  const totals = new Map<string, number>();

  const add = (organizationId: string, bytes: number): void => {
    const total = (totals.get(organizationId) ?? 0) + bytes;
    if (total > 0) totals.set(organizationId, total);
    else totals.delete(organizationId);
  };
  /** Frees the space of a finished or abandoned launch. Unknown names, such as another process's, are ignored. */
  const release = (name: string): void => {
    const known = pending.get(name);
    if (!known) return;
    pending.delete(name);
    add(known.organizationId, -known.bytes);
  };
  const releaseExpired = (now: number): void => {
    for (const [name, { expiresAt }] of pending) {
      if (expiresAt > now) return;
      release(name);
    }
  };

  return {
    /** @param isKnown it launched before; a quarter is reserved for such. @throws AppError 'request.too-many' */
    take: (organizationId: string, name: string, { bytes, isKnown }: { bytes: number; isKnown: boolean }): void => {
      const now = clock().getTime();
      releaseExpired(now);
      const room = isKnown ? mostBytes : mostBytes * SHARE_OF_STRANGERS;
      if ((totals.get(organizationId) ?? 0) + bytes > room) {
        const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
        throw new AppError('request.too-many', "the organization's unfinished launches take all their room", retry);
      }
      pending.set(name, { organizationId, bytes, expiresAt: now + lifetimeMs });
      add(organizationId, bytes);
    },
    release,
  };
}
