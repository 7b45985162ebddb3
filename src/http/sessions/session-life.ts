/** How long an administrator's session lasts, and what is kept of it. */

/** What the store keeps of a signed-in user; written once at sign-in and never changed. */
export interface AdminSessionData {
  userId: string;
  /** The user's session generation at sign-in; another one now means that this session has ended. */
  generation: number;
  /** Milliseconds since 1970. */
  signedInAt: number;
  /** A one-time password has to be changed only by the user who signed in with it. */
  via: 'password' | 'sso';
}

declare module 'express-session' {
  interface SessionData {
    admin?: AdminSessionData;
  }
}

/** Without a request for this long, a session ends. */
const IDLE_MS = 30 * 60_000;
/** So long after the sign-in it ends whatever happens. */
const ABSOLUTE_MS = 8 * 60 * 60_000;

/** Has the absolute end come? (The idle end is the store's: what is not asked for is forgotten there.) */
export function isSessionOver(held: AdminSessionData, now: Date): boolean {
  return now.getTime() >= held.signedInAt + ABSOLUTE_MS;
}

/** How long the store may keep a session from now on without another request. */
export function remainingMs(held: AdminSessionData | undefined, now: Date): number {
  const untilEnd = held ? held.signedInAt + ABSOLUTE_MS - now.getTime() : IDLE_MS;
  return Math.max(1_000, Math.min(IDLE_MS, untilEnd));
}
