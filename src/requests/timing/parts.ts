/** The common form of an element's words, so that no part of the element is dropped without a notice. */
import type { ForeignRecord } from '#src/smart/fhir/fields.ts';

/** What an element says, part by part. `null` is a part that has no words here: the EHR has more. */
export type Phrases = readonly (string | null)[];

/** Whether a member is given at all; FHIR never gives meaning to an empty value. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** The items of a repeating element of primitives; a single value counts as a list of one. */
export function listOf(value: unknown): unknown[] {
  return isGiven(value) ? [value].flat() : [];
}

/**
 * One `null` if an element has members besides these, including extensions and the siblings of primitives (`_event`).
 */
export function otherMembers(record: ForeignRecord, known: readonly string[]): Phrases {
  for (const name in record) if (name !== 'id' && !known.includes(name) && isGiven(record[name])) return [null];
  return [];
}

/** A number or a range of numbers; with `high` alone, a number up to it. */
export interface Span {
  readonly low?: number;
  readonly high?: number;
}

/** A pair such as `count` and `countMax`; undefined when neither is given, `null` when they make no span. */
export function readSpan(low: unknown, high: unknown, kind: 'whole' | 'decimal' = 'whole'): Span | null | undefined {
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

const MOST = 10_000;

/** Whether a value is a plausible number: a greater one is an error, which only the EHR can explain. */
function isAmount(value: unknown, kind: 'whole' | 'decimal'): value is number {
  if (typeof value !== 'number' || !(value > 0 && value <= MOST)) return false;
  return kind === 'whole' ? Number.isInteger(value) : String(value).length <= 7;
}
