/** `GET /smart/callback`: the authorization server sends the browser back here, once per launch. */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { queryOf } from '#src/http/own-url.ts';
import type { LaunchLimit } from '#src/http/rate-limit.ts';
import { factsOf } from '#src/http/request-log.ts';
import { setPagePolicy } from '#src/http/security-headers.ts';
import { readCallback } from '#src/smart/step-4-authorization-code.ts';
import { type FinishedLaunch, type FinishLaunchDependencies, finishLaunch } from './finish-launch.ts';
import type { LaunchCookies } from './launch-cookies.ts';
import { transactionName } from './transaction.ts';

/** What the callback route needs. */
export interface CallbackRouteDependencies extends FinishLaunchDependencies {
  publicUrl: URL;
  launchCookies: LaunchCookies;
  limit: LaunchLimit;
}

/**
 * `state` and this browser's cookie first (CB-01..03); then one token call whatever the browser does: a second callback
 * in this process waits for the first, a later one is sent where the first ended (CB-06, CB-19).
 */
export function callbackRoute(dependencies: CallbackRouteDependencies): RequestHandler {
  const { launchCookies, directory, limit, publicUrl } = dependencies;
  const underWay = new Map<string, Promise<FinishedLaunch>>();
  return async (request, response) => {
    const callback = readCallback(queryOf(request));
    const cookie = launchCookies.ofTransaction(request, callback.state);
    if (!cookie) throw new AppError('callback.invalid', 'no transaction cookie for this state');
    const { organizationId } = cookie;
    const facts = factsOf(request);
    facts.organizationId = organizationId;
    const organization = await directory.find(organizationId);
    if (organization) setPagePolicy(response, { frameAncestors: organization.frameAncestors });

    const key = { state: callback.state, binding: cookie.secret };
    const name = transactionName(key);
    const { supportCode } = facts;
    const visit = { callback, key, cookies: launchCookies.launches(request), supportCode };
    const finishing = underWay.get(name) ?? finishLaunch(dependencies, visit).finally(() => underWay.delete(name));
    underWay.set(name, finishing);
    const { launchId, secret, ended } = await finishing.catch((error: unknown) => {
      // While the store is away nothing is decided: the browser keeps its half, so that a reload can succeed.
      const isUndecided = error instanceof AppError && error.code === 'store.unavailable';
      if (!isUndecided) launchCookies.clearTransaction(response, callback.state);
      throw error;
    });

    launchCookies.clearTransaction(response, callback.state);
    await limit.finish(organizationId, request.ip ?? '');
    for (const id of ended) launchCookies.clearLaunch(response, id);
    launchCookies.setLaunch(response, {
      id: launchId,
      secret,
      organizationId,
      issuedAt: dependencies.clock().getTime(),
    });
    response.redirect(303, new URL(`/launches/${launchId}/requests`, publicUrl).href);
  };
}
