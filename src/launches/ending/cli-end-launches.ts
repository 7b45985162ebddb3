/** Ends launches from the command line. It connects to Redis and the EHR only when needed. */

import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { connectRedis, type KeyStore } from '#src/adapters/redis/key-store.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Audit } from '#src/audit/audit.ts';
import { createKeyRing } from '#src/keys/key-ring.ts';
import { createLaunchStore } from '#src/launches/session/store.ts';
import { createStoreRetries } from '#src/launches/session/store-retries.ts';
import type { EndLaunches } from '#src/organizations/edit.ts';
import { createLaunchEndings, endAfterChange } from './end-launches.ts';
import { createRevoker } from './revoker.ts';

export interface CommandLineEndingDependencies extends Pick<Adapters, 'clock' | 'db' | 'log' | 'sealer'> {
  config: { redisUrl?: string | undefined; production: boolean; outboundAllowPrivate: readonly string[] };
  audit: Audit;
}

const TRIES = 5;

/** Without Redis it ends nothing, because the launches are in the memory of another process. */
export function endFromCommandLine(dependencies: CommandLineEndingDependencies): EndLaunches {
  const { redisUrl } = dependencies.config;
  return async (organization, by) => {
    if (redisUrl === undefined) return undefined;
    try {
      return await endWith(dependencies, redisUrl, (endLaunches) => endLaunches(organization, by));
    } catch (error) {
      dependencies.log.error({ err: error, organizationId: organization.id }, 'launches could not be ended');
      return undefined;
    }
  };
}

/** Waits until each revocation has succeeded or was tried once, because the process exits right after. */
async function endWith(
  { config, db, sealer, audit, clock, log }: CommandLineEndingDependencies,
  redisUrl: string,
  work: (endLaunches: EndLaunches) => Promise<number | undefined>,
): Promise<number | undefined> {
  await using opened = new AsyncDisposableStack();
  const keyRing = await createKeyRing({ db, sealer, clock, log });
  opened.defer(() => keyRing.close());
  const redis = connectRedis(redisUrl, log);
  opened.defer(() => redis.close());
  const outbound = createOutbound({ production: config.production, allowPrivate: config.outboundAllowPrivate });
  opened.defer(() => outbound.close());
  const revoker = createRevoker({ outbound, keyRing, clock, log });
  opened.defer(() => revoker.flush());
  const retries = createStoreRetries({ log });
  opened.defer(() => retries.flush());
  await untilItAnswers(redis);
  const endings = createLaunchEndings({ launches: createLaunchStore(redis, sealer, retries), revoker, audit, clock });
  // Awaited here, because the connections close when this function returns.
  return await work(endAfterChange(endings, log));
}

/** No visitor waits, so the first connection may take longer. */
async function untilItAnswers(redis: KeyStore): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      return await redis.ping();
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}
