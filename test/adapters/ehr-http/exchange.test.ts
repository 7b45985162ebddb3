/** How one exchange with an EHR ends: its first headers, a body that breaks off, and its deadline. */
import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Agent, buildConnector } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { type Exchange, exchange } from '#src/adapters/ehr-http/exchange.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { useStarted } from '#test/helpers/started.ts';

const answers: Record<string, (response: ServerResponse) => void> = {
  '/whole': (response) => response.end('{}'),
  '/repeated': (response) => response.writeHead(200, { 'X-Once': ['first', 'second'] }).end('{}'),
  '/cut': (response) => response.writeHead(201, { 'content-length': '100' }).write('{"a', () => response.destroy()),
  '/drip': (response) => void response.writeHead(201).write('{"a'),
  '/interim': (response) => response.writeEarlyHints({ link: '</a>' }, () => response.destroy()),
  '/silence': () => {},
};
const server = useStarted(() => startServer((request, response) => answers[request.url ?? '']?.(response)));

/** @param connectAfterMs how long a connection takes at least. */
function ask(path: string, init: Partial<Exchange> = {}, connectAfterMs = 0) {
  const connect = buildConnector({});
  const slowly: typeof connect = (target, callback) =>
    void setTimeout(connectAfterMs).then(() => connect(target, callback));
  const dispatcher = new Agent({ connect: slowly });
  onTestFinished(() => dispatcher.destroy());
  return exchange(new URL(path, server.origin), { dispatcher, deadlineMs: 2_000, ...init });
}

test('of a repeated header, the first counts', async () => {
  expect((await ask('/repeated')).headers['x-once']).toBe('first');
});

test.for(['/cut', '/drip'])('where only the status matters, it stands, with no part of the body: %s', async (path) => {
  const answer = await ask(path, { statusStands: true, deadlineMs: 300 });
  expect([answer.status, answer.bytes.length]).toEqual([201, 0]);
  await expect(ask(path, { deadlineMs: 300 })).rejects.toThrow();
});

test('an interim status is not an answer, so it does not stand', async () => {
  await expect(ask('/interim', { statusStands: true })).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
});

test.for(['/silence', '/drip'])('the deadline closes the connection: %s', async (path) => {
  const before = server.connections.length;
  await expect(ask(path, { deadlineMs: 200 })).rejects.toThrow(/timeout/);
  await expect.poll(() => server.connections[before]?.destroyed).toBe(true);
});

test('a request whose connection comes after the deadline is never sent', async () => {
  server.requests.length = 0;
  const before = server.connections.length;
  await expect(ask('/whole', { method: 'POST', body: 'code=1', deadlineMs: 50 }, 150)).rejects.toThrow(/timeout/);
  await server.connected(before + 1);
  await setTimeout(100);
  expect(server.requests).toEqual([]);
});
