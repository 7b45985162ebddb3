/** Every rule that a launch or a check can fail by: one table of causes, owners and next steps for both. */
import { authorizationEndpointRules } from './authorization-endpoint.ts';
import { callbackRules } from './callback.ts';
import { clientRules } from './client.ts';
import { discoveryRules } from './discovery.ts';
import { fhirRules } from './fhir.ts';
import { requestRules } from './fhir-requests.ts';
import { idTokenRules } from './id-token.ts';
import { launchUrlRules } from './launch-url.ts';
import { networkRules } from './network.ts';
import { refreshRules } from './refresh.ts';
import type { RuleRow } from './rule-row.ts';
import { userRules } from './scopes-context-user.ts';
import { tlsRules } from './tls.ts';
import { tokenRules } from './token.ts';

const table = {
  ...launchUrlRules,
  ...networkRules,
  ...tlsRules,
  ...discoveryRules,
  ...authorizationEndpointRules,
  ...callbackRules,
  ...clientRules,
  ...tokenRules,
  ...idTokenRules,
  ...userRules,
  ...fhirRules,
  ...requestRules,
  ...refreshRules,
};

/** The stable name of a rule; traces keep it, and docs/errors.md lists it. */
export type Rule = keyof typeof table;

/** Rule → cause, owner and next step. */
export const ruleRows: Readonly<Record<Rule, RuleRow>> = table;

/** Every rule, in the order of a launch. */
export const rules = Object.keys(table) as Rule[];

/** Whether a stored text is the name of a rule in this version. */
export function isRule(text: unknown): text is Rule {
  return typeof text === 'string' && Object.hasOwn(table, text);
}
