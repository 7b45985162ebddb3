/** How a check is written down: its row, and the question it asks of what is known. */
import { storedText } from '#src/adapters/stored-text.ts';
import type { Owner } from '#src/errors/row.ts';
import { filled } from '#src/errors/rules/fill.ts';
import { type Rule, ruleRows } from '#src/errors/rules/table.ts';
import type { CheckContext } from './context.ts';
import type { CheckGroup, Verdict } from './result.ts';

/** One question. */
export interface CheckDefinition {
  id: string;
  title: string;
  group: CheckGroup;
  why: string;
  /** Whose job a problem usually is. */
  owner: Owner;
  /** No launch can work when it fails. */
  hard?: true;
  judge(context: CheckContext): Promise<Outcome>;
}

/** What a check found, in the form a row shows it. */
export interface Outcome {
  verdict: Verdict;
  /** Status, content type, offending field: shortened, cleaned of control characters, never a secret. */
  found: string;
  /** The definition's unless it is another's job here. */
  owner?: Owner;
  /** What to do; absent when there is nothing to fix. */
  remedy?: string;
}

/** The rows of one group; each names its owner only where it is another than the group's. */
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

/** Could not be asked, because something before it failed or it does not apply here. */
export function skipped(found: string): Outcome {
  return { verdict: 'skipped', found };
}

/** Launches work, or may work, but the owner should look. */
export function warning(found: string, remedy: string, owner?: Owner): Outcome {
  return { verdict: 'warning', found, remedy, ...(owner ? { owner } : {}) };
}

/**
 * A rule of the table of causes is broken: cause, owner and next step are the same as where a launch fails by it.
 *
 * @param seen what was measured; shown after the cause, and put into the words where they name it.
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

/** Where an administrator gave the address, it is the first to doubt (DI-23). @param source of the configuration. */
export function doubtingGiven(outcome: Outcome, source: string | undefined): Outcome {
  if (source !== 'settings' || (outcome.verdict !== 'failure' && outcome.verdict !== 'warning')) return outcome;
  const { owner, remedy } = ruleRows['endpoint.given-by-hand'];
  return { ...outcome, owner, remedy };
}

/** The cause stands in another row already: one cause is one row. */
export function seeRow(title: string): Outcome {
  return skipped(`not checked: see “${title}”`);
}

/** Of rows about a document that no launch reads, because the endpoints were given by hand (DI-23). */
export const GIVEN_BY_YOU = 'given by you';

/** Wrong. */
export function failure(found: string, remedy: string, owner?: Owner): Outcome {
  return { verdict: 'failure', found, remedy, ...(owner ? { owner } : {}) };
}

const LONGEST = 300;

/** Text of a server's, fit for a row: one line, no control characters, shortened, tokens taken out. */
export function shown(text: string, longest = LONGEST): string {
  // Cut first: a server may send a megabyte, and ten thousand letters hold everything a row shows.
  const clean = text
    .slice(0, 10_000)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/eyJ[\w.-]+/g, '(token)')
    .trim();
  return clean.length > longest ? `${storedText(clean.slice(0, 2 * longest), longest - 1)}…` : storedText(clean);
}
