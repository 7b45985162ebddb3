/** FHIR update, only for ServiceRequest of the patient in context, and only of the version that If-Match names. */
import type { ServiceRequest } from 'fhir/r4.js';
import { z } from 'zod';
import type { FhirContext } from './interactions.ts';
import { FhirRefusal } from './outcome.ts';
import { requireRead, requireScope } from './permissions.ts';

const changedRequest = z.looseObject({
  resourceType: z.literal('ServiceRequest'),
  id: z.string(),
  status: z.enum(['draft', 'active', 'on-hold', 'revoked', 'completed', 'entered-in-error', 'unknown']),
  subject: z.looseObject({ reference: z.string() }),
});

/**
 * Replaces the current version of a request.
 *
 * @param ifMatch as sent: `W/"1"`.
 * @throws FhirRefusal 403, 404, 405, 412 for another version, 422.
 */
export function updateServiceRequest(
  id: string,
  body: unknown,
  ifMatch: string | undefined,
  { access, records, profile }: FhirContext,
): ServiceRequest {
  if (!profile.createsRequests) throw new FhirRefusal(405, 'not-supported', 'ServiceRequest cannot be updated here');
  requireScope(access, 'u', 'ServiceRequest');
  const known = records.byReference(`ServiceRequest/${id}`);
  if (known?.resourceType !== 'ServiceRequest') throw new FhirRefusal(404, 'not-found', 'no such ServiceRequest');
  requireRead(access, known);
  const version = known.meta?.versionId ?? '1';
  if (ifMatch !== `W/"${version}"`) throw new FhirRefusal(412, 'conflict', 'this is not the current version');
  const parsed = changedRequest.safeParse(body);
  if (!parsed.success || parsed.data.id !== id || parsed.data.subject.reference !== known.subject.reference) {
    throw new FhirRefusal(422, 'invalid', 'not this ServiceRequest');
  }
  const meta = { ...known.meta, versionId: String(Number(version) + 1), lastUpdated: new Date().toISOString() };
  for (const member of Object.keys(known)) delete (known as unknown as Record<string, unknown>)[member];
  return Object.assign(known, parsed.data as unknown as ServiceRequest, { meta });
}
