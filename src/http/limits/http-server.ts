/** The HTTP server, with limits for slow, silent or greedy clients, independent of the app. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { createVisitorCap } from './visitor-cap.ts';

/** Deadlines in milliseconds and sizes; tests use shorter ones. */
const LIMITS = {
  /** From the connection, or the end of the previous response, to the end of the headers. */
  headersMs: 10_000,
  /** To the end of the body. */
  requestMs: 20_000,
  /** From the request's headers to the last byte of the response, however slowly it is read. */
  answerMs: 120_000,
  connections: 5_000,
  /** A whole hospital may share one address; each browser opens up to six short-lived connections. */
  connectionsPerVisitor: 500,
  /** A launch value of 4 kB, percent-encoded, beside the cookies of twenty open charts (LA-06). */
  headerBytes: 32_768,
};

export type ServerLimits = typeof LIMITS;

/** Closes stalled connections. @param isProxy carries all visitors (TRUST_PROXY), so only the total limit applies. */
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
      // How often the server searches for overdue connections.
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs / 2),
    },
    limitRequests(listener, limits.answerMs),
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
  return server;
}

/** Browsers and proxies wait for each answer before they send the next request. */
const MOST_AHEAD = 4;

/** Must come before all else that a request costs, because Node calls the listener for all of a piece at once. */
function limitRequests(listener: RequestListener, answerMs: number): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  const add = (socket: Socket, more: 1 | -1) => {
    const count = (unanswered.get(socket) ?? 0) + more;
    unanswered.set(socket, count);
    return count;
  };
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    if (isReadDifferently(request) || add(socket, 1) > MOST_AHEAD) return void socket.destroy();
    const deadline = setTimeout(() => socket.destroy(), answerMs);
    response.once('close', () => {
      clearTimeout(deadline);
      add(socket, -1);
    });
    listener(request, response);
  };
}

/** A coding that servers frame differently (RFC 9112, 6.1): Node takes it, and neither browsers nor proxies send it. */
function isReadDifferently({ httpVersion, headers }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  return coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked');
}
