/** Recognizes texts and codes by which an EHR says that a value is missing, so that none is shown as a fact. */
import { trimEnd } from '#src/adapters/bounded-text.ts';

/** v3-NullFlavor and data-absent-reason under the names of every FHIR version and of CDA. */
const NULL_SYSTEM = /null-?flavor|data-absent-reason|2\.16\.840\.1\.113883\.5\.1008(?!\d)/i;

/** v3-NullFlavor and data-absent-reason, for codings without a system. */
const NULL_CODES = new Set(
  'NI INV DER OTH NINF PINF UNC MSK NA UNK ASKU NAV NAVU NASK QS TRC NP unknown asked-unknown temp-unknown not-asked asked-declined masked not-applicable unsupported as-text error not-a-number negative-infinity positive-infinity not-performed not-permitted'.split(
    ' ',
  ),
);

/** Words that say nothing, alone or in a row. "NA" is left out on purpose: it also means sodium. */
const EMPTY_WORDS = new Set(
  'unknown unk unkn unspecified ni nask asku nav n/a n.a. null nullflavor undefined nil none tbd'.split(' '),
);
const EMPTY_PHRASES = new Set(
  [
    'n. a, no information, no information available, no data, no value, none given, data absent, object object',
    'asked but unknown, asked unknown, asked declined, not asked, not applicable, not available, not documented',
    'not given, not known, not provided, not recorded, not specified, not stated, masked, unsupported',
    'temp unknown, temporarily unavailable, temporarily unknown',
  ].flatMap((phrases) => phrases.split(', ')),
);

/** SNOMED CT appends the kind of a concept to its name. */
const SEMANTIC_TAG = / \((?:qualifier value|finding|procedure|disorder|situation|observable entity)\)$/i;

/** Does this code system only say why a value is missing? */
export function isNullSystem(system: unknown): boolean {
  return typeof system === 'string' && NULL_SYSTEM.test(system);
}

/** Does this code, given without a system, only say why a value is missing? */
export function isNullCode(code: string): boolean {
  return NULL_CODES.has(code);
}

/** Words that alone may be a semantic tag. */
const TAGS = ['qualifier', 'finding', 'procedure', 'disorder', 'situation', 'observable'];
const FIRST_WORDS = new Set([...EMPTY_WORDS, ...EMPTY_PHRASES, ...TAGS].map((text) => /[a-z]+/.exec(text)?.[0]));
/** The first and the last days that programming languages, databases and spreadsheets know; a birth date has no time. */
const NO_DATES = /^(?:0001-01-01|1753-01-01|1899-12-30|1(?:900|970)-01-01t00:00:00|9999-12-3)/;
/** Matches the only texts that may say nothing: such a day, no letters and digits, or a first word of such a text. */
const MAY_BE_EMPTY = new RegExp(`${NO_DATES.source}|^[^a-z\\d]*(?:$|(?:${[...FIRST_WORDS].join('|')})(?![a-z]))`);

/** Does this text only say that there is no value: "unknown", "UNK", "not available", "-"? */
export function saysNothing(text: string): boolean {
  const lower = text.toLowerCase();
  if (!MAY_BE_EMPTY.test(lower)) return false;
  if (NO_DATES.test(lower)) return true;
  const begun = lower
    .replace(SEMANTIC_TAG, '')
    .replace(/[\s_\u2010-\u2015-]+/gu, ' ')
    .replace(/^[\s()[\]<>{}"'*.,:;!?]+/u, '');
  const phrase = trimEnd(begun, ' ()[]<>{}"\'*,:;!?');
  if (phrase === '' || EMPTY_PHRASES.has(phrase) || EMPTY_PHRASES.has(phrase.replace(/\.$/, ''))) return true;
  return phrase.split(/[\s,;|]+/u).every((word) => EMPTY_WORDS.has(word) || EMPTY_WORDS.has(word.replace(/\.$/, '')));
}

/** Is this text "Other"? It is a value, but any other text says more. */
export function isCatchAll(text: string): boolean {
  return /oth/i.test(text) && /^\W*(?:other|oth)\W*$/i.test(text.replace(SEMANTIC_TAG, ''));
}

/** Does an extension of this element say that its value is absent? */
export function isMarkedAbsent(extensions: readonly { readonly [member: string]: unknown }[]): boolean {
  return extensions.some(({ url }) => isNullSystem(url));
}

/** FHIR R4 data-absent-reason and v3-NullFlavor: there is a value, which is not sent for reasons of security. */
const MASKED = new Set<unknown>(['masked', 'MSK']);

/** Does this extension, or this coding, say that a value is there and withheld? */
export function saysMasked({ valueCode, system, code }: { readonly [member: string]: unknown }): boolean {
  return MASKED.has(valueCode) || (MASKED.has(code) && isNullSystem(system));
}
