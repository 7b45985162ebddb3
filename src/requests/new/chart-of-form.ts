/** Reads a form's chart while its first part is shown, and keeps it so that choices mean the same when it is posted. */
import type { Clock } from '#src/adapters/clock.ts';
import { type InLaunch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { ownerHash, ownerOf } from '#src/requests/form/form-ticket.ts';
import type { ChartStore } from '#src/requests/prefill/chart-store.ts';
import { type ChartFacts, emptyChart } from '#src/requests/prefill/facts.ts';
import { readChart } from '#src/requests/prefill/read-chart.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import type { FhirApi } from '#src/smart/step-6-fhir-api.ts';

export interface ChartDependencies {
  charts: ChartStore;
  batchesOf(organization: Pick<Organization, 'id' | 'connectionVersion'>): EhrLack;
  clock: Clock;
}

/** A form can be filled in without the chart, so it waits no longer than this. */
const PATIENCE_MS = 5_000;
const LATE = 'The EHR did not answer in time. Look in the chart, or reload this page.';

/** Reads the chart as it is now, and keeps what was read. A failure of the EHR or of the store is not thrown. */
export async function readChartNow(deps: ChartDependencies, at: InLaunch, api: FhirApi): Promise<ChartFacts> {
  const { launch, organization } = at;
  const { searchParameters, timeZone, chartStaleDays: staleDays } = organization;
  const reading = readChart(api, {
    launch,
    searchParameters,
    batches: deps.batchesOf(organization),
    at: { now: deps.clock(), timeZone, staleDays },
    canRead: (type) => mayUse(launch, { type, interaction: 'r' }),
  });
  const late = Promise.withResolvers<ChartFacts>();
  const timer = setTimeout(() => late.resolve(emptyChart(LATE)), PATIENCE_MS);
  const facts = await Promise.race([reading, late.promise]).finally(() => clearTimeout(timer));
  // If the chart cannot be kept, a post reads it once more.
  await deps.charts.keep(launch.organizationId, ownerHash(ownerOf(launch)), facts);
  return facts;
}

/** The chart as a form of this user for this patient last showed it; if that is no longer known, it is read now. */
export async function chartOf(deps: ChartDependencies, at: InLaunch, api: FhirApi): Promise<ChartFacts> {
  return (await deps.charts.of(ownerHash(ownerOf(at.launch)))) ?? readChartNow(deps, at, api);
}
