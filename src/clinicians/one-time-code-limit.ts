/** Limits wrong one-time codes, per launch, EHR user and organization, over all instances. */
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createAttemptLimit, createLimiter } from '#src/http/limits/limiter.ts';

export type AssociationLimit = ReturnType<typeof createAssociationLimit>;

export interface AssociationTry {
  launchId: string;
  /** A keyed hash of the EHR user, who can launch any number of times. */
  user: string;
}

const WINDOW = { seconds: 15 * 60, code: 'user.too-many-tries' } as const;
const TRIES_PER_LAUNCH = 10;
/** A user with many launches can use up only a part of their colleagues' allowance. */
const TRIES_PER_USER = 50;
/** A hospital that starts using codes has many people typing on one morning. */
const TRIES_PER_ORGANIZATION = 300;

/** A right code resets the count of its launch. @param redis counts over all instances. */
export function createAssociationLimit(redis: KeyStore) {
  const limit = (name: string, points: number, isReset = false) =>
    createLimiter(redis, { name, points, isReset, ...WINDOW });
  const byLaunch = limit('association-launch', TRIES_PER_LAUNCH, true);
  const byUser = limit('association-user', TRIES_PER_USER);
  const byOrganization = limit('association-organization', TRIES_PER_ORGANIZATION);
  return createAttemptLimit((organizationId: string, { launchId, user }: AssociationTry) => [
    [byLaunch, launchId],
    [byUser, `${organizationId} ${user}`],
    [byOrganization, organizationId],
  ]);
}
