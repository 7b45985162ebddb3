/** The HTTP server: what a slow, silent or greedy visitor may take of it, whatever the app does. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { createVisitorCap } from './visitor-cap.ts';

/** Deadlines in milliseconds and sizes; tests bring shorter ones. */
export interface ServerLimits {
  /** From the connection, or from the end of the answer before, to the end of the headers. */
  headersMs: number;
  /** To the end of the body. */
  requestMs: number;
  /** From the headers of the request to the last byte of the answer, however slowly it is read. */
  answerMs: number;
  connections: number;
  /** Whole hospitals come from one address, each browser with up to six connections that live for seconds. */
  connectionsPerVisitor: number;
  headerBytes: number;
}

/** A launch value of 4 kB, percent-encoded, beside the cookies of twenty open charts (LA-06). */
const HEADER_BYTES = 32_768;

const LIMITS: ServerLimits = {
  headersMs: 10_000,
  requestMs: 20_000,
  answerMs: 120_000,
  connections: 5_000,
  connectionsPerVisitor: 500,
  headerBytes: HEADER_BYTES,
};

/**
 * A server that closes what does not go on.
 *
 * @param isProxy whether an address is one of our own proxies (TRUST_PROXY): its connections carry everybody, so they are
 *   bounded together and not as one visitor's; the app counts the requests behind it by visitor.
 */
export function createHttpServer(
  listener: RequestListener,
  isProxy: (address: string) => boolean,
  limits: ServerLimits = LIMITS,
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      // What is overdue is looked for this often.
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs / 2),
    },
    listener,
  );
  server.maxConnections = limits.connections;
  const visitors = createVisitorCap(limits.connectionsPerVisitor);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (isProxy(address)) return;
    const leave = visitors.enter(address);
    if (leave) socket.once('close', leave);
    else socket.destroy();
  });
  server.on('request', (request, response) => {
    const deadline = setTimeout(() => request.socket.destroy(), limits.answerMs);
    response.once('close', () => clearTimeout(deadline));
  });
  return server;
}
