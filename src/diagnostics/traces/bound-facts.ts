/** Bounds a trace before it is stored: short and printable texts, few names (ST-07). Facts are redacted before that. */
import { LRUCache } from 'lru-cache';
import { cached } from '#src/adapters/cache.ts';
import type { TraceRecord } from './store.ts';
import type { Fact, StepFacts } from './trace.ts';

const LONGEST_TEXT = 300;
const LONGEST_NAME = 40;
/** In one fact that is a list. */
const MOST_NAMES = 80;

/** Nearly every text is plain, and this test takes a tenth of the time of the replacement. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Cleans a trace once, when it is written and no visitor waits for it. */
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

/** Makes text printable, in one line: PostgreSQL's jsonb accepts no NUL, and a page needs no control character. */
export function cleanText(text: string): string {
  // The text is cut first, because a cut may leave half a surrogate pair, which jsonb does not accept either.
  const short = text.slice(0, LONGEST_TEXT);
  return PLAIN.test(short) ? short : short.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
}

function cleanFacts(facts: StepFacts): StepFacts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, clean(fact)]])),
  );
}

function clean(fact: Fact): Fact {
  if (typeof fact === 'string') return cleanText(fact);
  return Array.isArray(fact) ? few(fact).map(cleanText) : fact;
}

/** The first names, as many as a fact may hold. This also bounds the memory of parts that wait to be written. */
export function few(names: readonly string[]): string[] {
  return names.slice(0, MOST_NAMES);
}

/** The names in an untrusted object, without values. What does not look like a name is replaced: it may be a value. */
export function namesOf(names: Iterable<string>): string[] {
  return few([...new Set(names)]).map((name) =>
    /^[A-Za-z][A-Za-z0-9_.:/-]*$/.test(name) && name.length <= LONGEST_NAME ? name : '(unusual name)',
  );
}

/** Scope tokens without what follows a `?`, which may name a person. */
export function scopeTokens(scope: string | undefined): string[] {
  return (scope ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .map((token) => token.replace(/\?.*/s, '?…').slice(0, 120));
}

/** The host of a URL, without path and query. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '(not a URL)';
}

/** A server's address without its query. A slash at the end is kept: two addresses may differ by it alone. */
export function withoutQuery(url: string): string {
  return cached(bare, url, () => bareUrl(url));
}

/** The few addresses of an EHR come with each of its launches. */
const bare = new LRUCache<string, string>({ max: 200 });

function bareUrl(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return '(not a URL)';
  const { origin, pathname } = parsed;
  const hasSlash = url.split(/[?#]/, 1)[0]?.endsWith('/') === true;
  return `${origin}${pathname === '/' && !hasSlash ? '' : pathname}`.slice(0, 200);
}
