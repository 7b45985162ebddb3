/** Reads fields of untrusted FHIR JSON without relying on their type. Every domain parser uses it (FH-11, FH-12). */
import { isJsonObject, type JsonObject } from '#src/adapters/json-object.ts';
import { oneLine } from './clean-text.ts';
import { namedCode } from './code-systems.ts';
import { unmarked } from './markup.ts';
import { isCatchAll, isMarkedAbsent, isNullCode, isNullSystem, saysNothing } from './no-information.ts';

export type ForeignRecord = JsonObject;

/** The value as an object, or an empty one. FHIR never gives meaning to a null or a scalar where an object belongs. */
export function asRecord(value: unknown): ForeignRecord {
  return isJsonObject(value) ? value : NOTHING;
}

/** One shared object, because a list page reads thousands of absent elements. */
const NOTHING: ForeignRecord = Object.freeze({});

export const MOST_READ = 50;

/** The objects of a repeating element, at most `limit`. One lone object counts as a list of one; other values are dropped. */
export function asRecords(value: unknown, limit = MOST_READ): ForeignRecord[] {
  if (!Array.isArray(value)) return isJsonObject(value) ? [value] : [];
  const items: unknown[] = value.length > limit ? value.slice(0, limit) : value;
  // Nearly every list holds nothing but objects and needs no copy.
  return items.every(isJsonObject) ? items : items.filter(isJsonObject);
}

/** As {@link oneLine} of a string; other values are undefined. */
export function asText(value: unknown, maxLength = 200): string | undefined {
  return typeof value === 'string' ? oneLine(value, maxLength) : undefined;
}

const MOST_LINES = 40;

/** The lines of a text, each as {@link asText}. A longer text, or a text of very many lines, becomes one line. */
export function asLines(value: unknown, maxLength: number): string[] {
  const text = unmarked(asWritten(value));
  const lines = text.split(/\r\n?|\n/, MOST_LINES + 1);
  const isPlain = text.length <= maxLength && lines.length <= MOST_LINES;
  return (isPlain ? lines : [value]).flatMap((line) => asText(line, maxLength) ?? []);
}

/** A string as it came, else '': for ids and codes that are compared and not shown. Never throws. */
export function asWritten(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts of a repeating string element, at most `limit`; one lone string counts as a list of one. */
export function asTexts(value: unknown, limit = 10): string[] {
  const items: unknown[] = Array.isArray(value) ? value.slice(0, limit) : [value];
  return items.map((item) => asText(item)).filter((text) => text !== undefined);
}

/** As {@link asText}, unless it says only that there is nothing, such as "UNK" or "-": another field may say more. */
export function asInformation(value: unknown, maxLength = 200): string | undefined {
  const text = asText(value, maxLength);
  return text === undefined || saysNothing(text) ? undefined : text;
}

/** Its text, a chosen display, any display, or a code (FHIR R4 datatypes). "Other" counts only for want of another. */
export function asConceptText(value: unknown): string | undefined {
  return conceptText(value, USUAL);
}

/** As {@link asConceptText}, but longer, because some EHRs write whole instructions into `text`. */
export function asLongConceptText(value: unknown): string | undefined {
  return conceptText(value, LONGEST);
}

const USUAL = 200;
const LONGEST = 2_000;

function conceptText(value: unknown, maxLength: number): string | undefined {
  // Some servers write a list where one concept belongs.
  if (Array.isArray(value)) {
    const each = value.slice(0, 10).flatMap((one) => (Array.isArray(one) ? [] : (conceptText(one, maxLength) ?? [])));
    return each.length === 0 ? undefined : [...new Set(each)].join(', ');
  }
  if (!isJsonObject(value)) return undefined;
  // R5 wraps it in a CodeableReference.
  const concept = value.coding === undefined && isJsonObject(value.concept) ? value.concept : value;
  // A shortcut, because a list page has hundreds of concepts and nearly all of them have a text.
  const plain = concept['_text'] === undefined ? asInformation(concept.text, maxLength) : undefined;
  if (
    plain !== undefined &&
    !isCatchAll(plain) &&
    asRecords(concept.coding).every(({ code }) => asText(code) !== plain)
  )
    return plain;
  return bestText(concept, maxLength);
}

function bestText(concept: ForeignRecord, maxLength: number): string | undefined {
  const all = asRecords(concept.coding);
  const codings = all.every(saysWhat) ? all : all.filter(saysWhat);
  const text = memberText(concept.text, concept['_text'], maxLength);
  // Some servers repeat the code in `text`.
  const isCode = text !== undefined && codings.some(({ code }) => asText(code) === text);
  let other: string | undefined;
  const best = (one: string | undefined) => {
    if (one === undefined || !isCatchAll(one)) return one;
    return void (other ??= one);
  };
  // No list of all texts is made, because a list page has hundreds of concepts.
  const bestIn = (textOf: (coding: ForeignRecord) => string | undefined, isChosen = false) => {
    for (const coding of codings) {
      const one = isChosen && coding.userSelected !== true ? undefined : best(textOf(coding));
      if (one !== undefined) return one;
    }
    return undefined;
  };
  const displayed = best(isCode ? undefined : text) ?? bestIn(displayOf, true) ?? bestIn(displayOf);
  return displayed ?? bestIn(codeText) ?? (isCode ? best(text) : undefined) ?? other;
}

function saysWhat({ system, extension }: ForeignRecord): boolean {
  return !isNullSystem(system) && (extension === undefined || !isMarkedAbsent(asRecords(extension)));
}

function displayOf(coding: ForeignRecord): string | undefined {
  return memberText(coding.display, coding['_display']);
}

/** @param beside the `_name` member, where FHIR JSON keeps the extensions of a primitive member. */
function memberText(value: unknown, beside: unknown, maxLength = USUAL): string | undefined {
  const isAbsent = beside !== undefined && isMarkedAbsent(asRecords(asRecord(beside).extension));
  return isAbsent ? undefined : asInformation(value, maxLength);
}

/** The code of a coding without a display. With a display, the code adds nothing: both may mean "Unknown". */
function codeText(coding: ForeignRecord): string | undefined {
  const code = asText(coding.display) === undefined ? asInformation(coding.code, 60) : undefined;
  const system = asText(coding.system);
  if (code === undefined || (system === undefined && isNullCode(code))) return undefined;
  return namedCode(code, system);
}

/** Has a FHIR Period ended by `now`? A missing or unreadable end counts as no; a partial date lasts to its last day. */
export function hasEnded(period: unknown, now: Date): boolean {
  const end = asRecord(period).end;
  if (typeof end !== 'string') return false;
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(end) ?? [];
  // A bare date has no zone. Its day is over everywhere on earth only 12 hours after midnight UTC.
  const nextDay = Date.UTC(
    Number(year),
    month === undefined ? 12 : Number(month) - (day ? 1 : 0),
    Number(day ?? 0) + 1,
  );
  const instant = year === undefined ? Date.parse(end) : nextDay + 12 * 60 * 60_000;
  return instant <= now.getTime();
}

/** Whether a FHIR Period begins more than a day after `now`: a bare date has no time zone. */
export function startsLater(period: unknown, now: Date): boolean {
  const { start } = asRecord(period);
  return typeof start === 'string' && Date.parse(start) > now.getTime() + 24 * 60 * 60_000;
}
