/** The recorder a launch carries through its steps: it times them, keeps how they ended, and changes nothing about them. */
import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import type { Clock } from '#src/adapters/clock.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { factsOf } from '#src/http/request-log.ts';
import { FhirError } from '#src/smart/step-6-fhir-api.ts';
import { cleanFacts, cleanText } from './redaction.ts';
import type { CookieMode, StepFacts, StepName, TracePart } from './trace.ts';
import type { TraceWriter } from './trace-writer.ts';

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
   *   those of the protocol. A fact `warning` marks the step as one to look at.
   * @param found the same, from the result.
   */
  step<T>(
    name: StepName,
    work: () => T | Promise<T>,
    known?: StepFacts,
    found?: (result: T) => StepFacts,
  ): Promise<T>;
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

const FRAMES = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe']);

/** @param writer where parts go; it decides how many are kept. */
export function createLaunchTraces({ writer, clock }: { writer: TraceWriter; clock: Clock }): LaunchTraces {
  return {
    follow: async (visit, work) => {
      const { trace, end } = record(visit, writer, clock);
      try {
        const result = await work(trace);
        end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
    flush: () => writer.flush(),
  };
}

function record(visit: TraceVisit, writer: TraceWriter, clock: Clock) {
  const { supportCode } = factsOf(visit.request);
  const fetchDest = visit.request.get('sec-fetch-dest');
  const part: TracePart = {
    id: randomUUID(),
    kind: 'begun',
    organizationId: null,
    startedAt: clock(),
    outcome: 'under way',
    supportCodes: [supportCode],
    userHash: null,
    patientHash: null,
    framed: fetchDest === undefined ? null : FRAMES.has(fetchDest),
    cookieMode: null,
    steps: [],
  };
  let isWorthARow = true;
  const keep = (name: StepName, startedAt: Date, ended: Pick<TracePart['steps'][number], 'outcome' | 'facts'>) => {
    part.steps.push({ name, at: startedAt.toISOString(), durationMs: clock().getTime() - startedAt.getTime(), ...ended });
  };
  const trace: LaunchTrace = {
    get id() {
      return part.id;
    },
    step: async (name, work, known = {}, found) => {
      const startedAt = clock();
      const { warning: _ifItPasses, ...sent } = known;
      let result;
      try {
        result = await work();
      } catch (error) {
        keep(name, startedAt, { outcome: 'failed', ...describe(error), facts: cleanFacts(sent) });
        throw error;
      }
      const { warning, ...facts } = { ...known, ...found?.(result) };
      const detail = typeof warning === 'string' ? { detail: cleanText(warning) } : {};
      keep(name, startedAt, { outcome: warning === undefined ? 'passed' : 'warning', ...detail, facts: cleanFacts(facts) });
      return result;
    },
    failed: (name, code, facts = {}) => {
      part.outcome = code;
      keep(name, clock(), { outcome: 'failed', ...{ code }, facts: cleanFacts(facts) });
    },
    know: (subject) => void Object.assign(part, subject),
    joins: (id) => {
      if (id !== undefined) Object.assign(part, { id, kind: 'continued' });
    },
    completed: () => void (part.outcome = 'completed'),
    discard: () => void (isWorthARow = false),
  };
  const end = (error?: unknown) => {
    if (error !== undefined) {
      part.outcome = describe(error).code;
      // Thrown between the steps, such as for a state nobody knows.
      if (!part.steps.some(({ outcome }) => outcome === 'failed')) {
        keep(visit.step, part.startedAt, { outcome: 'failed', ...describe(error), facts: cleanFacts(visit.facts ?? {}) });
      }
    }
    const isRefused = part.kind === 'begun' && part.outcome !== 'under way' && part.outcome !== 'completed';
    if (isWorthARow) writer.write(isRefused ? { ...part, kind: 'refused' } : part);
  };
  return { trace, end };
}

/** Code, our own words and the EHR's HTTP status; a stranger's message stays out, it may quote what it choked on. */
function describe(error: unknown): { code: ErrorCode; detail?: string; status?: number } {
  if (!(error instanceof AppError)) return { code: 'server.unexpected' };
  const { cause } = error;
  const status = error.upstreamStatus ?? (cause instanceof FhirError ? cause.status : undefined);
  return { code: error.code, detail: cleanText(error.message), ...(status === undefined ? {} : { status }) };
}
