/** Checks the connection in use again, for the command line, and keeps the run. */
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import type { FinishedChecks } from '#src/checks/rows/result.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { isUsable } from '#src/smart/documents/smart-configuration.ts';
import { checkRunEvent } from './report.ts';
import { runChecks } from './run.ts';
import type { CheckRun, ChecksStore } from './store.ts';

/** Changes no setting; launches use what a good run discovered. Rejects when the database fails. */
export async function checkAgain(
  dependencies: {
    checks: CheckDependencies;
    checksStore: ChecksStore;
    store: Pick<OrganizationStore, 'saveDiscovered'>;
    audit: Audit;
  },
  organization: Organization,
  by: Pick<AuditEvent, 'actor' | 'address'> & { name: string },
): Promise<CheckRun> {
  const { checks, checksStore, store, audit } = dependencies;
  const { id, fhirBaseUrl: fhirUrl } = organization;
  const finished = await runChecks({ fhirUrl, organization, asksSignIn: true }, checks).finished;
  const saved = { ...finished, organizationId: id, by: by.name, occasion: 'cli' as const, differences: [] };
  const run = await checksStore.save(saved);
  if (run.good) await keepDiscovered(store, organization, finished);
  audit.record(checkRunEvent(run, by));
  return run;
}

/**
 * Stores nothing that a launch would refuse, or of a connection that changed since. Of a document that the EHR forbids
 * keeping, only that this FHIR URL was decided about stays: a launch does not question its version of FHIR again.
 */
export async function keepDiscovered(
  store: Pick<OrganizationStore, 'saveDiscovered'>,
  organization: Pick<Organization, 'id' | 'connectionVersion' | 'discovered'>,
  { at, summary: { discovered } }: FinishedChecks,
): Promise<void> {
  if (!discovered || !isUsable(discovered.configuration)) return;
  const isKept = discovered.freshForMs > 0;
  if (!isKept && organization.discovered) return;
  await store.saveDiscovered(organization.id, organization.connectionVersion, {
    configuration: isKept ? discovered.configuration : undefined,
    fetchedAt: at,
    freshUntil: new Date(Date.parse(at) + discovered.freshForMs).toISOString(),
    requestIncludes: discovered.requestIncludes,
    updatesRequests: discovered.updatesRequests,
    usCoreRequests: discovered.usCoreRequests,
  });
}
