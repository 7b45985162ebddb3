/** Turns a trace into what a page or report shows: every step in order, what happened, and what to do about it. */
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import { isStandalone } from '#src/diagnostics/traces/redacted-facts.ts';
import type { TraceRecord } from '#src/diagnostics/traces/store.ts';
import type { StepName, TraceOutcome, TraceStep } from '#src/diagnostics/traces/trace.ts';
import { optionalSteps, stepNames, stepTitles } from '#src/diagnostics/traces/trace.ts';
import { type Explanation, ownerFor, type Reader } from '#src/errors/error-row.ts';
import { type ErrorCode, errorRows } from '#src/errors.ts';
import type { ReportShape } from '#src/reports/route.ts';
import type { DrawnLaunch, DrawnStep } from '#views/inspector/launch-drawing.ts';
import { launchReportPage } from '#views/inspector/launch-trace-page.ts';
import { explanationOf } from './causes.ts';
import { scopeAttempts, withoutEarlierAttempts } from './scope-attempts.ts';

export interface DiagnosedStep extends DrawnStep {
  readonly name: StepName;
  readonly code: ErrorCode | undefined;
  readonly at: string | undefined;
}

/** Safe to show to an EHR team, because it holds only what is stored, and that is redacted. */
export interface Diagnosis extends DrawnLaunch {
  readonly outcome: TraceOutcome;
  readonly standalone: boolean;
  readonly steps: DiagnosedStep[];
  readonly explanation: Explanation | undefined;
}

/** A sign-in at the EHR may take this long; the transaction then ends. */
const STALLED_AFTER_MS = 10 * 60_000;

/** The error of the launch, or of a later page of a completed one; undefined when there is none. */
export function errorOf({ outcome, steps }: Pick<Diagnosis, 'outcome' | 'steps'>): ErrorCode | undefined {
  if (outcome === 'under way') return undefined;
  return outcome === 'completed' ? steps.find(({ state }) => state === 'failed')?.code : outcome;
}

/** The words the user read, for a launch that ended in an error page or had one later. */
export function shownTitle(launch: Pick<Diagnosis, 'outcome' | 'steps'>): string | undefined {
  const code = errorOf(launch);
  return code && errorRows[code].title;
}

/** @param now distinguishes a launch under way from one that never came back. */
export function diagnose(trace: TraceRecord, now: Date): Diagnosis {
  const { id, organizationId, outcome, supportCodes, userHash, patientHash, framed, cookieMode } = trace;
  const isOld = now.getTime() - trace.startedAt.getTime() > STALLED_AFTER_MS;
  const isUnderWay = outcome === 'under way';
  const happened = trace.steps.toSorted((a, b) => a.at.localeCompare(b.at));
  const steps = withoutEarlierAttempts(happened);
  const isDrawn = (name: StepName) => !optionalSteps.has(name) || steps.some((step) => step.name === name);
  const explanation = explanationOf({ outcome, framed, steps });
  return {
    id,
    organizationId,
    startedAt: trace.startedAt.toISOString(),
    outcome,
    isStalled: isUnderWay && isOld,
    supportCodes: [...new Set(supportCodes)],
    userHash,
    patientHash,
    framed,
    standalone: isStandalone(trace.steps),
    cookieMode,
    steps: drawSteps(stepNames.filter(isDrawn), steps),
    scopeAttempts: scopeAttempts(happened),
    explanation,
  };
}

/** Names the owner of the explanation in the reader's terms. */
export function forReader(launch: Diagnosis, reader: Reader) {
  const { explanation } = launch;
  return { ...launch, explanation: explanation && { ...explanation, owner: ownerFor(explanation.owner, reader) } };
}

function drawSteps(names: readonly StepName[], steps: readonly TraceStep[]): DiagnosedStep[] {
  const drawn = names.map((name) => drawStep(name, steps));
  const reached = drawn.findLastIndex(({ state }) => state !== 'not reached');
  return drawn.map((one, at) =>
    one.state === 'not reached' && at < reached ? { ...one, state: 'not recorded' as const } : one,
  );
}

function drawStep(name: StepName, steps: readonly TraceStep[]): DiagnosedStep {
  const tries = steps.filter((step) => step.name === name);
  const last = tries.at(-1);
  return {
    name,
    title: name === 'launch' && isStandalone(steps) ? 'The app is opened at its standalone address' : stepTitles[name],
    state: last?.outcome ?? 'not reached',
    at: last?.at,
    durationMs: last?.durationMs,
    status: last?.status,
    code: last?.code,
    detail: last?.detail,
    facts: last?.facts ?? {},
    times: tries.length,
  };
}

/** A launch as a report for an EHR team. */
export const launchReport: ReportShape<Diagnosis> = {
  kind: 'launch',
  path: '/reports',
  json: ({ createdAt, expiresAt, content }) => ({ kind: 'launch', createdAt, expiresAt, launch: content }),
  page: ({ createdAt, expiresAt, content }, jsonUrl) =>
    launchReportPage({
      launch: forReader(content, 'outside'),
      shownTitle: shownTitle(content),
      timeZone: serverTimeZone,
      madeOn: dayIn(createdAt, serverTimeZone),
      expiresOn: dayIn(expiresAt, serverTimeZone),
      jsonUrl,
    }),
};
