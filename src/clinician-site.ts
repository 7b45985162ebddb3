/** Every address that a clinician's browser visits: launch, callback and the pages of a launch, each with its guard. */
import { Router } from 'express';
import { createKnownBrowsers, type KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import { createLaunchLimit } from '#src/http/limits/launch-limit.ts';
import { callbackRoute } from '#src/launches/callback/callback-route.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { associationRoute, redeemCodeRoute } from '#src/launches/pages/association-route.ts';
import { closingRoute } from '#src/launches/pages/closing-route.ts';
import { requireLaunch } from '#src/launches/pages/guard.ts';
import { signedOutRoute, signOutRoute } from '#src/launches/pages/sign-out-route.ts';
import { themeRoute } from '#src/launches/pages/theme-route.ts';
import { createLaunchCookies, type LaunchCookies } from '#src/launches/session/cookies.ts';
import type { Launch, LaunchKind } from '#src/launches/session/launch.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import { TRANSACTION_LIFETIME_MS } from '#src/launches/session/transaction.ts';
import { createTransactions } from '#src/launches/session/transactions.ts';
import { launchRoute } from '#src/launches/start/launch-route.ts';
import { createOpenLaunchLimit } from '#src/launches/start/open-launch-limit.ts';
import { standaloneRoute } from '#src/launches/start/standalone-route.ts';
import { type CurrentTokens, createCurrentTokens } from '#src/launches/tokens/current-token.ts';
import { createTokenConfirmations } from '#src/launches/tokens/introspect.ts';
import { type ChartReadings, createChartReadings } from '#src/requests/chart/readings.ts';
import { createDeliveryStore } from '#src/requests/new/delivery-store.ts';
import { ownerOf } from '#src/requests/new/form.ts';
import { createFormLimit } from '#src/requests/new/form-limit.ts';
import { newRequestForm } from '#src/requests/new/form-page-route.ts';
import { keepTyped, sayKept, sayNothing } from '#src/requests/new/keep-typed.ts';
import { createRequest, discardDraft } from '#src/requests/new/send-route.ts';
import { createTypedStore } from '#src/requests/new/typed-store.ts';
import { requestsRoute } from '#src/requests/page/requests-page-route.ts';
import { createIssuerKeys, type IssuerKeys } from '#src/smart/id-token/keys.ts';
import { createAssociationLimit } from './clinicians/association-limit.ts';
import { createCookies } from './http/cookies.ts';
import { onlyMethods } from './http/error-page.ts';
import { FORM_BYTES, formBody } from './http/form-body.ts';
import type { AppDependencies } from './open-dependencies.ts';
import type { Organization } from './organizations/organization.ts';

/** The outside world, and the launches that administrators see too. */
export interface ClinicianSiteDependencies extends AppDependencies {
  launches: LaunchStore;
  endings: LaunchEndings;
}

/** What both halves of the site share. */
interface Shared extends ClinicianSiteDependencies {
  publicUrl: URL;
  launchCookies: LaunchCookies;
  knownBrowsers: Record<LaunchKind, KnownBrowsers>;
  issuerKeys: IssuerKeys;
  grants: CurrentTokens;
  readings: ChartReadings;
}

const ONLY_GET = onlyMethods('GET');
const ONLY_POST = onlyMethods('POST');
const GET_OR_POST = onlyMethods('GET', 'POST');

/** Mounted at the root. */
export function clinicianSite(dependencies: ClinicianSiteDependencies): Router {
  const { config, outbound, sealer, clock, log, clinicians } = dependencies;
  const { publicUrl } = config;
  const issuerKeys = createIssuerKeys({ outbound, clock, log });
  const launchCookies = createLaunchCookies({
    ehr: createCookies(publicUrl),
    standalone: createCookies(publicUrl, 'first-party'),
  });
  const shared: Shared = {
    ...dependencies,
    publicUrl,
    launchCookies,
    knownBrowsers: {
      ehr: createKnownBrowsers('ehr', { cookie: launchCookies.knownNote('ehr'), sealer, clock }),
      standalone: createKnownBrowsers('standalone', { cookie: launchCookies.knownNote('standalone'), sealer, clock }),
    },
    issuerKeys,
    grants: createCurrentTokens({ ...dependencies, issuerKeys }),
    readings: createChartReadings(outbound, clock, clinicians),
  };
  const router = Router({ caseSensitive: true, strict: true });
  mountLaunching(router, shared);
  mountLaunchPages(router, shared);
  return router;
}

/** From the EHR's chart, or our own address, to a launch. */
function mountLaunching(router: Router, shared: Shared): void {
  const { redis, sealer, retries, clock, readings, grants, directory } = shared;
  const pending = createPendingBytes({ clock, lifetimeMs: TRANSACTION_LIFETIME_MS });
  const launching = {
    ...shared,
    transactions: createTransactions(redis, sealer, retries, pending),
    limit: createLaunchLimit(redis),
    openLaunches: createOpenLaunchLimit(redis, clock),
  };
  const launch = launchRoute(launching);
  for (const path of ['/smart/launch', '/smart/launch/:orgId'])
    router.route(path).head(ONLY_GET).get(launch).all(ONLY_GET);
  router.route('/smart/standalone/:orgId').head(ONLY_GET).get(standaloneRoute(launching)).all(ONLY_GET);

  const onCompleted = (completed: Launch, organization: Organization) =>
    readings.start(completed, organization, (refused) => grants.renew(completed.id, organization, refused));
  const callback = callbackRoute({ ...launching, onCompleted });
  for (const path of ['/smart/callback', '/smart/callback/:orgId'])
    router.route(path).head(ONLY_GET).get(callback).all(ONLY_GET);
  router.route('/signed-out/:orgId').head(ONLY_GET).get(signedOutRoute(directory)).all(ONLY_GET);
}

/** The pages of one launch, for the browser that holds it. */
function mountLaunchPages(router: Router, shared: Shared): void {
  const { redis, sealer, outbound, clock, readings } = shared;
  const guard = requireLaunch(shared);
  const guardOfWaiting = requireLaunch({ ...shared, acceptsWaiting: true });
  const guardOfWatching = requireLaunch(shared, { renews: false });
  const form = formBody(FORM_BYTES.usual);
  const typed = createTypedStore(redis, sealer);
  const hasDraft = async (launch: Launch) => (await typed.draft(ownerOf(launch))) !== undefined;
  const at = (path: string) => router.route(`/launches/:launchId${path}`);

  const creating = { ...shared, typed, deliveries: createDeliveryStore(redis, sealer, clock) };
  const list = requestsRoute({ ...creating, confirmations: createTokenConfirmations(shared) });
  at('/requests').head(ONLY_GET).get(guard, list).all(ONLY_GET);
  at('/closing').head(ONLY_GET).get(guardOfWatching, closingRoute(clock, hasDraft)).all(ONLY_GET);
  at('/theme.css').head(ONLY_GET).get(guard, themeRoute(outbound)).all(ONLY_GET);
  at('/sign-out')
    .post(guardOfWaiting, form, signOutRoute({ ...shared, onEnded: readings.forget }))
    .all(ONLY_POST);

  const newRequest = { ...creating, formLimit: createFormLimit(redis) };
  at('/requests/new')
    .head(GET_OR_POST)
    .get(guard, newRequestForm(newRequest))
    .post(formBody(FORM_BYTES.note), keepTyped(newRequest), guard, createRequest(newRequest), sayKept)
    .all(GET_OR_POST);
  // For a page that is left, also after its launch has ended; {@link keepTyped} says for whom.
  at('/requests/new/keep').post(formBody(FORM_BYTES.note), keepTyped(newRequest), sayNothing).all(ONLY_POST);
  at('/requests/new/discard').post(guard, form, discardDraft(newRequest)).all(ONLY_POST);

  const association = { ...shared, limit: createAssociationLimit(redis) };
  at('/association')
    .head(GET_OR_POST)
    .get(guardOfWaiting, associationRoute(association))
    .post(guardOfWaiting, form, redeemCodeRoute(association))
    .all(GET_OR_POST);
}
