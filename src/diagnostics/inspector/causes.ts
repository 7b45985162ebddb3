/** Explains from its trace why a launch failed or lacks something: by the rule that failed and the recorded facts. */
import type { TraceRecord } from '#src/diagnostics/traces/store.ts';
import { type StepFacts, type StepName, stepNames, type TraceStep } from '#src/diagnostics/traces/trace.ts';
import type { Explanation } from '#src/errors/error-row.ts';
import { filled } from '#src/errors/rules/fill.ts';
import { isRule, type Rule, ruleRows } from '#src/errors/rules/table.ts';
import { type ErrorCode, errorRows } from '#src/errors.ts';
import { exactRule } from './exact-rule.ts';

/** The rule for a launch that was neither refused nor completed, by its last step. */
const BY_LAST_STEP: Partial<Record<StepName, Rule>> = {
  'authorization-redirect': 'authorization.not-back',
  user: 'user.waits',
  'launch-record': 'user.cookie-lost',
};

type Steps = readonly TraceStep[];

/** Explains why a launch or one of its pages failed; undefined when there is nothing to fix. */
export function explanationOf(
  trace: Pick<TraceRecord, 'outcome'> & Partial<Pick<TraceRecord, 'framed'>> & { readonly steps: Steps },
): Explanation | undefined {
  const { outcome, steps } = trace;
  if (outcome === 'under way') {
    const last = lastStepOf(steps);
    // The rule of the launch step says more: a frame that stays empty does not keep the cookie either.
    const ofLaunch = steps.find(({ name }) => name === 'launch')?.rule;
    const rule = last === 'launch-record' ? (ofLaunch ?? BY_LAST_STEP[last]) : last && BY_LAST_STEP[last];
    const step = steps.findLast(({ name }) => name === last);
    const exact = rule && step ? (exactRule({ ...step, rule }, steps) ?? rule) : rule;
    const isInFrame = exact === 'authorization.not-back' && trace.framed === true;
    return byRule(isInFrame ? 'authorization.not-back-framed' : exact, steps);
  }
  const failed = outcome === 'completed' ? openStep(steps) : steps.findLast(({ code }) => code === outcome);
  const rule = failed && exactRule(failed, steps);
  const code = outcome === 'completed' ? failed?.code : outcome;
  // A trace of an older version may name a rule by a name that it no longer has.
  return byRule(rule, steps, failed?.facts) ?? (code && byCode(code));
}

function lastStepOf(steps: Steps): StepName | undefined {
  const isWaiting = steps.some(({ name, outcome }) => name === 'user' && outcome === 'warning');
  return isWaiting ? 'user' : stepNames.findLast((name) => steps.some((step) => step.name === name));
}

/** The step of a completed launch that failed later, or a list or create that lacks something. */
function openStep(steps: Steps): TraceStep | undefined {
  // Tokens are confirmed once a minute: a reload in between says nothing of that, but all else of the list.
  const asked = steps.findLast(({ facts }) => facts['introspection answer'] !== undefined);
  const unconfirmed = asked?.rule === 'refresh.not-confirmed' ? asked : [];
  const last = stepNames.flatMap((name) => steps.findLast((step) => step.name === name) ?? []).concat(unconfirmed);
  // A launch that cannot be renewed, or that shows its user by another name, lacks the least.
  const isMinor = ({ name, rule }: TraceStep) =>
    name === 'practitioner' || rule === 'refresh.not-given' || rule === 'user.no-fhir-user';
  const broken = last.filter(({ rule }) => rule !== undefined);
  return last.find(({ code }) => code !== undefined) ?? broken.find((step) => !isMinor(step)) ?? broken.at(-1);
}

/** What the table says of a rule, with the recorded facts filled in. */
export function byRule(
  rule: Rule | undefined,
  steps: readonly Pick<TraceStep, 'name' | 'facts'>[],
  facts: StepFacts = {},
): Explanation | undefined {
  if (!isRule(rule)) return undefined;
  const { owner, cause, remedy } = ruleRows[rule];
  const launch = steps.find(({ name }) => name === 'launch');
  const base = { 'FHIR URL': launch?.facts['iss'] };
  const known: StepFacts = Object.assign(base, ...steps.map((step) => step.facts), facts);
  return { rule, owner, causes: [filled(cause, known)], remedy: filled(remedy, known) };
}

/** For failures that no rule explains. The words for the user are left out, because a report does not show them. */
function byCode(code: ErrorCode): Explanation {
  const { owner, causes, remedy } = errorRows[code];
  return { owner, causes, remedy };
}
