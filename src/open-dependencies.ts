/** Opens the app's external dependencies in the order of their needs, and closes them in reverse. */
import { type Database, databaseTime, openDatabase } from '#src/adapters/database/index.ts';
import { createEhrBudgets } from '#src/adapters/ehr-http/budget.ts';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createConnectionProbe } from '#src/adapters/ehr-http/tls-probe.ts';
import { connectRedis } from '#src/adapters/redis/key-store.ts';
import { createMemoryStore } from '#src/adapters/redis/memory.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import { createChecksStore } from '#src/checks/store.ts';
import { createClinicians } from '#src/clinicians/admission.ts';
import type { Config } from '#src/config/index.ts';
import { createLaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { createTraceWriter } from '#src/diagnostics/traces/trace-writer.ts';
import { createKeyUses } from '#src/keys/key-use.ts';
import { createRevoker } from '#src/launches/ending/revoker.ts';
import { measureLiveLaunches } from '#src/launches/session/live-index.ts';
import { createStoreRetries } from '#src/launches/session/store-retries.ts';
import { createOrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { createIssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import type { Clock } from './adapters/clock.ts';
import { createLog, type Log } from './adapters/log.ts';
import { createMetrics } from './adapters/metrics.ts';
import { createSealer } from './adapters/seal.ts';
import { startTelemetry } from './adapters/telemetry.ts';
import { bootstrapOperator } from './admin/user-actions.ts';
import { createUserStore } from './admin/user-store.ts';
import { createAudit } from './audit/audit.ts';
import { moveToCurrentSecret } from './clinicians/secret-rotation.ts';
import { createKeyRing } from './keys/key-ring.ts';
import { createSmartConnections } from './organizations/smart-connections.ts';

/** The external dependencies of the app, opened by serve.ts or by a test. */
export type AppDependencies = Awaited<ReturnType<typeof openDependencies>>['dependencies'];

/** Options beside the configuration: tests move time, read the log and reuse a database. */
export interface OpenOptions {
  clock: Clock;
  log?: Log;
  database?: Database;
  processMetrics?: boolean;
}

/**
 * Migrates the database and opens stores, keys and clients. @returns them, and `close`, which waits for what is
 * written.
 * @throws when the database or a signing key is unusable: better no start than failed launches.
 */
export async function openDependencies(config: Config, options: OpenOptions) {
  const { clock } = options;
  const log = options.log ?? createLog(config.logLevel);
  const metrics = createMetrics({ process: options.processMetrics ?? false });
  const sealer = createSealer(config.appSecrets);
  const database =
    options.database ?? (await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir }));
  await database.migrate();
  const { db } = database;
  const redis = config.redisUrl === undefined ? createMemoryStore(clock) : connectRedis(config.redisUrl, log);
  const { production, outboundAllowPrivate: allowPrivate } = config;
  const telemetry = config.telemetry && (await startTelemetry(config.telemetry, log));
  const budgets = createEhrBudgets({ store: redis, metrics });
  const outbound = createOutbound({ production, allowPrivate, metrics, budgets, telemetry, log });
  const audit = createAudit({ db, sealer, log, clock, metrics });
  await bootstrapOperator({ users: createUserStore(db), audit, clock, log }, config.signIn.bootstrap);
  const store = createOrganizationStore(db);
  const directory = createOrganizationDirectory(store, clock, log);
  const clinicians = createClinicians({ db, sealer, audit, clock, log, directory });
  const moving = moveToCurrentSecret({ db, sealer, log, secretCount: config.appSecrets.length });
  const writer = createTraceWriter({ db, log, clock, metrics });
  const traces = createLaunchTraces({ writer, clock, metrics, telemetry });
  const keyRing = await createKeyRing({ db, sealer, clock, log });
  const keyUses = createKeyUses({ db, clock, log });
  const revoker = createRevoker({ outbound, keyRing, clock, log });
  const retries = createStoreRetries({ log });
  measureLiveLaunches({ metrics, redis, organizations: store, clock, log });
  const connections = createSmartConnections({ outbound, store, clock, log });
  const issuerKeys = createIssuerKeys({ outbound, clock, log });
  const checks: CheckDependencies = {
    outbound,
    probe: createConnectionProbe(allowPrivate),
    clock,
    publicUrl: config.publicUrl,
    ownKeys: () => keyRing.jwks(),
    databaseTime: () => databaseTime(db),
  };
  return {
    dependencies: {
      config,
      database,
      redis,
      outbound,
      sealer,
      keyRing,
      revoker,
      retries,
      keyUses,
      directory,
      connections,
      issuerKeys,
      checks,
      checksStore: createChecksStore(db),
      clinicians,
      audit,
      traces,
      log,
      metrics,
      telemetry,
      clock,
    },
    close: async () => {
      await retries.flush();
      await revoker.flush();
      await moving.stop();
      await clinicians.flush();
      await audit.flush();
      await traces.flush();
      await keyUses.flush();
      keyRing.close();
      directory.close();
      await outbound.close();
      await telemetry?.close();
      await redis.close();
      if (!options.database) await database.close();
    },
  };
}
