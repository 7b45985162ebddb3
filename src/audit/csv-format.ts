/** Formats CSV for spreadsheets: every cell is text and none is a formula. */

/** One line with the line break of RFC 4180. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Positions where a spreadsheet with another separator starts a new cell, quoted or not. */
const OTHER_SEPARATORS = /(?<=[;\t\r\n])/;

/**
 * Quotes every cell. Text that a spreadsheet would take for a formula gets a leading apostrophe, because values such as
 * an organization's name or an address come from outside. So does text after a semicolon or tab: many countries use
 * those as separators, and a quote in the middle of a line then does not quote.
 */
function csvCell(text: string): string {
  const parts = text.split(OTHER_SEPARATORS).map((part) => (isFormula(part) ? `'${part}` : part));
  return `"${parts.join('').replaceAll('"', '""')}"`;
}

function isFormula(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}"']*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text);
}
