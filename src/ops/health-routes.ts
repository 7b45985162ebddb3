/** What operators and their machines ask: alive, ready, and how it goes. */
import { type RequestHandler, Router } from 'express';
import { isAddressIn } from '#src/adapters/ehr-http/address-policy.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import { headerOf } from '#src/http/request-values.ts';
import { signingAlgorithms } from '#src/keys/key-pair.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';

/** Parts whose loss makes this instance useless to a visitor. */
export interface ReadinessDependencies {
  database: { ping(): Promise<void> };
  redis: { ping(): Promise<void> };
  keyRing: KeyRing;
}

const DEADLINE_MS = 2_000;

/**
 * `/health/live` says that the process answers; `/health/ready` that a launch could succeed: database, Redis and a
 * signing key of each algorithm, each within two seconds; `/metrics` is for Prometheus and holds no patient, user or token.
 * The last two say more than a visitor needs and cost more than a page.
 *
 * @param addresses addresses or CIDRs that may ask for them; for all others they do not exist.
 */
export function opsRoutes(dependencies: ReadinessDependencies, metrics: Metrics, addresses: readonly string[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use(['/health/ready', '/metrics'], onlyFrom(addresses));
  router.get('/health/live', (_request, response) => void response.json({ status: 'live' }));
  router.get('/health/ready', async (_request, response) => {
    const checks = await readiness(dependencies);
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
    // Behind a proxy that TRUST_PROXY does not name, every visitor of the internet has the proxy's address.
    const isForwarded =
      headerOf(request, 'x-forwarded-for') !== undefined || headerOf(request, 'forwarded') !== undefined;
    const isOwnAddress = request.ip !== request.socket.remoteAddress || !isForwarded;
    next(isOwnAddress && isListed(request.ip) ? undefined : 'router');
  };
}

async function readiness({
  database,
  redis,
  keyRing,
}: ReadinessDependencies): Promise<Record<string, 'ok' | 'failed'>> {
  const [databaseState, redisState] = await Promise.all([probe(() => database.ping()), probe(() => redis.ping())]);
  const keys = await probe(async () => {
    for (const alg of signingAlgorithms) keyRing.signingKey(alg);
  });
  return { database: databaseState, redis: redisState, keys };
}

async function probe(check: () => Promise<void>): Promise<'ok' | 'failed'> {
  const deadline = new Promise<'failed'>((resolve) => setTimeout(resolve, DEADLINE_MS, 'failed').unref());
  return Promise.race([
    check().then(
      () => 'ok' as const,
      () => 'failed' as const,
    ),
    deadline,
  ]);
}
