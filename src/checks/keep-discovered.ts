/** Stores what a run discovered, so that the launches of every instance use it. */
import type { FinishedChecks } from '#src/checks/rows/result.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { isUsable } from '#src/smart/documents/smart-configuration.ts';

/** Stores nothing that a launch would refuse, that the EHR forbids keeping, or of a connection that changed since. */
export async function keepDiscovered(
  store: Pick<OrganizationStore, 'saveDiscovered'>,
  organization: { id: string; connectionVersion: number },
  { at, summary: { discovered } }: FinishedChecks,
): Promise<void> {
  if (!discovered || discovered.freshForMs <= 0 || !isUsable(discovered.configuration)) return;
  await store.saveDiscovered(organization.id, organization.connectionVersion, {
    configuration: discovered.configuration,
    fetchedAt: at,
    freshUntil: new Date(Date.parse(at) + discovered.freshForMs).toISOString(),
    requestIncludes: discovered.requestIncludes,
    updatesRequests: discovered.updatesRequests,
    usCoreRequests: discovered.usCoreRequests,
  });
}
