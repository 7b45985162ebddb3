/** Makes texts that are written to an EHR valid for every reading of FHIR's rule for strings. */

/** FHIR R4 `string`: `[ \r\n\t\S]+`. Whether a no-break space belongs to `\S` depends on the EHR's regular expressions. */
const OTHER_SPACES = /[^\S \r\n\t]/gu;

/** The text with plain spaces in place of all others, which arrive with text that is pasted. */
export function withPlainSpaces(text: string): string {
  return text.replace(OTHER_SPACES, ' ');
}
