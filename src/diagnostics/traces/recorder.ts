/** The recorder a launch carries through its steps: it times them, keeps how they ended, and changes nothing about them. */
import type { Request } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import type { ErrorCode } from '#src/errors.ts';
import { recordTrace } from './request-recorder.ts';
import { watchSteps } from './step-metrics.ts';
import type { CookieMode, StepFacts, StepName } from './trace.ts';
import type { TraceWriter } from './writer.ts';

/** What a launch may be known by. */
export interface TraceSubject {
  organizationId?: string;
  cookieMode?: CookieMode;
  /** Keyed hashes only (ST-07). */
  userHash?: string;
  patientHash?: string;
}

/** One request's part of a trace. */
export interface LaunchTrace {
  /** Travels in the sealed transaction and launch record, so that any instance continues the same trace. */
  readonly id: string;
  /**
   * Does a step of the launch and remembers how it went; what it throws is thrown on.
   *
   * @param known names and shapes that are known before, and are shown also when the step fails; step-facts.ts has
   *   those of the protocol. A fact `warning` marks the step as one to look at, and a
   *   number `status` is the HTTP status of the EHR's answer.
   * @param found the same, from the result.
   */
  step<T>(name: StepName, work: () => T | Promise<T>, known?: StepFacts, found?: (result: T) => StepFacts): Promise<T>;
  /** For a step that ends in a page of its own instead of an error. */
  failed(name: StepName, code: ErrorCode, facts?: StepFacts): void;
  know(subject: TraceSubject): void;
  /** This request belongs to a launch that is being traced already. */
  joins(id: string | undefined): void;
  completed(): void;
  /** Nothing happened that is worth a row: a redirect to ourselves, a reload. */
  discard(): void;
}

/** One request of a launch. */
export interface TraceVisit {
  request: Request;
  /** Where a failure belongs that happens between the steps. */
  step: StepName;
  facts?: StepFacts;
}

/** All traces of this process. */
export interface LaunchTraces {
  /** Runs one request of a launch and writes what its steps said, also when it fails; what it throws is thrown on. */
  follow<T>(visit: TraceVisit, work: (trace: LaunchTrace) => Promise<T>): Promise<T>;
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
      const write = (error?: unknown) => {
        const part = end(error);
        if (!part) return;
        writer.write(part);
        // A launch that does not get as far as its callback; the others are counted there.
        const { outcome, organizationId } = part;
        if (visit.step === 'launch' && outcome !== 'under way')
          metrics?.launches.inc({ outcome, organization: organizationId ?? '' });
      };
      try {
        const result = await work(trace);
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
