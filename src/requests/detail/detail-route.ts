/** `GET /launches/:launchId/requests/:requestId`: the page of one request. */

import type { Request, RequestHandler, Response } from 'express';
import type { Adapters } from '#src/adapters.ts';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { leaveInTime } from '#src/launches/pages/idle-end-route.ts';
import { mayUse } from '#src/launches/session/launch.ts';
import type { CurrentTokens } from '#src/launches/tokens/current-token.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
import { type BarDependencies, clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { endIfOver } from '#src/requests/chart/other-page-reads.ts';
import {
  apiOf,
  mayShowRequests,
  movementOf,
  ownUserOf,
  readsTasks,
} from '#src/requests/chart/patient-and-list-reads.ts';
import type { ChartReadings } from '#src/requests/chart/read-ahead.ts';
import { ownSystemOf } from '#src/requests/delivery/deliveries.ts';
import { isCancellable, mayCorrect, mayUpdateRequests } from '#src/requests/delivery/may-cancel.ts';
import type { UpdateSupport } from '#src/requests/delivery/update-support.ts';
import { describeProblem } from '#src/requests/list/why-unread.ts';
import type { KeptLists } from '#src/requests/page/last-list-store.ts';
import { readView, viewQuery } from '#src/requests/page/view-address.ts';
import { ifDied } from '#src/requests/progress/next-step.ts';
import { REPLACED_BY } from '#src/requests/progress/replacing.ts';
import { createEhrLacks } from '#src/requests/search/ehr-lacks.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { type DetailFrame, detailPage, detailProblemPage } from '#views/requests/detail-page.ts';
import { rowName } from '#views/requests/request-row.ts';
import { describeDetail } from './describe-detail.ts';
import { type DetailResult, readDetail } from './read-detail.ts';

export interface DetailDependencies extends BarDependencies, Pick<Adapters, 'clock' | 'outbound'> {
  readings: ChartReadings;
  currentTokens: CurrentTokens;
  publicUrl: URL;
  offersUpdates: UpdateSupport;
  keptLists: KeptLists;
  audit: Audit;
}

/**
 * One call if the kept list has the request and the EHR takes a batch, otherwise three at most; for an EHR never
 * checked, also the CapabilityStatement. A request that is not there, or another patient's, gets the same 404.
 * @throws AppError 'request.not-found', and what reading the patient throws.
 */
export function detailRoute(dependencies: DetailDependencies): RequestHandler {
  const { outbound, readings, currentTokens, keptLists, audit, clock, publicUrl, offersUpdates } = dependencies;
  const batchesOf = createEhrLacks(clock);
  return async (request, response) => {
    const { opened, organization, cookieSecret, closing } = openLaunchOf(request);
    const requestId = pathPartOf(request, 'requestId');
    if (!isResourceId(requestId)) throw notFound();
    const launch = await currentTokens.current(opened, organization);
    if (!mayShowRequests(launch, organization)) throw notFound();
    const renew = (refused: string) => currentTokens.renew(launch.id, organization, refused);
    const now = clock();
    const kept = await keptLists.find(launch.id, now);
    const rows = kept ? [...kept.list.open, ...kept.list.closed] : [];
    const row = rows.find(({ id }) => id === requestId);
    const reading = kept ? undefined : readings.open(launch, organization, renew);
    const api = reading?.api ?? apiOf(outbound, launch, organization, renew);
    const patientId = launch.context.patient;
    // This is the same condition as for the list, so that both pages show the same status.
    const hasTasks = readsTasks(organization) || readings.bringsTasks(launch, organization);
    const result = readDetail(api, {
      requestId,
      patientId,
      references: row?.references,
      mayUse: (permission) => (permission.type !== 'Task' || hasTasks) && mayUse(launch, permission),
      batches: batchesOf(organization),
      searchParameters: organization.searchParameters,
      mayBeReplaced: (resource) => mayCorrect(resource, { launch, organization, publicUrl }),
    });
    // The patient comes first: without a patient, the page says nothing about requests.
    result.catch(() => undefined);
    const patient = await (kept?.patient ??
      reading?.patient.catch((error: unknown) => endIfOver(currentTokens, launch, organization, error)));
    const read = await result;
    if (!patient || read.kind === 'absent') throw notFound();
    const user = kept ? { soon: async () => kept.user } : (reading?.user ?? UNKNOWN);
    const base = `/launches/${launch.id}`;
    const view = readView(queryOf(request));
    const frame: DetailFrame = {
      patient,
      needPatientBanner: launch.context.needPatientBanner,
      bar: await clinicianBarOf(dependencies, request, { launch, cookieSecret, user }),
      asOf: now,
      timeZone: organization.timeZone,
      themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `${base}/theme.css`,
      backHref: `${base}/requests${viewQuery(view, { page: view.page })}#${rowName(requestId)}`,
    };
    allowSameOriginReferrer(response);
    leaveInTime(response, launch.id, closing, now);
    recordVisit(audit, request, launch, 'patient-opened');
    if (read.kind === 'failed') return sendProblem(request, response, frame, read);
    const at = { base: api.base, now, timeZone: organization.timeZone, limits: movementOf(organization) };
    const place = { ...at, patientId, user: ownUserOf(launch, user), ownSystem: ownSystemOf(publicUrl) };
    // The EHR is not asked if the answer cannot matter.
    const canCancel =
      isCancellable(read.resource, publicUrl) && (await mayUpdateRequests({ launch, organization, offersUpdates }));
    const cancelHref = canCancel ? `${base}/requests/${requestId}/cancel` : undefined;
    const described = await describeDetail(api, read, rows, place);
    const isReplaced = described.related.some(({ relation }) => relation === REPLACED_BY);
    const correct =
      mayCorrect(read.resource, { launch, organization, publicUrl }) && !isReplaced
        ? { action: `${base}/requests/${requestId}/correct`, csrfToken: frame.bar.csrfToken }
        : undefined;
    const shown = { ...described, row: ifDied(described.row, patient.deathText) };
    response.type('html').send(detailPage({ ...frame, ...shown, cancelHref, correct }));
  };
}

const UNKNOWN = { soon: async () => ({ name: undefined, role: undefined, isPending: false }) };

function notFound(): AppError {
  return new AppError('request.not-found', 'no such request of this patient');
}

/** After a failure of the EHR, the page still shows the patient and says what may help. */
function sendProblem(
  request: Request,
  response: Response,
  frame: DetailFrame,
  { failure }: Extract<DetailResult, { kind: 'failed' }>,
): void {
  const { supportCode, facts } = contextOf(request);
  const { helpDeskName } = openLaunchOf(request).organization;
  const refusal = failure.failure === 'refused' ? failure : undefined;
  const { kind, text, canReload } = describeProblem(failure.failure, false, { failure: refusal, helpDeskName });
  facts.pageProblem = kind;
  const reloadHref = canReload ? request.originalUrl : undefined;
  response.type('html').send(detailProblemPage(frame, { text, supportCode, reloadHref }));
}
