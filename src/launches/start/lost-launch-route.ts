/** What an EHR opens in place of the launch URL or the redirect URI: refused, and kept as a launch so that its support code finds why. */
import type { RequestHandler } from 'express';
import { namesOf } from '#src/diagnostics/traces/bound-facts.ts';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import { prepareErrorPage } from '#src/launches/session/fit-page.ts';
import type { LaunchRouteDependencies } from './launch-route.ts';

type LostRule = Extract<Rule, 'launch.posted' | 'callback.posted' | 'launch.no-such-address'>;

/** Reads no body and trusts nothing: parameters are kept by name, and an Org ID only shows whose help desk to call. */
export function lostLaunchRoute(
  { directory, traces, launchCookies }: LaunchRouteDependencies,
  rule: LostRule,
): RequestHandler {
  const isCallback = rule === 'callback.posted';
  return async (request, response, next) => {
    const query = queryOf(request);
    // Any other visitor of an address that does not exist has only misspelled it.
    const isLaunch = ['launch', 'iss', 'code', 'error'].some((name) => query.has(name));
    if (rule === 'launch.no-such-address' && !isLaunch) return next('route');
    const facts = { parameters: namesOf(query.keys()), method: request.method };
    await traces.follow({ request, step: isCallback ? 'callback' : 'launch', facts }, async () => {
      const organization = await directory.find(query.get('orgId') ?? '');
      if (organization) {
        contextOf(request).facts.organizationId = organization.id;
        traceOf(request).know({ organizationId: organization.id });
        prepareErrorPage(request, organization, launchCookies.launches(request));
        setPagePolicy(response, { frameAncestors: organization.frameAncestors });
      }
      if (rule === 'launch.no-such-address') throw new AppError('request.not-found', 'no such address', { rule });
      response.setHeader('Allow', 'GET');
      throw new AppError('request.method', `${request.method} is not allowed here`, { rule });
    });
  };
}
