/** Warns before an unused launch ends: its pages go to `/launches/:launchId/closing` without a script. */
import type { RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { csrfToken } from '#src/http/csrf.ts';
import { contextOf } from '#src/http/request-context.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import type { Closing } from '#src/launches/session/closing-time.ts';
import { isInChart, UNATTENDED } from '#src/launches/session/fit-page.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { isUsableAsIs } from '#src/launches/tokens/refresh-times.ts';
import { closingPage } from '#views/launches/idle-end-page.ts';
import { openLaunchOf } from './guard.ts';

/** So that no patient stays on the screen. By the `Refresh` header: a streamed page sends its head early. */
export function leaveInTime(response: Response, launchId: string, closing: Closing, now: Date): void {
  refreshAt(response, launchId, leaveAt(closing, now), now);
}

/** For a page with a form, which is left only at the end. @returns the seconds until a script is to save and warn. */
export function leaveAtEnd(response: Response, launchId: string, closing: Closing, now: Date): number {
  refreshAt(response, launchId, closing.at, now);
  return secondsUntil(leaveAt(closing, now), now);
}

function leaveAt({ at, warnAt }: Closing, now: Date): Date {
  return now < warnAt ? warnAt : at;
}

/** Behind a guard that renews nothing: unattended tabs keep no launch open (RF-13, RF-14). @param leftForm if any */
export function closingRoute(clock: Clock, leftForm: (launch: Launch) => Promise<string | undefined>): RequestHandler {
  return async (request, response) => {
    const { launch, organization, closing, cookieSecret } = openLaunchOf(request);
    const { timeZone } = organization;
    const now = clock();
    const base = `/launches/${launch.id}`;
    if (now < closing.warnAt && isUsableAsIs(launch, now))
      return response.redirect(303, `${base}/requests?${UNATTENDED}`);
    refreshAt(response, launch.id, closing.at, now);
    allowSameOriginReferrer(response);
    const backTo = await leftForm(launch).catch(() => undefined);
    const { at: closesAt, canStay } = closing;
    const props = {
      base,
      closesAt,
      canStay,
      kind: launch.kind,
      now,
      timeZone,
      backTo,
      csrfToken: csrfToken(cookieSecret),
      isInChart: isInChart(request, launch.kind),
      themeUrl: contextOf(request).themeUrl,
    };
    response.type('html').send(closingPage(props));
  };
}

function refreshAt(response: Response, launchId: string, at: Date, now: Date): void {
  response.setHeader('Refresh', `${secondsUntil(at, now)}; url=/launches/${launchId}/closing`);
}

/** Rounds up and adds a second, because at the exact instant the launch would still be open. */
function secondsUntil(at: Date, now: Date): number {
  return Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1_000) + 1);
}
