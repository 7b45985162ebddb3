/** The routes of administrators and hospital IT: sign-in, Settings, guide and reports, each with its guard. */
import { Router } from 'express';
import { adminRoutes } from '#src/admin/admin-routes.ts';
import { auditCsvRoute, settingsAuditRoutes } from '#src/audit/audit-page-routes.ts';
import { checksReport } from '#src/checks/report.ts';
import { clinicianRoutes } from '#src/clinicians/clinicians-page-routes.ts';
import { createPeople } from '#src/clinicians/people-search.ts';
import { launchReport } from '#src/diagnostics/inspector/diagnosis.ts';
import { settingsLaunchesRoutes } from '#src/diagnostics/inspector/launches-routes.ts';
import { launchesSeen } from '#src/diagnostics/inspector/launches-seen.ts';
import { launchesCsvRoute } from '#src/diagnostics/inspector/list-route.ts';
import { acceptedScopes } from '#src/diagnostics/inspector/scope-attempts.ts';
import { settingsVerifyRoutes } from '#src/diagnostics/inspector/verify-routes.ts';
import { createSettingsLimit, limitWrites } from '#src/http/limits/settings-limit.ts';
import { createAfterPost } from '#src/http/sessions/after-post.ts';
import { adminSessions, sessionsIfReachable } from '#src/http/sessions/begin-session.ts';
import { createCsvExport } from '#src/http/sessions/csv-download.ts';
import { createSessionStore } from '#src/http/sessions/session-store.ts';
import { guideRoute, startRoute } from '#src/integration-page/guide-routes.ts';
import { handoverRoutes } from '#src/integration-page/handover-routes.ts';
import { organizationsRoutes } from '#src/integration-page/organizations-routes.ts';
import { registerRoute, registrationCsv, registrationJson } from '#src/integration-page/register-routes.ts';
import { integrationRoutes } from '#src/integration-page/routes.ts';
import { servicesRoutes } from '#src/integration-page/services-routes.ts';
import { sharedRegister } from '#src/integration-page/sheet-for-ehr-team.ts';
import { keySettingsRoutes } from '#src/keys/keys-page-routes.ts';
import { endAfterChange, type LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { liveLaunchesRoutes } from '#src/launches/pages/live-launches-routes.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import { ehrHosts } from '#src/organizations/smart-connections.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { reportRoute } from '#src/reports/route.ts';
import { recogniseSignIn, requireOperator, requireSignIn } from './admin/admin-guard.ts';
import { createUserStore } from './admin/user-store.ts';
import { mountIn } from './http/mount.ts';
import type { AppDependencies } from './open-dependencies.ts';
import type { Organization } from './organizations/organization.ts';

export interface SettingsSiteDependencies extends AppDependencies {
  launches: LaunchStore;
  endings: LaunchEndings;
}

/** Mounted at the root. */
export function settingsSite(dependencies: SettingsSiteDependencies): Router {
  const { config, database, redis, sealer, audit, clock, log, endings } = dependencies;
  const { publicUrl, production, outboundAllowPrivate: allowPrivate } = config;
  const { traceRetentionDays, auditRetentionDays } = config;
  const { db } = database;
  const users = createUserStore(db);
  const organizations = createOrganizationStore(db);
  const router = Router({ caseSensitive: true, strict: true });

  const signIn = { users, publicUrl, clock };
  const signedIn = [...requireSignIn(signIn), limitWrites(redis)];
  const operator = requireOperator(audit);
  const recognise = recogniseSignIn(signIn);
  // Launches and key sets do not use this session.
  const store = createSessionStore({ keyStore: redis, sealer, clock, log });
  const sessions = { publicUrl, secrets: config.appSecrets, store };
  router.use(['/sign-in', '/sign-out', '/settings'], adminSessions(sessions));
  router.use('/guide', sessionsIfReachable(sessions));
  const afterPost = createAfterPost(dependencies);
  router.use(adminRoutes({ ...dependencies, db, users, afterPost, guards: { signedIn, operator, recognise } }));

  const endLaunches = endAfterChange(endings, log);
  const settings = {
    ...dependencies,
    db,
    afterPost,
    store: organizations,
    acceptedScopes: (organizationId: string) => acceptedScopes(db, organizationId),
    launchesSeen: async (organization: Organization) => {
      await dependencies.traces.flush();
      return launchesSeen(db, organization, publicUrl);
    },
    endLaunches,
    openLaunches: (organizationId: string) => dependencies.launches.live.count(organizationId, clock()),
    production,
    allowPrivate,
    publicUrl,
  };
  const people = createPeople({ db, sealer });
  const exportCsv = createCsvExport(createSettingsLimit(redis, 'exports'));
  const records = { ...settings, organizations, users, people, traceRetentionDays, auditRetentionDays, exportCsv };
  const keyHolders = async () => (await organizations.list()).map((one) => ({ ...one, hosts: ehrHosts(one) }));
  const mount = mountIn(router, { head: true });

  router.use('/settings/integrations/smart-on-fhir', signedIn, integrationRoutes(settings));
  router.use('/settings/handover', signedIn, handoverRoutes(settings));
  router.use('/settings/services', signedIn, servicesRoutes(settings));
  router.use('/settings/clinicians', signedIn, clinicianRoutes(settings));
  router.use('/settings/organizations', signedIn, operator, organizationsRoutes(settings));
  router.use('/settings/keys', signedIn, operator, keySettingsRoutes({ ...settings, keyHolders }));
  router.use('/settings/launches', signedIn, settingsLaunchesRoutes(records));
  router.use('/settings/live-launches', signedIn, liveLaunchesRoutes(settings));
  router.use('/settings/verify', signedIn, settingsVerifyRoutes(records));
  router.use('/settings/audit', signedIn, settingsAuditRoutes(records));
  mount('/settings/audit.csv', { get: [signedIn, auditCsvRoute(records)] });
  mount('/settings/launches.csv', { get: [signedIn, launchesCsvRoute(records)] });
  mount('/', { get: [startRoute({ config })] });
  const guide = { config, organizations, clock };
  mount('/guide', { get: [recognise, guideRoute(guide)] });
  mount('/guide/register', { get: [recognise, registerRoute(guide)] });
  mount('/guide/registration.json', { get: [recognise, registrationJson(guide)] });
  mount('/guide/registration.csv', { get: [recognise, registrationCsv(guide)] });
  router.use(launchReport.path, reportRoute(records, launchReport));
  router.use(sharedRegister.path, reportRoute(records, sharedRegister));
  router.use(checksReport.path, reportRoute(records, checksReport));
  return router;
}
