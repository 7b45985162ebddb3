/** Connections that are opened ahead of need: they are used if they are there, and calls work without them. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOutbound, type Outbound } from '#src/adapters/ehr-http/client.ts';
import { createWarmConnector } from '#src/adapters/ehr-http/warm-connector.ts';
import { createFhirApi } from '#src/smart/step-6-fhir-api.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

let server: TestServer;
let outbound: Outbound;
let url: URL;
beforeEach(async () => {
  server = await startServer((_request, response) => {
    response.setHeader('content-type', 'application/fhir+json').end('{"resourceType":"Basic"}');
  });
  url = new URL(server.origin);
  outbound = createOutbound({ production: false, allowPrivate: LOOPBACK });
});
afterEach(async () => {
  await outbound.close();
  await server.close();
});

/** Resolves when this end of a connection has closed. */
const closed = async (socket: Socket) => void (socket.closed || (await once(socket, 'close')));

/** Waits until events of the other side of a connection have arrived. */
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('a token request and the three FHIR reads that end a launch find their connections open', async () => {
  outbound.warm({ protocol: url, fhir: url });
  await server.connected(4);
  await settled();
  expect(server.requests).toEqual([]);
  await outbound.request(url);
  const api = createFhirApi({ base: new URL('/fhir', url), accessToken: 'token', outbound });
  await Promise.all([api.get('Basic/1'), api.get('Basic/2'), api.get('Basic/3')]);
  expect(server.requests.toSorted()).toEqual(['GET /', 'GET /fhir/Basic/1', 'GET /fhir/Basic/2', 'GET /fhir/Basic/3']);
  expect(server.connections).toHaveLength(4);
});

test('a connection that the other side has closed is replaced by a new one', async () => {
  outbound.warm({ protocol: url, fhir: url });
  await server.connected(4);
  await settled();
  for (const socket of server.connections) socket.destroy();
  await Promise.all(server.connections.map(closed));
  await settled();
  expect((await outbound.request(url)).status).toBe(200);
  expect(server.connections).toHaveLength(5);
});

test('a hundred launches at once open twelve connections per use, not two hundred', async () => {
  for (let launch = 0; launch < 100; launch += 1) outbound.warm({ protocol: url, fhir: url });
  await server.connected(8);
  // This request is sent last: when it is answered, all connections before it have arrived.
  await outbound.request(url);
  expect(server.connections.length).toBeLessThanOrEqual(24);
});

test('a refused, closed or unknown host opens no connection and raises no error', async () => {
  const gone = await startServer(() => {});
  await gone.close();
  const strict = createOutbound({ production: false, allowPrivate: [] });
  for (const target of [gone.origin, 'https://no-such-host.invalid', 'https://10.0.0.1', 'ftp://localhost'])
    outbound.warm({ protocol: new URL(target), fhir: new URL(target) });
  strict.warm({ protocol: url, fhir: url });
  await expect(outbound.request(new URL(gone.origin))).rejects.toMatchObject({ failure: 'network' });
  expect(server.connections).toHaveLength(0);
  await strict.close();
});

test('a host with idle connections gets no further ones', async () => {
  await outbound.request(url);
  await settled();
  outbound.warm({ protocol: url, fhir: url });
  // The four are three for FHIR and the one that was there.
  await server.connected(4);
  await outbound.request(url);
  expect(server.connections).toHaveLength(4);
});

test('closing also closes connections that are still opening', async () => {
  const connector = createWarmConnector({ timeout: 5_000 });
  connector.warm(url);
  connector.close();
  await server.connected(1);
  await Promise.all(server.connections.map(closed));
  expect(server.connections.map((socket) => socket.closed)).toEqual([true]);
});
