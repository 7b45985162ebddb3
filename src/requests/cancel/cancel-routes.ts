/** `/launches/:launchId/requests/:requestId/cancel`: the page that asks for confirmation, and the post that cancels. */
import type { Request, RequestHandler } from 'express';
import { randomSecret } from '#src/adapters/random.ts';
import type { Audit } from '#src/audit/audit.ts';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { AppError } from '#src/errors.ts';
import { assertOwnForm } from '#src/http/csrf.ts';
import { fieldOf } from '#src/http/form-body.ts';
import type { PostOutcomes } from '#src/http/post-outcomes.ts';
import { contextOf } from '#src/http/request-context.ts';
import { pathPartOf, queryOf } from '#src/http/request-values.ts';
import { allowSameOriginReferrer } from '#src/http/security-headers.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { leaveInTime } from '#src/launches/pages/idle-end-route.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
import { clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { listNow, openReadings } from '#src/requests/chart/other-page-reads.ts';
import { CANCELLED_AS, type CancelEnd, cancelRequest, readOwn } from '#src/requests/delivery/cancel-request.ts';
import { cancelFacts } from '#src/requests/delivery/create-facts.ts';
import { withCancelled } from '#src/requests/delivery/deliveries.ts';
import {
  isCancellable,
  isOpen as isStillOpen,
  mayUpdateRequests,
  versionOf,
} from '#src/requests/delivery/may-cancel.ts';
import { storeSoon } from '#src/requests/delivery/sending.ts';
import { ownerOf } from '#src/requests/form/form-ticket.ts';
import { takenBy } from '#src/requests/list/sent-to.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import type { NewRequestFormDependencies } from '#src/requests/new/form-page-route.ts';
import type { KeptLists } from '#src/requests/page/last-list-store.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isResourceId } from '#src/smart/fhir/id.ts';
import { visibleLength } from '#src/smart/fhir/visible-length.ts';
import { cancelPage } from '#views/requests/cancel-page.ts';
import { noticeOf } from './cancel-notice.ts';

export interface CancelDependencies extends NewRequestFormDependencies {
  audit: Audit;
  keptLists: KeptLists;
  outcomes: PostOutcomes;
}

const BOUNDS = { lifetimeMs: 60 * 60_000, mostBytes: 16_384 };
/** The query parameter that names the outcome of a post. */
const OUTCOME = 'form';

interface Ended {
  kind: CancelEnd['kind'] | 'no-reason';
  said?: readonly string[];
  hasReason?: boolean | undefined;
}
/** The outcome of a post, for the page that it redirects to. The launch's trace knows the support code of the post. */
type Outcome = Ended & { supportCode: string; status: string; reason: string };

/** Shows the request as the EHR has it now and asks for confirmation; after a post, the outcome. Behind the guard. */
export function cancelForm(deps: CancelDependencies): RequestHandler {
  return async (request, response) => {
    const { launch, organization, requestId, reading } = await open(deps, request);
    const listing = listNow(deps, launch, organization, reading);
    const patient = await reading.patient;
    const found = await readOwn(reading.api, { requestId, patientId: patient.id }).catch(nothingOf);
    const outcome = (await deps.outcomes.find(queryOf(request).get(OUTCOME) ?? '', launch.id)) as Outcome | undefined;
    const isOpen = found !== undefined && isCancellable(found, deps.publicUrl);
    // The request's page says what is wrong with the EHR, and has one answer for what is not there or not this patient's.
    if (!outcome && !found) return response.redirect(303, `/launches/${launch.id}/requests/${requestId}`);
    // After a post, the request may no longer be there.
    if (!isOpen && !outcome) throw notFound();
    const { cookieSecret, closing } = openLaunchOf(request);
    const now = deps.clock();
    const { timeZone } = organization;
    const words = found && readServiceRequest(found, { base: reading.api.base, now, timeZone });
    const list = isOpen ? await listing : undefined;
    const row = list === 'unread' ? undefined : list?.open.find(({ id }) => id === requestId);
    allowSameOriginReferrer(response);
    leaveInTime(response, launch.id, closing, now);
    recordVisit(deps.audit, request, launch, 'patient-opened');
    response.type('html').send(
      cancelPage({
        patient,
        bar: await clinicianBarOf(deps, request, { launch, cookieSecret, user: reading.user }),
        themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `/launches/${launch.id}/theme.css`,
        requestId,
        what: words?.service,
        needed: words?.needed,
        taken: takenBy(row),
        isUnheard: list === 'unread' || list?.problem !== undefined || row?.isUnheard === true,
        said: outcome && {
          ...noticeOf(isOver(outcome, found, isOpen) ? 'over' : outcome.kind, outcome.said, outcome.hasReason),
          // An incomplete form is no failure, and its trace was discarded.
          ...(outcome.kind === 'no-reason' ? {} : { supportCode: outcome.supportCode }),
        },
        form:
          isOpen && outcome?.kind !== 'cancelled'
            ? { version: versionOf(found) ?? '', status: outcome?.status ?? '', reason: outcome?.reason ?? '' }
            : undefined,
      }),
    );
  };
}

/** Whether the outcome reads as if the request were open, or not there, although it has ended. */
function isOver({ kind }: Outcome, found: ForeignRecord | undefined, isOpen: boolean): boolean {
  if (kind === 'no-reason') return !isOpen;
  return (kind === 'absent' || kind === 'changed') && found !== undefined && !isStillOpen(found);
}

/** Always redirects to the page (PRG). The route runs behind the launch guard and a urlencoded body parser. */
export function cancelRoute(deps: CancelDependencies): RequestHandler {
  const cancel: RequestHandler = async (request, response) => {
    const { cookieSecret, opened } = openLaunchOf(request);
    const trace = traceOf(request);
    trace.joins(opened.launch.traceId);
    assertOwnForm(request, deps.publicUrl, cookieSecret);
    const { launch, requestId, reading } = await open(deps, request);
    const reason = fieldOf(request, 'reason', 'reason').trim();
    const asked = fieldOf(request, 'status', 'choice');
    const say = async (ended: Ended, isRefused = false) => {
      const name = randomSecret();
      const { supportCode } = contextOf(request);
      const typed = { status: asked, reason: ended.kind === 'cancelled' ? '' : reason };
      await deps.outcomes.keep(name, launch.id, { ...ended, ...typed, supportCode }, BOUNDS);
      if (['no-reason', 'changed', 'absent'].includes(ended.kind) && !isRefused) trace.discard();
      response.redirect(303, `/launches/${launch.id}/requests/${requestId}/cancel?${OUTCOME}=${name}`);
    };
    const version = fieldOf(request, 'version', 'id');
    const status = CANCELLED_AS.find((one) => one === asked);
    if (status === undefined || visibleLength(reason) < 3) return say({ kind: 'no-reason' });
    const wanted: Parameters<typeof cancelRequest>[1] = {
      ...{ requestId, version, status, reason, now: deps.clock() },
      patientId: (await reading.patient).id,
      by: { name: (await reading.user.soon()).name ?? launch.user.name },
      isAllowed: (resource) => isCancellable(resource, deps.publicUrl),
    };
    const end = await trace.step('cancel', () => cancelRequest(reading.api, wanted), {}, cancelFacts);
    await deps.keptLists.forget(launch.id);
    if (end.kind === 'cancelled') {
      await storeSoon(deps, () => deps.drafts.noteCancelled(ownerOf(launch), requestId, end.names));
      await storeSoon(deps, () => deps.deliveries.change(ownerOf(launch), (known) => withCancelled(known, end.names)));
    }
    if (end.kind === 'cancelled' && end.isNews)
      recordVisit(deps.audit, request, launch, 'request-cancelled', { status });
    const hasReason = end.kind === 'cancelled' ? end.hasReason : undefined;
    await say({ kind: end.kind, said: 'said' in end ? end.said : [], hasReason }, 'answer' in end);
  };
  return (request, response, next) =>
    deps.traces.follow({ request, step: 'cancel' }, async () => cancel(request, response, next));
}

/** @throws AppError 'request.not-found' where nothing can be cancelled. */
async function open(deps: CancelDependencies, request: Request) {
  const { opened, organization } = openLaunchOf(request);
  const requestId = pathPartOf(request, 'requestId');
  const launch = await deps.currentTokens.current(opened, organization);
  const mayUpdate = isResourceId(requestId) && (await mayUpdateRequests({ ...deps, launch, organization }));
  if (!mayUpdate) throw notFound();
  return { launch, organization, requestId, reading: openReadings(deps, launch, organization) };
}

function notFound(): AppError {
  return new AppError('request.not-found', 'no request of this patient that can be cancelled here');
}
