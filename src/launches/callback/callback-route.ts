/** `GET /smart/callback`: the authorization server sends the browser back here, once per launch. */
import type { Request, RequestHandler, Response } from 'express';
import { namesOf } from '#src/diagnostics/traces/bound-facts.ts';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { type LaunchTrace, traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { isFramed } from '#src/http/framed.ts';
import type { KnownBrowsers } from '#src/http/limits/known-browsers.ts';
import type { LaunchLimit } from '#src/http/limits/launch-limit.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import type { CookieValue, LaunchCookies } from '#src/launches/session/cookies.ts';
import { fitPageTo } from '#src/launches/session/fit-page.ts';
import type { LaunchKind } from '#src/launches/session/launch.ts';
import { transactionName } from '#src/launches/session/transaction.ts';
import { sendOnward } from '#src/launches/start/send-onward.ts';
import { type CallbackParameters, readCallback } from '#src/smart/step-4-authorization-code.ts';
import { isGrantUnused } from '#src/smart/step-5-access-token.ts';
import { answerCallback, type CallbackDependencies } from './callback.ts';
import type { LaunchDone } from './complete-launch.ts';

export interface CallbackRouteDependencies extends CallbackDependencies {
  publicUrl: URL;
  launchCookies: LaunchCookies;
  knownBrowsers: Record<LaunchKind, KnownBrowsers>;
  limit: LaunchLimit;
  traces: LaunchTraces;
}

/** Checks `state` and cookie first (CB-01..03). There is exactly one token call; repeats join it (CB-06, CB-19). */
export function callbackRoute(dependencies: CallbackRouteDependencies): RequestHandler {
  const { launchCookies, traces, publicUrl } = dependencies;
  const underWay = new Map<string, { finishing: ReturnType<typeof answerCallback>; trace: LaunchTrace }>();
  const finish = async (request: Request, response: Response): Promise<void> => {
    const trace = traceOf(request);
    const { callback, cookie } = await callbackOfThisBrowser(dependencies, request, response);
    const { kind, secret } = cookie;
    const key = { state: callback.state, secret };
    const redirectUri = `${publicUrl.origin}${request.path}`;
    const seen = { callback, redirectUri, key, kind, isInFrame: isFramed(request) };
    const { supportCode, address } = contextOf(request);
    const visit = { ...seen, cookies: launchCookies.launches(request), supportCode, address, trace };
    const name = transactionName(key);
    const shared = underWay.get(name);
    const finishing = shared?.finishing ?? answerCallback(dependencies, visit).finally(() => underWay.delete(name));
    underWay.set(name, { finishing, trace: shared?.trace ?? trace });
    // A launch has one trace, however often its callback is called.
    const end = await finishing
      .finally(() => trace.joins(shared?.trace.id))
      .catch((error: unknown) => {
        // If the store failed or the code was not sent, the browser keeps its cookie, so that a reload can succeed.
        const isUndecided = (error instanceof AppError && error.code === 'store.unavailable') || isGrantUnused(error);
        if (!isUndecided) launchCookies.clearTransaction(response, callback.state, kind);
        throw error;
      });
    launchCookies.clearTransaction(response, callback.state, kind);
    const isFirst = shared === undefined && end.kind === 'finished' && end.isFirst;
    if (end.kind === 'finished') return openLaunch(dependencies, request, response, cookie, { ...end, isFirst });
    launchCookies.setTransaction(request, response, end.state, end.cookie);
    sendOnward(response, end.redirect, end.organization.frameAncestors);
  };
  return async (request, response) => {
    const facts = { parameters: namesOf(queryOf(request).keys()) };
    await traces.follow({ request, step: 'callback', facts }, () => finish(request, response));
  };
}

/** Reads the callback and the cookie of its transaction, and fits the error page to the launch as far as it is known. */
async function callbackOfThisBrowser(
  { launchCookies, directory }: CallbackRouteDependencies,
  request: Request,
  response: Response,
): Promise<{ callback: CallbackParameters; cookie: CookieValue }> {
  const trace = traceOf(request);
  const open = launchCookies.launches(request);
  const last = await fitPageTo(response, directory, launchCookies.lastOrigin(request), open);
  const callback = readCallback(queryOf(request));
  const cookie = launchCookies.ofTransaction(request, callback.state);
  if (!cookie) {
    // Nothing proves which organization this callback belongs to; the browser's last launch is the best guess.
    if (last) trace.know({ organizationId: last.id });
    const rule = launchCookies.isUnderWay(request) ? 'callback.state-changed' : 'callback.no-cookie';
    throw new AppError('callback.invalid', 'no transaction cookie for this state', rule);
  }
  const { organizationId } = cookie;
  contextOf(request).facts.organizationId = organizationId;
  if (await fitPageTo(response, directory, cookie, open)) trace.know({ organizationId });
  return { callback, cookie };
}

function openLaunch(
  { launchCookies, knownBrowsers, limit, publicUrl, clock }: CallbackRouteDependencies,
  request: Request,
  response: Response,
  { kind, organizationId }: CookieValue,
  { launchId, secret, ended, isFirst }: LaunchDone,
): void {
  const known = knownBrowsers[kind].recognise(request, organizationId);
  // A launch frees its place once, however often its callback is called. The browser does not wait for this.
  if (isFirst) void limit.finish(organizationId, request.ip, known);
  knownBrowsers[kind].remember(request, response, organizationId);
  launchCookies.retireLaunches(
    request,
    response,
    ended.map(({ id }) => id),
    'replaced',
  );
  launchCookies.setLaunch(response, { id: launchId, kind, secret, organizationId, issuedAt: clock().getTime() });
  response.redirect(303, `${publicUrl.origin}/launches/${launchId}/requests`);
}
