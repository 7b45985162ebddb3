/** May requests be created in a launch? */
import { AppError } from '#src/errors.ts';
import { type Launch, mayUse } from '#src/launches/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';

/** Switched on by the organization, and granted by the EHR (SCO-19). */
export function mayCreateRequests(launch: Launch, organization: Organization): boolean {
  return organization.createRequests && mayUse(launch, { type: 'ServiceRequest', interaction: 'c' });
}

/** @throws AppError 'request.not-found' where it is switched off, 'scope.missing' where the EHR does not permit it. */
export function assertMayCreate(launch: Launch, organization: Organization): void {
  if (!organization.createRequests) throw new AppError('request.not-found', 'createRequests is off');
  if (mayCreateRequests(launch, organization)) return;
  const shown = 'patient/ServiceRequest.write';
  throw new AppError('scope.missing', `not granted: ${shown}`, { shown });
}
