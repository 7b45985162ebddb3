/** The service: configuration, external dependencies, the app, and an orderly shutdown. */
import type { Server } from 'node:http';
import { createDriftWatch } from '#src/checks/drift-watch.ts';
import { type Config, ConfigError, loadConfig } from '#src/config/index.ts';
import { createHttpServer } from '#src/http/limits/http-server.ts';
import { startRetention } from '#src/ops/retention.ts';
import { discoverEarly } from '#src/organizations/early-discovery.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { systemClock } from './adapters/clock.ts';
import { createApp } from './app.ts';
import { openDependencies } from './open-dependencies.ts';

/** How long requests in flight may take to end after SIGTERM. */
const GRACE_MS = 10_000;

async function main(): Promise<void> {
  const config = configOrExit();
  const { dependencies, close } = await openDependencies(config, { clock: systemClock, processMetrics: true });
  const { log, database } = dependencies;
  const retention = startRetention({ ...dependencies, db: database.db, ...config });
  for (const warning of config.warnings) log.warn(warning);
  const app = createApp(dependencies);
  const isProxy: (address: string, hop: number) => boolean = app.get('trust proxy fn');
  const server = createHttpServer(app, (address) => isProxy(address, 0));
  server.listen(config.port, config.host, () => {
    log.info({ address: server.address(), publicUrl: config.publicUrl.origin }, 'listening');
  });
  server.on('error', (error) => {
    log.fatal({ err: error }, 'cannot listen');
    process.exit(1);
  });

  const store = createOrganizationStore(dependencies.database.db);
  void discoverEarly({ ...dependencies, store });
  const driftWatch = createDriftWatch({ ...dependencies, store, hours: config.driftCheckHours });
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    retention.stop();
    await Promise.all([drain(server), driftWatch.close()]);
    await close();
    log.info('stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
}

function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Stops accepting, lets requests in flight finish, and cuts what is still open after the grace period. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(cut);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  process.stderr.write(`The service could not start. ${reason}\n`);
  process.exit(1);
});
