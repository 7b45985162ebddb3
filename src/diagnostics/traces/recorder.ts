/** The recorder a launch carries through its steps: it times them, keeps how they ended, and changes nothing about them. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { TraceVisit } from './launch-trace.ts';
import { recordTrace } from './request-recorder.ts';
import { watchSteps } from './step-metrics.ts';
import type { TraceWriter } from './writer.ts';

/** All traces of this process. */
export interface LaunchTraces {
  /** Runs one request of a launch with a trace in its context and writes what its steps recorded, also when it fails; what it throws is thrown on. */
  follow<T>(visit: TraceVisit, work: () => Promise<T>): Promise<T>;
  flush(): Promise<void>;
}

/** What traces are fed to. */
export interface LaunchTracesDependencies {
  /** Where parts go; it decides how many are kept. */
  writer: TraceWriter;
  clock: Clock;
  metrics?: Metrics;
  telemetry?: Telemetry | undefined;
}

/** One per process. */
export function createLaunchTraces(dependencies: LaunchTracesDependencies): LaunchTraces {
  const { writer, clock, metrics } = dependencies;
  const watch = watchSteps(dependencies);
  return {
    follow: async (visit, work) => {
      const { trace, end } = recordTrace(visit, clock, watch);
      contextOf(visit.request).trace = trace;
      const write = (error?: unknown) => {
        const part = end(error);
        if (!part) return;
        writer.add(part);
        // A launch that does not get as far as its callback; the others are counted there.
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
    flush: () => writer.flush(),
  };
}
