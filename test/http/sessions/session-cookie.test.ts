/** The session's cookie on an https deployment, also behind a TLS proxy without TRUST_PROXY. */
import express from 'express';
import session from 'express-session';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminSessions, beginSession, endSession } from '#src/http/sessions/begin-session.ts';
import { createBrowser } from '#test/helpers/browser.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';

const publicUrl = new URL('https://app.example');
const held = { userId: 'u', generation: 1, signedInAt: Date.now(), via: 'password' } as const;
let server: TestServer;
let url: string;

beforeAll(async () => {
  const app = express();
  app.use(adminSessions({ publicUrl, secrets: ['new secret', 'old secret'], store: new session.MemoryStore() }));
  app.get('/begin', async (request, response) => {
    await beginSession(request, held);
    response.send('begun');
  });
  app.get('/end', async (request, response) => {
    await endSession(request, response, publicUrl);
    response.send('ended');
  });
  app.get('/who', (request, response) => void response.send(request.session.admin?.userId ?? 'nobody'));
  server = await startServer(app);
  url = server.origin;
});
afterAll(() => server.close());

test('__Host-, Secure, HttpOnly, SameSite=Lax, for every path of this host alone', async () => {
  const browser = createBrowser();
  const { setCookies } = await browser.visit(`${url}/begin`);
  expect(setCookies).toEqual([expect.stringMatching(/^__Host-admin=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)]);
  expect((await browser.visit(`${url}/who`)).body).toBe('u');
  const ended = await browser.visit(`${url}/end`);
  expect(ended.setCookies[0]).toMatch(
    /^__Host-admin=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure/,
  );
  expect((await browser.visit(`${url}/who`)).body).toBe('nobody');
});

test('a cookie with an invalid signature opens no session', async () => {
  const browser = createBrowser();
  await browser.visit(`${url}/begin`);
  const cookies = browser.jar.get(new URL(url).hostname);
  const value = cookies?.get('__Host-admin') ?? '';
  cookies?.set('__Host-admin', `${value.slice(0, -4)}AAAA`);
  expect((await browser.visit(`${url}/who`)).body).toBe('nobody');
});

test('a session that another host of the domain plants, under a name which only looks like ours, is not opened', async () => {
  const browser = createBrowser();
  await browser.visit(`${url}/begin`);
  const value = browser.jar.get(new URL(url).hostname)?.get('__Host-admin') ?? '';
  const who = async (cookie: string) => (await createBrowser({ headers: { cookie } }).visit(`${url}/who`)).body;
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const name of [
    'admin',
    '__host-admin',
    '__HOST-ADMIN',
    '__Secure-admin',
    '\u00a0__Host-admin',
    '\u0085__Host-admin',
  ])
    expect([name, await who(`${name}=${value}`)]).toEqual([name, 'nobody']);
  expect(await who(`a=b,__Host-admin=${value}`)).toBe('nobody');
  expect(await who(`a=b; __Host-admin=${value}`)).toBe('u');
});
