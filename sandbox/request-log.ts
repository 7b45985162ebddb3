/** Logs every received request, so that tests see what an app really sent. */
import type { IncomingMessage } from 'node:http';
import type { RequestLog, SandboxRequest } from './contract.ts';

/** An array that can be emptied in place, so that a test keeps its reference. */
export function createRequestLog(): RequestLog {
  const log: SandboxRequest[] = [];
  return Object.assign(log, { clear: () => void log.splice(0) });
}

/** Resolves with the body when it has arrived, before a handler reads it if it fits the buffer. */
export type Arrival = Promise<string>;

/** Adds a request to the log. It copies the body as it arrives; the handlers still get it. */
export function record(log: RequestLog, request: IncomingMessage, at: Date): Arrival {
  const chunks: Buffer[] = [];
  const text = () => Buffer.concat(chunks).toString();
  log.push({
    at,
    method: request.method ?? '',
    path: request.url ?? '',
    headers: { ...request.headers },
    get body() {
      return text();
    },
  });
  return new Promise((resolve) => {
    const push = request.push.bind(request);
    request.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk instanceof Buffer) chunks.push(chunk);
      const wantsMore = push(chunk, encoding);
      // A full buffer waits until a handler reads, so a caller that waits for the end is released now.
      if (chunk === null || !wantsMore) resolve(text());
      return wantsMore;
    };
    request.once('close', () => resolve(text()));
    if (request.complete) resolve(text());
  });
}
