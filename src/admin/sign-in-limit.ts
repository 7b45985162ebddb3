/** Limits wrong passwords, per account and per visitor, over all instances. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createVisitorLimiter } from '#src/http/limits/limit-by-address.ts';
import { createAttemptLimit, createLimiter } from '#src/http/limits/limiter.ts';

const WINDOW = { seconds: 15 * 60, code: 'admin.too-many-attempts' } as const;
/** From one visitor, so that an outsider's guesses do not lock the owner out elsewhere. Twice as many per network. */
const ATTEMPTS_PER_ACCOUNT_AND_ADDRESS = 10;
/** From all addresses together. */
const ATTEMPTS_PER_ACCOUNT = 50;
/** A hospital's administrators can sit behind one address. */
const ATTEMPTS_PER_ADDRESS = 100;

export type SignInLimit = ReturnType<typeof createSignInLimit>;

/** A known browser has its own count, so no stranger locks out its owner. @param account as typed, known or not. */
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
