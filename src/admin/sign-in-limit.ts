/** Limits wrong passwords, per account and per visitor, over all instances. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createAttemptLimit, createLimiter } from '#src/http/limits/limiter.ts';
import { createVisitorLimiter } from '#src/http/limits/visitor-limit.ts';

const WINDOW = { seconds: 15 * 60, code: 'admin.too-many-attempts' } as const;
/** From one visitor, so that an outsider's guesses do not lock the owner out elsewhere. Twice as many per network. */
const ATTEMPTS_PER_ACCOUNT_AND_ADDRESS = 10;
/** From all addresses together. */
const ATTEMPTS_PER_ACCOUNT = 50;
/** A hospital's administrators can sit behind one address. */
const ATTEMPTS_PER_ADDRESS = 100;

export type SignInLimit = ReturnType<typeof createSignInLimit>;

/**
 * A browser that signed in to the account before has its own count, so no number of strangers can lock out its owner. A
 * right password resets every count but those of the address and the network. `account` stands for the e-mail address
 * as typed, known or not; `browser` is the name of a browser known for it. Counts are in Redis; in this process while
 * Redis is unavailable, and in development.
 */
export function createSignInLimit(redis: KeyStore) {
  const limit = (name: string, points: number) => createLimiter(redis, { name, points, isReset: true, ...WINDOW });
  const perVisitor = (name: string, points: number, isReset: boolean) =>
    createVisitorLimiter(redis, { name, points, networkPoints: 2 * points, isReset, ...WINDOW });
  const ofBoth = perVisitor('sign-in-both', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS, true);
  const ofAddress = perVisitor('sign-in-address', ATTEMPTS_PER_ADDRESS, false);
  const byAccount = limit('sign-in-account', ATTEMPTS_PER_ACCOUNT);
  const byBrowser = limit('sign-in-browser', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS);
  const byAccountKnown = limit('sign-in-account-known', ATTEMPTS_PER_ACCOUNT);
  return createAttemptLimit((account: string, address: string | undefined, browser?: string) =>
    browser === undefined
      ? [...ofAddress(address), ...ofBoth(address, account), [byAccount, account]]
      : [
          [byBrowser, `${account} ${browser}`],
          [byAccountKnown, account],
        ],
  );
}
