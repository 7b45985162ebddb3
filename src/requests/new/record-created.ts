/** The audit rows of a request that is known to be in the EHR, or to be cancelled there. */
import type { Request } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { Launch } from '#src/launches/session/launch.ts';

/** Once per request, by the visit that learned it. */
export function recordCreated(audit: Audit, request: Request, launch: Launch): void {
  audit.record({ event: 'request-created', ...byIn(request, launch) });
}

/** By the visit that cancelled it. @param status what it became. */
export function recordCancelled(audit: Audit, request: Request, launch: Launch, status: string): void {
  audit.record({ event: 'request-cancelled', ...byIn(request, launch), detail: { status } });
}

function byIn(request: Request, { organizationId, user: actor, id: launchId, context }: Launch) {
  const { address, supportCode } = contextOf(request);
  return { organizationId, actor, address, launchId, supportCode, patient: `Patient/${context.patient}` };
}
