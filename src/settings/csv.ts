/** Reads a table that an administrator edits as CSV (RFC 4180), so that every problem can name its line. */
import { plainCell } from '#src/http/sessions/csv-download.ts';
import { plainKey } from '#src/smart/fhir/plain-spaces.ts';

export interface CsvRow {
  /** The number of its first line, as an editor counts lines: the header is line 1. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

const MOST_ROWS = 500;

/**
 * Ignores empty rows and unknown columns; with a problem there are no rows.
 * @param columns must be in the header, in any order. @param others may be.
 */
export function readCsv(text: string, columns: readonly string[], others: readonly string[] = []) {
  const refuse = (problem: string) => ({ rows: [], problems: [problem] });
  const lines = csvCells(text);
  if (!lines) {
    // The last quote opens the cell that has no end, or stands in it.
    const last = text.slice(0, text.lastIndexOf('"')).split('\n').length;
    return refuse(`line ${last}: this quoted cell, or one above it, has no end`);
  }
  const unreadable = text.split(/\r\n?|\n/).findIndex((line) => line.includes('\uFFFD')) + 1;
  if (unreadable > 0) return refuse(`line ${unreadable} has letters that cannot be read: save the file as UTF-8`);
  const [header = [], ...rest] = lines;
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) return refuse(`line 1 must name the columns ${missing.join(', ')}, separated by commas`);
  const places = [...columns, ...others].map((column) => [column, names.lastIndexOf(column)] as const);
  const known = places.filter(([, place]) => place >= 0);
  // A quoted cell may span several lines.
  const linesOf = (cells: readonly string[]) => cells.join('').split('\n').length;
  let next = 1 + linesOf(header);
  const rows = rest.map((cells) => {
    const number = next;
    next += linesOf(cells);
    return { number, cells };
  });
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const long = filled.find(({ cells }) => cells.length > header.length)?.number;
  if (long) return refuse(`line ${long} has more cells than line 1: put quotes around cells that have a comma`);
  const rounded = filled.find(({ cells }) => cells.some((cell) => /^\d[.,]?\d*E\+\d+$/i.test(cell)))?.number;
  if (rounded) return refuse(`line ${rounded} has a rounded number: format its column as text and type it again`);
  if (filled.length > MOST_ROWS) return refuse(`must have at most ${MOST_ROWS} rows`);
  // On one line, as a browser posts it.
  const textOf = (cell = '') => cell.replaceAll('\n', ' ').trim();
  const read = filled.map(({ number, cells }): CsvRow => {
    const named = known.map(([column, place]) => [column, textOf(cells[place])]);
    return { number, cells: Object.fromEntries(named) };
  });
  return { rows: read, problems: [] };
}

/** Such as bidirectional overrides, which turn the text of a page around. Joiners, of which some scripts need one, stay. */
const INVISIBLE = /(?![\u200C\u200D])[\p{Cf}\p{Zl}\p{Zp}]/u;

/** Columns unknown or twice, invisible characters, rows alike; saved tables are still read. @param nameOf of a row */
export function doubtsIn(
  text: string,
  columns: readonly string[],
  nameOf: (cells: CsvRow['cells']) => readonly [kind: string, name?: string | undefined, within?: string | undefined],
): string[] {
  const seen = new Set<string>();
  const isRepeated = (key: string) => seen.size === seen.add(key).size;
  const header = (csvCells(text)?.[0] ?? []).map((name) => name.trim().toLowerCase()).filter(Boolean);
  const odd = header.filter((name) => isRepeated(name) || !columns.includes(name)).join(', ');
  const { rows: all } = readCsv(text, [], columns);
  const rows = all.map(({ number, cells }) => ({ number, name: nameOf(cells) }));
  const twice = rows.filter(({ name: [kind, name = '', within] }) => isRepeated(`${kind} ${within} ${plainKey(name)}`));
  const invisible = all.flatMap(({ number, cells }) =>
    Object.entries(cells).flatMap(([column, cell]) => (INVISIBLE.test(cell) ? `line ${number}: ${column}` : [])),
  );
  return [
    ...invisible.map((cell) => `${cell} has an invisible character or a mark of direction: type it again`),
    ...(odd === '' ? [] : [`line 1 has columns that are not known, or there twice: ${odd.slice(0, 100)}`]),
    ...twice.map(({ number, name: [kind, name] }) => `line ${number}: ${kind} ${name} is there already`),
  ];
}

/** The problems of one row, those that are none left out. */
export function atRow(number: number, problems: readonly (string | false)[]): string[] {
  return problems.filter((problem) => problem !== false).map((problem) => `line ${number}: ${problem}`);
}

/** The words in a cell, in small letters, as people list them: between white space, commas, semicolons or bars. */
export function wordsIn(cell: string): string[] {
  return cell.toLowerCase().match(/[^\s,;|]+/g) ?? [];
}

/** With the header; undefined if a quoted cell has no end. Semicolons or tabs separate, if the header has no comma. */
export function csvCells(table: string): string[][] | undefined {
  const text = table.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const [header = ''] = text.split('\n', 1);
  const separator = [',', ';', '\t'].find((one) => header.includes(one)) ?? ',';
  const rows: string[][] = [[]];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (isQuoted && letter === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (isQuoted || cell.trim() === '')) isQuoted = !isQuoted;
    else if (!isQuoted && (letter === separator || letter === '\n')) {
      rows.at(-1)?.push(plainCell(cell));
      cell = '';
      if (letter === '\n') rows.push([]);
    } else cell += letter;
  }
  rows.at(-1)?.push(plainCell(cell));
  return isQuoted ? undefined : rows;
}
