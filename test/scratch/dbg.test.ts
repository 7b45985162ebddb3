import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'vitest';
import { useWorld } from '#test/helpers/world.ts';
const world = useWorld({ env: { TRUST_PROXY: 'loopback' } });
test('x', async () => {
  const port = Number(new URL(world.url).port);
  const sockets = await Promise.all(Array.from({ length: 201 }, async () => { const s = connect(port, '127.0.0.1'); await once(s, 'connect'); return s; }));
  const order: string[] = [];
  await Promise.all(sockets.map(async (s, at) => { s.write(`GET /nowhere HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${at === 200 ? '192.0.2.2' : '203.0.113.9'}\r\n\r\n`); await once(s, 'data'); order.push(`${at}@${Math.round(performance.now())}`); s.destroy(); }));
  console.log(order.slice(0, 30).join(' '), '...', order.slice(-5).join(' '));
});
