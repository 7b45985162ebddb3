/** Rate limits for costly actions in Settings, over all instances. */
import type { RequestHandler } from 'express';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { adminOf } from '#src/http/sessions/signed-in-user.ts';
import { createLimiter, type Limiter } from './limiter.ts';

/** In ten minutes. */
const MOST = {
  /** Each change adds an audit row that only age deletes. */
  'settings-writes': 200,
  /** Exports of the audit trail: they are reads, but each leaves a row. */
  exports: 20,
  /** Per organization: some EHRs count failed attempts. */
  'key-proof': 5,
  /** Connection checks, per organization: each makes some forty requests to an EHR. */
  checks: 40,
  /** Shared reports, per organization: each adds a row and a link that opens it. */
  reports: 40,
};

/** @throws 'settings.too-many-tries' */
export function createSettingsLimit(redis: KeyStore, name: keyof typeof MOST): Limiter {
  return createLimiter(redis, { name, points: MOST[name], seconds: 600, code: 'settings.too-many-tries' });
}

/** Behind the guard. @throws 'settings.too-many-tries' */
export function limitWrites(redis: KeyStore): RequestHandler {
  const limit = createSettingsLimit(redis, 'settings-writes');
  return async (request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) await limit.take(adminOf(request).userId);
    next();
  };
}
