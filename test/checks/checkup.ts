/** The real connection check pointed at servers on loopback, for the tests of this folder. */

import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createConnectionProbe } from '#src/adapters/ehr-http/tls-probe.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import type { CheckResult, FinishedChecks } from '#src/checks/rows/result.ts';
import { runChecks } from '#src/checks/run.ts';
import type { OrganizationSettings } from '#src/organizations/organization.ts';
import { organizationSettings } from '#test/integration-page/organization-settings.ts';

export const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export interface Checkup {
  dependencies: CheckDependencies;
  /** Runs all checks; with `settings`, those of an organization. */
  run(fhirUrl: string, settings?: Partial<OrganizationSettings>): Promise<FinishedChecks>;
  close(): Promise<void>;
}

/** @param allowPrivate loopback, unless a test wants the outbound guard to refuse it. */
export function createCheckup(
  change: Partial<CheckDependencies> = {},
  allowPrivate: readonly string[] = LOOPBACK,
): Checkup {
  const outbound = createOutbound({ production: false, allowPrivate });
  const dependencies: CheckDependencies = {
    outbound,
    probe: createConnectionProbe(allowPrivate),
    clock: () => new Date(),
    // Nothing listens there, because other tests cover our own side.
    publicUrl: new URL('http://localhost:1'),
    ownKeys: () => ({ keys: [] }),
    ...change,
  };
  const run: Checkup['run'] = (fhirUrl, settings) => {
    const organization = settings && organizationSettings({ fhirBaseUrl: fhirUrl, ...settings });
    return runChecks({ fhirUrl, organization }, dependencies).finished;
  };
  return { dependencies, run, close: () => outbound.close() };
}

/** One row of a run. */
export function row({ results }: FinishedChecks, id: string): CheckResult {
  const found = results.find((result) => result.id === id);
  if (!found) throw new Error(`there is no row ${id}`);
  return found;
}

/** The ids of the rows with these verdicts, for comparing a whole run at once. */
export function idsOf({ results }: FinishedChecks, ...verdicts: CheckResult['verdict'][]): string[] {
  return results.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
}
