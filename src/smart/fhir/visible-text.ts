/** Whether a text shows anything. Many characters leave no mark on a page, and a field of such characters is empty. */

/** Spaces of all kinds, controls, joiners, selectors, tags and the letters that fonts draw as nothing. */
const UNSEEN =
  /[\s\p{Cc}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\uFFFD\u{13441}\u{13442}\u{1D159}]/gv;

/** Accents and vowel signs alone stand on nothing. */
const MARK = /\p{M}/gu;

/**
 * How many UTF-16 units of a text can be seen, accents included; spaces and everything invisible do not count.
 *
 * @returns 0 for a text of invisible characters or of accents alone.
 */
export function visibleLength(text: string): number {
  const seen = text.toWellFormed().replace(UNSEEN, '');
  return seen.replace(MARK, '') === '' ? 0 : seen.length;
}
