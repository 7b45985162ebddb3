/** Liveness, readiness and metrics, for operators and their monitoring. */
import { type RequestHandler, Router } from 'express';
import { within } from '#src/adapters/deadline.ts';
import { isAddressIn } from '#src/adapters/ehr-http/address-policy.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { headerOf } from '#src/http/request-values.ts';
import { signingAlgorithms } from '#src/keys/key-pair.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';

export interface ReadinessDependencies {
  database: { ping(): Promise<void> };
  redis: { ping(): Promise<void> };
  keyRing: KeyRing;
}

const DEADLINE_MS = 2_000;

/**
 * `/health/live`: the process responds. `/health/ready`: database, a Redis that takes writes (full or not), and a signing
 * key of each algorithm are there, each within two seconds. `/metrics`: for Prometheus; no patient, user or token.
 * @param addresses or CIDRs that may ask for the last two; for all others they do not exist.
 */
export function opsRoutes(dependencies: ReadinessDependencies, metrics: Metrics, addresses: readonly string[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(['/health/ready', '/metrics'], onlyFrom(addresses));
  router.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  router.get('/health/ready', async (_request, response) => {
    const [database, redis, keys] = await Promise.all([
      probe(() => dependencies.database.ping()),
      probe(() => dependencies.redis.ping()),
      probe(async () => signingAlgorithms.forEach((alg) => dependencies.keyRing.signingKey(alg))),
    ]);
    const checks = { database, redis, keys };
    const isReady = Object.values(checks).every((state) => state === 'ok');
    response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready', checks });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

function onlyFrom(addresses: readonly string[]): RequestHandler {
  const isListed = isAddressIn(addresses);
  return (request, _response, next) => {
    // Behind a proxy missing from TRUST_PROXY, every visitor has the proxy's address.
    const isForwarded = ['x-forwarded-for', 'forwarded'].some((name) => headerOf(request, name) !== undefined);
    const isOwnAddress = request.ip !== request.socket.remoteAddress || !isForwarded;
    next(isOwnAddress && isListed(request.ip) ? undefined : 'router');
  };
}

function probe(check: () => Promise<void>): Promise<'ok' | 'failed'> {
  return within(DEADLINE_MS, check()).then(
    () => 'ok',
    () => 'failed',
  );
}
