/** `GET /smart/launch`: the EHR opens the app here, usually in an iframe. */
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { AppError } from '#src/errors.ts';
import { queryOf } from '#src/http/own-url.ts';
import type { LaunchLimit } from '#src/http/rate-limit.ts';
import { factsOf } from '#src/http/request-log.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import { readLaunchRequest } from '#src/smart/step-2-launch-ehr.ts';
import type { AuthorizationRedirect } from '#src/smart/step-4-authorization-code.ts';
import { authorizeFormPage } from '#views/authorize-form-page.ts';
import { cookiesBlockedPage } from '#views/cookies-blocked-page.ts';
import { assertLaunchAllowed, type BeginLaunchDependencies, beginLaunch } from './begin-launch.ts';
import { createCookieValue, type LaunchCookies } from './launch-cookies.ts';

/** What the launch route needs. */
export interface LaunchRouteDependencies extends BeginLaunchDependencies {
  directory: OrganizationDirectory;
  launchCookies: LaunchCookies;
  limit: LaunchLimit;
  clock: Clock;
}

/** Marks the one redirect to ourselves that finds out whether cookies arrive. */
const PROBED = 'probed';

/**
 * Checks who is asked for and by whom before anything leaves this server, then whether cookies arrive before the EHR's
 * one-time launch value is spent (LA-12), then begins the launch.
 */
export function launchRoute(dependencies: LaunchRouteDependencies): RequestHandler {
  const { directory, launchCookies, limit, clock } = dependencies;
  return async (request, response) => {
    if (isPrefetch(request)) return void response.status(503).end();
    const query = queryOf(request);
    const organization = await findOrganization(directory, request, query);
    factsOf(request).organizationId = organization.id;
    setPagePolicy(response, { frameAncestors: organization.frameAncestors });
    const launchRequest = readLaunchRequest(query);
    assertLaunchAllowed(organization, launchRequest);
    if (!launchCookies.arrived(request)) return probeCookies(dependencies, request, response, query);
    await limit.begin(organization.id, request.ip ?? '');
    const cookie = createCookieValue(organization.id, clock());
    const { redirect, state } = await beginLaunch(dependencies, organization, launchRequest, cookie.secret);
    launchCookies.setTransaction(request, response, state, cookie);
    sendOnward(response, redirect, organization);
  };
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
  query: URLSearchParams,
): void {
  const isProbed = query.has(PROBED);
  query.delete(PROBED);
  const launchUrl = new URL(`${request.path}?${query.toString()}`, publicUrl);
  if (!isProbed) {
    launchCookies.setProbe(response);
    launchUrl.searchParams.set(PROBED, '1');
    return response.redirect(303, launchUrl.href);
  }
  const facts = factsOf(request);
  facts.errorCode = 'launch.cookies-blocked';
  const page = cookiesBlockedPage({ launchUrl: launchUrl.href, supportCode: facts.supportCode });
  response.status(400).type('html').send(page);
}

/** AZ-14, AZ-15. */
function sendOnward(response: Response, redirect: AuthorizationRedirect, organization: Organization): void {
  if (redirect.method === 'GET') return response.redirect(303, redirect.url);
  const formAction = new URL(redirect.action).origin;
  setPagePolicy(response, { frameAncestors: organization.frameAncestors, formAction });
  response.type('html').send(authorizeFormPage({ action: redirect.action, fields: redirect.fields }));
}
