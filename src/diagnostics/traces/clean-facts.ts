/** The last gate before a trace is stored: short, printable, and few (ST-07). What a fact may say is decided before. */
import type { Fact, StepFacts } from './trace.ts';

const LONGEST_TEXT = 300;
const LONGEST_NAME = 40;
const MOST_NAMES = 80;

/** Printable text on one line, for readers outside; PostgreSQL's jsonb cannot hold a NUL, nor should a page the others. */
export function cleanText(text: string): string {
  // Cut first: a cut may leave half a character behind, which jsonb holds no more than a NUL.
  return text.slice(0, LONGEST_TEXT).replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
}

/** Drops what is undefined and bounds the rest. */
export function cleanFacts(facts: StepFacts): StepFacts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, clean(fact)]])),
  );
}

function clean(fact: Fact): Fact {
  if (typeof fact === 'string') return cleanText(fact);
  return Array.isArray(fact) ? fact.slice(0, MOST_NAMES).map((item: string) => cleanText(item)) : fact;
}

/**
 * The names in an untrusted object or query, without the values. What does not look like a name is not shown: a peer
 * that puts a value where the name belongs must not get it stored.
 */
export function namesOf(names: Iterable<string>): string[] {
  const unique = [...new Set(names)].slice(0, MOST_NAMES);
  return unique.map((name) =>
    /^[A-Za-z][A-Za-z0-9_.:/-]*$/.test(name) && name.length <= LONGEST_NAME ? name : '(unusual name)',
  );
}

/** Scope tokens; what follows a `?` may name a person. */
export function scopeTokens(scope: string | undefined): string[] {
  return (scope ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((token) => token.replace(/\?.*/s, '?…').slice(0, 120));
}

/** Where a URL points, without path and query. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(not a URL)';
}
