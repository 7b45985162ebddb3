/** What a launch's page and the checks must say of a misconfiguration: its rule with owner and remedy, and no other's. */
import { expect } from 'vitest';
import type { CheckResult } from '#src/checks/rows/result.ts';
import type { Owner } from '#src/errors/rules/rule-row.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';

/** What the inspector's page of a launch says. */
export interface Said {
  step: string | undefined;
  rule: string | undefined;
  owner: string | undefined;
  /** Cause and remedy as a reader sees them. */
  words: string;
  /** The words that the user read. */
  shown: string;
  /** The whole page of the launch. */
  page: string;
}

const WORD_FOR_OPERATOR: Partial<Record<Owner, string>> = {
  'Your administrator': 'The organization’s administrator',
  VectorCare: 'You',
};

/** Advice that loosens security, with the only rules that may give it. */
const RELAXATIONS: readonly (readonly [RegExp, ...Rule[]])[] = [
  [/accept its absence|without nonce/i, 'id-token.nonce-missing'],
  // Never for an issuer on another host than the EHR's own.
  [/Issuers of id_tokens/, 'issuer.setting-differs', 'issuer.given-by-hand', 'id-token.issuer-of-ehr'],
  [/Extra hosts/, 'discovery.endpoint-other-host'],
  [/Kinds of EHR users/, 'user.other-kind', 'user.not-clinician'],
  [/orders of the EHR in the request list/, 'fhir.search-absent'],
  [/Client ID in token|client ID in token/, 'client.id-not-sent', 'client.id-sent'],
];

/** Expects the step, the rule with its owner and remedy, and no advice of another rule. */
export function expectSaid(said: Said, step: string, rule: Rule): void {
  const { owner } = ruleRows[rule];
  expect({ step: said.step, rule: said.rule, owner: said.owner }).toEqual({
    step,
    rule,
    owner: WORD_FOR_OPERATOR[owner] ?? owner,
  });
  expect(said.words).not.toMatch(/\{|\}|undefined|\(not known\)/);
  expectNoOthersAdvice(said.words, rule);
  expect(said.shown).not.toMatch(/add its FHIR URL|prove who you are/i);
  // A button would contradict the words beside it.
  if (said.shown.includes('Trying again does not help')) expect(said.shown).not.toContain('Try again');
}

/** Expects no advice that loosens security, except the rule's own. */
export function expectNoOthersAdvice(words: string, rule: Rule): void {
  for (const [relaxation, ...allowed] of RELAXATIONS)
    if (!allowed.includes(rule)) expect(words).not.toMatch(relaxation);
}

/** Expects one failed row, or without failures one row that needs work, with the rule's owner and remedy. */
export function expectRow(open: readonly CheckResult[], id: string, rule: Rule): void {
  const { owner, remedy } = ruleRows[rule];
  const failures = open.filter(({ verdict }) => verdict === 'failure');
  const seen = failures.length > 0 ? failures : open;
  expect(seen.map((row) => ({ id: row.id, owner: row.owner }))).toEqual([{ id, owner }]);
  const [start = ''] = remedy.split('{');
  expect(seen[0]?.remedy.startsWith(start)).toBe(true);
  expect(`${seen[0]?.found} ${seen[0]?.remedy}`).not.toMatch(/Launches work without|undefined|portal, not a FHIR/);
  expect(seen[0]?.remedy).not.toMatch(/[{}]/);
}
