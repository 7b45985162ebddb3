/** The common part of every launch once the organization is known: cookie probe, limit and redirect to the EHR. */
import type { Request, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { isFramed } from '#src/http/framed.ts';
import type { KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import type { LaunchLimit } from '#src/http/limits/launch-limit.ts';
import { contextOf } from '#src/http/request-context.ts';
import { headerOf, queryOf } from '#src/http/request-values.ts';
import { createCookieValue, type LaunchCookies } from '#src/launches/session/cookies.ts';
import { isInChart, type LaunchOrigin } from '#src/launches/session/fit-page.ts';
import type { LaunchKind } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { cookiesBlockedPage } from '#views/launches/cookies-blocked-page.ts';
import { type AuthorizationDependencies, beginAuthorization, type LaunchStart } from './authorization-redirect.ts';
import type { OpenLaunchLimit } from './most-open-launches.ts';
import { sendOnward } from './send-onward.ts';

export interface CookieProbeDependencies extends AuthorizationDependencies {
  launchCookies: LaunchCookies;
  knownBrowsers: Record<LaunchKind, KnownBrowsers>;
  limit: LaunchLimit;
  openLaunches: OpenLaunchLimit;
  clock: Clock;
}

export interface LaunchVisit {
  request: Request;
  response: Response;
}

/** Marks the redirect to ourselves that tests whether cookies arrive. */
export const PROBED = 'probed';

/** LA-10: a prefetch is not a launch. */
export function isPrefetch(request: Request): boolean {
  return /prefetch|prerender/i.test(`${headerOf(request, 'sec-purpose') ?? ''} ${headerOf(request, 'purpose') ?? ''}`);
}

/** Tests whether cookies arrive before the one-time launch value is spent (LA-12), then sends the browser on. */
export async function startLaunch(
  dependencies: CookieProbeDependencies,
  visit: LaunchVisit,
  organization: Organization,
  start: LaunchStart,
): Promise<void> {
  const { launchCookies, knownBrowsers, openLaunches, limit, clock } = dependencies;
  const { request, response } = visit;
  const trace = traceOf(request);
  const origin: LaunchOrigin = { kind: start.kind, organizationId: organization.id };
  if (!launchCookies.arrived(request, start.kind)) return probeCookies(dependencies, visit, origin);
  trace.know({ cookieMode: queryOf(request).has(PROBED) ? 'probed' : 'arrived' });
  const known = knownBrowsers[start.kind].recognise(request, organization.id);
  await trace.step('cookies', async () => {
    await limit.begin(organization.id, request.ip, known);
    await openLaunches.assertRoom(organization.id);
  });
  const cookie = createCookieValue(origin, clock());
  const browser = { secret: cookie.secret, isKnown: known !== undefined };
  const { redirect, state } = await beginAuthorization(dependencies, organization, start, browser, trace);
  launchCookies.setTransaction(request, response, state, cookie);
  // Set again, so that it outlives the transaction cookie and names this organization.
  launchCookies.setProbe(request, response, origin);
  sendOnward(response, redirect, start.kind === 'ehr' ? organization.frameAncestors : []);
}

function probeCookies(
  { publicUrl, launchCookies }: CookieProbeDependencies,
  { request, response }: LaunchVisit,
  origin: LaunchOrigin,
): void {
  const query = new URLSearchParams(queryOf(request));
  const isProbed = query.has(PROBED);
  const address = `${publicUrl.origin}${request.path}`;
  if (!isProbed) {
    query.set(PROBED, '1');
    launchCookies.setProbe(request, response, origin);
    traceOf(request).discard();
    return void response.status(303).location(`${address}?${query}`).end();
  }
  query.delete(PROBED);
  const launchUrl = query.size > 0 ? `${address}?${query}` : address;
  const { facts, supportCode, helpDesk = 'not set' as const } = contextOf(request);
  facts.errorCode = 'launch.cookies-blocked';
  const trace = traceOf(request);
  trace.know({ cookieMode: 'blocked' });
  trace.failed('cookies', 'launch.cookies-blocked');
  const { kind } = origin;
  const props = { launchUrl, supportCode, helpDesk, kind, isFramed: isFramed(request) };
  const page = cookiesBlockedPage({ ...props, isInChart: isInChart(request, kind) });
  response.status(400).type('html').send(page);
}
