/** The trace of a launch, for finding out why it failed: its steps, redacted, and nothing of the chart. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { ErrorCode } from '#src/errors.ts';

/** A launch in the order of the specification; pages and reports draw it in this order. */
export const stepNames = [
  'launch',
  'cookies',
  'discovery',
  'authorization-redirect',
  'callback',
  'token',
  'scopes',
  'id-token',
  'context',
  'user',
  'launch-record',
  'refresh',
  'patient',
  'requests',
  'new-request',
  'create',
] as const;

export type StepName = (typeof stepNames)[number];

/** Steps that a launch may do without: what happens on its pages, or only when it fails. */
export const optionalSteps: ReadonlySet<StepName> = new Set(['refresh', 'new-request', 'create']);

/** One redacted fact: a name, a count, a host, a list of names. Never a token, code, state, launch value or person. */
export type Fact = string | number | boolean | readonly string[];
export type StepFacts = Readonly<Record<string, Fact | undefined>>;

/** One step as it went. */
export interface TraceStep {
  name: StepName;
  /** ISO instant of its beginning. */
  at: string;
  durationMs: number;
  /** `warning`: it went on, and should be looked at. */
  outcome: 'passed' | 'warning' | 'failed';
  /** What ended it. */
  code?: ErrorCode | undefined;
  /** Which rule failed, also where it only left something to look at. */
  rule?: Rule | undefined;
  /** In our words, as in the log. */
  detail?: string | undefined;
  /** HTTP status of the EHR's answer. */
  status?: number | undefined;
  facts: StepFacts;
}

/** Did the browser bring our cookies at once, after one redirect that set them, or not at all (LA-12)? */
export type CookieMode = 'arrived' | 'probed' | 'blocked';

/** 'completed' means that the request list was sent; a code, that this error page was. */
export type TraceOutcome = 'under way' | 'completed' | ErrorCode;

/** One launch as stored. */
export interface TraceRecord {
  id: string;
  /** null when the Org ID of the launch is unknown: for operators only. */
  organizationId: string | null;
  startedAt: Date;
  outcome: TraceOutcome;
  /** Of every request that belonged to this launch. */
  supportCodes: string[];
  /** Keyed hashes: equal for the same person, and not reversible. */
  userHash: string | null;
  patientHash: string | null;
  /** By Sec-Fetch-Dest; null when the browser does not say. */
  framed: boolean | null;
  cookieMode: CookieMode | null;
  steps: TraceStep[];
}

/** What one request adds to a trace; of several requests and instances, in whatever order they are written. */
export interface TracePart extends TraceRecord {
  /** `begun` and `refused` start a trace, `continued` adds to one; each has its own bound. */
  kind: 'begun' | 'refused' | 'continued';
}
