/** createApp: the composition root, and with its two sites the site map. Tests run the same app as the process. */
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { limitRequestsUnderWay } from '#src/http/limits/requests-under-way.ts';
import { jwksRoutes } from '#src/keys/jwks-route.ts';
import { createLaunchEndings } from '#src/launches/ending/end-launches.ts';
import { createLaunchStore } from '#src/launches/session/store.ts';
import { opsRoutes } from '#src/ops/health-routes.ts';
import { clinicianSite } from './clinician-site.ts';
import { errorHandler, notFound } from './http/error-page.ts';
import { requireHttps } from './http/own-url.ts';
import { redirectWithoutBody } from './http/redirect-without-body.ts';
import { requestLog } from './http/request-log.ts';
import { requestSpan } from './http/request-span.ts';
import { securityHeaders } from './http/security-headers.ts';
import type { AppDependencies } from './open-dependencies.ts';
import { settingsSite } from './settings-site.ts';

const STATIC = {
  index: false,
  redirect: false,
  setHeaders: (response: ServerResponse) => void response.setHeader('Cache-Control', 'public, max-age=3600'),
};

/** Builds the app. Nothing listens yet, and nothing here reads the environment. */
export function createApp(dependencies: AppDependencies): Express {
  const { config, redis, sealer, retries, keyRing, keyUses, log, metrics, telemetry } = dependencies;
  const { publicUrl } = config;
  const launches = createLaunchStore(redis, sealer, retries);
  const endings = createLaunchEndings({ ...dependencies, launches });

  const app = express();
  redirectWithoutBody(app);
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.set('trust proxy', [...config.trustProxy]);

  if (telemetry) app.use(requestSpan(telemetry));
  app.use(requestLog(log, metrics));
  app.use(limitRequestsUnderWay());
  app.use(requireHttps(publicUrl, config.trustProxy.length > 0));
  app.use(securityHeaders(publicUrl.protocol === 'https:'));
  app.use('/assets', ...staticFiles());
  app.use(jwksRoutes(keyRing, keyUses));
  app.use(opsRoutes(dependencies, metrics, config.opsAddresses));
  app.use(clinicianSite({ ...dependencies, launches, endings }));
  app.use(settingsSite({ ...dependencies, launches, endings }));
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
