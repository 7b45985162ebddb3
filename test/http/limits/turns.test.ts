/** A visitor who floods the public pages takes turns with all others, so that a launch elsewhere goes on (MT-06). */
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { takeTurns } from '#src/http/limits/turns.ts';
import { useWorld } from '#test/helpers/world.ts';

const FLOOD = 200;
const world = useWorld({ env: { TRUST_PROXY: 'loopback' } });

/** A middleware that is asked by visitors, and who has had a turn so far. */
function startTurns() {
  const handler = takeTurns();
  const begun: string[] = [];
  const come = (ip: string, name: string, response = { closed: false }) => {
    void handler({ ip } as never, response as never, () => void begun.push(name));
  };
  return { come, begun };
}

const ask = async (socket: Socket, path: string, address: string) => {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${address}\r\n\r\n`);
  await once(socket, 'data');
};

/** A connection that the server has accepted: it accepts one in each turn. */
async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
  await ask(socket, '/health/live', '192.0.2.1');
  return socket;
}

test.for(['/guide', '/.well-known/jwks.json', '/reports/unknown', '/smart/launch?orgId=x', '/nowhere'])(
  'two hundred requests at once for %s come after the one of another visitor',
  async (path) => {
    const sockets = await Promise.all(Array.from({ length: FLOOD + 1 }, connected));
    const answered: string[] = [];
    const asked = sockets.map(async (socket, at) => {
      const address = at === FLOOD ? '192.0.2.2' : '203.0.113.9';
      await ask(socket, path, address);
      answered.push(address);
      socket.destroy();
    });
    await Promise.all(asked);
    expect(answered).toHaveLength(FLOOD + 1);
    expect(answered.indexOf('192.0.2.2')).toBeLessThan(FLOOD / 4);
  },
);

const numbered = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_unused, at) => `${name} ${from + at}`);

test('in a turn of the event loop each visitor has one request begun, and four more begin, of one after the other', async () => {
  const { come, begun } = startTurns();
  for (const name of numbered('flood', 1, 12)) come('203.0.113.9', name);
  for (const name of numbered('other', 1, 3)) come('192.0.2.2', name);
  expect(begun.splice(0)).toEqual([...numbered('flood', 1, 5), 'other 1']);
  await nextTurn();
  expect(begun.splice(0)).toEqual(['flood 6', 'other 2', 'flood 7', 'other 3']);
  come('192.0.2.3', 'newcomer');
  come('203.0.113.9', 'flood 13');
  expect(begun.splice(0)).toEqual(['newcomer']);
  await nextTurn();
  expect(begun.splice(0)).toEqual(numbered('flood', 8, 11));
  await nextTurn();
  expect(begun.splice(0)).toEqual(numbered('flood', 12, 13));
  for (const ip of ['203.0.113.9', '192.0.2.2', '192.0.2.3']) come(ip, 'later');
  expect(begun).toEqual(['later', 'later', 'later']);
});

test('a browser that asks for a page and its files does not wait', () => {
  const { come, begun } = startTurns();
  for (const name of numbered('file', 1, 5)) come('192.0.2.2', name);
  expect(begun).toEqual(numbered('file', 1, 5));
});

test('the addresses of one IPv6 /48 take turns as one visitor', () => {
  const { come, begun } = startTurns();
  for (const at of [1, 2, 3, 4, 5, 6, 7]) come(`2001:db8:1:${at}::1`, `flood ${at}`);
  come('2001:db8:2::1', 'other');
  expect(begun).toEqual([...numbered('flood', 1, 5), 'other']);
});

test('a visitor who has left gets no answer', async () => {
  const { come, begun } = startTurns();
  for (const name of numbered('first', 1, 5)) come('203.0.113.9', name);
  come('203.0.113.9', 'left', { closed: true });
  come('203.0.113.9', 'last');
  await nextTurn();
  expect(begun.slice(5)).toEqual(['last']);
});

test('a request that has waited keeps its own context, such as its span', async () => {
  const handler = takeTurns();
  const context = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const names = numbered('request', 1, 7);
  for (const name of names)
    context.run(name, () => {
      void handler({ ip: '203.0.113.9' } as never, {} as never, () => void seen.push(context.getStore()));
    });
  expect(seen).toHaveLength(5);
  await nextTurn();
  expect(seen).toEqual(names);
});
