/** Reads a boolean that some servers write as a text or a number. */
import { asRecord, type ForeignRecord } from '#src/smart/fhir/fields.ts';

/** `unclear`: there is a value that is neither yes nor no. */
export type Flag = boolean | 'unclear' | undefined;

const WORDS = new Map<unknown, boolean>([
  ...['true', 't', 'yes', 'y', '1', 'on'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', '0', 'off'].map((word) => [word, false] as const),
]);

/** The boolean member `name` of an element; an extension without a value, which FHIR allows, is unclear. */
export function flagOf(element: ForeignRecord, name: string): Flag {
  const flag = readFlag(element[name]);
  return flag === undefined && asRecord(element[`_${name}`]).extension !== undefined ? 'unclear' : flag;
}

function readFlag(value: unknown): Flag {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) {
    const flags = new Set(value.slice(0, 10).map((item) => (Array.isArray(item) ? 'unclear' : readFlag(item))));
    return flags.size > 1 ? 'unclear' : [...flags][0];
  }
  const isWord = typeof value === 'string' || typeof value === 'number';
  return (isWord ? WORDS.get(String(value).trim().toLowerCase()) : undefined) ?? 'unclear';
}
