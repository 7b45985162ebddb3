/** The end of a launch that nobody uses, announced: pages lead to `/launches/:launchId/closing` before it, without a script. */
import type { RequestHandler, Response } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { csrfToken } from '#src/http/csrf.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { closingPage } from '#views/closing-page.ts';
import type { Closing } from './launch-end.ts';
import { openLaunchOf, UNATTENDED } from './launch-guard.ts';
import { isUsableAsIs } from './refresh-state.ts';

/**
 * Makes a page of a launch go to the announcement when it is time, and beyond it when that has been read and the launch
 * ends: a patient does not stay on a screen nobody may use any more.
 *
 * By header, as a page that is sent in parts has its head out before anything is known; browsers treat it like the
 * `meta` element.
 */
export function leaveInTime(response: Response, launchId: string, { at, warnAt }: Closing, now: Date): void {
  const leaveAt = now < warnAt ? warnAt : at;
  refreshAt(response, launchId, leaveAt, now);
}

/**
 * Behind a launch guard that renews nothing. Whoever used the launch in another tab meanwhile is sent straight back, to a
 * list that counts as no visit: two tabs left alone must not keep each other open, and no token is renewed for them; with
 * a token that is over they wait here (RF-13, RF-14).
 */
export function closingRoute(clock: Clock): RequestHandler {
  return (request, response) => {
    const { launch, organization, closing, cookieSecret } = openLaunchOf(request);
    const { timeZone } = organization;
    const now = clock();
    const base = `/launches/${launch.id}`;
    if (now < closing.warnAt && isUsableAsIs(launch, now))
      return response.redirect(303, `${base}/requests?${UNATTENDED}`);
    refreshAt(response, launch.id, closing.at, now);
    allowSameOriginReferrer(response);
    response.type('html').send(
      closingPage({
        base,
        closesAt: closing.at,
        canStay: closing.canStay,
        now,
        timeZone,
        csrfToken: csrfToken(cookieSecret),
      }),
    );
  };
}

/** A second late rather than early: at the very instant the launch would still be there. */
function refreshAt(response: Response, launchId: string, at: Date, now: Date): void {
  const seconds = Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1_000) + 1);
  response.setHeader('Refresh', `${seconds}; url=/launches/${launchId}/closing`);
}
