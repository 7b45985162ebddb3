/** `/.well-known/jwks.json`: our public keys for EHRs, from memory (JW-01..12). */
import { hash } from 'node:crypto';
import { Router } from 'express';
import { AppError } from '#src/errors.ts';
import { headerOf } from '#src/http/request-values.ts';
import { JWKS_MAX_AGE_SECONDS } from './key-life.ts';
import type { KeyRing } from './key-ring.ts';
import type { KeyUses } from './key-use.ts';

/** At the root. JW-01: no authentication or redirect. JW-08: Cache-Control, strong ETag. JW-12: GET and HEAD only. */
export function jwksRoutes(keyRing: Pick<KeyRing, 'jwks'>, keyUses?: Pick<KeyUses, 'jwksFetched'>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router
    .route('/.well-known/jwks.json')
    .get((request, response) => {
      keyUses?.jwksFetched(request.ip ?? '', headerOf(request, 'user-agent') ?? '');
      const body = Buffer.from(JSON.stringify(keyRing.jwks()));
      // A string body would get a charset in its type, which JSON does not have. Express handles If-None-Match itself.
      response.setHeader('Content-Type', 'application/json');
      response.setHeader('Cache-Control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`);
      response.setHeader('ETag', `"${hash('sha256', body, 'base64url')}"`);
      response.send(body);
    })
    .all((request, response) => {
      response.set('Allow', 'GET, HEAD');
      throw new AppError('request.method', `${request.method} on the JWKS`);
    });
  return router;
}
