/** A log that tests read. */
import { Writable } from 'node:stream';
import { createLog, type Log } from '#src/adapters/log.ts';

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
