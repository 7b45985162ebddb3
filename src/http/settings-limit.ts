/** Bounds on what a press of a button in Settings may set off, per organization and over all instances. */
import type { KeyStore } from '#src/adapters/redis.ts';
import { createLimiter, type Limiter } from './limiter.ts';

const TEN_MINUTES = { seconds: 600, code: 'settings.too-many-tries' } as const;

/** Key proofs: some EHRs count failed attempts. */
export function createKeyProofLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'key-proof', points: 5, ...TEN_MINUTES });
}

/** Checks of a connection: each is some forty requests to an EHR. */
export function createCheckLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'checks', points: 40, ...TEN_MINUTES });
}

/** Reports with a link: each is a row and a door. */
export function createReportLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'reports', points: 40, ...TEN_MINUTES });
}
