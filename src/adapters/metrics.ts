/** Metrics for operators: one registry per app, so that two apps in one process do not mix. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const LOSABLE = ['audit_events', 'launch_traces'];
const DRIFT_PARTS = ['configuration', 'keys', 'capability', 'certificate', 'checks'];

/** The product's counters and histograms. Labels carry our own codes and ids, never values from an EHR. */
export type Metrics = ReturnType<typeof createMetrics>;

/** @param options.process adds Node's own metrics (memory, event loop); off in tests. */
export function createMetrics(options: { process?: boolean } = {}) {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers });
  const rowsLost = counter('app_rows_lost_total', 'Rows that were not written to the database', 'table');
  const drift = counter('smart_drift_total', 'Differences found by scheduled checks of EHRs', 'part', 'severity');
  // Their alerts ask for any increase, and Prometheus sees none in a series that begins with its first event.
  for (const table of LOSABLE) rowsLost.inc({ table }, 0);
  for (const part of DRIFT_PARTS) for (const severity of ['info', 'warning']) drift.inc({ part, severity }, 0);
  return {
    registry,
    /** Ended launches by outcome: 'completed' or an error code; organization '' when it is unknown. */
    launches: counter('smart_launches_total', 'Launches by outcome', 'outcome', 'organization'),
    stepDuration: histogram('smart_step_duration_seconds', 'Duration of the steps of launches and their pages', 'step'),
    /** The outcome is 'renewed' or an error code. */
    refreshes: counter('smart_refreshes_total', 'Token refreshes by outcome', 'outcome', 'organization'),
    failures: counter('app_failures_total', 'Requests that ended in an error', 'code'),
    /** Rows that could not be written to the database, or were dropped because too many waited. */
    rowsLost,
    drift,
    /** By purpose; organization '' for checks and our own sign-in. */
    outboundDuration: histogram('smart_outbound_duration_seconds', 'Duration of calls to EHRs', 'organization', 'kind'),
    outboundCalls: counter(
      'smart_outbound_calls_total',
      'Calls to EHRs by how they ended',
      'organization',
      'kind',
      'outcome',
    ),
    /** For the reason 'busy', 'circuit-open' or 'over-budget'. */
    refusedCalls: counter('smart_outbound_refused_total', 'Calls to EHRs that were not made', 'organization', 'reason'),
    circuitChanges: counter(
      'smart_circuit_changes_total',
      'Circuits to EHRs that opened, half-opened or closed',
      'organization',
      'state',
    ),
    budgetWaits: counter('smart_budget_waits_total', 'Calls to EHRs that waited for their budget', 'organization'),
    /** Registers the gauge of open launches; `count` returns [organization, launches] and never rejects. */
    openLaunches: (count: () => Promise<readonly (readonly [string, number])[]>): void => {
      const gauge: Gauge<'organization'> = new Gauge({
        name: 'smart_open_launches',
        help: 'Launches open now, by organization',
        labelNames: ['organization'],
        registers,
        collect: async () => {
          const counts = await count();
          gauge.reset();
          for (const [organization, launches] of counts) gauge.set({ organization }, launches);
        },
      });
    },
  };
}
