/** What one row of the table of errors says: to the user, to the team that has to act, and to the error page. */
import type { Owner } from '#src/errors/rules/rule-row.ts';
import type { Rule } from '#src/errors/rules/table.ts';

/** Who reads it: an organization's administrator, the operator of this service, or a person a report was sent to. */
export type Reader = 'administrator' | 'operator' | 'outside';

const WORDS: Readonly<Record<Reader, Partial<Record<Owner, string>>>> = {
  administrator: { 'Your administrator': 'You', VectorCare: 'The operator of this service' },
  operator: { 'Your administrator': 'The organization’s administrator', VectorCare: 'You' },
  outside: { 'Your administrator': 'The organization’s administrator', VectorCare: 'The operator of this service' },
};

/** Names the owner in words for this reader: You, if the reader has to act. */
export function ownerFor(owner: Owner, reader: Reader): string {
  return WORDS[reader][owner] ?? owner;
}

/** Why something failed, who acts and how; the inspector, reports and the guide show it. */
export interface Explanation {
  /** The stable name of the rule that failed, where one is known. */
  rule?: string;
  owner: Owner;
  /** Most likely first. */
  causes: readonly [string, ...string[]];
  remedy: string;
}

/** Adding a failure takes one row in one of the files beside this one. */
export type ErrorRow = ErrorWords & (OwnExplanation | ExplainedByRules);

/** Explained here, because no rule is. Without an owner the user has to act, and `help` says how. */
interface OwnExplanation extends Partial<Pick<Explanation, 'owner' | 'remedy'>>, Pick<Explanation, 'causes'> {}

/** Explained by the usual rules it fails by, the likeliest first: owner and remedy are of that one. */
interface ExplainedByRules {
  rules: readonly [Rule, ...Rule[]];
  remedy?: string;
}

export interface ErrorWords {
  status: number;
  /** What happened, for the user: a nurse or a hospital IT person. */
  title: string;
  /**
   * What to do next, in a nurse's words: causes and remedy are for the inspector. `{Again}` and `{again}` become how
   * this audience starts again, without a full stop, and `{help desk}` becomes the contact of the audience.
   */
  help: string;
  /** Only what differs for a launch that did not begin in a chart. */
  standalone?: { title?: string; help?: string };
  /** Only what differs for an administrator in Settings. */
  settings?: { title?: string; help?: string };
  /** False when another launch from outside the EHR would end in the same failure. */
  canStartAgain?: false;
  /** Whether loading the same address again may succeed; set only when address and status do not decide it. */
  canReload?: boolean;
}
