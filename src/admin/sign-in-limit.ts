/** Limits wrong passwords, per account and per visitor, over all instances. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter } from '#src/http/limits/limiter.ts';
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
 * Counts attempts before they are checked, so that concurrent attempts all count. A browser that signed in to the
 * account before has its own count, so no number of strangers can lock out its owner.
 *
 * `account` stands for the e-mail address as typed, known or not; `browser` is the name of a browser known for it.
 * Counts are in Redis; in this process while Redis is unavailable, and in development.
 */
export function createSignInLimit(redis: KeyStore) {
  const limit = (name: string, points: number) => createLimiter(redis, { name, points, ...WINDOW });
  const perVisitor = (name: string, points: number) =>
    createVisitorLimiter(redis, { name, points, networkPoints: 2 * points, ...WINDOW });
  const byBoth = perVisitor('sign-in-both', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS);
  const byAddress = perVisitor('sign-in-address', ATTEMPTS_PER_ADDRESS);
  const byAccount = limit('sign-in-account', ATTEMPTS_PER_ACCOUNT);
  const byBrowser = limit('sign-in-browser', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS);
  const byAccountKnown = limit('sign-in-account-known', ATTEMPTS_PER_ACCOUNT);
  return {
    /** @throws AppError 'admin.too-many-attempts' with Retry-After. */
    begin: async (account: string, address: string | undefined, browser?: string): Promise<void> => {
      // In sequence: an attempt refused by the narrower limit does not count for the account.
      if (browser === undefined) {
        await byAddress.take(address);
        await byBoth.take(address, account);
        await byAccount.take(account);
      } else {
        await byBrowser.take(`${account} ${browser}`);
        await byAccountKnown.take(account);
      }
    },
    /** The password was right: resets this visitor's and the account's counts and returns the address's point. */
    succeed: async (account: string, address: string | undefined, browser?: string): Promise<void> => {
      await Promise.all(
        browser === undefined
          ? [byBoth.forget(address, account), byAccount.forget(account), byAddress.giveBack(address)]
          : [byBrowser.forget(`${account} ${browser}`), byAccountKnown.forget(account)],
      );
    },
    /** The password was not checked, so the attempt does not count. */
    withdraw: async (account: string, address: string | undefined, browser?: string): Promise<void> => {
      await Promise.all(
        browser === undefined
          ? [byBoth.giveBack(address, account), byAccount.giveBack(account), byAddress.giveBack(address)]
          : [byBrowser.giveBack(`${account} ${browser}`), byAccountKnown.giveBack(account)],
      );
    },
  };
}
