/** The form of a check: the text of its row, and the function that judges what was fetched. */
import { storedText } from '#src/adapters/stored-text.ts';
import type { Owner } from '#src/errors/rules/rule-row.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './outcome.ts';
import type { CheckGroup } from './result.ts';

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

/** Completes the rows of one group. A row names an owner only where it differs from the group's. */
export function checksOf(
  group: CheckGroup,
  owner: Owner,
  rows: readonly (Omit<CheckDefinition, 'group' | 'owner'> & { owner?: Owner })[],
): CheckDefinition[] {
  return rows.map((row) => ({ group, owner, ...row }));
}

/** Shown in rows about a document that no launch reads, because the endpoints were given by hand (DI-23). */
export const GIVEN_BY_YOU = 'given by you';

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
