/** A bound on launches that are begun and not finished: floods stop, busy hospitals do not (LA-15). */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#src/errors.ts';

/** Counts unfinished launches per address within an organization, and per organization. In this process. */
export interface LaunchLimit {
  /** @throws AppError 'request.too-many' with Retry-After. */
  begin(organizationId: string, address: string): Promise<void>;
  /** A launch that was completed gives its place back, so only those that never arrive count. */
  finish(organizationId: string, address: string): Promise<void>;
}

const WINDOW_SECONDS = 60;
/** A whole hospital can sit behind one address. */
const UNFINISHED_PER_ADDRESS = 300;
const UNFINISHED_PER_ORGANIZATION = 3_000;

/** One per app. */
export function createLaunchLimit(): LaunchLimit {
  const byAddress = new RateLimiterMemory({ points: UNFINISHED_PER_ADDRESS, duration: WINDOW_SECONDS });
  const byOrganization = new RateLimiterMemory({ points: UNFINISHED_PER_ORGANIZATION, duration: WINDOW_SECONDS });
  return {
    begin: async (organizationId, address) => {
      try {
        await byAddress.consume(`${organizationId} ${address}`);
        await byOrganization.consume(organizationId);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfterSeconds = Math.ceil(refusal.msBeforeNext / 1_000);
        throw new AppError('request.too-many', 'too many unfinished launches', { retryAfterSeconds });
      }
    },
    finish: async (organizationId, address) => {
      await byAddress.reward(`${organizationId} ${address}`);
      await byOrganization.reward(organizationId);
    },
  };
}
