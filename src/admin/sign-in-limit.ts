/** A bound on wrong passwords, per account and per address, over every instance. */
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { KeyStore } from '#src/adapters/redis.ts';
import { AppError } from '#src/errors.ts';

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

const WINDOW_SECONDS = 15 * 60;
/** From one address; so an outsider's guesses do not lock the owner out elsewhere. */
const ATTEMPTS_PER_ACCOUNT_AND_ADDRESS = 10;
/** From everywhere: many addresses guess no more than this. */
const ATTEMPTS_PER_ACCOUNT = 50;
/** A hospital's administrators can sit behind one address. */
const ATTEMPTS_PER_ADDRESS = 100;

/** In Redis; in this process while Redis is away, and in development. */
export function createSignInLimit(keyStore: KeyStore): SignInLimit {
  const byBoth = limiter(keyStore, 'sign-in-both', ATTEMPTS_PER_ACCOUNT_AND_ADDRESS);
  const byAccount = limiter(keyStore, 'sign-in-account', ATTEMPTS_PER_ACCOUNT);
  const byAddress = limiter(keyStore, 'sign-in-address', ATTEMPTS_PER_ADDRESS);
  return {
    begin: async (account, address) => {
      try {
        await byAddress.consume(address);
        await byBoth.consume(`${account} ${address}`);
        await byAccount.consume(account);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
        throw new AppError('admin.too-many-attempts', 'too many sign-in attempts', { retryAfterSeconds });
      }
    },
    succeed: async (account, address) => {
      await Promise.all([byBoth.delete(`${account} ${address}`), byAccount.delete(account), byAddress.reward(address)]);
    },
  };
}

function limiter({ client }: KeyStore, keyPrefix: string, points: number): RateLimiterAbstract {
  const limit = { keyPrefix, points, duration: WINDOW_SECONDS };
  const inMemory = new RateLimiterMemory(limit);
  return client ? new RateLimiterRedis({ storeClient: client, ...limit, insuranceLimiter: inMemory }) : inMemory;
}
