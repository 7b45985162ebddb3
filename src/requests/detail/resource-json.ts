/** The FHIR resource of a request as text for support staff. */
const MOST_CHARACTERS = 60_000;

/**
 * Indented JSON, truncated where it is too long. Invisible formatting characters are written as escapes, so that no
 * text can change how the rest of it is displayed. The text is not HTML-safe: views escape it.
 */
export function resourceJson(resource: unknown): string {
  const text = stringify(resource);
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
  const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return cut.toWellFormed().replace(/\p{Cf}/gu, escaped);
}

/** A resource that is nested too deeply to be serialized does not fail the page. */
function stringify(resource: unknown): string {
  try {
    return JSON.stringify(resource, undefined, 2) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return 'This resource is nested too deeply to be shown.';
    throw error;
  }
}
