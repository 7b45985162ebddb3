/** A gateway before the mock EHR that changes one thing on the way, as those of hospitals do. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { SandboxOptions } from '#sandbox/sandbox.ts';

/** What the gateway changes, and where. */
export interface Meddling {
  path: RegExp;
  /** Answers in place of the EHR. */
  answer?: (answer: ServerResponse) => void;
  /** Changes what the EHR gets. */
  headers?: (headers: IncomingHttpHeaders) => void;
  /** Changes what the EHR answers. */
  body?: (text: string) => string;
  status?: (answered: number) => number;
  /** Drops the query. */
  isQueryLost?: true;
}

export const atPath = (path: RegExp, change: Omit<Meddling, 'path' | 'answer'>): Meddling => ({
  path,
  ...change,
});

/** A page of the gateway's own. */
export const page = (
  path: RegExp,
  status: number,
  type = 'text/html; charset=utf-8',
  body = '<h1>Blocked</h1>',
): Meddling => ({
  path,
  answer: (answer) => answer.writeHead(status, { 'content-type': type }).end(body),
});

export const redirect = (path: RegExp, status: number, location: string): Meddling => ({
  path,
  answer: (answer) => answer.writeHead(status, { location }).end(),
});

/** Starts a gateway; `options` make a mock EHR that stands behind it and names its address in all documents. */
export async function startGateway(
  meddling: Meddling,
): Promise<{ options: Partial<SandboxOptions>; close: () => void }> {
  let ehrPort = 0;
  const server = createServer((incoming, answer) => {
    const { headers, answer: answerInstead, ...changes } = meddling.path.test(incoming.url ?? '') ? meddling : {};
    headers?.(incoming.headers);
    if (answerInstead) answerInstead(answer);
    else pass(incoming, answer, ehrPort, changes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const origin = (ownPort: number) => {
    ehrPort = ownPort;
    return `http://localhost:${port}`;
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { options: { origin }, close };
}

function pass(
  incoming: IncomingMessage,
  answer: ServerResponse,
  port: number,
  { body = (text) => text, status = (answered) => answered, isQueryLost }: Omit<Meddling, 'path' | 'answer'>,
): void {
  const { method, headers } = incoming;
  const url = isQueryLost ? incoming.url?.split('?')[0] : incoming.url;
  const sent = request({ port, host: '127.0.0.1', method, path: url, headers }, (answered) => {
    const pieces: Buffer[] = [];
    answered.on('data', (piece: Buffer) => pieces.push(piece));
    answered.on('end', () => {
      const { 'content-length': _length, 'transfer-encoding': _coding, ...rest } = answered.headers;
      answer.writeHead(status(answered.statusCode ?? 502), rest).end(body(Buffer.concat(pieces).toString('utf8')));
    });
  });
  sent.on('error', () => answer.destroy());
  incoming.pipe(sent);
}
