/** Records one request of a launch: implements LaunchTrace and returns the part that the request adds to the trace. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import { untrustedIssuer } from '#src/adapters/ehr-http/inspected.ts';
import { isRule, ruleRows } from '#src/errors/rules/table.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { isFramed } from '#src/http/framed.ts';
import { contextOf } from '#src/http/request-context.ts';
import { FhirError } from '#src/smart/fhir/fhir-error.ts';
import type { TracePart } from './store.ts';
import type { StepFacts, StepName, TraceStep } from './trace.ts';
import type { LaunchTrace, TraceVisit } from './trace-of-request.ts';

/** Measures one step for operators, by its name. */
export type StepWatch = (name: StepName) => {
  run<T>(work: () => T): T;
  /** @param code of the error, if the step failed. */
  end(code?: ErrorCode): void;
};

/** These facts are properties of the step itself. */
const OF_THE_STEP = { warning: undefined, status: undefined, rule: undefined };

/** @param visit the request, and the step that gets failures between steps. @param watch measures each step. */
export function recordTrace(visit: TraceVisit, clock: Clock, watch: StepWatch) {
  const part = beginPart(visit, clock());
  let isWorthARow = true;
  const keep = (name: StepName, startedAt: Date, ended: Omit<TraceStep, 'name' | 'at' | 'durationMs'>) => {
    const durationMs = clock().getTime() - startedAt.getTime();
    part.steps.push({ name, at: startedAt.toISOString(), durationMs, ...ended });
  };
  const trace: LaunchTrace = {
    get id() {
      return part.id;
    },
    step: async (name, work, known = {}, found) => {
      const startedAt = clock();
      const watched = watch(name);
      let result;
      try {
        result = await watched.run(work);
      } catch (error) {
        const described = describe(error);
        watched.end(described.code);
        const facts = { ...known, warning: undefined, ...outcomeFacts(error) };
        keep(stepOf(error, name), startedAt, { outcome: 'failed', ...described, facts });
        throw error;
      }
      watched.end();
      const facts = { ...known, ...readFacts(found, result) };
      const { warning, status, rule } = facts;
      const detail = typeof warning === 'string' ? warning : undefined;
      keep(name, startedAt, {
        outcome: detail === undefined ? 'passed' : 'warning',
        detail,
        status: typeof status === 'number' ? status : undefined,
        rule: isRule(rule) ? rule : undefined,
        facts: { ...facts, ...OF_THE_STEP },
      });
      return result;
    },
    failed: (name, code, facts = {}) => {
      part.outcome = code;
      keep(name, clock(), { outcome: 'failed', code, facts });
    },
    know: (subject) => void Object.assign(part, subject),
    joins: (id) => {
      if (id !== undefined) Object.assign(part, { id, kind: 'continued' });
    },
    completed: () => void (part.outcome = 'completed'),
    discard: () => void (isWorthARow = false),
  };
  /** Ends the recording with the request's error, if any. Returns undefined when nothing is to be stored. */
  const end = (error: unknown): TracePart | undefined => {
    if (error !== undefined) {
      part.outcome = describe(error).code;
      const marked = part.steps.find(({ outcome }) => outcome === 'failed');
      const at = stepOf(error, marked?.name ?? part.steps.at(-1)?.name ?? visit.step);
      if (marked?.name === at) {
        // The request may have ended with another error than the step did, and that error explains it better.
        Object.assign(marked, describe(error), { facts: { ...marked.facts, ...outcomeFacts(error) } });
      } else {
        // The error was thrown between the steps, as for an unknown state, or belongs to another step.
        if (marked) marked.outcome = 'warning';
        // The step gets the present time, not that of the request, because the last try of a step counts.
        const facts = { ...visit.facts, ...outcomeFacts(error) };
        keep(at, clock(), { outcome: 'failed', ...describe(error), facts });
      }
    }
    return isWorthARow ? asWritten(part) : undefined;
  };
  return { trace, end };
}

function beginPart({ request }: TraceVisit, startedAt: Date): TracePart {
  return {
    id: randomUUID(),
    kind: 'begun',
    organizationId: null,
    startedAt,
    outcome: 'under way',
    supportCodes: [contextOf(request).supportCode],
    userHash: null,
    patientHash: null,
    framed: isFramed(request) ?? null,
    cookieMode: null,
    steps: [],
  };
}

/** Marks a launch that was refused at once; the writer keeps fewer of these. */
function asWritten(part: TracePart): TracePart {
  const isRefused = part.kind === 'begun' && part.outcome !== 'under way' && part.outcome !== 'completed';
  return isRefused ? { ...part, kind: 'refused' } : part;
}

/** The step has succeeded, so a fact that cannot be read must not end the launch. */
function readFacts<T>(found: ((result: T) => StepFacts) | undefined, result: T): StepFacts {
  try {
    return found?.(result) ?? {};
  } catch {
    return {};
  }
}

/** The facts of an error, and a FHIR server's issue codes, which are of a FHIR value set and name no person. */
function outcomeFacts(error: unknown): StepFacts {
  if (!(error instanceof AppError)) return {};
  const { cause, seen } = error;
  const issues = cause instanceof FhirError && cause.issues.length > 0 ? cause.issues : undefined;
  return { ...seen, 'issue codes': issues, 'certificate issued by': untrustedIssuer(cause) };
}

const PAGE_STEPS = new Set<StepName>(['launch-record', 'patient', 'requests', 'new-request', 'create', 'cancel']);

/** The step to which an error at or after a step belongs. A token that could not be renewed has a step of its own. */
function stepOf(error: unknown, at: StepName): StepName {
  if (!(error instanceof AppError)) return at;
  const { code, rule } = error;
  const own = rule === undefined ? undefined : ruleRows[rule].step;
  if (own !== undefined) return own;
  const isRenewal =
    /^(?:refresh|token|identity)\./.test(code) || (code === 'session.expired' && !rule?.startsWith('fhir.'));
  return PAGE_STEPS.has(at) && isRenewal ? 'refresh' : at;
}

/** The code, our own message and the EHR's status. Messages of other errors are left out, as they may quote values. */
function describe(error: unknown): Pick<TraceStep, 'detail' | 'status' | 'rule'> & { code: ErrorCode } {
  if (!(error instanceof AppError)) return { code: 'server.unexpected' };
  const { cause } = error;
  const status = error.upstreamStatus ?? (cause instanceof FhirError ? cause.status : undefined);
  const rule = error.rule === undefined ? {} : { rule: error.rule };
  return { code: error.code, ...rule, detail: error.message, ...(status === undefined ? {} : { status }) };
}
