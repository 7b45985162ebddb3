/** Rate limits for costly actions in Settings, over all instances. */
import type { RequestHandler } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import { createLimiter, type Limiter } from './limiter.ts';

const TEN_MINUTES = { seconds: 600, code: 'settings.too-many-tries' } as const;

/** Each change adds an audit row that only age deletes. Behind the guard. @throws 'settings.too-many-tries' */
export function limitWrites(redis: KeyStore): RequestHandler {
  const limit = createLimiter(redis, { name: 'settings-writes', points: 200, ...TEN_MINUTES });
  return async (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) await limit.take(adminOf(request).userId);
    next();
  };
}

/**
 * How many costly actions of one kind, over all instances: exports are reads, but each leaves a row; some EHRs count
 * failed key proofs; each check makes some forty requests to an EHR; each report adds a row and a link that opens it.
 */
const POINTS = { exports: 20, 'key-proof': 5, checks: 40, reports: 40 } as const;

/** Counts for each organization, or exports for each user. */
export function createActionLimit(redis: KeyStore, name: keyof typeof POINTS): Limiter {
  return createLimiter(redis, { name, points: POINTS[name], ...TEN_MINUTES });
}
