/** Reads a form's chart while its first part is shown, keeps it for the post, and reads it again when the form is sent. */
import type { Clock } from '#src/adapters/clock.ts';
import { TimeoutError, within } from '#src/adapters/deadline.ts';
import { type InLaunch, mayUse } from '#src/launches/session/launch.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { ownerHash, ownerOf } from '#src/requests/form/form-ticket.ts';
import type { ChartStore } from '#src/requests/prefill/chart-store.ts';
import { type ChartFacts, emptyChart } from '#src/requests/prefill/facts.ts';
import { type ChartReader, readChart } from '#src/requests/prefill/read-chart.ts';
import type { EhrLack } from '#src/requests/search/ehr-lacks.ts';
import { toAnswer } from '#src/smart/fhir/fhir-answer.ts';
import { asRecord, asRecords } from '#src/smart/fhir/fields.ts';
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
  const { launch } = at;
  const facts = (await within(PATIENCE_MS, readChart(api, readerOf(deps, at))).catch(ifLate)) ?? emptyChart(LATE);
  // If the chart cannot be kept, a post reads it once more.
  await deps.charts.keep(launch.organizationId, ownerHash(ownerOf(launch)), facts);
  return facts;
}

function ifLate(error: unknown): undefined {
  if (!(error instanceof TimeoutError)) throw error;
}

function readerOf(deps: ChartDependencies, { launch, organization }: InLaunch): ChartReader {
  const { searchParameters, timeZone, chartStaleDays: staleDays } = organization;
  const at = { now: deps.clock(), timeZone, staleDays };
  const canRead = (type: string) => mayUse(launch, { type, interaction: 'r' });
  return { launch, searchParameters, batches: deps.batchesOf(organization), at, canRead };
}

/** The chart as a form of this user for this patient last showed it; if that is no longer known, it is read now. */
export async function chartOf(deps: ChartDependencies, at: InLaunch, api: FhirApi): Promise<ChartFacts> {
  return (await deps.charts.of(ownerHash(ownerOf(at.launch)))) ?? readChartNow(deps, at, api);
}

/**
 * Reads the chart once more for sending, in the batch that also brings the patient. The only further call is that for
 * places without a name. An EHR that takes no batch is asked part by part.
 * @returns `through`: the calls of the sending, whose first read is of the patient; `chart`: undefined if it came late.
 */
export function chartAnew(deps: ChartDependencies, at: InLaunch) {
  let reading: Promise<ChartFacts | undefined> | undefined;
  const through = (api: FhirApi): FhirApi => {
    const received: unknown[] = [];
    const batch: FhirApi['batch'] = async (bundle) => {
      const answer = await api.batch(bundle);
      received.push(asRecords(answer['entry'])[0]?.resource);
      return answer;
    };
    const get: FhirApi['get'] = async (...call) => {
      const answer = await api.get(...call);
      received.push(answer);
      return answer;
    };
    reading = within(PATIENCE_MS, readChart({ ...api, batch, get }, readerOf(deps, at))).catch(ifLate);
    const ask: FhirApi['ask'] = async (url) => {
      if (!url.startsWith('Patient/')) return api.ask(url);
      await reading;
      const patient = received.find((one) => asRecord(one).resourceType === 'Patient');
      if (patient === undefined) return api.ask(url);
      return toAnswer({ type: 'application/fhir+json', bytes: Buffer.from(JSON.stringify(patient)) });
    };
    return { ...api, ask };
  };
  return { through, chart: async () => reading };
}
