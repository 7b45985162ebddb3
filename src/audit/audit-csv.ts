/** The audit trail as a table for a spreadsheet, with every cell a text and none a formula. */

/** One line, ended as RFC 4180 has it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Quoted always. What a spreadsheet would take for a formula gets an apostrophe in front: values such as an
 * organization's name or an address come from outside.
 */
function csvCell(text: string): string {
  const isFormula = /^[\s\p{Cc}\p{Cf}]*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text);
  return `"${isFormula ? "'" : ''}${text.replaceAll('"', '""')}"`;
}
