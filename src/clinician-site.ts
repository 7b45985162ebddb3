/** The routes of clinicians' browsers: launch, callback and the pages of a launch, each with its guard. */
import { Router } from 'express';
import { createKnownBrowsers } from '#src/http/limits/known-browsers.ts';
import { createLaunchLimit } from '#src/http/limits/launch-limit.ts';
import { limitRequestsUnderWay } from '#src/http/limits/visitor-cap.ts';
import { callbackRoute } from '#src/launches/callback/callback-route.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import { themeRoute } from '#src/launches/pages/ehr-style-route.ts';
import { requireLaunch } from '#src/launches/pages/guard.ts';
import { closingRoute } from '#src/launches/pages/idle-end-route.ts';
import { associationRoute, redeemCodeRoute } from '#src/launches/pages/one-time-code-route.ts';
import { signedOutRoute, signOutRoute } from '#src/launches/pages/sign-out-route.ts';
import { createLaunchCookies } from '#src/launches/session/cookies.ts';
import type { Launch, LaunchKind } from '#src/launches/session/launch.ts';
import { TRANSACTION_LIFETIME_MS } from '#src/launches/session/launch-life.ts';
import { createPendingBytes } from '#src/launches/session/pending-bytes.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import { createTransactions } from '#src/launches/session/transaction-store.ts';
import { launchRoute } from '#src/launches/start/launch-route.ts';
import { lostLaunchRoute } from '#src/launches/start/lost-launch-route.ts';
import { createOpenLaunchLimit } from '#src/launches/start/most-open-launches.ts';
import { standaloneRoute } from '#src/launches/start/standalone-route.ts';
import { createCurrentTokens } from '#src/launches/tokens/current-token.ts';
import { createTokenConfirmations } from '#src/launches/tokens/introspect.ts';
import { cancelForm, cancelRoute } from '#src/requests/cancel/cancel-routes.ts';
import { createChartReadings } from '#src/requests/chart/read-ahead.ts';
import { ownSystemOf } from '#src/requests/delivery/deliveries.ts';
import { createDeliveryStore } from '#src/requests/delivery/delivery-store.ts';
import { createUpdateSupport } from '#src/requests/delivery/update-support.ts';
import { detailRoute } from '#src/requests/detail/detail-route.ts';
import { createDraftStore, nameOf } from '#src/requests/form/draft-store.ts';
import { ownerOf } from '#src/requests/form/form-ticket.ts';
import { keepTyped, sayKept, sayNothing } from '#src/requests/form/keep-typed.ts';
import { createFormLimit } from '#src/requests/form/post-rate.ts';
import { correctRoute } from '#src/requests/new/correct-route.ts';
import { discardDraft, newRequestForm, PAGE } from '#src/requests/new/form-page-route.ts';
import { createRequest } from '#src/requests/new/send-route.ts';
import { findRoute } from '#src/requests/page/filter-form-route.ts';
import { createKeptLists } from '#src/requests/page/last-list-store.ts';
import { createPageMemory } from '#src/requests/page/rendered-pages.ts';
import { requestsRoute } from '#src/requests/page/requests-page-route.ts';
import { createSearchTexts } from '#src/requests/page/search-text-store.ts';
import { createChartStore } from '#src/requests/prefill/chart-store.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { createAssociationLimit } from './clinicians/one-time-code.ts';
import { createCookies } from './http/cookies.ts';
import { FORM_BYTES, formBody } from './http/form-body.ts';
import { type Mount, mountIn } from './http/mount.ts';
import { createPostOutcomes } from './http/post-outcomes.ts';
import type { AppDependencies } from './open-dependencies.ts';
import type { Organization } from './organizations/organization.ts';

/** The app's dependencies, and the launches, which the settings site uses too. */
export interface ClinicianSiteDependencies extends AppDependencies {
  launches: LaunchStore;
  endings: LaunchEndings;
}

/** Mounted at the root. */
export function clinicianSite(dependencies: ClinicianSiteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const mount = mountIn(router, { head: false });
  const shared = sharedBy(dependencies);
  mountLaunching(router, mount, shared);
  mountLaunchPages((path, methods) => mount(`/launches/:launchId${path}`, methods), shared);
  return router;
}

/** The routes from the EHR's chart, or from our own address, to a launch. */
function mountLaunching(router: Router, mount: Mount, shared: Shared): void {
  const { redis, clock, readings, currentTokens, directory } = shared;
  const pending = createPendingBytes({ clock, lifetimeMs: TRANSACTION_LIFETIME_MS });
  const launching = {
    ...shared,
    transactions: createTransactions({ ...shared, pending }),
    limit: createLaunchLimit(redis),
    openLaunches: createOpenLaunchLimit(redis, clock),
  };
  const onCompleted = (completed: Launch, organization: Organization) =>
    readings.start(completed, organization, (refused) => currentTokens.renew(completed.id, organization, refused));
  const launch = launchRoute(launching);
  const callback = callbackRoute({ ...launching, onCompleted });

  router.post(['/smart/launch', '/smart/launch/:orgId'], lostLaunchRoute(launching, 'launch.posted'));
  router.post(['/smart/callback', '/smart/callback/:orgId'], lostLaunchRoute(launching, 'callback.posted'));
  mount('/smart/launch', { get: [launch] });
  mount('/smart/launch/:orgId', { get: [launch] });
  mount('/smart/standalone/:orgId', { get: [standaloneRoute(launching)] });
  mount('/smart/callback', { get: [callback] });
  mount('/smart/callback/:orgId', { get: [callback] });
  router.get(['/', '/smart/*address'], lostLaunchRoute(launching, 'launch.no-such-address'));
  mount('/signed-out/:orgId', { get: [signedOutRoute(directory)] });
}

