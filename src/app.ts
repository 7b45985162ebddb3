/** The composition root; with its two sites also the site map. Tests run the same app as the process. */
import express, { type Express } from 'express';
import { takeTurns } from '#src/http/limits/turns.ts';
import { limitRequestsUnderWay } from '#src/http/limits/visitor-cap.ts';
import { jwksRoutes } from '#src/keys/jwks-route.ts';
import { createLaunchEndings } from '#src/launches/ending/end-launches.ts';
import { createLaunchStore } from '#src/launches/session/store.ts';
import { opsRoutes } from '#src/ops/health-routes.ts';
import { clinicianSite } from './clinician-site.ts';
import { compressPages } from './http/compression.ts';
import { errorHandler, notFound } from './http/error-page.ts';
import { redirectWithoutBody, requireHttps } from './http/redirects.ts';
import { requestLog, requestSpan } from './http/request-log.ts';
import { securityHeaders } from './http/security-headers.ts';
import { staticFiles } from './http/static-files.ts';
import type { AppDependencies } from './open-dependencies.ts';
import { settingsSite } from './settings-site.ts';

/** A visitor inside a trusted network may name thousands of trusted addresses, and each is compared with every range. */
const MOST_PROXIES = 20;

/** Builds the app. Nothing listens yet, and nothing here reads the environment. */
export function createApp(dependencies: AppDependencies): Express {
  const { config, redis, sealer, retries, keyRing, keyUses, log, metrics, telemetry } = dependencies;
  const { publicUrl } = config;
  const launches = createLaunchStore(redis, sealer, retries);
  const endings = createLaunchEndings({ ...dependencies, launches });

  const app = express();
  redirectWithoutBody(app);
  compressPages(app);
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.set('trust proxy', [...config.trustProxy]);
  const isProxy: (address: string, hop: number) => boolean = app.get('trust proxy fn');
  app.set('trust proxy', (address: string, hop: number) => hop < MOST_PROXIES && isProxy(address, hop));

  if (telemetry) app.use(requestSpan(telemetry));
  app.use(requestLog(log, metrics));
  app.use(limitRequestsUnderWay());
  app.use(takeTurns());
  app.use(requireHttps(publicUrl, config.trustProxy.length > 0));
  app.use(securityHeaders(publicUrl.protocol === 'https:'));
  // The most requested routes come first, because a router tries all that are mounted before.
  app.use(clinicianSite({ ...dependencies, launches, endings }));
  app.use(staticFiles());
  app.use(jwksRoutes(keyRing, keyUses));
  app.use(opsRoutes(dependencies, metrics, config.opsAddresses));
  app.use(settingsSite({ ...dependencies, launches, endings }));
  app.use(notFound);
  app.use(errorHandler);
  return app;
}
