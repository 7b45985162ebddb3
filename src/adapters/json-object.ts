/** Reads untrusted JSON: a text, an object or a member of one. */

/** An object with unknown members, known to be neither null nor an array. */
export type JsonObject = { readonly [member: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON, with or without a byte order mark; undefined for invalid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** Parses a JSON object; undefined for anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isJsonObject(value) ? value : undefined;
}

/** The objects in a list; other entries are dropped. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Twice the longest URL. An address, a name or a code that is longer is none, and is neither parsed nor stored. */
const LONGEST_TEXT = 4_096;

/** A member's value, if it is a text of 1 to 4,096 characters. */
export function textMember(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT ? value : undefined;
}

/** The texts in a member that is a list; undefined when it is not a list. */
export function listMember(object: JsonObject | undefined, name: string): string[] | undefined {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
