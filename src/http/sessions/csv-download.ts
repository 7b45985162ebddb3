/** Formats CSV for spreadsheets, and streams exports at the reader's speed, one per user at a time. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { AppError } from '#src/errors.ts';
import { adminOf } from './signed-in-user.ts';

export interface CsvSource<Row> {
  fileName: string;
  columns: readonly string[];
  /** Reads `limit` rows after the given one; fewer rows mean the end. */
  read(after: Row | undefined, limit: number): Promise<Row[]>;
  cells(row: Row): readonly string[];
}

/** @param prepare runs when the user's export may start: reads the request and records the access. */
export type ExportCsv = <Row>(
  request: Request,
  response: Response,
  prepare: () => Promise<CsvSource<Row>>,
) => Promise<void>;

const BATCH = 500;
const MOST_ROWS = 100_000;
/** A slower reader gets a part and a closed connection, so that it cannot be mistaken for the whole. */
const LONGEST_MS = 5 * 60_000;

/** At most a batch of rows is in memory. @throws 'settings.export-running', 'settings.too-many-tries' */
export function createCsvExport(limit: { take(userId: string): Promise<unknown> }): ExportCsv {
  const running = new Set<string>();
  return async (request, response, prepare) => {
    const { userId } = adminOf(request);
    if (running.has(userId)) throw new AppError('settings.export-running', 'one export of a user at a time');
    running.add(userId);
    try {
      await limit.take(userId);
      const source = await prepare();
      response.type('text/csv; charset=utf-8');
      response.setHeader('Content-Disposition', `attachment; filename="${source.fileName}"`);
      const lines = Readable.from(csvLines(source), { objectMode: false, highWaterMark: 65_536 });
      await pipeline(lines, response, { signal: AbortSignal.timeout(LONGEST_MS) }).catch((error: unknown) => {
        // After the headers no error page can follow: the reader left or was too slow. Earlier errors are failures.
        if (!response.headersSent) throw error;
      });
    } finally {
      running.delete(userId);
    }
  };
}

async function* csvLines<Row>(source: CsvSource<Row>): AsyncGenerator<string> {
  yield csvLine(source.columns);
  let after: Row | undefined;
  for (let written = 0; written < MOST_ROWS; ) {
    // oxlint-disable-next-line no-await-in-loop -- page by page, so that memory stays small
    const rows = await source.read(after, BATCH);
    yield rows.map((row) => csvLine(source.cells(row))).join('');
    written += rows.length;
    after = rows.at(-1);
    if (rows.length < BATCH) return;
  }
}

/** One line with the line break of RFC 4180. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Positions where a spreadsheet with another separator starts a new cell, quoted or not. */
const OTHER_SEPARATORS = /(?<=[;\t\r\n])/;

/** Quoted; what a spreadsheet would take for a formula gets an apostrophe, also after a semicolon or tab. */
function csvCell(text: string): string {
  const parts = text.split(OTHER_SEPARATORS).map((part) => (isFormula(part) ? `'${part}` : part));
  return `"${parts.join('').replaceAll('"', '""')}"`;
}

/** The text of a cell without the apostrophes that {@link csvLine} puts into it. */
export function plainCell(cell: string): string {
  const parts = cell.split(OTHER_SEPARATORS);
  return parts.map((part) => (part.startsWith("'") && isFormula(part.slice(1)) ? part.slice(1) : part)).join('');
}

function isFormula(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}"']*[=+\-@|%＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text);
}
