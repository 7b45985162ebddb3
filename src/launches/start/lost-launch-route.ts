/** What an EHR opens in place of the launch URL or the redirect URI: refused, and kept as a launch so that its support code finds why. */
import type { RequestHandler } from 'express';
import { namesOf } from '#src/diagnostics/traces/bound-facts.ts';
import { AppError } from '#src/errors.ts';
import { queryOf } from '#src/http/request-values.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import { type LaunchRouteDependencies, noteOrganization } from './launch-route.ts';

/** Reads no body and trusts nothing: parameters are kept by name, and an Org ID only shows whose help desk to call. */
export function lostLaunchRoute(
  { directory, traces, launchCookies }: LaunchRouteDependencies,
  rule: 'launch.posted' | 'callback.posted' | 'launch.no-such-address',
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
        noteOrganization(request, organization, launchCookies);
        setPagePolicy(response, { frameAncestors: organization.frameAncestors });
      }
      if (rule === 'launch.no-such-address') throw new AppError('request.not-found', 'no such address', rule);
      response.setHeader('Allow', 'GET');
      throw new AppError('request.method', `${request.method} is not allowed here`, rule);
    });
  };
}
