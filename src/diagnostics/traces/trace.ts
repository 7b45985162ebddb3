/** The trace of a launch, which shows why it failed: its redacted steps, and nothing from the chart. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { ErrorCode } from '#src/errors.ts';

/** The steps in the order of the specification, in which pages and reports show them. */
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
  'practitioner',
  'requests',
  'new-request',
  'create',
  'cancel',
] as const;

export type StepName = (typeof stepNames)[number];

/** Steps that pages show only if they happened. */
export const optionalSteps: ReadonlySet<StepName> = new Set([
  'refresh',
  'practitioner',
  'new-request',
  'create',
  'cancel',
]);

/** One redacted fact: a name, a count, a host, a list of names. Never a token, code, state, launch value or person. */
export type Fact = string | number | boolean | readonly string[];
export type StepFacts = Readonly<Record<string, Fact | undefined>>;

export interface TraceStep {
  name: StepName;
  /** ISO instant of the start. */
  at: string;
  durationMs: number;
  /** `warning`: the launch continued, but the step should be looked at. */
  outcome: 'passed' | 'warning' | 'failed';
  code?: ErrorCode | undefined;
  /** The rule that failed; a step with a warning may have one as well. */
  rule?: Rule | undefined;
  /** The error's message in our words, as in the log. */
  detail?: string | undefined;
  status?: number | undefined;
  facts: StepFacts;
}

/** Whether the browser sent our cookies at once, after one redirect that set them, or not at all (LA-12). */
export type CookieMode = 'arrived' | 'probed' | 'blocked';

/** `completed` means that the request list was sent; a code, that its error page was sent. */
export type TraceOutcome = 'under way' | 'completed' | ErrorCode;
