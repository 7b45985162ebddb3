/** The audit trail as a table for a spreadsheet, with every cell a text and none a formula. */

/** One line, ended as RFC 4180 has it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Where a spreadsheet set to another separator begins a new cell, quoted or not. */
const OTHER_SEPARATORS = /(?<=[;\t\r\n])/;

/**
 * Quoted always. What a spreadsheet would take for a formula gets an apostrophe in front: values such as an
 * organization's name or an address come from outside. So does what follows a semicolon or tab: in many countries those
 * separate cells, and a quote in the middle of a line then quotes nothing.
 */
function csvCell(text: string): string {
  const parts = text.split(OTHER_SEPARATORS).map((part) => (isFormula(part) ? `'${part}` : part));
  return `"${parts.join('').replaceAll('"', '""')}"`;
}

function isFormula(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}"']*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text);
}
