/** The last gate before a trace is stored: short, printable, and few (ST-07). What a fact may say is decided before. */
import type { Fact, StepFacts } from './trace.ts';

const LONGEST_TEXT = 300;
const LONGEST_NAME = 40;
const MOST_NAMES = 80;

/** One line of printable text; PostgreSQL's jsonb cannot hold a NUL, and a page should not hold the others. */
export function cleanText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').slice(0, LONGEST_TEXT);
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
    .map((token) => token.replace(/\?.*$/s, '?…').slice(0, 120));
}

/** Where a URL points, without path and query. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(not a URL)';
}
