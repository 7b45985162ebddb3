/** A round-robin proxy on loopback before several instances of the product; skips those that do not answer. */
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** Closes the proxy, not the instances. */
export interface RoundRobin {
  close(): Promise<void>;
}

interface Upstream {
  port: number;
  isAlive: boolean;
}

const LOOK_EVERY_MS = 500;
/** The product's forms are smaller. */
const MOST_BODY_BYTES = 256 * 1_024;

/** Streams answers and sets X-Forwarded-For and -Proto. @param port to listen on, loopback only. */
export async function startRoundRobin(port: number, upstreamPorts: readonly number[]): Promise<RoundRobin> {
  const upstreams = upstreamPorts.map((upstreamPort): Upstream => ({ port: upstreamPort, isAlive: true }));
  let turn = 0;
  /** The live instances in turn; if none seems live, all of them, because the last probe may be outdated. */
  const candidates = (): Upstream[] => {
    turn = (turn + 1) % upstreams.length;
    const inTurn = [...upstreams.slice(turn), ...upstreams.slice(0, turn)];
    const living = inTurn.filter(({ isAlive }) => isAlive);
    return living.length > 0 ? living : inTurn;
  };
  const server = createServer((request, response) => {
    forward(request, response, candidates()).catch(() => fail(response));
  });
  const timer = setInterval(() => {
    for (const upstream of upstreams) void look(upstream);
  }, LOOK_EVERY_MS);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    close: async () => {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function look(upstream: Upstream): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${upstream.port}/health/live`, {
    signal: AbortSignal.timeout(LOOK_EVERY_MS * 2),
  }).catch(() => undefined);
  upstream.isAlive = answer?.ok === true;
}

/** Passes the request to the next instance if one cannot be reached, or fails before it answers a GET. */
async function forward(request: IncomingMessage, response: ServerResponse, upstreams: Upstream[]): Promise<void> {
  const body = await bodyOf(request);
  for (const upstream of upstreams) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other until one answers
      return await passOn(request, body, response, upstream);
    } catch (error) {
      upstream.isAlive = false;
      const neverReached = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
      if (response.headersSent || !(neverReached || request.method === 'GET')) throw error;
    }
  }
  fail(response);
}

function passOn(request: IncomingMessage, body: Buffer, response: ServerResponse, upstream: Upstream): Promise<void> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers, socket } = request;
    const forwarded = { 'x-forwarded-for': socket.remoteAddress ?? '', 'x-forwarded-proto': 'http' };
    const options = { host: '127.0.0.1', port: upstream.port, method, path, agent: false as const };
    const sent = ask({ ...options, headers: { ...headers, ...forwarded, connection: 'close' } }, (answer) => {
      const { connection: _hop, 'keep-alive': _hops, 'transfer-encoding': _coding, ...kept } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, kept);
      answer.pipe(response);
      answer.once('error', reject);
      answer.once('end', resolve);
    });
    sent.once('error', reject);
    response.once('close', () => {
      if (response.writableFinished) return;
      sent.destroy();
      resolve();
    });
    sent.end(body);
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MOST_BODY_BYTES) throw new RangeError('the body is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function fail(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, { 'content-type': 'text/plain' }).end('No instance answers.\n');
}
