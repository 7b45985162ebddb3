/** Turns the content of a form into the resource for the EHR, within what the organization offers. */
import { createHash } from 'node:crypto';
import type { FhirResource } from '#src/smart/fhir/fhir-answer.ts';
import { withPlainSpaces } from '#src/smart/fhir/plain-spaces.ts';
import type { Chosen } from './from-chart.ts';
import { namedIn, type Offer, withinService } from './offered.ts';
import { type Authorship, toServiceRequest } from './to-service-request.ts';
import type { NewRequest } from './typed-request.ts';

/** The authorship of a request, without the service and the receiver that the request names. */
export type Writer = Omit<Authorship, 'service' | 'receiver' | 'isUsCore'>;

/** The resource, and the parts of the request and of the chart that it holds. */
export function writeRequest(
  request: NewRequest,
  chosen: Chosen,
  offer: Offer,
  by: Writer,
): { resource: FhirResource; request: NewRequest; chosen: Chosen } {
  const named = namedIn(offer, request);
  const within = withinService(request, chosen, named.service);
  const written = toServiceRequest(within.request, within.chosen, { ...by, ...named, isUsCore: offer.isUsCore });
  const resource = JSON.parse(JSON.stringify(written), (_name, value: unknown) =>
    typeof value === 'string' ? withPlainSpaces(value) : value,
  ) as FhirResource;
  return { ...within, resource };
}

/**
 * The mark of a version as a review has shown it. The mark differs if the organization has changed the service, the
 * receiver or its time zone since.
 *
 * @param timeZone decides which moments the typed times are.
 */
export function reviewMark(identifier: string, offer: Offer, timeZone: string, request: NewRequest): string {
  const hash = createHash('sha256').update(JSON.stringify([identifier, namedIn(offer, request), timeZone]));
  return hash.digest('base64url');
}
