/** `GET /smart/launch`: the EHR opens the app here, usually in an iframe. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { LaunchTrace, LaunchTraces } from '#src/diagnostics/launch-trace.ts';
import { launchFacts } from '#src/diagnostics/step-facts.ts';
import type { StepFacts } from '#src/diagnostics/trace.ts';
import { AppError } from '#src/errors.ts';
import { queryOf } from '#src/http/own-url.ts';
import type { LaunchLimit } from '#src/http/rate-limit.ts';
import { factsOf } from '#src/http/request-log.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { type LaunchRequest, readLaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import { cookiesBlockedPage } from '#views/cookies-blocked-page.ts';
import { assertLaunchAllowed, type BeginLaunchDependencies, beginLaunch } from './begin-launch.ts';
import { createCookieValue, type LaunchCookies } from './launch-cookies.ts';
import { sendOnward } from './send-onward.ts';

/** What the launch route needs. */
export interface LaunchRouteDependencies extends BeginLaunchDependencies {
  directory: OrganizationDirectory;
  launchCookies: LaunchCookies;
  limit: LaunchLimit;
  traces: LaunchTraces;
  clock: Clock;
}

/** Marks the one redirect to ourselves that finds out whether cookies arrive. */
const PROBED = 'probed';

/**
 * Checks who is asked for and by whom before anything leaves this server, then whether cookies arrive before the EHR's
 * one-time launch value is spent (LA-12), then begins the launch.
 */
export function launchRoute(dependencies: LaunchRouteDependencies): RequestHandler {
  return async (request, response) => {
    if (isPrefetch(request)) return void response.status(503).end();
    const visit = { request, step: 'launch', facts: launchFactsOf(request) } as const;
    await dependencies.traces.follow(visit, (trace) => launch(dependencies, request, response, trace));
  };
}

async function launch(
  dependencies: LaunchRouteDependencies,
  request: Request,
  response: Response,
  trace: LaunchTrace,
): Promise<void> {
  const { launchCookies, limit, clock } = dependencies;
  const query = queryOf(request);
  const facts = launchFactsOf(request);
  const asked = await trace.step('launch', () => whoIsAsked(dependencies, request, response, trace), facts);
  const { organization, launchRequest } = asked;
  if (!launchCookies.arrived(request)) return probeCookies(dependencies, request, response, organization, trace);
  trace.know({ cookieMode: query.has(PROBED) ? 'probed' : 'arrived' });
  await trace.step('cookies', () => limit.begin(organization.id, request.ip ?? ''));
  const cookie = createCookieValue(organization.id, clock());
  const { redirect, state } = await beginLaunch(dependencies, organization, launchRequest, cookie.secret, trace);
  launchCookies.setTransaction(request, response, state, cookie);
  // Again, so that it outlives this launch's own cookie and names its organization.
  launchCookies.setProbe(response, organization.id);
  sendOnward(response, redirect, organization);
}

/** The organization and the EHR of this launch, before anything leaves this server. */
async function whoIsAsked(
  { directory }: LaunchRouteDependencies,
  request: Request,
  response: Response,
  trace: LaunchTrace,
): Promise<{ organization: Organization; launchRequest: LaunchRequest }> {
  const query = queryOf(request);
  const organization = await findOrganization(directory, request, query);
  factsOf(request).organizationId = organization.id;
  trace.know({ organizationId: organization.id });
  setPagePolicy(response, { frameAncestors: organization.frameAncestors });
  const launchRequest = readLaunchRequest(query);
  assertLaunchAllowed(organization, launchRequest);
  return { organization, launchRequest };
}

function launchFactsOf(request: Request): StepFacts {
  return launchFacts(queryOf(request), request.params['orgId'] === undefined ? 'query' : 'path');
}

async function findOrganization(
  directory: OrganizationDirectory,
  request: Request,
  query: URLSearchParams,
): Promise<Organization> {
  const named = request.params['orgId'] === undefined ? query.getAll('orgId') : [String(request.params['orgId'])];
  const [orgId] = named;
  if (!orgId || named.length > 1) throw new AppError('launch.unknown-organization', 'orgId is missing or repeated');
  const organization = await directory.find(orgId);
  if (!organization) throw new AppError('launch.unknown-organization', 'no organization has this orgId');
  return organization;
}

/** LA-10: looking ahead is not launching. */
function isPrefetch(request: Request): boolean {
  return /prefetch|prerender/i.test(`${request.get('sec-purpose') ?? ''} ${request.get('purpose') ?? ''}`);
}

function probeCookies(
  { publicUrl, launchCookies }: LaunchRouteDependencies,
  request: Request,
  response: Response,
  organization: Organization,
  trace: LaunchTrace,
): void {
  const query = queryOf(request);
  const isProbed = query.has(PROBED);
  query.delete(PROBED);
  const launchUrl = new URL(`${request.path}?${query.toString()}`, publicUrl);
  if (!isProbed) {
    launchCookies.setProbe(response, organization.id);
    launchUrl.searchParams.set(PROBED, '1');
    trace.discard();
    return void response.status(303).location(launchUrl.href).end();
  }
  const facts = factsOf(request);
  facts.errorCode = 'launch.cookies-blocked';
  trace.know({ cookieMode: 'blocked' });
  trace.failed('cookies', 'launch.cookies-blocked');
  const page = cookiesBlockedPage({ launchUrl: launchUrl.href, supportCode: facts.supportCode });
  response.status(400).type('html').send(page);
}
