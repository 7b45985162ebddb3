/** The last gate before a trace is stored: short, printable, and few (ST-07). What a fact may say is decided before. */
import type { Fact, StepFacts, TraceRecord } from './trace.ts';

const LONGEST_TEXT = 300;
const LONGEST_NAME = 40;
/** In one list of a fact. */
const MOST_NAMES = 80;

/** What nearly every text is, found out in a tenth of the time. */
const PLAIN = /^[\x20-\x7e]*$/;

/** A trace as it is stored: cleaned once, when it is written, and not in its visitor's way. */
export function cleanTrace({ userHash, patientHash, steps, ...trace }: TraceRecord): TraceRecord {
  const cleaned = steps.map(({ detail, facts, ...step }) => ({
    ...step,
    ...(detail === undefined ? {} : { detail: cleanText(detail) }),
    facts: cleanFacts(facts),
  }));
  return {
    ...trace,
    userHash: userHash && cleanText(userHash),
    patientHash: patientHash && cleanText(patientHash),
    steps: cleaned,
  };
}

/** Printable text on one line, for readers outside; PostgreSQL's jsonb cannot hold a NUL, nor should a page the others. */
export function cleanText(text: string): string {
  // Cut first: a cut may leave half a character behind, which jsonb holds no more than a NUL.
  const short = text.slice(0, LONGEST_TEXT);
  return PLAIN.test(short) ? short : short.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
}

/** Drops what is undefined and bounds the rest. */
function cleanFacts(facts: StepFacts): StepFacts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, clean(fact)]])),
  );
}

function clean(fact: Fact): Fact {
  if (typeof fact === 'string') return cleanText(fact);
  return Array.isArray(fact) ? few(fact).map(cleanText) : fact;
}

/** As many of an EHR's names as a fact may hold, and as memory holds until they are written. */
export function few(names: readonly string[]): string[] {
  return names.slice(0, MOST_NAMES);
}

/**
 * The names in an untrusted object or query, without the values. What does not look like a name is not shown: a peer
 * that puts a value where the name belongs must not get it stored.
 */
export function namesOf(names: Iterable<string>): string[] {
  const unique = few([...new Set(names)]);
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
