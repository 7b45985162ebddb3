/** Reads single fields of foreign FHIR JSON without trusting their shape: the border every domain parser stands on (FH-11, FH-12). */

const characters = new Intl.Segmenter();

/** An object of unknown members, proved to be neither null nor an array. */
export type ForeignRecord = { readonly [member: string]: unknown };

function isRecord(value: unknown): value is ForeignRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, or an empty one. FHIR never gives meaning to a null or a scalar where an object belongs. */
export function asRecord(value: unknown): ForeignRecord {
  return isRecord(value) ? value : {};
}

/** The objects of a repeating element, at most `limit`. One lone object counts as a list of one; other values are dropped. */
export function asRecords(value: unknown, limit = 50): ForeignRecord[] {
  const items: unknown[] = Array.isArray(value) ? value.slice(0, limit) : [value];
  return items.filter(isRecord);
}

/**
 * The value as one line of text a person may read.
 *
 * Letters of every script are kept. Control characters become spaces; invisible formatting goes, above all the
 * bidirectional overrides that can make "Ada" read as another name. The joiners stay: Persian and emoji need them.
 * It is not HTML-safe: views escape (FH-10).
 *
 * @param maxLength in visible characters; a longer text ends in "…", so that nobody takes a part for the whole.
 * @returns undefined for anything but a string with something visible in it.
 */
export function asText(value: unknown, maxLength = 200): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const line = value
    .slice(0, maxLength * 8)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[\p{Cf}--[\u200C\u200D]]/gv, '')
    .replace(/\s+/gu, ' ')
    .trim();
  const isTooLong = line.length > maxLength || value.length > maxLength * 8;
  const bounded = isTooLong ? shorten(line, maxLength) : line;
  return /[^\s\u200C\u200D]/u.test(bounded) ? bounded : undefined;
}

/** Cuts between characters as people see them, not inside an emoji or an accented letter. */
function shorten(line: string, maxLength: number): string {
  const start = Array.from(characters.segment(line), ({ segment }) => segment).slice(0, maxLength - 1);
  return `${start.join('')}…`;
}

/** The texts of a repeating string element, at most `limit`; one lone string counts as a list of one. */
export function asTexts(value: unknown, limit = 10): string[] {
  const items: unknown[] = Array.isArray(value) ? value.slice(0, limit) : [value];
  return items.map((item) => asText(item)).filter((text) => text !== undefined);
}

/**
 * What a CodeableConcept says to a person: its text, the display its author picked, any display, else a bare code.
 *
 * FHIR R4 datatypes, CodeableConcept: text is "the concept as entered or chosen by the user".
 */
export function asConceptText(value: unknown): string | undefined {
  const concept = asRecord(value);
  const codings = asRecords(concept.coding);
  const picked = codings.filter((coding) => coding.userSelected === true);
  const displays = [...picked, ...codings].map((coding) => asText(coding.display));
  const codes = codings.map((coding) => asText(coding.code, 60));
  return asText(concept.text) ?? [...displays, ...codes].find((text) => text !== undefined);
}

/** Whether a FHIR Period has ended before `now`. A missing, partial or unreadable end has not. */
export function hasEnded(period: unknown, now: Date): boolean {
  const end = asRecord(period).end;
  // A bare date lasts until its day is over, and somewhere on earth that is 12 hours after UTC.
  const instant =
    typeof end === 'string' ? Date.parse(/^\d{4}-\d\d-\d\d$/.test(end) ? `${end}T23:59:59-12:00` : end) : NaN;
  return instant < now.getTime();
}