function mountLaunchPages(mount: Mount, shared: Shared): void {
  const { redis, sealer, outbound, clock, readings } = shared;
  const guard = requireLaunch(shared);
  const guardOfWaiting = requireLaunch({ ...shared, acceptsWaiting: true });
  const guardOfWatching = requireLaunch(shared, { renews: false });
  const form = formBody(FORM_BYTES.usual);
  // The long form is read before its sender is known, and takes up to 1 MB of memory.
  const longForm = [limitRequestsUnderWay(40, 'read'), formBody(FORM_BYTES.request)];
  const drafts = createDraftStore(redis, sealer, clock);
  const leftForm = async (launch: Launch) => {
    const left = (await drafts.of(ownerOf(launch))).drafts.find(({ isLeftOpen }) => isLeftOpen);
    return left && `requests/new?${PAGE}=${nameOf(left)}`;
  };
  const offersUpdates = createUpdateSupport(outbound, clock);
  const keptLists = createKeptLists(redis, sealer, { publicSystem: `${ownSystemOf(shared.publicUrl)}|`, clock });
  const creating = {
    ...shared,
    offersUpdates,
    keptLists,
    drafts,
    deliveries: createDeliveryStore(redis, sealer, clock),
  };
  const chart = { charts: createChartStore(redis, sealer, { clock }), batchesOf: createEhrLacks(clock) };
  const newRequest = { ...creating, ...chart, formLimit: createFormLimit(redis) };
  const association = { ...shared, limit: createAssociationLimit(redis) };
  const texts = createSearchTexts(redis, sealer);
  const pages = createPageMemory({ clock });
  const listing = { ...creating, texts, pages, confirmations: createTokenConfirmations(shared) };

  mount('/requests', { get: [guard, requestsRoute(listing)], post: [guard, form, findRoute({ ...shared, texts })] });
  mount('/requests/new', {
    get: [guard, newRequestForm(newRequest), sayKept(newRequest)],
    post: [...longForm, keepTyped(newRequest), guard, createRequest(newRequest), sayKept(newRequest)],
  });
  // Sent when a page is left, even after its launch has ended: a sealed ticket names the user, see {@link keepTyped}.
  mount('/requests/new/keep', { post: [...longForm, keepTyped(newRequest), sayNothing] });
  mount('/requests/new/discard', { post: [guard, form, discardDraft(newRequest)] });
  // Mounted after the fixed names, which are not ids.
  mount('/requests/:requestId', { get: [guard, detailRoute({ ...shared, offersUpdates, keptLists })] });
  mount('/requests/:requestId/correct', { post: [guard, form, correctRoute(newRequest)] });
  const cancelling = { ...newRequest, outcomes: createPostOutcomes(redis, sealer) };
  mount('/requests/:requestId/cancel', {
    get: [guard, cancelForm(cancelling)],
    post: [guard, form, cancelRoute(cancelling)],
  });
  mount('/closing', { get: [guardOfWatching, closingRoute(clock, leftForm)] });
  mount('/theme.css', { get: [guard, themeRoute(outbound)] });
  const onEnded = (launchId: string) => {
    readings.forget(launchId);
    pages.forget(launchId);
  };
  mount('/sign-out', { post: [guardOfWaiting, form, signOutRoute({ ...shared, onEnded })] });
  mount('/association', {
    get: [guardOfWaiting, associationRoute(association)],
    post: [guardOfWaiting, form, redeemCodeRoute(association)],
  });
}

type Shared = ReturnType<typeof sharedBy>;

function sharedBy(dependencies: ClinicianSiteDependencies) {
  const { config, outbound, sealer, clock, clinicians } = dependencies;
  const { publicUrl } = config;
  const launchCookies = createLaunchCookies({
    ehr: createCookies(publicUrl),
    standalone: createCookies(publicUrl, 'first-party'),
  });
  const knownBrowsers = (kind: LaunchKind) =>
    createKnownBrowsers(kind, { cookie: launchCookies.knownNote(kind), sealer, clock });
  return {
    ...dependencies,
    publicUrl,
    launchCookies,
    knownBrowsers: { ehr: knownBrowsers('ehr'), standalone: knownBrowsers('standalone') },
    currentTokens: createCurrentTokens(dependencies),
    readings: createChartReadings(outbound, clock, clinicians, ownSystemOf(publicUrl)),
  };
}
