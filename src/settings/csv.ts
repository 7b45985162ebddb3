/** Reads a table that an administrator edits as CSV (RFC 4180), so that every problem can name its line. */
import { plainCell } from '#src/http/sessions/csv-download.ts';
import { plainKey } from '#src/smart/fhir/plain-spaces.ts';

export interface CsvRow {
  /** The number of its first line, as an editor counts lines: the header is line 1. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

export type CsvTable =
  | { readonly ok: true; readonly rows: readonly CsvRow[] }
  | { readonly ok: false; readonly problem: string };

const MOST_ROWS = 500;

/** Ignores empty rows and unknown columns. @param columns must be in the header, in any order. @param others may be. */
export function readCsv(text: string, columns: readonly string[], others: readonly string[] = []): CsvTable {
  const lines = csvCells(text);
  if (!lines)
    return { ok: false, problem: `line ${lineOfLastQuote(text)}: this quoted cell, or one above it, has no end` };
  const unreadable = text.split(/\r\n?|\n/).findIndex((line) => line.includes('\uFFFD')) + 1;
  if (unreadable > 0)
    return { ok: false, problem: `line ${unreadable} has letters that cannot be read: save the file as UTF-8` };
  const [header = [], ...rest] = lines;
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    return { ok: false, problem: `line 1 must name the columns ${missing.join(', ')}, separated by commas` };
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
  if (long)
    return { ok: false, problem: `line ${long} has more cells than line 1: put quotes around cells that have a comma` };
  const rounded = filled.find(({ cells }) => cells.some((cell) => /^\d[.,]?\d*E\+\d+$/i.test(cell)))?.number;
  if (rounded)
    return { ok: false, problem: `line ${rounded} has a rounded number: format its column as text and type it again` };
  if (filled.length > MOST_ROWS) return { ok: false, problem: `must have at most ${MOST_ROWS} rows` };
  return {
    ok: true,
    rows: filled.map(({ number, cells }) => ({
      number,
      // On one line, as a browser posts it.
      cells: Object.fromEntries(
        known.map(([column, place]) => [column, (cells[place] ?? '').replaceAll('\n', ' ').trim()]),
      ),
    })),
  };
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
  const table = readCsv(text, [], columns);
  const all = table.ok ? table.rows : [];
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

/** The words in a cell, in small letters, as people list them: between white space, commas, semicolons or bars. */
export function wordsIn(cell: string): string[] {
  return cell.toLowerCase().match(/[^\s,;|]+/g) ?? [];
}

/** The line of the last quote: it opens the cell that has no end, or stands in it. */
function lineOfLastQuote(text: string): number {
  return text.slice(0, text.lastIndexOf('"')).split('\n').length;
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
