/** A log that tests read. */
import { Writable } from 'node:stream';
import { createLog, type Log } from '#src/adapters/log.ts';

/** A line of the log, with what tests read of it. */
export interface LogLine extends Record<string, unknown> {
  supportCode?: string;
  errorCode?: string;
}

/** The lines with this support code. No other is parsed: the log of a test file has thousands. */
export function linesWith(logLines: readonly string[], supportCode: string | undefined): LogLine[] {
  if (supportCode === undefined) return [];
  const candidates = logLines.filter((text) => text.includes(supportCode));
  return candidates.map((text) => JSON.parse(text) as LogLine).filter((line) => line.supportCode === supportCode);
}

/** The product's log, which writes its JSON lines to `lines` instead of standard output. */
export function logInto(lines: string[]): Log {
  const destination = new Writable({
    write: (chunk, _encoding, written) => {
      lines.push(String(chunk));
      written();
    },
  });
  return createLog('info', destination);
}
