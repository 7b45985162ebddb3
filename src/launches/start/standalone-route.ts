/** `GET /smart/standalone/:orgId`: the user opens the app outside the EHR, signs in at the EHR and picks a patient. */
import type { Request, RequestHandler } from 'express';
import { standaloneFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { standalonePath } from '#src/launches/session/fit-page.ts';
import { assertConnected, assertEnabled } from '#src/organizations/organization.ts';
import { isPrefetch, PROBED, startLaunch } from './cookie-probe.ts';
import { type LaunchRouteDependencies, noteOrganization } from './launch-route.ts';

/** EHR, `aud` and scopes come from the settings (LA-13, LA-07). No page may frame it: clickjacking (LA-14). */
export function standaloneRoute(dependencies: LaunchRouteDependencies): RequestHandler {
  return async (request, response) => {
    if (isPrefetch(request)) return void response.status(503).end();
    const facts = standaloneFacts(queryOf(request));
    await dependencies.traces.follow({ request, step: 'launch', facts }, async () => {
      const organization = await traceOf(request).step('launch', () => checkLaunch(dependencies, request), facts);
      const start = { kind: 'standalone', iss: organization.fhirBaseUrl } as const;
      await startLaunch(dependencies, { request, response }, organization, start);
    });
  };
}

async function checkLaunch({ directory, launchCookies }: LaunchRouteDependencies, request: Request) {
  const organization = await directory.find(pathPartOf(request, 'orgId'));
  if (!organization)
    throw new AppError('launch.unknown-organization', 'no organization has this orgId', 'launch.org-id-unknown');
  noteOrganization(request, organization, launchCookies);
  assertEnabled(organization);
  assertNotFromChart(queryOf(request));
  if (!organization.standalone) throw new AppError('launch.standalone-off', 'standalone is off for this organization');
  contextOf(request).startAgain = standalonePath(organization.id);
  assertNothingAdded(queryOf(request));
  assertConnected(organization);
  return organization;
}

/** In a chart the patient is known; a standalone launch would let the user pick another. */
function assertNotFromChart(query: URLSearchParams): void {
  if (!query.has('iss') || !query.has('launch')) return;
  const rule = 'launch.standalone-url-registered';
  throw new AppError('launch.standalone-parameters', 'iss and launch came to the standalone URL', rule);
}

/** Refuses added parameters, because their sender expects an effect. An EHR with parameters uses the launch URL. */
function assertNothingAdded(query: URLSearchParams): void {
  const isOurs = query.size === 0 || (query.size === 1 && query.get(PROBED) === '1');
  if (!isOurs) throw new AppError('launch.standalone-parameters', 'parameters were added to the standalone URL');
}
