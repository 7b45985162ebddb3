/** Requests that two servers could read differently: what may be hidden in one never reaches the app (RFC 9112, 11.2). */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttpServer } from '#src/http/limits/http-server.ts';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n';
const POST = 'POST /form HTTP/1.1\r\nHost: localhost\r\n';
const LAST = `0\r\n\r\n${HIDDEN}`;

let begun: string[] = [];
const server = createHttpServer(
  (request: IncomingMessage, response: ServerResponse) => {
    begun.push(request.url ?? '');
    request.resume().on('end', () => response.setHeader('Content-Length', 4).end('read'));
  },
  () => false,
);
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
beforeEach(() => {
  begun = [];
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Sends one text, and reads until the connection ends. */
async function answerTo(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => void pieces.push(piece)).on('error', () => undefined);
  socket.write(text, 'latin1');
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(pieces).toString();
}

test.for<[string, string]>([
  ['both lengths', `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n${LAST}`],
  ['both, the other way round', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${LAST}`],
  ['two lengths', `${POST}Content-Length: 3\r\nContent-Length: 0\r\n\r\na=b${HIDDEN}`],
  ['a list of lengths', `${POST}Content-Length: 3, 3\r\n\r\na=b${HIDDEN}`],
  ['a length with a sign', `${POST}Content-Length: +3\r\n\r\na=b${HIDDEN}`],
  ['a blank before the colon', `${POST}Content-Length : 3\r\n\r\na=b${HIDDEN}`],
  ['a folded header', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n${LAST}`],
  ['another coding', `${POST}Transfer-Encoding: xchunked\r\n\r\n${LAST}`],
  ['a coding after chunked', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n${LAST}`],
  ['a coding before chunked', `${POST}Transfer-Encoding: identity, chunked\r\n\r\n${LAST}`],
  ['a compressed coding', `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n${LAST}`],
  ['chunked twice', `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n${LAST}`],
  ['a coding of HTTP/1.0', `${POST.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n${LAST}`],
  [
    'a coding of HTTP/1.0, to stay open',
    `${POST.replace('1.1', '1.0')}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${LAST}`,
  ],
  ['a control before chunked', `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n${LAST}`],
  ['line feeds alone', `${POST.replaceAll('\r', '')}Transfer-Encoding: chunked\n\n${LAST}`],
  ['a line feed in a size', `${POST}Transfer-Encoding: chunked\r\n\r\n3\na=b\r\n${LAST}`],
  ['a line feed in an extension', `${POST}Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\na=b\r\n${LAST}`],
  ['a chunk without its end', `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\na=b${LAST}`],
  ['a size beyond all numbers', `${POST}Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\na=b\r\n${LAST}`],
  ['a tunnel', `CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n${HIDDEN}`],
])('%s: the connection closes', async ([, text]) => {
  expect(await answerTo(text)).toMatch(/^(?:HTTP\/1\.1 400|$)/);
  expect(begun).not.toContain('/hidden');
});

test.for<[string, string]>([
  ['a length', `${POST}Content-Length: 3\r\n\r\na=b`],
  ['a length of HTTP/1.0', `${POST.replace('1.1', '1.0')}Connection: keep-alive\r\nContent-Length: 3\r\n\r\na=b`],
  ['chunks', `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`],
  ['chunks, in capitals', `${POST}Transfer-Encoding: Chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`],
  ['a request as body', `${POST}Content-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
])('a form with %s is read whole, and the request after it is answered too', async ([, text]) => {
  const next = 'GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  expect((await answerTo(text + next)).match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  expect(begun).toEqual(['/form', '/next']);
});
