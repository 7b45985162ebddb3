/** The connection check: starts every check at once, and always ends within its deadline. */
import { storedValue } from '#src/adapters/stored-text.ts';
import { checkCatalogue, guideCheckIds } from '#src/checks/rows/catalogue.ts';
import { beginContext, type CheckContext, type CheckDependencies, defaultLimits } from '#src/checks/rows/context.ts';
import type { CheckDefinition } from '#src/checks/rows/definition.ts';
import { nearbyAddresses } from '#src/checks/rows/did-you-mean.ts';
import { type Outcome, seeRow } from '#src/checks/rows/outcome.ts';
import type {
  CheckInput,
  CheckResult,
  ConnectionState,
  FinishedChecks,
  NearbyAddresses,
  RunningChecks,
} from '#src/checks/rows/result.ts';
import { countVerdicts, discoveredBy, stateOf } from './run-summary.ts';
import { suggestionsFor } from './suggestions.ts';

/**
 * Checks an EHR from the server under a launch's limits (REG-06, REG-07). Starts at once and ends within
 * `limits.overallMs`; rows without an answer say so. @param input a normalized URL. @throws TypeError for no URL.
 */
export function runChecks(input: CheckInput, dependencies: CheckDependencies): RunningChecks {
  const at = dependencies.clock().toISOString();
  const context = beginContext(input, dependencies);
  const deadline = startDeadline((dependencies.limits ?? defaultLimits).overallMs);
  const rows = checkCatalogue.map((definition) => answer(definition, context, deadline.passed));
  const nearby = input.isTyped ? nearbyAddresses(context, context.see) : Promise.resolve(undefined);
  return { finished: finish({ at, rows, context, deadline, nearby }), rows };
}

function startDeadline(overallMs: number) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), overallMs);
  return { passed: promise, stop: () => clearTimeout(timer) };
}

async function answer(
  definition: CheckDefinition,
  context: CheckContext,
  passed: Promise<undefined>,
): Promise<CheckResult> {
  const { id, title, group, why, owner } = definition;
  const outcome = await Promise.race([definition.judge(context).catch(ourMistake), passed]);
  // Other checks depend on the guide's three, which report that the server is late: one cause has one row.
  const late = guideCheckIds.includes(id) ? unanswered : seeGuide;
  return storedValue({ id, title, group, why, owner, remedy: '', ...(outcome ?? late) });
}

const unanswered: Outcome = {
  verdict: 'failure',
  found: 'no answer within the time for all checks',
  remedy: 'The servers of the EHR are too slow or do not answer: try again, then ask the EHR and network teams.',
};

const seeGuide: Outcome = { verdict: 'skipped', found: 'not checked: no answer within the time for all checks' };

/** A server that is late with one document is late with all that depends on it, so only the first row says it. */
function oneLate(results: CheckResult[]): CheckResult[] {
  const first = results.find(({ found }) => found === unanswered.found);
  return results.map((row) =>
    first && row !== first && row.found === first.found ? { ...row, ...seeRow(first.title), remedy: '' } : row,
  );
}

/** A check that throws, for example on an unforeseen document, fails its own row only. */
function ourMistake(): Outcome {
  return {
    verdict: 'failure',
    found: 'this check could not be carried out',
    owner: 'VectorCare',
    remedy: 'Tell the operator of this service: the check itself failed.',
  };
}

async function finish(run: {
  at: string;
  rows: Promise<CheckResult>[];
  context: CheckContext;
  deadline: ReturnType<typeof startDeadline>;
  nearby: Promise<NearbyAddresses | undefined>;
}): Promise<FinishedChecks> {
  const { at, rows, context, deadline } = run;
  const results = oneLate(await Promise.all(rows));
  const inTime = <Value>(value: Promise<Value>) => Promise.race([value.catch(() => undefined), deadline.passed]);
  const [discovered, suggestions, state, nearby] = await Promise.all([
    inTime(discoveredBy(context)),
    inTime(suggestionsFor(context)),
    inTime(stateOf(context)),
    inTime(run.nearby),
  ]);
  deadline.stop();
  const hardIds = new Set(checkCatalogue.filter(({ hard }) => hard).map(({ id }) => id));
  const summary = { ...countVerdicts(results, hardIds), discovered, suggestions: suggestions ?? [], nearby };
  // The run is cleaned here already, so that it equals the stored one.
  return storedValue({ fhirUrl: context.fhirUrl, at, results, summary, state: state ?? nothingSeen });
}

const nothingSeen: ConnectionState = {
  configuration: undefined,
  keys: undefined,
  capability: undefined,
  certificate: undefined,
};
