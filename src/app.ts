/** createApp: the composition root and the site map. Tests run the same app as the process. */
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import type { Clock } from './adapters/clock.ts';
import type { Database } from './adapters/database.ts';
import type { Log } from './adapters/log.ts';
import type { Metrics } from './adapters/metrics.ts';
import type { Outbound } from './adapters/outbound.ts';
import type { KeyStore } from './adapters/redis.ts';
import type { Sealer } from './adapters/seal.ts';
import type { Audit } from './audit/audit.ts';
import type { Config } from './config.ts';
import { createCookies } from './http/cookies.ts';
import { errorHandler, notFound, onlyMethods } from './http/error-page.ts';
import { requireHttps } from './http/own-url.ts';
import { createLaunchLimit } from './http/rate-limit.ts';
import { requestLog } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { jwksRoutes } from './keys/routes.ts';
import { callbackRoute } from './launches/callback-route.ts';
import { createLaunchCookies } from './launches/launch-cookies.ts';
import { requireLaunch } from './launches/launch-guard.ts';
import { launchRoute } from './launches/launch-route.ts';
import { createLaunchStore } from './launches/launch-store.ts';
import { signOutRoute } from './launches/sign-out-route.ts';
import { themeRoute } from './launches/theme-route.ts';
import { createTransactions } from './launches/transaction.ts';
import { opsRoutes } from './ops/routes.ts';
import type { OrganizationDirectory } from './organizations/organization-directory.ts';
import type { SmartConnections } from './organizations/smart-connections.ts';
import { createChartReadings } from './requests/chart-readings.ts';
import { requestsRoute } from './requests/routes.ts';
import { createIssuerKeys } from './smart/issuer-keys.ts';

/** The outside world, opened by main.ts or by a test. */
export interface AppDependencies {
  config: Config;
  database: Database;
  redis: KeyStore;
  outbound: Outbound;
  sealer: Sealer;
  keyRing: KeyRing;
  directory: OrganizationDirectory;
  connections: SmartConnections;
  audit: Audit;
  log: Log;
  metrics: Metrics;
  clock: Clock;
}

const STATIC = {
  index: false,
  redirect: false,
  setHeaders: (response: ServerResponse) => void response.setHeader('Cache-Control', 'public, max-age=3600'),
};

/** Builds the app. Nothing listens yet, and nothing here reads the environment. */
export function createApp(dependencies: AppDependencies): Express {
  const { config, redis, sealer, keyRing, outbound, clock, log, metrics, directory, connections, audit } = dependencies;
  const { publicUrl } = config;
  const launchCookies = createLaunchCookies(createCookies(publicUrl));
  const launches = createLaunchStore(redis, sealer);
  const transactions = createTransactions(redis, sealer);
  const issuerKeys = createIssuerKeys({ outbound, clock, log });
  const readings = createChartReadings(outbound, clock);
  const limit = createLaunchLimit();
  const shared = {
    publicUrl,
    directory,
    connections,
    launchCookies,
    launches,
    transactions,
    issuerKeys,
    outbound,
    limit,
    clock,
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.set('trust proxy', [...config.trustProxy]);

  app.use(requestLog(log, metrics));
  app.use(requireHttps(publicUrl, config.trustProxy.length > 0));
  app.use(securityHeaders(publicUrl.protocol === 'https:'));
  app.use('/assets', ...staticFiles());
  app.use(jwksRoutes(keyRing));
  app.use(opsRoutes(dependencies, metrics));

  const launch = launchRoute(shared);
  const onlyGet = onlyMethods('GET');
  for (const path of ['/smart/launch', '/smart/launch/:orgId']) app.route(path).head(onlyGet).get(launch).all(onlyGet);
  const onCompleted = readings.start;
  const callback = callbackRoute({ ...shared, keyRing, audit, metrics, onCompleted });
  app.route('/smart/callback').head(onlyGet).get(callback).all(onlyGet);

  const guard = requireLaunch({ directory, launches, launchCookies, sealer, clock });
  const form = express.urlencoded({ extended: false, limit: '10kb' });
  const signOut = signOutRoute({ publicUrl, launches, launchCookies, audit, onEnded: readings.forget });
  app.route('/launches/:launchId/requests').get(guard, requestsRoute({ config, readings, audit })).all(onlyGet);
  app.route('/launches/:launchId/theme.css').get(guard, themeRoute(outbound)).all(onlyGet);
  app.route('/launches/:launchId/sign-out').post(guard, form, signOut).all(onlyMethods('POST'));

  app.use(notFound);
  app.use(errorHandler);
  return app;
}

/** Our own few files, and Bootstrap's stylesheet from its package. */
function staticFiles() {
  const bootstrap = dirname(createRequire(import.meta.url).resolve('bootstrap/package.json'));
  const own = fileURLToPath(new URL('../public', import.meta.url));
  return [express.static(own, STATIC), express.static(join(bootstrap, 'dist/css'), STATIC)];
}
