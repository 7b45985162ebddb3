/**
 * Real sockets at the product's server: slow, silent and greedy visitors lose their connections, and others keep
 * theirs.
 */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createApp } from '#src/app.ts';
import { createHttpServer, type ServerLimits } from '#src/http/limits/http-server.ts';
import { limitRequestsUnderWay } from '#src/http/limits/visitor-cap.ts';
import { useWorld } from '#test/helpers/world.ts';

const LIMITS: ServerLimits = {
  headersMs: 300,
  requestMs: 600,
  answerMs: 900,
  connections: 50,
  connectionsPerVisitor: 5,
  headerBytes: 32_768,
};
const AGES: ServerLimits = { ...LIMITS, headersMs: 600_000, requestMs: 600_000, answerMs: 600_000 };
const HEALTH = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';

const world = useWorld({ env: { TRUST_PROXY: '127.0.0.1' } });
const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Starts the product's server with the product's app, or with a listener. */
async function serve(options: {
  limits?: ServerLimits;
  isProxy?: boolean;
  app?: Parameters<typeof createHttpServer>[0];
}) {
  const { limits = LIMITS, isProxy = false, app = createApp(world.dependencies) } = options;
  const server = createHttpServer(app, () => isProxy, limits);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Reads everything until the other side closes. */
async function until(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => void pieces.push(piece));
  // `once` of node:events is not used, because it would treat a reset after the answer as an error.
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(pieces).toString();
}

async function answerOf(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [piece] = (await once(socket, 'data')) as [Buffer];
  return piece.toString().split('\r\n')[0] ?? '';
}

test.for([
  ['nothing at all', ''],
  ['half a request line', 'GET /health'],
  ['headers without an end', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: 1\r\n'],
  [
    'a body without an end',
    'POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3000\r\n\r\ncsrf=',
  ],
] as const)('%s is closed at its deadline', async ([, text]) => {
  const socket = await open(await serve({}));
  if (text !== '') socket.write(text);
  expect(await until(socket)).toMatch(/^(?:HTTP\/1\.1 408|$)/);
});

test('a connection with a slow body is closed, however often a byte arrives', async () => {
  const socket = await open(await serve({}));
  socket.write('POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000\r\n');
  socket.write('Content-Type: application/x-www-form-urlencoded\r\n\r\n');
  const drip = setInterval(() => socket.write('a'), 20);
  expect(await until(socket)).toMatch(/^HTTP\/1\.1 408/);
  clearInterval(drip);
});

test('a response that the client does not read is aborted', async () => {
  const app = (_request: unknown, response: ServerResponse) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      response.once('drain', more);
    };
    more();
  };
  const port = await serve({ app });
  const [server] = servers as [Server];
  const closed = once(server, 'connection').then(([accepted]) => once(accepted as Socket, 'close'));
  const socket = await open(port);
  socket.pause();
  socket.write(HEALTH);
  await closed;
});

test.for([
  ['never answered', () => undefined],
  ['answered at once', (response: ServerResponse) => void response.end('x')],
] as [string, (response: ServerResponse) => void][])(
  'of 500 requests in one piece, each %s, at most four begin, and the connection closes',
  async ([, answer]) => {
    let begun = 0;
    const app = (_request: unknown, response: ServerResponse) => {
      begun += 1;
      answer(response);
    };
    const socket = await open(await serve({ app, limits: AGES }));
    socket.write(HEALTH.repeat(500));
    await until(socket);
    expect(begun).toBe(4);
  },
);

test('a connection is used again and again by requests that wait for their answers', async () => {
  const socket = await open(await serve({ limits: AGES }));
  const answers: string[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other is what this tests
  for (let count = 0; count < 20; count += 1) answers.push(await answerOf(socket, HEALTH));
  expect(answers).toEqual(Array(20).fill('HTTP/1.1 200 OK'));
});

test('one visitor has a limited number of connections, which are free again after they close', async () => {
  const port = await serve({ limits: AGES });
  const held = await Promise.all(Array.from({ length: 5 }, () => open(port)));
  expect(await until(await open(port))).toBe('');
  expect(await answerOf(held[0] as Socket, HEALTH)).toBe('HTTP/1.1 200 OK');
  held[1]?.destroy();
  // The server notices the closed socket a little later; it closes sockets that come before that, so they try again.
  const answer = async (): Promise<string> => {
    const socket = await open(port);
    const first = await Promise.race([answerOf(socket, HEALTH), once(socket, 'close').then(() => undefined)]);
    return first ?? answer();
  };
  expect(await answer()).toBe('HTTP/1.1 200 OK');
});

test("a proxy's connections do not count as one visitor's", async () => {
  const port = await serve({ limits: AGES, isProxy: true });
  const held = await Promise.all(Array.from({ length: 20 }, () => open(port)));
  expect(await Promise.all(held.map((socket) => answerOf(socket, HEALTH)))).toEqual(Array(20).fill('HTTP/1.1 200 OK'));
});

test('all visitors together have a limited number of connections', async () => {
  const port = await serve({ limits: { ...AGES, connections: 8 }, isProxy: true });
  await Promise.all(Array.from({ length: 8 }, () => open(port)));
  expect(await until(await open(port))).toBe('');
});

test.for([
  ['33 kB of headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(33_000)}\r\n\r\n`],
  ['an address of 33 kB', `GET /${'x'.repeat(33_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
] as const)('%s is refused', async ([, text]) => {
  expect(await answerOf(await open(await serve({ limits: AGES })), text)).toMatch(/^HTTP\/1\.1 431/);
});

test('a request counts until its answer, or only until its body is read', () => {
  const countsUntil = (end: 'answered' | 'read') => {
    const [events, next] = [new Set<string>(), vi.fn()];
    const on = (of: string) => ({ once: (event: string) => void events.add(`${of} ${event}`) });
    limitRequestsUnderWay(1, end)({ ip: '192.0.2.9', ...on('request') } as never, on('response') as never, next);
    return [...events];
  };
  expect(countsUntil('answered')).toEqual(['response close']);
  expect(countsUntil('read')).toEqual(['response close', 'request end']);
});

test('behind a proxy, one visitor’s requests under way are limited, and others are not affected', async () => {
  const handler = limitRequestsUnderWay(2);
  const leaving: (() => void)[] = [];
  const enter = (ip: string) => {
    let isIn = false;
    const response = { once: (_event: string, leave: () => void) => void leaving.push(leave) };
    handler({ ip } as never, response as never, () => {
      isIn = true;
    });
    return isIn;
  };
  expect(enter('192.0.2.1') && enter('::ffff:192.0.2.1')).toBe(true);
  expect(() => enter('192.0.2.1')).toThrow('too many requests');
  expect(enter('192.0.2.2') && enter('2001:db8::1') && enter('2001:db8::2')).toBe(true);
  expect(() => enter('2001:db8::ffff:3')).toThrow('too many requests');
  expect(enter('2001:db8:0:1::1')).toBe(true);
  leaving[0]?.();
  leaving[0]?.();
  expect(enter('192.0.2.1')).toBe(true);
  expect(() => enter('192.0.2.1')).toThrow('too many requests');
});
