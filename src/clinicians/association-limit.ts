/** A bound on wrong one-time codes, per launch and per organization, over every instance. */
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { KeyStore } from '#src/adapters/redis.ts';
import { AppError } from '#src/errors.ts';

/** Counts tries before they are judged, so that many at once count as many. */
export interface AssociationLimit {
  /** @throws AppError 'user.too-many-tries' with Retry-After. */
  begin(organizationId: string, launchId: string): Promise<void>;
  /** A right code gives its place back. */
  succeed(organizationId: string, launchId: string): Promise<void>;
}

const WINDOW_SECONDS = 15 * 60;
const TRIES_PER_LAUNCH = 10;
/** A hospital that begins with codes has many people typing on one morning. */
const TRIES_PER_ORGANIZATION = 300;

/** In Redis; in this process while Redis is away, and in development. */
export function createAssociationLimit(keyStore: KeyStore): AssociationLimit {
  const byLaunch = limiter(keyStore, 'association-launch', TRIES_PER_LAUNCH);
  const byOrganization = limiter(keyStore, 'association-organization', TRIES_PER_ORGANIZATION);
  return {
    begin: async (organizationId, launchId) => {
      try {
        await byLaunch.consume(launchId);
        await byOrganization.consume(organizationId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
        throw new AppError('user.too-many-tries', 'too many one-time codes were tried', { retryAfterSeconds });
      }
    },
    succeed: async (organizationId, launchId) => {
      await Promise.all([byLaunch.delete(launchId), byOrganization.reward(organizationId)]);
    },
  };
}

function limiter({ client }: KeyStore, keyPrefix: string, points: number): RateLimiterAbstract {
  const limit = { keyPrefix, points, duration: WINDOW_SECONDS };
  const inMemory = new RateLimiterMemory(limit);
  return client ? new RateLimiterRedis({ storeClient: client, ...limit, insuranceLimiter: inMemory }) : inMemory;
}
