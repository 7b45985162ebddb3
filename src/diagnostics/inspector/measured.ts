/** Where what was measured says more than the rule that failed: clocks, settings, slashes, and how fresh a token was. */
import type { StepFacts, TraceStep } from '#src/diagnostics/traces/trace.ts';
import type { Rule } from '#src/errors/rules/table.ts';

const FRESH_TOKEN_MS = 60_000;

/** @returns the rule that explains the failed step best; undefined when it names none. */
export function measuredRule(failed: TraceStep, steps: readonly TraceStep[]): Rule | undefined {
  const { rule, facts } = failed;
  switch (rule) {
    case 'id-token.expired':
    case 'id-token.clock-ahead':
      return factOf(steps, 'EHR clock') === undefined ? rule : 'clock.ehr';
    case 'callback.other-iss':
    case 'id-token.issuer':
      return ruleOfIssuer(rule, facts, steps);
    case 'keys.no-document':
    case 'keys.document-unreadable':
    case 'keys.document-other-issuer':
    case 'keys.address-unusable':
    case 'network.unknown-endpoint-name':
      return failed.name === 'id-token' && isSetByAdministrator(facts, steps) ? 'issuer.setting-differs' : rule;
    case 'fhir.token-over':
      return isFresh(failed, steps) ? 'fhir.token-refused-at-once' : rule;
    case 'user.fhir-user-elsewhere':
      return claimsOf(steps).includes('fhirUser') ? rule : 'user.no-fhir-user';
    case 'context.patient-missing':
      return steps.some(({ facts: { 'kind of launch': kind } }) => kind === 'standalone')
        ? 'context.no-patient-picked'
        : rule;
    default:
      return rule;
  }
}

/** Is it the setting that is wrong, a slash, another server of the EHR's own, or a stranger? */
function ruleOfIssuer(rule: Rule, facts: StepFacts, steps: readonly TraceStep[]): Rule {
  const [iss, expected] = [facts['iss'], listOf(facts['expected issuers'])];
  if (typeof iss !== 'string') return rule;
  if (isSetByAdministrator(facts, steps)) return 'issuer.setting-differs';
  if (expected.some((one) => bare(one) === bare(iss))) return 'issuer.slash';
  const isOwnHost = expected.some((one) => hostOf(one) !== undefined && hostOf(one) === hostOf(iss));
  return rule === 'id-token.issuer' && isOwnHost ? 'id-token.issuer-of-ehr' : rule;
}

/** The issuers that were expected are not the one that the EHR's metadata names. */
function isSetByAdministrator(facts: StepFacts, steps: readonly TraceStep[]): boolean {
  const [discovered, expected] = [factOf(steps, 'issuer'), listOf(facts['expected issuers'])];
  return typeof discovered === 'string' && expected.length > 0 && !expected.includes(discovered) && URL.canParse(discovered);
}

/** Refused within a minute of being given out: it was never accepted. */
function isFresh({ at, durationMs }: TraceStep, steps: readonly TraceStep[]): boolean {
  const token = steps.findLast(({ name }) => name === 'token');
  return token !== undefined && Date.parse(at) + durationMs - Date.parse(token.at) < FRESH_TOKEN_MS;
}

function claimsOf(steps: readonly TraceStep[]): readonly string[] {
  return listOf(steps.findLast(({ name }) => name === 'id-token')?.facts['claims']);
}

function factOf(steps: readonly TraceStep[], name: string): StepFacts[string] {
  return steps.findLast(({ facts }) => facts[name] !== undefined)?.facts[name];
}

function listOf(fact: StepFacts[string]): readonly string[] {
  return Array.isArray(fact) ? fact : [];
}

function bare(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

function hostOf(url: string): string | undefined {
  return URL.parse(url)?.host;
}
