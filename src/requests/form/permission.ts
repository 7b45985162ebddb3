/** Decides whether requests may be created in a launch. */
import { AppError } from '#src/errors.ts';
import { type Launch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';

/** An order needs a requester: a user who is a patient, a relative, a device or unknown cannot be one (FU-02). */
export function isPractitioner({ user: { fhirUser } }: Launch): boolean {
  return /^Practitioner(?:Role)?\//.test(fhirUser ?? '');
}

/** The organization must have switched it on, the user must be a practitioner, and the EHR must grant it (SCO-19). */
export function mayCreateRequests(launch: Launch, { createRequests }: Organization): boolean {
  return createRequests && isPractitioner(launch) && mayUse(launch, { type: 'ServiceRequest', interaction: 'c' });
}

/** @throws AppError 'request.not-found' if it is switched off, 'user.not-allowed', or 'scope.missing'. */
export function assertMayCreate(launch: Launch, organization: Organization): void {
  if (!organization.createRequests) throw new AppError('request.not-found', 'createRequests is off');
  if (mayCreateRequests(launch, organization)) return;
  if (!isPractitioner(launch)) throw new AppError('user.not-allowed', 'fhirUser is no practitioner', 'user.other-kind');
  throw new AppError('scope.missing', 'not granted: patient/ServiceRequest.write', 'scope.write-missing');
}
