/** Limits wrong one-time codes, per launch, EHR user and organization, over all instances. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter } from '#src/http/limits/limiter.ts';

/** Counts tries before they are checked, so that concurrent tries all count. */
export interface AssociationLimit {
  /** @throws AppError 'user.too-many-tries' with Retry-After. */
  begin(organizationId: string, by: AssociationTry): Promise<void>;
  /** The code was right: removes the try from the counts. */
  succeed(organizationId: string, by: AssociationTry): Promise<void>;
}

/** The launch and user of a try. */
export interface AssociationTry {
  launchId: string;
  /** A keyed hash of the EHR user, who can launch any number of times. */
  user: string;
}

const WINDOW_SECONDS = 15 * 60;
const TRIES_PER_LAUNCH = 10;
const TRIES_PER_USER = 50;
/** A hospital that starts using codes has many people typing on one morning. */
const TRIES_PER_ORGANIZATION = 300;

/** @param redis counts over all instances. */
export function createAssociationLimit(redis: KeyStore): AssociationLimit {
  const limit = (name: string, points: number) =>
    createLimiter(redis, { name, points, seconds: WINDOW_SECONDS, code: 'user.too-many-tries' });
  const byLaunch = limit('association-launch', TRIES_PER_LAUNCH);
  const byUser = limit('association-user', TRIES_PER_USER);
  const byOrganization = limit('association-organization', TRIES_PER_ORGANIZATION);
  return {
    begin: async (organizationId, { launchId, user }) => {
      await byLaunch.take(launchId);
      // A user with many launches can use up only a part of their colleagues' allowance.
      await byUser.take(`${organizationId} ${user}`);
      await byOrganization.take(organizationId);
    },
    succeed: async (organizationId, { launchId, user }) => {
      await Promise.all([
        byLaunch.forget(launchId),
        byUser.giveBack(`${organizationId} ${user}`),
        byOrganization.giveBack(organizationId),
      ]);
    },
  };
}
