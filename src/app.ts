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
import type { Telemetry } from './adapters/telemetry.ts';
import { recogniseSignIn, requireOperator, requireSignIn } from './admin/admin-guard.ts';
import { adminRoutes } from './admin/routes.ts';
import { createUserStore } from './admin/user-store.ts';
import type { Audit } from './audit/audit.ts';
import { auditCsvRoute, settingsAuditRoutes } from './audit/settings-routes.ts';
import { createAssociationLimit } from './clinicians/association-limit.ts';
import type { Clinicians } from './clinicians/clinicians.ts';
import { clinicianRoutes } from './clinicians/settings-routes.ts';
import type { Config } from './config.ts';
import { causesByCode } from './diagnostics/causes.ts';
import type { LaunchTraces } from './diagnostics/launch-trace.ts';
import { settingsLaunchesRoutes } from './diagnostics/launches-routes.ts';
import { reportRoutes } from './diagnostics/report-routes.ts';
import { settingsVerifyRoutes } from './diagnostics/verify-routes.ts';
import type { ErrorCode } from './errors.ts';
import { createCookies } from './http/cookies.ts';
import { errorHandler, notFound, onlyMethods } from './http/error-page.ts';
import { formBody } from './http/form-body.ts';
import { requireHttps } from './http/own-url.ts';
import { createLaunchLimit } from './http/rate-limit.ts';
import { requestLog } from './http/request-log.ts';
import { requestSpan } from './http/request-span.ts';
import { securityHeaders } from './http/security-headers.ts';
import { adminSessions, sessionsIfReachable } from './http/session-middleware.ts';
import { createSessionStore } from './http/session-store.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { KeySightings } from './keys/key-sightings.ts';
import { jwksRoutes } from './keys/routes.ts';
import { keySettingsRoutes } from './keys/settings-routes.ts';
import { createActiveGrants } from './launches/active-grant.ts';
import { associationRoute, redeemCodeRoute } from './launches/association-route.ts';
import { callbackRoute } from './launches/callback-route.ts';
import { closingRoute } from './launches/closing-route.ts';
import type { Launch } from './launches/launch.ts';
import { createLaunchCookies } from './launches/launch-cookies.ts';
import { createLaunchEndings } from './launches/launch-endings.ts';
import { requireLaunch } from './launches/launch-guard.ts';
import { launchRoute } from './launches/launch-route.ts';
import { createLaunchStore } from './launches/launch-store.ts';
import { liveLaunchesRoutes } from './launches/live-launches-routes.ts';
import { endAfterChange } from './launches/organization-ending.ts';
import type { Revoker } from './launches/revoker.ts';
import { signedOutRoute, signOutRoute } from './launches/sign-out-route.ts';
import { standaloneRoute } from './launches/standalone-route.ts';
import type { StoreRetries } from './launches/store-retries.ts';
import { themeRoute } from './launches/theme-route.ts';
import { createTokenConfirmations } from './launches/token-confirmation.ts';
import { createTransactions } from './launches/transaction.ts';
import { opsRoutes } from './ops/routes.ts';
import { checkReportRoutes } from './organizations/check-report-routes.ts';
import type { ChecksStore } from './organizations/checks/checks-store.ts';
import type { CheckDependencies } from './organizations/checks/study.ts';
import { ehrHosts } from './organizations/ehr-hosts.ts';
import { guideRoute } from './organizations/guide-routes.ts';
import type { Organization } from './organizations/organization.ts';
import type { OrganizationDirectory } from './organizations/organization-directory.ts';
import { createOrganizationStore } from './organizations/organization-store.ts';
import { organizationsRoutes } from './organizations/organizations-routes.ts';
import { createScopeLearning } from './organizations/scope-learning.ts';
import { integrationRoutes } from './organizations/settings-routes.ts';
import type { SmartConnections } from './organizations/smart-connections.ts';
import { createChartReadings } from './requests/chart-readings.ts';
import { createRequest, discardDraft, keepTyped, newRequestForm, sayKept } from './requests/new-request-routes.ts';
import { createRequestDrafts } from './requests/request-drafts.ts';
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
  revoker: Revoker;
  retries: StoreRetries;
  sightings: KeySightings;
  directory: OrganizationDirectory;
  connections: SmartConnections;
  checks: CheckDependencies;
  checksStore: ChecksStore;
  clinicians: Clinicians;
  audit: Audit;
  traces: LaunchTraces;
  log: Log;
  metrics: Metrics;
  /** undefined when no endpoint is configured. */
  telemetry: Telemetry | undefined;
  clock: Clock;
}

