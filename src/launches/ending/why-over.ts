/** Finds out why a stored launch is over: its organization has changed, or it has reached its limit. */
import { type EndReason, isOver, limitReason } from '#src/launches/session/end-reasons.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';

/** @param organization in its current state (REG-11, MT-05); undefined when it was deleted. */
export function whyOver(launch: Launch, organization: Organization | undefined, now: Date): EndReason | undefined {
  if (!organization || !isStillAllowed(launch, organization)) return 'organization';
  return isOver(launch, now) ? limitReason(launch) : undefined;
}

function isStillAllowed(launch: Launch, organization: Organization): boolean {
  return (
    organization.enabled &&
    organization.id === launch.organizationId &&
    (launch.kind === 'ehr' || organization.standalone) &&
    organization.connectionVersion === launch.connectionVersion
  );
}
