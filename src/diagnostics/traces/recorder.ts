/** Follows the requests of launches: records their steps, hands the parts to the writer, and changes nothing else. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import { contextOf } from '#src/http/request-context.ts';
import { recordTrace, type StepWatch } from './request-recorder.ts';
import type { TraceVisit } from './trace-of-request.ts';
import type { TraceWriter } from './trace-writer.ts';

export type LaunchTraces = ReturnType<typeof createLaunchTraces>;

/** One per process. @param dependencies.writer decides how many parts are kept. */
export function createLaunchTraces(dependencies: {
  writer: TraceWriter;
  clock: Clock;
  metrics?: Metrics;
  telemetry?: Telemetry | undefined;
}) {
  const { writer, clock, metrics } = dependencies;
  const watch = watchSteps(dependencies);
  return {
    /** Runs one request with a trace in its context, writes what its steps recorded, and rethrows what it throws. */
    follow: async <T>(visit: TraceVisit, work: () => Promise<T>): Promise<T> => {
      const { trace, end } = recordTrace(visit, clock, watch);
      contextOf(visit.request).trace = trace;
      const write = (error?: unknown) => {
        const part = end(error);
        if (!part) return;
        writer.add(part);
        // Only launches that end before their callback are counted here; the callback counts the others.
        const { outcome, organizationId } = part;
        if (visit.step === 'launch' && outcome !== 'under way')
          metrics?.launches.inc({ outcome, organization: organizationId ?? '' });
      };
      try {
        const result = await work();
        write();
        return result;
      } catch (error) {
        write(error);
        throw error;
      }
    },
    flush: (): Promise<void> => writer.flush(),
  };
}

/** A duration and a span by the step's name, and nothing more. Without metrics and telemetry, steps only run. */
function watchSteps(options: { metrics?: Metrics; telemetry?: Telemetry | undefined }): StepWatch {
  const { metrics, telemetry } = options;
  return (name) => {
    const startedAt = performance.now();
    const span = telemetry?.open(name, 'internal', {});
    return {
      run: (work) => (span ? span.within(work) : work()),
      end: (code) => {
        span?.end(code === undefined ? {} : { 'error.type': code });
        metrics?.stepDuration.observe({ step: name }, (performance.now() - startedAt) / 1_000);
      },
    };
  };
}
