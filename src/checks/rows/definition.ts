/** The form of a check: the text of its row, and the function that judges what was fetched. */
import { storedText } from '#src/adapters/stored-text.ts';
import { filled } from '#src/errors/rules/fill.ts';
import type { Owner } from '#src/errors/rules/rule-row.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import type { CheckContext } from './context.ts';
import type { CheckGroup, Verdict } from './result.ts';

export interface CheckDefinition {
  id: string;
  title: string;
  group: CheckGroup;
  why: string;
  /** Who usually fixes a problem. */
  owner: Owner;
  /** Set when no launch can work while this check fails. */
  hard?: true;
  judge(context: CheckContext): Promise<Outcome>;
}

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

/** Completes the rows of one group. A row names an owner only where it differs from the group's. */
export function checksOf(
  group: CheckGroup,
  owner: Owner,
  rows: readonly (Omit<CheckDefinition, 'group' | 'owner'> & { owner?: Owner })[],
): CheckDefinition[] {
  return rows.map((row) => ({ group, owner, ...row }));
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

/**
 * A rule of the table of causes is broken. Cause, owner and remedy are the same as on a launch that failed by it.
 *
 * @param seen measured values, which fill the placeholders of cause and remedy.
 */
export function broken(
  rule: Rule,
  found: string,
  { verdict = 'failure', seen = {} }: { verdict?: 'failure' | 'warning'; seen?: Parameters<typeof filled>[1] } = {},
): Outcome {
  const { cause, owner, remedy } = ruleRows[rule];
  const words = filled(cause, seen);
  return { verdict, found: found === '' ? words : `${found}. ${words}`, owner, remedy: filled(remedy, seen) };
}

/** Refers to the row that already states the cause, because one cause has one row. */
export function seeRow(title: string): Outcome {
  return skipped(`not checked: see “${title}”`);
}

/** Shown in rows about a document that no launch reads, because the endpoints were given by hand (DI-23). */
export const GIVEN_BY_YOU = 'given by you';

/** Something is wrong and must be fixed. */
export function failure(found: string, remedy: string, owner?: Owner): Outcome {
  return { verdict: 'failure', found, remedy, ...(owner ? { owner } : {}) };
}

/** What to do about an authorization server that answers with a failure of its own. */
export const LOOK_INTO_LOG = 'Look into the log of the authorization server for this request.';

const LONGEST = 300;

/** Makes a server's text fit for a row: one line, no control characters, shortened, tokens removed. */
export function shown(text: string, longest = LONGEST): string {
  // The text is cut first: a server may send a megabyte, and a row shows far less than ten thousand characters.
  const clean = text
    .slice(0, 10_000)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/eyJ[\w.-]+/g, '(token)')
    .trim();
  return clean.length > longest ? `${storedText(clean.slice(0, 2 * longest), longest - 1)}…` : storedText(clean);
}
