/** The audit row of a request that is known to be in the EHR. */
import type { Request } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { Launch } from '#src/launches/session/launch.ts';

/** Once per request, by the visit that learned it. */
export function recordCreated(audit: Audit, request: Request, launch: Launch): void {
  const { organizationId, user, id: launchId, context } = launch;
  const { address, supportCode } = contextOf(request);
  const patient = `Patient/${context.patient}`;
  audit.record({ event: 'request-created', organizationId, actor: user, address, launchId, supportCode, patient });
}
