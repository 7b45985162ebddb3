/** Sends the request of a form, or looks for it, in the launch of the post; then ends the request that it corrects. */
import type { Request } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import { identityMark } from '#src/patients/identity-mark.ts';
import { recordVisit } from '#src/requests/chart/chart-audit.ts';
import { openReadings } from '#src/requests/chart/other-page-reads.ts';
import { hasBeenCancelled, readOwn } from '#src/requests/delivery/cancel-request.ts';
import { versionsOf, withCancelled } from '#src/requests/delivery/deliveries.ts';
import { lookAgain, systemAndValue } from '#src/requests/delivery/look-button.ts';
import { mayUpdateRequests } from '#src/requests/delivery/may-cancel.ts';
import type { Hindrance } from '#src/requests/delivery/may-send.ts';
import { endOriginal, originalHindrance } from '#src/requests/delivery/original.ts';
import { sendForm } from '#src/requests/delivery/send-form.ts';
import { type FormSending, searchOf, storeSoon } from '#src/requests/delivery/sending.ts';
import type { OriginalEnd } from '#src/requests/form/draft-store.ts';
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import { changesSince, chosenIn } from '#src/requests/form/from-chart.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import { assertMayCreate } from '#src/requests/form/permission.ts';
import { writeRequest } from '#src/requests/form/to-service-request.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import { chartMark } from '#src/requests/prefill/facts.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { nothingOf } from '#src/smart/fhir/fhir-error.ts';
import { chartAnew, chartOf } from './chart-of-form.ts';
import type { NewRequestFormDependencies } from './form-page-route.ts';

export interface NewRequestDependencies extends NewRequestFormDependencies {
  audit: Audit;
}

/** @param typed undefined if it cannot be sent, but only looked for. @throws AppError if this launch may not create. */
export async function sendInLaunch(
  deps: NewRequestDependencies,
  { request, ticket, now }: { request: Request; ticket: FormTicket; now: Date },
  typed: NewRequest | undefined,
  isLook: boolean,
): Promise<FormSending & { written?: FhirResource | undefined; replaced?: OriginalEnd | undefined }> {
  const { organization, opened } = openLaunchOf(request);
  const launch = await deps.currentTokens.current(opened, organization);
  assertMayCreate(launch, organization);
  const { searchParameters, timeZone } = organization;
  let opening: ReturnType<typeof openReadings> | undefined;
  // Also for a request that takes nothing from the chart: an allergy may be new there.
  const anew = !isLook && typed ? chartAnew(deps, { launch, organization }) : undefined;
  const open = () => (opening ??= openReadings(deps, launch, organization, anew?.through));
  const sendingLaunch = { launch, searchParameters, timeZone, open };
  const { corrects } = ticket;
  const noteCancelled = (names: readonly string[]) =>
    storeSoon(deps, () => deps.deliveries.change(ticket.owner, (known) => withCancelled(known, names)));
  const andEndOriginal = async (sending: FormSending, written?: FhirResource) => {
    if (sending.end.kind !== 'sent' || !corrects) return { ...sending, written };
    const { api, patient, user } = open();
    const by = { patientId: (await patient).id, name: (await user.soon()).name ?? launch.user.name, now: deps.clock() };
    const mayUpdate = await mayUpdateRequests({ ...deps, launch, organization });
    const ehr = { api, publicUrl: deps.publicUrl, mayUpdate };
    const { end, isNews } = await endOriginal(ehr, corrects, by, { ...sending.end, written });
    if (isNews) recordVisit(deps.audit, request, launch, 'request-cancelled', { status: 'revoked' });
    if (end === 'cancelled') await noteCancelled(corrects.identifiers);
    return { ...sending, written, replaced: end };
  };
  if (isLook || !typed) return andEndOriginal(await lookAgain({ ...deps, now }, sendingLaunch, ticket, typed));
  let written: FhirResource | undefined;
  const send = sendForm({ ...deps, now }, sendingLaunch, ticket, typed, async (by) => {
    let patient = await open().patient;
    // A server may write the patient in another way in a batch.
    if (anew && identityMark(patient) !== ticket.patientSeen)
      patient = await openReadings(deps, launch, organization).patient;
    if (identityMark(patient) !== ticket.patientSeen) return { kind: 'patient-changed', deathText: patient.deathText };
    if (corrects) {
      const versions = versionsOf(ticket, await deps.deliveries.of(ticket.owner));
      const own = versions.map(({ identifier }) => systemAndValue(deps.publicUrl, identifier));
      const hindrance = await originalHindrance(open().api, corrects, searchOf(sendingLaunch), own);
      if (hindrance) return hindrance;
    }
    const chart = await chartOf(deps, { launch, organization }, open().api);
    const chosen = chosenIn(chart, typed);
    const changes = changesSince(chart, await anew?.chart(), typed);
    const isOther = chartMark(chart) !== ticket.chartSeen;
    if (!chosen || isOther || changes.length > 0) return { kind: 'chart-changed', changes };
    written = writeRequest(typed, chosen, offerOf(organization), by).resource;
    return written;
  });
  const sending = await send.catch((error: unknown) => {
    contextOf(request).isUnsent = written === undefined;
    throw error;
  });
  if (sending.end.kind === 'alike' && (await isCancelledSince(open, launch, sending.end))) {
    await noteCancelled([sending.end.like.identifier]);
    return { ...sending, end: { ...sending.end, isConfirmed: true, isCancelled: true } };
  }
  return andEndOriginal(sending, written);
}

/** Whether the other request was cancelled in the EHR, by any user. An EHR that does not answer says nothing. */
async function isCancelledSince(
  open: () => ReturnType<typeof openReadings>,
  launch: Launch,
  { isCancelled, like }: Extract<Hindrance, { kind: 'alike' }>,
): Promise<boolean> {
  const requestId = like.resource?.split('/')[1];
  if (isCancelled || requestId === undefined || !mayUse(launch, { type: 'ServiceRequest', interaction: 'r' }))
    return false;
  const { api, patient } = open();
  await patient;
  const found = await readOwn(api, { requestId, patientId: launch.context.patient }).catch(nothingOf);
  return found !== undefined && hasBeenCancelled(found);
}
