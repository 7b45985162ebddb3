/** Writes the audit rows of a launch: its patient opened, a request known to be created or cancelled in the EHR. */
import type { Request } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { Launch } from '#src/launches/session/launch.ts';

/** The row is written by every page that shows the patient. */
export function recordOpened(audit: Audit, request: Request, launch: Launch): void {
  audit.record({ event: 'patient-opened', ...byIn(request, launch) });
}

/** The row is written once per request, by the visit that learned of it. */
export function recordCreated(audit: Audit, request: Request, launch: Launch): void {
  audit.record({ event: 'request-created', ...byIn(request, launch) });
}

/** The row is written by the visit that cancelled the request. @param status its new status. */
export function recordCancelled(audit: Audit, request: Request, launch: Launch, status: string): void {
  audit.record({ event: 'request-cancelled', ...byIn(request, launch), detail: { status } });
}

function byIn(request: Request, { organizationId, user: actor, id: launchId, context }: Launch) {
  const { address, supportCode } = contextOf(request);
  return { organizationId, actor, address, launchId, supportCode, patient: `Patient/${context.patient}` };
}
