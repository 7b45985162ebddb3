/** Replaces the rule that failed by a more exact one, if recorded facts allow it: clocks, settings, slashes. */
import { isLoopbackHost } from '#src/adapters/ehr-http/loopback-host.ts';
import { withoutQuery } from '#src/diagnostics/traces/bound-facts.ts';
import { isStandalone, SLASHED_TOKEN_ENDPOINT } from '#src/diagnostics/traces/redacted-facts.ts';
import type { StepFacts, TraceStep } from '#src/diagnostics/traces/trace.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { ruleOfIntrospection, rulesOfAddress } from '#src/smart/documents/given-endpoints.ts';
import { grantedScopes, mayAsk } from '#src/smart/scopes/granted.ts';
import { isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';

type Refinement = (rule: Rule, failed: TraceStep, steps: readonly TraceStep[]) => Rule;

const byClock: Refinement = (rule, _failed, steps) => {
  if (factOf(steps, 'EHR clock') === undefined) return rule;
  return factOf(steps, 'our clock') === undefined ? 'clock.ehr' : 'clock.ours';
};
const bySetting: Refinement = (rule, { name, facts }, steps) =>
  name === 'id-token' && isSetByAdministrator(facts, steps) ? 'issuer.setting-differs' : rule;
const byHand: Refinement = (rule, _failed, steps) => (isGivenByHand(steps) ? 'endpoint.given-by-hand' : rule);
const byParameters: Refinement = (rule, { facts }) =>
  listOf(facts['parameters of our own']).length > 0 ? 'fhir.search-setting' : rule;

const byAddress: Refinement = (rule, failed, steps) =>
  byHand(factOf(steps, 'one address for both') === true ? 'token.not-there' : rule, failed, steps);

const REFINEMENTS: Partial<Record<Rule, Refinement>> = {
  'id-token.expired': byClock,
  'id-token.clock-ahead': byClock,
  'clock.ehr': byClock,
  'callback.other-iss': byIssuer,
  'id-token.issuer': byIssuer,
  'authorization.not-back': (rule, _failed, steps) => (isGivenByHand(steps) ? 'authorization.not-back-given' : rule),
  ...Object.fromEntries(rulesOfAddress.map((rule) => [rule, byHand])),
  'token.other-error': byAddress,
  'token.web-page': byAddress,
  'keys.no-document': bySetting,
  'keys.document-unreadable': bySetting,
  'keys.document-other-issuer': bySetting,
  'keys.address-unusable': bySetting,
  'network.unknown-endpoint-name': (rule, failed, steps) => byHand(bySetting(rule, failed, steps), failed, steps),
  // The EHR itself named that host as iss, so the setting is not misspelled.
  'network.unknown-name': (rule, _failed, steps) => (isStandalone(steps) ? rule : 'network.unknown-endpoint-name'),
  'refresh.not-confirmed': (rule, { facts }, steps) =>
    isGivenByHand(steps) ? ruleOfIntrospection(facts['introspection answer'], 'settings') : rule,
  'scope.patient-missing': (rule, _failed, steps) =>
    asksFor('Patient', 'r', steps) ? rule : 'scope.patient-not-asked',
  'fhir.search-not-granted': (rule, _failed, steps) =>
    asksFor('ServiceRequest', 's', steps) ? rule : 'fhir.search-not-asked',
  'client.key': (rule, { name, facts }, steps) => {
    if (name === 'refresh') return isKeyOfLaunch(facts, steps) ? 'client.was-accepted' : 'client.key-old-copy';
    return facts['assertion audience'] === SLASHED_TOKEN_ENDPOINT ? 'client.audience-slash' : rule;
  },
  'grant.refused': (rule, _failed, steps) => (isOnTwoHosts(steps) ? 'grant.other-host' : rule),
  'scope.refused': (rule, { facts }) => (listOf(facts['scopes it names']).length > 0 ? 'scope.refused-named' : rule),
  'fhir.search-invalid': byParameters,
  'fhir.search-absent': (rule, _failed, steps) =>
    /\/(?:dstu2|stu3|r[23])(?:\/|$)/i.test(String(factOf(steps, 'aud'))) ? 'fhir.version' : rule,
  'fhir.search-wants-parameter': byParameters,
  'user.fhir-user-elsewhere': (rule, _failed, steps) =>
    listOf(factOf(steps, 'claims')).includes('fhirUser') ? rule : 'user.no-fhir-user',
  'context.patient-missing': (rule, _failed, steps) => (isStandalone(steps) ? 'context.no-patient-picked' : rule),
};

/** @returns the rule that explains the failed step best; undefined when the step names none. */
export function exactRule(failed: TraceStep, steps: readonly TraceStep[]): Rule | undefined {
  const { rule } = failed;
  return rule && (REFINEMENTS[rule]?.(rule, failed, steps) ?? rule);
}

/** Decides what is wrong with an issuer: the setting, a slash, another server of the same EHR, or an unknown server. */
function byIssuer(rule: Rule, { facts }: TraceStep, steps: readonly TraceStep[]): Rule {
  const [iss, expected] = [facts['iss'], listOf(facts['expected issuers'])];
  if (typeof iss !== 'string') return rule;
  if (isGivenByHand(steps)) return 'issuer.given-by-hand';
  if (isSetByAdministrator(facts, steps)) return 'issuer.setting-differs';
  if (expected.length > 0 && !expected.some(isUsable)) return 'keys.address-unusable';
  // Facts hold hosts in small letters: what is equal here differs in the letters of the host or a default port.
  if (expected.includes(iss)) return 'issuer.letters';
  if (expected.some((one) => isSameFhirBase(one, iss))) return 'issuer.slash';
  const base = steps.find(({ name }) => name === 'launch')?.facts['iss'];
  const isUnnamed = factOf(steps, 'issuer') === '(not named)' && typeof base === 'string';
  if (isUnnamed && expected.every((one) => isSameFhirBase(one, base)))
    return factOf(steps, 'endpoints named by') === 'smart-configuration' ? 'issuer.not-named' : 'discovery.older-way';
  const isOwnHost = expected.some((one) => hostOf(one) !== undefined && hostOf(one) === hostOf(iss));
  return rule === 'id-token.issuer' && isOwnHost ? 'id-token.issuer-of-ehr' : rule;
}

/** An issuer is an https address; http is for EHRs on this machine, in development. */
function isUsable(issuer: string): boolean {
  const { protocol, hostname } = URL.parse(issuer) ?? {};
  return protocol === 'https:' || (hostname !== undefined && isLoopbackHost(hostname));
}

/** Whether the expected issuers differ from the one that the EHR's metadata names; only the setting can cause that. */
function isSetByAdministrator(facts: StepFacts, steps: readonly TraceStep[]): boolean {
  const [discovered, expected] = [factOf(steps, 'issuer'), listOf(facts['expected issuers'])];
  return (
    typeof discovered === 'string' &&
    URL.canParse(discovered) &&
    expected.length > 0 &&
    // The fact was written by withoutQuery, which puts the host in lower case; the EHR's metadata may not.
    !expected.some((one) => withoutQuery(one) === discovered)
  );
}

/** Addresses and issuer come from Settings, and no document of the EHR is read. */
function isGivenByHand(steps: readonly TraceStep[]): boolean {
  return factOf(steps, 'endpoints named by') === 'your settings';
}

/** Did the authorization request name this permission? A request that is not in the trace is no proof that it did not. */
function asksFor(type: string, interaction: 'r' | 's', steps: readonly TraceStep[]): boolean {
  const requested = listOf(factOf(steps, 'requested scopes'));
  return requested.length === 0 || mayAsk(grantedScopes(requested.join(' ')), { type, interaction });
}

/** Was the token of the launch got with the key that is refused now? */
function isKeyOfLaunch(facts: StepFacts, steps: readonly TraceStep[]): boolean {
  return steps.some(({ name, facts: sent }) => name === 'token' && sent['kid'] === facts['kid']);
}

/** The code was given out on one host and refused on another. */
function isOnTwoHosts(steps: readonly TraceStep[]): boolean {
  const [authorization, token] = [factOf(steps, 'authorization host'), factOf(steps, 'token host')];
  return authorization !== undefined && token !== undefined && authorization !== token;
}

function factOf(steps: readonly TraceStep[], name: string): StepFacts[string] {
  return steps.findLast(({ facts }) => facts[name] !== undefined)?.facts[name];
}

function listOf(fact: StepFacts[string]): readonly string[] {
  return Array.isArray(fact) ? fact : [];
}

function hostOf(url: string): string | undefined {
  return URL.parse(url)?.host;
}
