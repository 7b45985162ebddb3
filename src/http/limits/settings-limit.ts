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

/** Exports of the audit trail: they are reads, but each leaves a row. */
export function createExportLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'exports', points: 20, ...TEN_MINUTES });
}

/** Key proofs, per organization: some EHRs count failed attempts. */
export function createKeyProofLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'key-proof', points: 5, ...TEN_MINUTES });
}

/** Connection checks, per organization: each makes some forty requests to an EHR. */
export function createCheckLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'checks', points: 40, ...TEN_MINUTES });
}

/** Shared reports, per organization: each adds a row and a link that opens it. */
export function createReportLimit(redis: KeyStore): Limiter {
  return createLimiter(redis, { name: 'reports', points: 40, ...TEN_MINUTES });
}
