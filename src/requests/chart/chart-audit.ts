/** Writes the audit rows of a launch: its patient opened, a request known to be created or cancelled in the EHR. */
import type { Request } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { Launch } from '#src/launches/session/launch.ts';

/**
 * `patient-opened`: by every page that shows the patient; `request-created`: once per request, by the visit that learned of
 * it; `request-cancelled`: by the visit that cancelled it. @param detail the new status of a cancelled request.
 */
export function recordVisit(
  audit: Audit,
  request: Request,
  { organizationId, user: actor, id: launchId, context }: Launch,
  event: 'patient-opened' | 'request-created' | 'request-cancelled',
  detail?: { readonly status: string },
): void {
  const { address, supportCode } = contextOf(request);
  const patient = `Patient/${context.patient}`;
  audit.record({ event, organizationId, actor, address, launchId, supportCode, patient, ...(detail && { detail }) });
}
