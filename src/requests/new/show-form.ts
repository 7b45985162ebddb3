/** Sends the page of a form: first its own fields, then those of the chart when it has been read; or the review. */
import type { Request, Response } from 'express';
import { traceOf } from '#src/diagnostics/traces/launch-trace.ts';
import { allowSameOriginReferrer, setPagePolicy } from '#src/http/security-headers.ts';
import { leaveAtEnd } from '#src/launches/pages/closing-route.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { clinicianBarOf } from '#src/requests/chart/clinician-bar.ts';
import { openReadings } from '#src/requests/chart/page-reads.ts';
import { readOwn } from '#src/requests/delivery/cancel-request.ts';
import { businessIdentifier, identifierOf } from '#src/requests/delivery/deliveries.ts';
import { mayUpdateRequests } from '#src/requests/delivery/may-cancel.ts';
import { CHART_CHANGED } from '#src/requests/delivery/problem-text.ts';
import { type Draft, nameOf } from '#src/requests/form/draft-store.ts';
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import { chosenIn } from '#src/requests/form/from-chart.ts';
import { isFor, namedIn, offerOf } from '#src/requests/form/offered.ts';
import { assertMayCreate } from '#src/requests/form/permission.ts';
import { readBack } from '#src/requests/form/read-back.ts';
import { writeRequest } from '#src/requests/form/to-service-request.ts';
import { asTyped, confirmationOf, PRIORITIES } from '#src/requests/form/typed-request.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { newRequestEnd, newRequestStart } from '#views/requests/new-request-page.ts';
import { type ReviewPart, reviewPage } from '#views/requests/new-request-review.ts';
import { zoneName } from '#views/zone.ts';
import { chartOf, readChartNow } from './chart-of-form.ts';
import type { NewRequestFormDependencies } from './form-page-route.ts';
import { chartPropsOf, offerPropsOf } from './form-props.ts';
import { reviewOf } from './review.ts';

export interface ShownForm extends Pick<Draft, 'values' | 'problems' | 'problem' | 'isReview' | 'taken'> {
  ticket: FormTicket;
  /** ISO instant; undefined where the page does not mention a draft. */
  keptAt?: string | undefined;
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
  // The chart is awaited below; a patient that cannot be proved fails the page first.
  chart.catch(() => undefined);
  const patient = await traceOf(request).step('patient', () => reading);
  allowSameOriginReferrer(response);
  // The page's script posts what is typed when the user leaves the page.
  const frameAncestors = launch.kind === 'ehr' ? organization.frameAncestors : [];
  setPagePolicy(response, { frameAncestors, fetchesOwnPages: true });
  const now = deps.clock();
  const { timeZone } = organization;
  const { values, problems = {}, problem, canLook = false } = shown;
  const common = {
    leavesInSeconds: leaveAtEnd(response, launch.id, closing, now),
    patient,
    bar: await clinicianBarOf(deps, request, { launch, cookieSecret, user }),
    ticket: await deps.drafts.issueTicket(shown.ticket, now),
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
  const typed = asTyped(values);
  const offer = offerOf(organization);
  const offered = offerPropsOf(offer);
  const chosen = shown.isReview ? chosenIn(await chart, typed) : undefined;
  if (chosen) {
    const identifier = businessIdentifier(deps.publicUrl, identifierOf(shown.ticket.id, typed));
    const { name: userName } = await user.soon();
    const { corrects } = shown.ticket;
    const writer = { launch, corrects, identifier, patientId: patient.id, userName, now, timeZone };
    const written = writeRequest(typed, chosen, offer, writer);
    const found = corrects && (await readOwn(api, { requestId: corrects.id, patientId: patient.id }).catch(nothingOf));
    const place = { timeZone, base: api.base };
    const original = found && { request: asTyped(readBack(found, offer, place).values), resource: found };
    const { service } = namedIn(offer, typed);
    const asked = {
      sections: service?.sections ?? [],
      hasReceivers: offer.receivers.some((one) => service !== undefined && isFor(one, service.value)),
    };
    const parts = reviewOf({ ...written, ...asked, chart: await chart, now, timeZone }, original);
    const compared = corrects && comparisonOf(original && parts);
    response.send(reviewPage({ ...common, values, parts, compared, canLook, mayBeSent: shown.mayBeSent === true }));
    return;
  }
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
      draft: shown.keptAt ? { savedAt: new Date(shown.keptAt), mayBeSent: shown.mayBeSent === true } : undefined,
      timeZone,
      zoneName: zoneName(now, timeZone),
    }),
  );
  const props = chartPropsOf({ chart: await chart, values, taken: shown.taken, problems, now, timeZone });
  response.end(newRequestEnd({ ...props, ...offered, base: common.bar.base, canLook }));
}

function comparisonOf(parts: readonly ReviewPart[] | undefined): 'differs' | 'same' | 'unread' {
  if (!parts) return 'unread';
  return parts.some(({ lines }) => lines.some(({ before }) => before !== undefined)) ? 'differs' : 'same';
}
