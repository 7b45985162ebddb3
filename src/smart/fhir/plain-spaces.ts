/** Makes texts that are written to an EHR valid for every reading of FHIR's rule for strings, and what the review shows. */

/** FHIR R4 `string`: `[ \r\n\t\S]+`. Whether a no-break space belongs to `\S` depends on the EHR's regular expressions. */
const OTHER_SPACES = /[^\S \r\n\t]/gu;

/** Such as bidirectional overrides, which no page shows: they would turn the text around for its reader. Joiners stay. */
const INVISIBLE = /[\p{Cf}--[\u200C\u200D]]/gv;

/** The text with plain spaces in place of all others, and without invisible formatting; both arrive with pasted text. */
export function withPlainSpaces(text: string): string {
  return text.replace(INVISIBLE, '').replace(OTHER_SPACES, ' ');
}

/** For comparing the beginning of a text with what an EHR has made of it: white space and case do not count. */
export function plainKey(text: string): string {
  return withPlainSpaces(text.slice(0, 10_000)).toLowerCase().replace(/\s+/g, ' ').trim();
}
