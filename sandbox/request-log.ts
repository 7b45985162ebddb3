/** The log of everything the sandbox received: an app is judged by what it really sent. */
import type { IncomingMessage } from 'node:http';
import type { RequestLog, SandboxRequest } from './contract.ts';

/** An array that can be emptied in place, so that a test keeps its reference. */
export function createRequestLog(): RequestLog {
  const log: SandboxRequest[] = [];
  return Object.assign(log, { clear: () => void log.splice(0) });
}

/** Resolves with the body once all of it has arrived; long before a handler reads it, as far as it fits the buffer. */
export type Arrival = Promise<string>;

/** Adds a request to the log; its body is listened in on as it arrives, without taking it from the handlers. */
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
      // A full buffer waits for the handler to read: a caller that waits for the end must not wait any longer.
      if (chunk === null || !wantsMore) resolve(text());
      return wantsMore;
    };
    request.once('close', () => resolve(text()));
    if (request.complete) resolve(text());
  });
}
