/** The states of a signing key, derived from its dates and the clock: pending, active, retired, gone (JW-09). */
import type { KeyRow } from './key-store.ts';

/** How long an EHR may keep our JWKS; the `max-age` the route sends. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** The longest a client assertion may live (CAJ-07). */
const ASSERTION_LIFE_SECONDS = 300;
/** How often every instance checks for changed keys. */
export const REFRESH_INTERVAL_SECONDS = 1;
/** The time until every instance has seen a change; no instance signs with a new key earlier (JW-10). */
const SEEN_BY_ALL_SECONDS = 2;
/** The time an instance without database access has to recover before the others sign with a new key. */
const OUTAGE_ALLOWANCE_SECONDS = 30;

/**
 * - pending: published but not signing yet, because EHRs and our other instances may not have it
 * - active: signs, unless a newer key of its algorithm is active
 * - retired: no longer signs; still published for assertions in transit and for EHRs' caches
 * - gone: neither signs nor is published
 */
export type KeyState = 'pending' | 'active' | 'retired' | 'gone';

export type KeyDates = Pick<KeyRow, 'createdAt' | 'activatesAt' | 'retiresAt' | 'revokedAt'>;

/** The key's state at `now`. */
export function keyState(key: KeyDates, now: Date): KeyState {
  if (key.revokedAt && key.revokedAt <= now) return 'gone';
  if (key.retiresAt && key.retiresAt <= now) return publishedUntil(key.retiresAt) > now ? 'retired' : 'gone';
  // The first keys were never pending. Until a clock that was set back reaches their time, no other key could sign.
  const isFirst = key.activatesAt <= key.createdAt;
  return isFirst || key.activatesAt <= now ? 'active' : 'pending';
}

/** A filter for keys in this state. */
export function isInState(state: KeyState, now: Date): (key: KeyDates) => boolean {
  return (key) => keyState(key, now) === state;
}

/** The dates of a key created at `now`. */
export function newKeyDates(now: Date, activatesAt: Date): KeyDates {
  return { createdAt: now, activatesAt, retiresAt: null, revokedAt: null };
}

/** When a key created at `now` may sign: all instances publish it and earlier cached sets have expired (JW-10). */
export function activationOfNewKey(now: Date): Date {
  return after(now, JWKS_MAX_AGE_SECONDS + OUTAGE_ALLOWANCE_SECONDS);
}

/** When an emergency change to another key takes effect: everywhere at the same moment (JW-10, JW-13). */
export function emergencyInstant(now: Date): Date {
  return after(now, SEEN_BY_ALL_SECONDS);
}

/** When a retiring key leaves the JWKS: when no assertion signed with it can be in transit. */
export function publishedUntil(retiresAt: Date): Date {
  return after(retiresAt, JWKS_MAX_AGE_SECONDS + ASSERTION_LIFE_SECONDS);
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1_000);
}
