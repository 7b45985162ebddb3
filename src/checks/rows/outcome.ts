/** What a check found: passed, worth knowing, doubtful, failed, or not made. */
import { filled, type Seen } from '#src/errors/rules/fill.ts';
import type { Owner } from '#src/errors/rules/rule-row.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import type { Verdict } from './result.ts';

/** What a check found, in the form a row shows it. */
export interface Outcome {
  verdict: Verdict;
  /** Status, content type, offending field: shortened, cleaned of control characters, never a secret. */
  found: string;
  /** Absent when the definition's owner fixes it. */
  owner?: Owner;
  /** What to do; absent when there is nothing to fix. */
  remedy?: string;
}

/** Nothing to do. */
export function pass(found: string): Outcome {
  return { verdict: 'pass', found };
}

/** Worth knowing, nothing to fix. */
export function info(found: string): Outcome {
  return { verdict: 'info', found };
}

/** The check was not made, because something before it failed or it does not apply here. */
export function skipped(found: string): Outcome {
  return { verdict: 'skipped', found };
}

/** Launches work, or may work, but the owner should look. */
export function warning(found: string, remedy: string, owner?: Owner): Outcome {
  return { verdict: 'warning', found, remedy, ...(owner ? { owner } : {}) };
}

/** Something is wrong and must be fixed. */
export function failure(found: string, remedy: string, owner?: Owner): Outcome {
  return { verdict: 'failure', found, remedy, ...(owner ? { owner } : {}) };
}

/** Says that a rule is broken, in the words of a launch that failed by it. @param seen fills its placeholders. */
export function broken(
  rule: Rule,
  found: string,
  seen: Seen = {},
  verdict: 'failure' | 'warning' = 'failure',
): Outcome {
  const { cause, owner, remedy } = ruleRows[rule];
  const words = filled(cause, seen);
  return { verdict, found: found === '' ? words : `${found}. ${words}`, owner, remedy: filled(remedy, seen) };
}

/** The same where launches work, or may work. */
export function doubted(rule: Rule, found: string, seen: Seen = {}): Outcome {
  return broken(rule, found, seen, 'warning');
}

/** Refers to the row that already states the cause, because one cause has one row. */
export function seeRow(title: string): Outcome {
  return skipped(`not checked: see “${title}”`);
}
