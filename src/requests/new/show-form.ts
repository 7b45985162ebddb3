/** Sends the page of a form: first its own fields, then those of the chart when it has been read; or the review. */
import type { Request, Response } from 'express';
import { traceOf } from '#src/diagnostics/traces/trace-of-request.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { leaveAtEnd } from '#src/launches/pages/idle-end-route.ts';
import { identityMark } from '#src/patients/identity-mark.ts';
import { clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { listNow, openReadings } from '#src/requests/chart/other-page-reads.ts';
import { readOwn } from '#src/requests/delivery/cancel-request.ts';
import { businessIdentifier, identifierOf } from '#src/requests/delivery/deliveries.ts';
import { mayUpdateRequests } from '#src/requests/delivery/may-cancel.ts';
import { CHART_CHANGED } from '#src/requests/delivery/problem-text.ts';
import { confirmationOf } from '#src/requests/form/day-and-time.ts';
import { type Draft, nameOf } from '#src/requests/form/draft-store.ts';
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import { chosenIn } from '#src/requests/form/from-chart.ts';
import { asFilledIn } from '#src/requests/form/keep-typed.ts';
import { isFor, namedIn, type Offer, offerOf } from '#src/requests/form/offered.ts';
import { assertMayCreate } from '#src/requests/form/permission.ts';
import { readBack } from '#src/requests/form/read-back.ts';
import { type Writer, writeRequest } from '#src/requests/form/to-service-request.ts';
import { asTyped, type NewRequest, PRIORITIES } from '#src/requests/form/typed-request.ts';
import type { RequestList } from '#src/requests/list/list.ts';
import { chartMark } from '#src/requests/prefill/facts.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';
import { zoneName } from '#views/date-text.ts';
import { newRequestEnd, newRequestStart } from '#views/requests/new-request-page.ts';
import { type ReviewPageProps, reviewPage } from '#views/requests/new-request-review.ts';
import { chartOf, readChartNow } from './chart-of-form.ts';
import type { NewRequestFormDependencies } from './form-page-route.ts';
import { chartPropsOf, offerPropsOf } from './form-props.ts';
import { type Reviewed, reviewOf } from './review.ts';

export interface ShownForm extends Pick<Draft, 'values' | 'problems' | 'problem' | 'isReview' | 'taken'> {
  ticket: FormTicket;
  /** ISO instant; undefined where the page does not mention a draft. */
  keptAt?: string | undefined;
  isGoneDraft?: boolean;
  mayBeSent?: boolean;
  canLook?: boolean;
}

/** It runs behind the launch guard. @throws AppError, but never for a missing part of the chart. */
export async function showForm(
  deps: NewRequestFormDependencies,
  request: Request,
  response: Response,
  shown: ShownForm,
): Promise<void> {
  const { opened, organization, cookieSecret, closing } = openLaunchOf(request);
  const launch = await deps.currentTokens.current(opened, organization);
  assertMayCreate(launch, organization);
  const { api, patient: reading, user } = openReadings(deps, launch, organization);
  const chart = (shown.isReview ? chartOf : readChartNow)(deps, { launch, organization }, api);
  const others = shown.isReview ? listNow(deps, launch, organization, { api, user }) : undefined;
  // The chart is awaited below; a patient that cannot be proved fails the page first.
  chart.catch(() => undefined);
  const patient = await traceOf(request).step('patient', () => reading);
  allowSameOriginReferrer(response);
  // The page's script posts what is typed when the user leaves the page.
  const frameAncestors = launch.kind === 'ehr' ? organization.frameAncestors : [];
  setPagePolicy(response, { frameAncestors, fetchesOwnPages: true });
  const now = deps.clock();
  const chartSeen = shown.isReview ? chartMark(await chart) : undefined;
  const { timeZone } = organization;
  const { values, problems = {}, problem, canLook = false, mayBeSent = false } = shown;
  const common = {
    leavesInSeconds: leaveAtEnd(response, launch.id, closing, now),
    patient,
    bar: await clinicianBarOf(deps, request, { launch, cookieSecret, user }),
    ticket: await deps.drafts.issueTicket({ ...shown.ticket, patientSeen: identityMark(patient), chartSeen }, now),
    name: nameOf(shown.ticket),
    problem,
    corrects: shown.ticket.corrects && {
      ...shown.ticket.corrects,
      canCancel:
        (await mayUpdateRequests({ ...deps, launch, organization })) && shown.ticket.corrects.version !== undefined,
      lost: shown.taken?.lost ?? [],
    },
    themeUrl: launch.context.smartStyleUrl === undefined ? undefined : `/launches/${launch.id}/theme.css`,
  };
  response.type('html');
  const offer = offerOf(organization);
  const typed = asTyped(values);
  const chosen = shown.isReview ? chosenIn(await chart, typed) : undefined;
  if (chosen) {
    const { corrects, id } = shown.ticket;
    const identifier = businessIdentifier(deps.publicUrl, identifierOf(id, typed));
    const { name: userName } = await user.soon();
    const writer = { launch, corrects, identifier, patientId: patient.id, userName, now, timeZone };
    const listed = listedIn(await others, corrects?.id);
    const shownOf = { chosen, listed, chart: await chart, asFilled: shown.ticket.corrects ? [] : asFilledIn(values) };
    const reviewed = await compareWithOriginal(api, offer, writer, typed, shownOf);
    return void response.send(reviewPage({ ...common, ...reviewed, values, canLook, mayBeSent }));
  }
  const offered = offerPropsOf(offer);
  const supportCode = problem?.supportCode ?? '';
  response.write(
    newRequestStart({
      ...common,
      ...(shown.isReview ? { problem: { text: CHART_CHANGED, supportCode } } : {}),
      needPatientBanner: launch.context.needPatientBanner,
      form: { values, problems },
      ...offered,
      priorities: PRIORITIES,
      confirmed: problems['confirmed'] === undefined ? values['confirmed'] : confirmationOf(values),
      draft: shown.isGoneDraft ? 'gone' : shown.keptAt ? { savedAt: new Date(shown.keptAt), mayBeSent } : undefined,
      timeZone,
      zoneName: zoneName(now, timeZone),
    }),
  );
  const props = chartPropsOf({
    chart: await chart,
    values,
    taken: shown.taken,
    isCorrection: shown.ticket.corrects !== undefined,
    problems,
    now,
    timeZone,
  });
  response.end(newRequestEnd({ ...props, ...offered, base: common.bar.base, canLook }));
}

/** The other open requests, the replaced one, and whether there may be more. */
function listedIn(list: RequestList | 'unread' | undefined, replaced: string | undefined): Reviewed['listed'] {
  if (list === undefined) return { rows: [], original: undefined, isUnread: false };
  if (list === 'unread') return { rows: [], original: undefined, isUnread: true };
  const rows = list.open.filter(({ id }) => id !== replaced);
  return { rows, original: list.open.find(({ id }) => id === replaced), isUnread: list.problem !== undefined };
}

/** The review of a request as it would be written, beside the request that it corrects as the EHR has it now. */
async function compareWithOriginal(
  api: FhirApi,
  offer: Offer,
  writer: Writer,
  typed: NewRequest,
  { chosen, ...shown }: Pick<Reviewed, 'chosen' | 'listed' | 'chart' | 'asFilled'>,
): Promise<Pick<ReviewPageProps, 'parts' | 'compared'>> {
  const { corrects, patientId, now, timeZone } = writer;
  const found = corrects && (await readOwn(api, { requestId: corrects.id, patientId }).catch(nothingOf));
  const original = found && {
    request: asTyped(readBack(found, offer, { timeZone, base: api.base }).values),
    resource: found,
  };
  const { service } = namedIn(offer, typed);
  const sections = service?.sections ?? [];
  const hasReceivers = offer.receivers.some((one) => service !== undefined && isFor(one, service.value));
  const written = writeRequest(typed, chosen, offer, writer);
  const parts = reviewOf({ ...written, ...shown, sections, hasReceivers, now, timeZone }, original);
  const differs = parts.some(({ lines }) => lines.some(({ before }) => before !== undefined));
  return { parts, compared: corrects && (original ? (differs ? 'differs' : 'same') : 'unread') };
}
