/** A bound on launches that are begun and not finished: floods stop, busy hospitals do not (LA-15). */
import type { KeyStore } from '#src/adapters/redis.ts';
import { createLimiter } from './limiter.ts';

/** Counts unfinished launches per address within an organization, and per organization, over all instances. */
export interface LaunchLimit {
  /** @throws AppError 'request.too-many' with Retry-After. */
  begin(organizationId: string, address: string): Promise<void>;
  /** A launch that was completed gives its place back, so only those that never arrive count. Never rejects. */
  finish(organizationId: string, address: string): Promise<void>;
}

const WINDOW = { seconds: 60, code: 'request.too-many' } as const;
/** A whole hospital can sit behind one address. */
const UNFINISHED_PER_ADDRESS = 300;
const UNFINISHED_PER_ORGANIZATION = 3_000;

/** One per app. */
export function createLaunchLimit(redis: KeyStore): LaunchLimit {
  const byAddress = createLimiter(redis, { name: 'launch-address', points: UNFINISHED_PER_ADDRESS, ...WINDOW });
  const byOrganization = createLimiter(redis, { name: 'launch', points: UNFINISHED_PER_ORGANIZATION, ...WINDOW });
  return {
    begin: async (organizationId, address) => {
      // One after the other: what an address is refused never counts for its organization, or one visitor could shut out
      // a hospital.
      await byAddress.take(`${organizationId} ${address}`);
      await byOrganization.take(organizationId);
    },
    finish: async (organizationId, address) => {
      await Promise.all([byAddress.giveBack(`${organizationId} ${address}`), byOrganization.giveBack(organizationId)]);
    },
  };
}
