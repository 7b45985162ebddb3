/** `GET /launches/:launchId/requests`: the page every launch ends on, "Requests for <patient name>". */
import type { Request, RequestHandler, Response } from 'express';
import type { LaunchTraces } from '#src/diagnostics/traces/recorder.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { leaveInTime } from '#src/launches/pages/idle-end-route.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import type { TokenConfirmations } from '#src/launches/tokens/introspect.ts';
import { isUsableAsIs, unavailable } from '#src/launches/tokens/refresh-times.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
import { endIfOver } from '#src/requests/chart/other-page-reads.ts';
import { mayShowRequests } from '#src/requests/chart/patient-and-list-reads.ts';
import type { ChartReadings } from '#src/requests/chart/read-ahead.ts';
import { beforeList, leftOpen } from '#src/requests/new/drafts-and-button.ts';
import { PAGE } from '#src/requests/new/form-page-route.ts';
import { type ListReading, readingOf } from './same-or-new-list.ts';
import { type SendDependencies, type Shown, sendList, sendStart } from './send-page.ts';
import { readView } from './view-address.ts';

const FIRST_PAGE_MS = 2 * 60_000;

export interface RequestsRouteDependencies extends SendDependencies {
  readings: ChartReadings;
  currentTokens: CurrentTokens;
  confirmations: TokenConfirmations;
  traces: LaunchTraces;
}

/** The patient first; without a proven one, nothing (LC-05). Another failure becomes a line. Behind the launch guard. */
export function requestsRoute(dependencies: RequestsRouteDependencies): RequestHandler {
  return async (request, response) => {
    await dependencies.traces.follow({ request, step: 'patient' }, () => show(dependencies, request, response));
  };
}

async function show(dependencies: RequestsRouteDependencies, request: Request, response: Response): Promise<void> {
  const { currentTokens, confirmations, audit, clock } = dependencies;
  const trace = traceOf(request);
  const { opened, organization, closing, isUnattended } = openLaunchOf(request);
  trace.joins(opened.launch.traceId);
  const base = `/launches/${opened.launch.id}`;
  // RF-13: an unattended request renews no token and starts no introspection.
  if (isUnattended && !isUsableAsIs(opened.launch, clock())) {
    trace.discard();
    return response.redirect(303, `${base}/closing`);
  }
  const { launch, introspected } = isUnattended
    ? { launch: opened.launch }
    : await confirmations.confirm(await currentTokens.current(opened, organization), organization);
  const view = readView(queryOf(request));
  const { reading, isKept } = await beginReading(dependencies, request, { launch, organization, view });
  const patient = await trace
    .step('patient', () => reading.patient)
    .catch((error: unknown) => endIfOver(currentTokens, launch, organization, error));
  allowSameOriginReferrer(response);
  const frames = launch.kind === 'ehr' ? { frameAncestors: organization.frameAncestors } : {};
  setPagePolicy(response, { fetchesOwnPages: true, ...frames });
  leaveInTime(response, launch.id, closing, clock());
  const before = await beforeList(dependencies, launch, organization, patient);
  recordVisit(audit, request, launch, 'patient-opened');
  const left = isUnattended ? undefined : await leftOpen(dependencies, launch, before);
  if (left !== undefined) {
    trace.completed();
    return response.redirect(303, `${base}/requests/new?${PAGE}=${left}`);
  }
  const shown: Shown = { launch, organization, view, patient, asOf: reading.startedAt, before };
  const begun = await sendStart(dependencies, request, response, shown, reading);
  const problem = await sendList(dependencies, request, shown, { reading, isKept, introspected, ...begun });
  // The page has been sent. The trace records the first page of a launch; a later page only if it fails.
  if (clock().getTime() - Date.parse(launch.startedAt) < FIRST_PAGE_MS) {
    const unread = await reading.user.unread;
    if (unread)
      await trace.step(
        'practitioner',
        async () => unread,
        {},
        (known) => ({ ...known }),
      );
    trace.completed();
  } else if (!problem) trace.discard();
}

/** The kept list for a view that may be made from it, otherwise the reading of the callback, or a new one. */
async function beginReading(
  { keptLists, readings, currentTokens, clock }: RequestsRouteDependencies,
  request: Request,
  { launch, organization, view }: Pick<Shown, 'launch' | 'organization' | 'view'>,
): Promise<{ reading: ListReading; isKept: boolean }> {
  const mayKeep = view.isAsked && mayShowRequests(launch, organization);
  const kept = mayKeep ? await keptLists.find(launch.id, clock()) : undefined;
  if (kept) return { reading: readingOf(kept), isKept: true };
  const { isUnattended } = openLaunchOf(request);
  const renew = (refused: string) =>
    isUnattended ? Promise.reject(unavailable(launch, clock())) : currentTokens.renew(launch.id, organization, refused);
  const reading = readings.take(launch, organization, renew);
  // The list may fail while the patient is awaited; that failure is handled where the list is sent.
  reading.requests.catch(() => undefined);
  return { reading, isKept: false };
}
