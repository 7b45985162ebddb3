/** A bound on wrong passwords, per account and per address, over every instance. */
import type { KeyStore } from '#src/adapters/redis.ts';
import { createLimiter } from '#src/http/limiter.ts';

/** Counts attempts before they are judged, so that many at once count as many. */
export interface SignInLimit {
  /**
   * @param account whatever stands for the e-mail address as typed: unknown accounts count like known ones.
   * @throws AppError 'admin.too-many-attempts' with Retry-After.
   */
  begin(account: string, address: string): Promise<void>;
  /** The right password: the account starts afresh, the address gets its place back. */
  succeed(account: string, address: string): Promise<void>;
}

const WINDOW = { seconds: 15 * 60, code: 'admin.too-many-attempts' } as const;
/** From one address; so an outsider's guesses do not lock the owner out elsewhere. */
const ATTEMPTS_PER_ACCOUNT_AND_ADDRESS = 10;
/** From everywhere: many addresses guess no more than this. */
const ATTEMPTS_PER_ACCOUNT = 50;
/** A hospital's administrators can sit behind one address. */
const ATTEMPTS_PER_ADDRESS = 100;

/** In Redis; in this process while Redis is away, and in development. */
export function createSignInLimit(redis: KeyStore): SignInLimit {
  const limit = (name: string, points: number) => createLimiter(redis, { name, points, ...WINDOW });
  const byBoth = limit('sign-in-both', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS);
  const byAccount = limit('sign-in-account', ATTEMPTS_PER_ACCOUNT);
  const byAddress = limit('sign-in-address', ATTEMPTS_PER_ADDRESS);
  return {
    begin: async (account, address) => {
      // In turn: what the narrower limit refuses does not use up the account's.
      await byAddress.take(address);
      await byBoth.take(`${account} ${address}`);
      await byAccount.take(account);
    },
    succeed: async (account, address) => {
      await Promise.all([
        byBoth.forget(`${account} ${address}`),
        byAccount.forget(account),
        byAddress.giveBack(address),
      ]);
    },
  };
}
