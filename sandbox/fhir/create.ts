/** FHIR create, only for ServiceRequest, with strict checks of patient, content and permission. */
import { randomUUID } from 'node:crypto';
import type { ServiceRequest } from 'fhir/r4.js';
import { z } from 'zod';
import type { FhirContext } from './interactions.ts';
import { FhirRefusal } from './outcome.ts';
import { requireScope } from './permissions.ts';

const newServiceRequest = z.looseObject({
  resourceType: z.literal('ServiceRequest'),
  id: z.never().optional(),
  identifier: z.array(z.looseObject({ system: z.url(), value: z.string().min(1) })).length(1),
  status: z.enum(['draft', 'active']),
  intent: z.enum(['proposal', 'plan', 'order']),
  code: z.looseObject({ text: z.string().min(1) }),
  subject: z.strictObject({ reference: z.string() }),
});

/**
 * Stores a request of the app, only for the patient in context.
 *
 * @throws FhirRefusal 403 without the scope or for another patient, 405 if the vendor does not support create, 422 when
 *   the request breaks FHIR's rules or the sandbox's.
 */
export function createServiceRequest(body: unknown, { access, records, profile }: FhirContext): ServiceRequest {
  if (!profile.createsRequests) throw new FhirRefusal(405, 'not-supported', 'ServiceRequest cannot be created here');
  requireScope(access, 'c', 'ServiceRequest');
  const parsed = newServiceRequest.safeParse(body);
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new FhirRefusal(422, 'invalid', `not a ServiceRequest this server takes: ${paths}`);
  }
  if (parsed.data.subject.reference !== `Patient/${access.patient}`) {
    throw new FhirRefusal(403, 'forbidden', 'this token is for another patient');
  }
  const meta = { versionId: '1', lastUpdated: new Date().toISOString() };
  const created = { ...(parsed.data as unknown as ServiceRequest), id: `sr-${randomUUID()}`, meta };
  records.add(created);
  return created;
}
