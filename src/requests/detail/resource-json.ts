/** The FHIR resource of a request as text for support staff. */
const MOST_CHARACTERS = 60_000;

/**
 * Indented JSON, cut where it is too long. Invisible formatting stands as its escape, so that no text can change how the
 * rest of it reads. It is not HTML-safe: views escape.
 */
export function resourceJson(resource: unknown): string {
  const text = stringify(resource);
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
  const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return cut.toWellFormed().replace(/\p{Cf}/gu, escaped);
}

/** Nested too deeply to be written down is no reason to fail. */
function stringify(resource: unknown): string {
  try {
    return JSON.stringify(resource, undefined, 2) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return 'This resource is nested too deeply to be shown.';
    throw error;
  }
}
