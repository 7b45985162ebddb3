/** The lifetime of an administrator's session, and the data it stores. */

/** The stored data of a signed-in user; written once at sign-in and never changed. */
export interface AdminSessionData {
  userId: string;
  /** The user's session generation at sign-in; a different one now means that this session has ended. */
  generation: number;
  /** Milliseconds since 1970. */
  signedInAt: number;
  /** Only a user who signed in with a one-time password has to change it. */
  via: 'password' | 'sso';
}

declare module 'express-session' {
  interface SessionData {
    admin?: AdminSessionData;
  }
}

const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 8 * 60 * 60_000;

/** Has the session reached its absolute end? The store enforces the idle limit by expiry. */
export function isSessionOver(held: AdminSessionData, now: Date): boolean {
  return now.getTime() >= held.signedInAt + ABSOLUTE_MS;
}

/** How long the store keeps a session without another request. */
export function remainingMs(held: AdminSessionData | undefined, now: Date): number {
  const untilEnd = held ? held.signedInAt + ABSOLUTE_MS - now.getTime() : IDLE_MS;
  return Math.max(1_000, Math.min(IDLE_MS, untilEnd));
}
