/** The end of an unused launch, announced: pages lead to `/launches/:launchId/closing` before it, without a script. */
import type { RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { csrfToken } from '#src/http/csrf.ts';
import { contextOf } from '#src/http/request-context.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import type { Closing } from '#src/launches/session/closing.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { isInChart, UNATTENDED } from '#src/launches/session/launch-origin.ts';
import { isUsableAsIs } from '#src/launches/tokens/renewal-state.ts';
import { closingPage } from '#views/launches/closing-page.ts';
import { openLaunchOf } from './guard.ts';

/**
 * Makes a page of a launch go to the announcement when it is time, and beyond it when that has been read and the launch
 * ends: a patient does not stay on the screen after the launch.
 *
 * By header, as a page that is sent in parts has its head out before anything is known; browsers treat it like the
 * `meta` element.
 */
export function leaveInTime(response: Response, launchId: string, closing: Closing, now: Date): void {
  refreshAt(response, launchId, leaveAt(closing, now), now);
}

/**
 * The same for a page that is typed into: by itself the browser leaves it only when the launch has ended, because that
 * loses what is typed.
 *
 * @returns after how many seconds a script that keeps what is typed is to leave for the announcement.
 */
export function leaveAtEnd(response: Response, launchId: string, closing: Closing, now: Date): number {
  refreshAt(response, launchId, closing.at, now);
  return secondsUntil(leaveAt(closing, now), now);
}

function leaveAt({ at, warnAt }: Closing, now: Date): Date {
  return now < warnAt ? warnAt : at;
}

/**
 * Behind a launch guard that renews nothing. A user who used the launch in another tab meanwhile is sent straight back, to a
 * list that counts as no visit: two tabs left alone must not keep each other open, and no token is renewed for them; with
 * a token that is over they wait here (RF-13, RF-14).
 *
 * @param leftForm where the form is, below the launch, that this user left open with something typed for this patient.
 */
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

/** A second late rather than early: at the very instant the launch would still be there. */
function secondsUntil(at: Date, now: Date): number {
  return Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1_000) + 1);
}
