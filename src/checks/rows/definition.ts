/** How a check is written down: its row, and the question it asks of the evidence. */
import { storedText } from '#src/adapters/stored-text.ts';
import type { Study } from './context.ts';
import type { CheckGroup, Judgement, Owner } from './result.ts';

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
  judge(study: Study): Promise<Opinion>;
}

/** A judgement whose owner is the definition's unless it says otherwise. */
export type Opinion = Omit<Judgement, 'owner' | 'mend'> & { owner?: Owner; mend?: string };

/** Nothing to do. */
export function pass(found: string): Opinion {
  return { verdict: 'pass', found };
}

/** Worth knowing, nothing to mend. */
export function info(found: string): Opinion {
  return { verdict: 'info', found };
}

/** Could not be asked, because something before it failed or it does not apply here. */
export function skipped(found: string): Opinion {
  return { verdict: 'skipped', found };
}

/** Launches work, or may work, but somebody should look. */
export function warning(found: string, mend: string, owner?: Owner): Opinion {
  return { verdict: 'warning', found, mend, ...(owner ? { owner } : {}) };
}

/** Wrong. */
export function failure(found: string, mend: string, owner?: Owner): Opinion {
  return { verdict: 'failure', found, mend, ...(owner ? { owner } : {}) };
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
