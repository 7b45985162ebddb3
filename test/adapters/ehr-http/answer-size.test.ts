/** However an EHR cuts its answer up, the answer costs little more than its bytes, and an answer that never begins ends. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOutbound, type EhrClient, type Outbound } from '#src/adapters/ehr-http/client.ts';
import { failureOf } from '#src/adapters/ehr-http/error.ts';
import { lightFetch } from '#src/adapters/ehr-http/light-fetch.ts';

const CHUNKED = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
const DEADLINE_MS = 2_000;

let outbound: Outbound;
let server: Server;
const sockets = new Set<Socket>();
beforeEach(() => {
  outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await outbound.close();
});

/** A server that answers each request with these bytes, again and again while the connection takes them. */
async function flooding(head: string, piece: string, times = Infinity): Promise<URL> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.write(head);
      let sent = 0;
      const more = () => {
        while (!socket.destroyed && sent < times) {
          sent += 1;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
        if (sent >= times) socket.end('0\r\n\r\n');
      };
      more();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const ways: Record<string, (client: EhrClient, url: URL) => Promise<number>> = {
  protocol: async (client, url) => (await client.request(url, { deadlineMs: DEADLINE_MS })).text.length,
  FHIR: async (client, url) => {
    const dispatcher = client.fhirDispatcher();
    return (await lightFetch(url.href, { deadlineMs: DEADLINE_MS, dispatcher })).bytes.length;
  },
};

const each = Object.entries(ways);

// Before, 5 MB in pieces of one byte took 530 MB and 1.4 s of the thread.
test.for(each)('too many pieces end a %s answer', async ([, read]) => {
  // 30 kB: no bound of bytes is near.
  const url = await flooding(CHUNKED, '1\r\n \r\n'.repeat(500), 60);
  await expect(read(outbound, url).catch(failureOf)).resolves.toBe('too-large');
});

// Before, they were read until the deadline, at the full speed of the sender.
test.for(each)('interim answers without end end a %s call', async ([, read]) => {
  const url = await flooding('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'.repeat(50));
  await expect(read(outbound, url).catch(failureOf)).resolves.toBe('too-large');
});

test.for(each)('a %s answer with a few interim responses and many pieces is accepted', async ([, read]) => {
  const hint = 'HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n';
  const url = await flooding(hint.repeat(3) + CHUNKED, '2\r\n  \r\n', 5_000);
  await expect(read(outbound, url)).resolves.toBe(10_000);
});

// Before, each byte kept the block of 64 kB that it came in: 400 MB in two seconds.
test('a small piece does not keep the block in memory that it was read from', async () => {
  const url = await flooding(CHUNKED, `1;a=${'x'.repeat(65_000)}\r\n \r\n`, 20);
  const dispatcher = outbound.fhirDispatcher();
  const blocks: ArrayBufferLike[] = [];
  await new Promise<void>((resolve, reject) =>
    dispatcher.dispatch(
      { origin: url.origin, path: '/', method: 'GET' },
      {
        onResponseData: (_controller, { buffer }) => void blocks.push(buffer),
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    ),
  );
  expect(blocks).toHaveLength(20);
  expect(new Set(blocks).size).toBeLessThan(3);
});
