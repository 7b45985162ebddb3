/** Writes what the list says of a request that was sent, even before the EHR lists it. */
import type { Request } from 'express';
import { openLaunchOf } from '#src/launches/pages/guard.ts';
import { businessIdentifier, identifierOf } from '#src/requests/delivery/deliveries.ts';
import type { FormSending } from '#src/requests/delivery/sending.ts';
import type { Sent } from '#src/requests/form/draft-store.ts';
import type { FormTicket } from '#src/requests/form/form-ticket.ts';
import { NOTHING_CHOSEN } from '#src/requests/form/from-chart.ts';
import { offerOf } from '#src/requests/form/offered.ts';
import type { NewRequest } from '#src/requests/form/typed-request.ts';
import { writeRequest } from '#src/requests/form/write-request.ts';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';

/**
 * @param sending a sending that ended in `sent`. `written` is the resource sent just now; for an earlier sending, the
 *   resource is written once more, without what it took from the chart.
 */
export function sentOf(
  posted: { publicUrl: URL; request: Request; ticket: FormTicket; now: Date; replaced?: Sent['replaced'] },
  typed: NewRequest,
  { end, written }: FormSending & { written?: FhirResource | undefined },
): Omit<Sent, 'form'> {
  const { launch, organization } = openLaunchOf(posted.request);
  const { now } = posted;
  const identifier = identifierOf(posted.ticket.id, typed);
  const by = {
    launch,
    corrects: posted.ticket.corrects,
    identifier: businessIdentifier(posted.publicUrl, identifier),
    patientId: launch.context.patient,
    userName: launch.user.name,
    now,
    timeZone: organization.timeZone,
  };
  const whole = written ?? writeRequest(typed, NOTHING_CHOSEN, offerOf(organization), by).resource;
  const { note: _note, orderDetail: _detail, supportingInfo: _info, insurance: _insurance, ...request } = whole;
  const { resource, number } = { resource: undefined, number: undefined, ...end };
  return { identifier, at: now.toISOString(), request, resource, number, replaced: posted.replaced };
}