const STATIC = {
  index: false,
  redirect: false,
  setHeaders: (response: ServerResponse) => void response.setHeader('Cache-Control', 'public, max-age=3600'),
};

/** Builds the app. Nothing listens yet, and nothing here reads the environment. */
export function createApp(dependencies: AppDependencies): Express {
  const {
    config,
    database,
    redis,
    sealer,
    keyRing,
    revoker,
    retries,
    sightings,
    outbound,
    clock,
    log,
    metrics,
    telemetry,
    directory,
    connections,
    clinicians,
    audit,
    traces,
  } = dependencies;
  const { publicUrl } = config;
  const launchCookies = createLaunchCookies({
    ehr: createCookies(publicUrl),
    standalone: createCookies(publicUrl, 'first-party'),
  });
  const launches = createLaunchStore(redis, sealer);
  const transactions = createTransactions(redis, sealer);
  const issuerKeys = createIssuerKeys({ outbound, clock, log });
  const readings = createChartReadings(outbound, clock, clinicians);
  const drafts = createRequestDrafts(redis, sealer);
  const grants = createActiveGrants({ launches, keyRing, issuerKeys, outbound, revoker, retries, clock, log, metrics });
  const endings = createLaunchEndings({ launches, revoker, audit, clock });
  const confirmations = createTokenConfirmations({ ...dependencies, launches, endings, grants });
  const scopeLearning = createScopeLearning({ store: createOrganizationStore(database.db), audit, clock, log });
  const limit = createLaunchLimit(redis);
  const shared = {
    publicUrl,
    directory,
    connections,
    clinicians,
    launchCookies,
    launches,
    transactions,
    issuerKeys,
    outbound,
    limit,
    traces,
    clock,
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.set('trust proxy', [...config.trustProxy]);

  if (telemetry) app.use(requestSpan(telemetry));
  app.use(requestLog(log, metrics));
  app.use(requireHttps(publicUrl, config.trustProxy.length > 0));
  app.use(securityHeaders(publicUrl.protocol === 'https:'));
  app.use('/assets', ...staticFiles());
  app.use(jwksRoutes(keyRing, sightings));
  app.use(opsRoutes(dependencies, metrics));

  const launch = launchRoute(shared);
  const onlyGet = onlyMethods('GET');
  for (const path of ['/smart/launch', '/smart/launch/:orgId']) app.route(path).head(onlyGet).get(launch).all(onlyGet);
  app.route('/smart/standalone/:orgId').head(onlyGet).get(standaloneRoute(shared)).all(onlyGet);
  const onCompleted = (completed: Launch, organization: Organization) =>
    readings.start(completed, organization, (refused) => grants.renew(completed.id, organization, refused));
  const callback = callbackRoute({
    ...shared,
    sealer,
    keyRing,
    revoker,
    sightings,
    audit,
    metrics,
    scopeLearning,
    onCompleted,
  });
  for (const path of ['/smart/callback', '/smart/callback/:orgId'])
    app.route(path).head(onlyGet).get(callback).all(onlyGet);

  const guarding = { directory, clinicians, launches, launchCookies, endings, sealer, clock };
  const guard = requireLaunch(guarding);
  const guardOfWaiting = requireLaunch({ ...guarding, acceptsWaiting: true });
  const form = express.urlencoded({ extended: false, limit: '10kb' });
  const signOut = signOutRoute({ publicUrl, launches, launchCookies, endings, onEnded: readings.forget });
  const list = requestsRoute({ config, readings, grants, drafts, confirmations, launchCookies, audit, traces, clock });
  app.route('/launches/:launchId/requests').head(onlyGet).get(guard, list).all(onlyGet);
  const watch = requireLaunch(guarding, { renews: false });
  app.route('/launches/:launchId/closing').head(onlyGet).get(watch, closingRoute(clock)).all(onlyGet);
  const newRequest = { publicUrl, readings, grants, drafts, audit, clock };
  app
    .route('/launches/:launchId/requests/new')
    .head(onlyMethods('GET', 'POST'))
    .get(guard, newRequestForm(newRequest))
    .post(formBody(), keepTyped(newRequest), guard, createRequest(newRequest), sayKept)
    .all(onlyMethods('GET', 'POST'));
  app
    .route('/launches/:launchId/requests/new/discard')
    .post(guard, form, discardDraft(newRequest))
    .all(onlyMethods('POST'));
  app.route('/launches/:launchId/theme.css').head(onlyGet).get(guard, themeRoute(outbound)).all(onlyGet);
  app.route('/launches/:launchId/sign-out').post(guardOfWaiting, form, signOut).all(onlyMethods('POST'));
  app.route('/signed-out/:orgId').head(onlyGet).get(signedOutRoute(directory)).all(onlyGet);
  const association = { publicUrl, clinicians, launches, limit: createAssociationLimit(redis) };
  app
    .route('/launches/:launchId/association')
    .head(onlyMethods('GET', 'POST'))
    .get(guardOfWaiting, associationRoute(association))
    .post(guardOfWaiting, form, redeemCodeRoute(association))
    .all(onlyMethods('GET', 'POST'));

  const users = createUserStore(database.db);
  const signIn = { users, publicUrl, clock };
  const guards = {
    signedIn: requireSignIn(signIn),
    operator: requireOperator(audit),
    recognise: recogniseSignIn(signIn),
  };
  const store = createSessionStore(redis, clock, log);
  // Launches and key sets never meet this session.
  const sessions = { publicUrl, secrets: config.appSecrets, store };
  app.use(['/sign-in', '/sign-out', '/settings'], adminSessions(sessions));
  app.use('/guide', sessionsIfReachable(sessions));
  app.use(adminRoutes({ ...dependencies, db: database.db, users, guards }));

  const { production, outboundAllowPrivate: allowPrivate } = config;
  const organizations = createOrganizationStore(database.db);
  const endLaunches = endAfterChange(endings, log);
  const stored = { db: database.db, store: organizations };
  const settings = { ...dependencies, ...stored, endLaunches, production, allowPrivate, publicUrl };
  const keyHolders = async () => (await organizations.list()).map((one) => ({ ...one, hosts: ehrHosts(one) }));
  const explain = (code: ErrorCode) => causesByCode[code];
  app.use('/settings/integrations/smart-on-fhir', guards.signedIn, integrationRoutes(settings));
  app.use('/settings/clinicians', guards.signedIn, clinicianRoutes(settings));
  app.use('/settings/organizations', guards.signedIn, guards.operator, organizationsRoutes(settings));
  app.use('/settings/keys', guards.signedIn, guards.operator, keySettingsRoutes({ ...settings, keyHolders }));
  app.route('/guide').get(guards.recognise, guideRoute({ config, organizations, explain })).all(onlyGet);
  const { traceRetentionDays, auditRetentionDays } = config;
  const records = { ...settings, organizations, users, traceRetentionDays, auditRetentionDays };
  app.use('/settings/launches', guards.signedIn, settingsLaunchesRoutes(records));
  app.use('/settings/live-launches', guards.signedIn, liveLaunchesRoutes({ ...settings, launches, endings }));
  app.use('/settings/verify', guards.signedIn, settingsVerifyRoutes(records));
  app.use('/settings/audit', guards.signedIn, settingsAuditRoutes(records));
  app.route('/settings/audit.csv').get(guards.signedIn, auditCsvRoute(records)).all(onlyGet);
  app.use('/reports', reportRoutes(records));
  app.use('/reports/checks', checkReportRoutes(settings));

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
