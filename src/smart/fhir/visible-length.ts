/** Measures the visible part of a text. A field of characters that leave no mark on a page counts as empty. */

/** Spaces of all kinds, controls, joiners, selectors, tags and letters that fonts do not draw. */
const UNSEEN =
  /[\s\p{Cc}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\uFFFD\u{13441}\u{13442}\u{1D159}]/gv;

/** Accents and vowel signs; without a letter they are not visible. */
const MARK = /\p{M}/gu;

/** Visible UTF-16 units, without spaces and invisible characters; 0 for accents alone. */
export function visibleLength(text: string): number {
  const seen = text.toWellFormed().replace(UNSEEN, '');
  return seen.replace(MARK, '') === '' ? 0 : seen.length;
}
