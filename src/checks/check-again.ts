/** Checks the connection in use again, for the button and the command line, and keeps the run. */
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import type { FinishedChecks, RunningChecks } from '#src/checks/rows/result.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { isUsable } from '#src/smart/documents/smart-configuration.ts';
import { checkRunEvent } from './report.ts';
import { runChecks } from './run.ts';
import type { CheckRun, ChecksStore, RunOccasion } from './store.ts';

export interface CheckAgainDependencies {
  checks: CheckDependencies;
  checksStore: ChecksStore;
  store: Pick<OrganizationStore, 'saveDiscovered'>;
  audit: Audit;
}

/** Changes no setting; launches use what a good run discovered. `run` rejects when the database fails. */
export function checkAgain(
  { checks, checksStore, store, audit }: CheckAgainDependencies,
  organization: Organization,
  by: Pick<AuditEvent, 'actor' | 'address'> & { name: string },
  occasion: Extract<RunOccasion, 'button' | 'cli'>,
): { running: RunningChecks; run: Promise<CheckRun> } {
  const running = runChecks({ fhirUrl: organization.fhirBaseUrl, organization, asksSignIn: true }, checks);
  const keep = async (): Promise<CheckRun> => {
    const finished = await running.finished;
    const saved = { ...finished, organizationId: organization.id, by: by.name, occasion, differences: [] };
    const run = await checksStore.save(saved);
    if (run.good) await keepDiscovered(store, organization, finished);
    audit.record(checkRunEvent(run, by));
    return run;
  };
  return { running, run: keep() };
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
