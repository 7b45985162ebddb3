/** The life of a signing key, which follows from its dates and the clock alone: pending, active, retired, gone (JW-09). */

/** How long an EHR may keep our JWKS; the `max-age` the route sends. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** The longest a client assertion may live (CAJ-07). */
const ASSERTION_LIFE_SECONDS = 300;
/** How often every instance looks for a change of the keys. */
export const REFRESH_INTERVAL_SECONDS = 1;
/** When every instance has seen a change made now: no instance signs earlier with a key it made (JW-10). */
const SEEN_BY_ALL_SECONDS = 2;
/** An instance that cannot reach the database has this long to come back before the others sign with a new key. */
const OUTAGE_ALLOWANCE_SECONDS = 30;

/**
 * - pending: published, not signing yet, because EHRs and our other instances may not have it
 * - active: signs, unless a newer key of its algorithm is active
 * - retired: no longer signs, still published for the assertions under way and the EHRs' caches
 * - gone: neither
 */
export type KeyState = 'pending' | 'active' | 'retired' | 'gone';

export interface KeyDates {
  createdAt: Date;
  activatesAt: Date;
  retiresAt: Date | null;
  /** Set by an emergency removal: gone from that moment (JW-13). */
  revokedAt: Date | null;
}

/** Which part of its life the key is in at `now`. */
export function keyState(key: KeyDates, now: Date): KeyState {
  if (key.revokedAt && key.revokedAt <= now) return 'gone';
  if (key.retiresAt && key.retiresAt <= now) return publishedUntil(key.retiresAt) > now ? 'retired' : 'gone';
  return key.activatesAt <= now ? 'active' : 'pending';
}

/** For filters. */
export function isInState(state: KeyState, now: Date): (key: KeyDates) => boolean {
  return (key) => keyState(key, now) === state;
}

/** Of a key made `now`. */
export function newKeyDates(now: Date, activatesAt: Date): KeyDates {
  return { createdAt: now, activatesAt, retiresAt: null, revokedAt: null };
}

/** When a key made `now` may sign: every instance publishes it and every JWKS cached before that has expired (JW-10). */
export function activationOfNewKey(now: Date): Date {
  return after(now, JWKS_MAX_AGE_SECONDS + OUTAGE_ALLOWANCE_SECONDS);
}

/** When an emergency takes effect that needs another key to sign: everywhere at the same moment (JW-10, JW-13). */
export function emergencyInstant(now: Date): Date {
  return after(now, SEEN_BY_ALL_SECONDS);
}

/** When a key that retires then leaves the JWKS: no assertion signed with it can still be on its way. */
export function publishedUntil(retiresAt: Date): Date {
  return after(retiresAt, JWKS_MAX_AGE_SECONDS + ASSERTION_LIFE_SECONDS);
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1_000);
}
