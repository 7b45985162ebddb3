/** The trace of a launch, which shows why it failed: its redacted steps, and nothing from the chart. */
import type { Rule } from '#src/errors/rules/table.ts';
import type { ErrorCode } from '#src/errors.ts';

/** The steps in the order of the specification, in which pages and reports show them, with their titles there. */
export const stepTitles = {
  launch: 'The EHR opens the launch URL',
  cookies: 'The browser keeps our cookies',
  discovery: 'The EHR’s SMART configuration is read',
  'authorization-redirect': 'The browser is sent to the authorization server',
  callback: 'The authorization server sends it back with a code',
  token: 'The code is exchanged for an access token',
  scopes: 'The granted scopes are enough',
  'id-token': 'The id_token proves who launched',
  context: 'The EHR says which patient is open',
  user: 'The person is a clinician of this organization',
  'launch-record': 'The launch is stored and the browser gets its cookie',
  refresh: 'The access token is renewed',
  patient: 'The patient is read',
  practitioner: 'The user’s name and role are read',
  requests: 'The request list is shown',
  'new-request': 'The form for a new request is shown or posted',
  create: 'A request is sent to the EHR',
  cancel: 'A request is cancelled in the EHR',
} as const;

export type StepName = keyof typeof stepTitles;

export const stepNames = Object.keys(stepTitles) as StepName[];

/** Steps that pages show only if they happened. */
export const optionalSteps = new Set<StepName>(['refresh', 'practitioner', 'new-request', 'create', 'cancel']);

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
