/** Reads untrusted JSON: a text, an object, one of its members. */

/** An object of unknown members, proved to be neither null nor an array. */
export type JsonObject = { readonly [member: string]: unknown };

/** Neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON a text holds, with or without a byte order mark; undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** The JSON object a text holds; undefined for anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isJsonObject(value) ? value : undefined;
}

/** The objects of a list; every other entry is dropped. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** A member that is a non-empty text. */
export function textMember(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a member that is a list; undefined when it is none. */
export function listMember(object: JsonObject | undefined, name: string): string[] | undefined {
  const value = object?.[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : undefined;
}
