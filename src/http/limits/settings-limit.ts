/** Bounds on what a press of a button in Settings may set off, over all instances. */
import type { RequestHandler } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { adminOf } from '#src/http/sessions/admin-session.ts';
import { createLimiter, type Limiter } from './limiter.ts';

const TEN_MINUTES = { seconds: 600, code: 'settings.too-many-tries' } as const;

/**
 * What one user may change: each change is a row of the audit trail, which nothing but time deletes. Behind the guard
 * that proves who it is; reading is free.
 *
 * @throws AppError 'settings.too-many-tries' as the request's failure.
 */
export function limitWrites(redis: KeyStore): RequestHandler {
  const limit = createLimiter(redis, { name: 'settings-writes', points: 200, ...TEN_MINUTES });
  return async (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) await limit.take(adminOf(request).userId);
    next();
  };
}

/** Exports of the audit trail, which are reads and still leave a row. */
export function createExportLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'exports', points: 20, ...TEN_MINUTES });
}

/** Key proofs, per organization: some EHRs count failed attempts. */
export function createKeyProofLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'key-proof', points: 5, ...TEN_MINUTES });
}

/** Checks of a connection, per organization: each is some forty requests to an EHR. */
export function createCheckLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'checks', points: 40, ...TEN_MINUTES });
}

/** Reports with a link, per organization: each is a row and a door. */
export function createReportLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'reports', points: 40, ...TEN_MINUTES });
}
