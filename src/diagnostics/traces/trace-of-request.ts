/** The interface through which the steps of a launch are recorded. */
import type { Request } from 'express';
import type { ErrorCode } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { TraceRecord } from './store.ts';
import type { StepFacts, StepName } from './trace.ts';

export interface LaunchTrace {
  /** The sealed transaction and launch record hold it, so that any instance continues the same trace. */
  readonly id: string;
  /**
   * Runs a step of the launch, records how it ended, and rethrows what it throws.
   * @param known facts that are shown even when it fails: `warning` marks the step, `status` is the EHR's HTTP status,
   * `rule` names the rule that failed. @param found makes the same kind of facts from the result.
   */
  step<T>(name: StepName, work: () => T | Promise<T>, known?: StepFacts, found?: (result: T) => StepFacts): Promise<T>;
  /** Records a step that ends in a page of its own instead of an error. */
  failed(name: StepName, code: ErrorCode, facts?: StepFacts): void;
  /** What becomes known about the launch, and may be searched for; of people, keyed hashes only (ST-07). */
  know(subject: Partial<Pick<TraceRecord, 'organizationId' | 'cookieMode' | 'userHash' | 'patientHash'>>): void;
  /** Adds this request to the trace of an earlier request of the same launch. */
  joins(id: string | undefined): void;
  completed(): void;
  /** Records nothing of this request: for a redirect to ourselves, or a reload. */
  discard(): void;
}

declare module '#src/http/request-context.ts' {
  interface RequestContext {
    trace?: LaunchTrace;
  }
}

/** @throws Error when the request's route is not traced, which is a programming error. */
export function traceOf(request: Request): LaunchTrace {
  const { trace } = contextOf(request);
  if (!trace) throw new Error('this request is not followed by a trace');
  return trace;
}

export interface TraceVisit {
  request: Request;
  /** The step to which a failure between the steps is attributed. */
  step: StepName;
  facts?: StepFacts;
}
