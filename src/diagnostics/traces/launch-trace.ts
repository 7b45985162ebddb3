/** What a launch carries through its steps so that they are recorded. */
import type { Request } from 'express';
import type { ErrorCode } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import type { CookieMode, StepFacts, StepName } from './trace.ts';

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
   * @param known names and shapes that are known before, and are shown also when the step fails; facts.ts has
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

declare module '#src/http/request-context.ts' {
  interface RequestContext {
    /** Set where a route is followed by a trace. */
    trace?: LaunchTrace;
  }
}

/** The trace of this request. @throws Error when the request is not followed: a mistake of ours. */
export function traceOf(request: Request): LaunchTrace {
  const { trace } = contextOf(request);
  if (!trace) throw new Error('this request is not followed by a trace');
  return trace;
}

/** One request of a launch. */
export interface TraceVisit {
  request: Request;
  /** Where a failure belongs that happens between the steps. */
  step: StepName;
  facts?: StepFacts;
}
