/** A bound on wrong one-time codes, per launch and per organization, over every instance. */
import type { KeyStore } from '#src/adapters/redis.ts';
import { createLimiter } from '#src/http/limiter.ts';

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

/** @param redis counts over every instance. */
export function createAssociationLimit(redis: KeyStore): AssociationLimit {
  const limit = (name: string, points: number) =>
    createLimiter(redis, { name, points, seconds: WINDOW_SECONDS, code: 'user.too-many-tries' });
  const byLaunch = limit('association-launch', TRIES_PER_LAUNCH);
  const byOrganization = limit('association-organization', TRIES_PER_ORGANIZATION);
  return {
    begin: async (organizationId, launchId) => {
      await byLaunch.take(launchId);
      await byOrganization.take(organizationId);
    },
    succeed: async (organizationId, launchId) => {
      await Promise.all([byLaunch.forget(launchId), byOrganization.giveBack(organizationId)]);
    },
  };
}
