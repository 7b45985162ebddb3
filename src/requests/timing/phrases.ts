/** The common form of an element's words, so that no part of the element is dropped without a notice. */
import { isJsonObject } from '#src/adapters/json-object.ts';
import { asRecords, type ForeignRecord } from '#src/smart/fhir/fields.ts';
import { isMarkedAbsent, isNullSystem, saysMasked, saysNothing } from '#src/smart/fhir/no-information.ts';

/** What an element says, part by part. `null` is a part that has no words here: the EHR has more. */
export type Phrases = readonly (string | null)[];

/** Some databases know no missing day, and write their first one. */
const BEFORE_ANY_REQUEST = /^(?:1[0-8]\d\d-\d\d-\d\d|19[0-6]\d-\d\d-\d\d|1970-01-01)(?:T|$)/;

/** Whether a member is given at all; FHIR never gives meaning to an empty value, and some say only that there is none. */
export function isGiven(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && !saysNothing(value) && !BEFORE_ANY_REQUEST.test(value);
  if (Array.isArray(value)) return value.some((item) => Array.isArray(item) || isGiven(item));
  return value !== undefined && value !== null && !(isJsonObject(value) && saysAbsent(value));
}

/** An element, or the `_name` beside a primitive, that holds nothing but the reason why it has no value. */
function saysAbsent(element: ForeignRecord): boolean {
  const { extension } = element;
  if (isNullSystem(element.system)) return true;
  const reasons = asRecords(extension);
  const isReason = isMarkedAbsent(reasons) && !reasons.some(saysMasked);
  let hasMembers = false;
  // This makes no list of the members, because it runs for every request of a list.
  for (const name in element) {
    if (name === 'id' || name === 'extension') continue;
    if (isGiven(element[name])) return false;
    hasMembers = true;
  }
  return isReason || (hasMembers && !isGiven(extension));
}

/** The items of a repeating element of primitives; a single value counts as a list of one. */
export function listOf(value: unknown): unknown[] {
  return isGiven(value) ? [value].flat() : [];
}

/** One `null` for members besides these, including extensions and siblings of primitives (`_event`). */
export function otherMembers(record: ForeignRecord, known: readonly string[]): Phrases {
  for (const name in record) {
    if (name === 'id' || known.includes(name) || !isGiven(record[name])) continue;
    if (name !== 'extension' || !saysAbsent({ extension: record['extension'] })) return [null];
  }
  return [];
}

/** A number or a range of numbers; with `high` alone, a number up to it. */
export interface Span {
  readonly low?: number;
  readonly high?: number;
}

/** A pair such as `count` and `countMax`; undefined when neither is given, `null` when they make no span. */
export function readSpan(from: unknown, to: unknown, kind: 'whole' | 'decimal' = 'whole'): Span | null | undefined {
  const [low, high] = [from, to].map(asNumber);
  if (!isGiven(low) && !isGiven(high)) return undefined;
  if ((isGiven(low) && !isAmount(low, kind)) || (isGiven(high) && !isAmount(high, kind))) return null;
  const span = { ...(isGiven(low) ? { low: Number(low) } : {}), ...(isGiven(high) ? { high: Number(high) } : {}) };
  return span.low !== undefined && span.high !== undefined && span.low > span.high ? null : span;
}

/** The number, if the span is a single one. */
export function singleOf({ low, high }: Span): number | undefined {
  return high === undefined || high === low ? low : undefined;
}

/** Such as "3", "1–2" or "up to 3". */
export function spanText(span: Span): string {
  return String(singleOf(span) ?? (span.low === undefined ? `up to ${span.high}` : `${span.low}–${span.high}`));
}

/** Some servers write numbers as texts. */
function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,6}(?:\.\d{1,6})?$/.test(value) ? Number(value) : value;
}

/** More minutes than there are in a month. */
const MOST = 50_000;

/** Whether a value is a plausible number: a greater one is an error, which only the EHR can explain. */
function isAmount(value: unknown, kind: 'whole' | 'decimal'): value is number {
  if (typeof value !== 'number' || !(value > 0 && value <= MOST)) return false;
  return kind === 'whole' ? Number.isInteger(value) : String(value).length <= 7;
}
