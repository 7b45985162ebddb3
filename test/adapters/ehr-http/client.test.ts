/**
 * The guard of every call to an EHR: allowed addresses, time and size, and no redirects (TL-04, TL-06, DI-15, DI-16).
 */
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound, type Outbound, type OutboundRequest } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { createFhirApi } from '#src/smart/step-6-fhir-api.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { useStarted } from '#test/helpers/started.ts';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const MEGABYTE = 1_000_000;
const BOMB = 20 * MEGABYTE;

/** A FHIR resource, or any JSON object, of about this many bytes. */
const jsonOf = (bytes: number) => JSON.stringify({ resourceType: 'Basic', padding: 'x'.repeat(bytes) });

/** Packed before any deadline begins. */
const bomb = jsonOf(BOMB);
const bombs = {
  gzip: gzipSync(bomb),
  deflate: deflateSync(bomb),
  br: brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
};

const pages: Record<string, (response: ServerResponse) => void> = {
  '/json': (response) => response.setHeader('Content-TYPE', 'Application/JSON; charset=utf-8').end('{"ok":true}'),
  '/redirect': (response) => response.writeHead(307, { location: '/json' }).end(),
  '/big': (response) => response.end(jsonOf(MEGABYTE + 1)),
  '/fits': (response) => response.end(jsonOf(MEGABYTE - 100)),
  '/gzip': (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('{"ok":true}')),
  '/gzip-bomb': (response) => response.setHeader('content-encoding', 'gzip').end(bombs.gzip),
  '/deflate-bomb': (response) => response.setHeader('content-encoding', 'deflate').end(bombs.deflate),
  '/br-bomb': (response) => response.setHeader('content-encoding', 'br').end(bombs.br),
  '/error-bomb': (response) => response.writeHead(500, { 'content-encoding': 'gzip' }).end(bombs.gzip),
  '/silence': () => {},
  '/drip': (response) => void response.writeHead(200).write('{'),
  '/cut': (response) => response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
  '/fhir/Basic/large': (response) =>
    response.setHeader('content-type', 'application/fhir+json').end(jsonOf(4 * MEGABYTE)),
  '/fhir/Basic/zipped': (response) =>
    response
      .writeHead(200, { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' })
      .end(gzipSync(jsonOf(10))),
  '/fhir/Basic/huge': (response) =>
    response.setHeader('content-type', 'application/fhir+json').end(jsonOf(6 * MEGABYTE)),
  '/fhir/Basic/bomb': (response) =>
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' }).end(bombs.gzip),
};

const server = useStarted(() => startServer((request, response) => pages[request.url ?? '']?.(response)));
let outbound: Outbound;
beforeEach(() => {
  outbound = createOutbound({ production: false, allowPrivate: LOOPBACK });
  server.requests.length = 0;
});
afterEach(() => outbound.close());

/** The failure of a call. */
async function failureOf(target: string | URL, request?: OutboundRequest, by = outbound): Promise<string> {
  const error = await by.request(new URL(target, server.origin), request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutboundError);
  expect(String(error)).not.toMatch(/secret|\?/);
  return (error as OutboundError).failure;
}

describe('where a call may go', () => {
  test('DI-25: an answer comes with lower-case header names and the bare media type', async () => {
    const answer = await outbound.request(new URL('/json', server.origin));
    expect(answer).toMatchObject({ status: 200, contentType: 'application/json', text: '{"ok":true}' });
    expect(answer.headers['content-type']).toBe('Application/JSON; charset=utf-8');
  });

  test.for(['localhost', '127.0.0.1'])('%s is refused before a connection unless it was allowed', async (host) => {
    const strict = createOutbound({ production: false, allowPrivate: [] });
    const connections = server.connections.length;
    expect(await failureOf(`http://${host}:${server.port}/json?secret=1`, undefined, strict)).toBe('address-refused');
    expect(server.connections.length).toBe(connections);
    const own = { allowPrivate: LOOPBACK };
    expect((await strict.request(new URL(`http://${host}:${server.port}/json`), own)).status).toBe(200);
    await strict.close();
  });

  test.for([
    'http://[::ffff:127.0.0.1]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://10.0.0.1/',
    'https://0/',
  ])('%s is refused', async (url) => {
    const strict = createOutbound({ production: false, allowPrivate: [] });
    expect(await failureOf(url, undefined, strict)).toBe('address-refused');
  });

  test('TL-02: plain http is refused in production, on loopback too, even if private addresses are allowed', async () => {
    const strict = createOutbound({ production: true, allowPrivate: LOOPBACK });
    expect(await failureOf('/json', undefined, strict)).toBe('address-refused');
    expect(await failureOf('/json', { allowPrivate: LOOPBACK }, strict)).toBe('address-refused');
    expect(server.requests).toEqual([]);
  });

  test.for(['http://ehr.example/', 'ftp://localhost/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:,x'])(
    '%s is refused in development too',
    async (url) => {
      expect(await failureOf(url)).toBe('address-refused');
    },
  );

  test('DI-16, TK-07: a redirect is returned as the answer and not followed', async () => {
    const answer = await outbound.request(new URL('/redirect', server.origin), { method: 'POST', body: 'code=x' });
    expect(answer).toMatchObject({ status: 307, headers: { location: '/json' } });
    expect(server.requests).toEqual(['POST /redirect']);
  });

  test('FHIR calls pass the same address policy', async () => {
    const strict = createOutbound({ production: false, allowPrivate: [] });
    for (const host of ['localhost', '127.0.0.1']) {
      const base = new URL(`http://${host}:${server.port}/fhir`);
      const api = createFhirApi({ base, accessToken: 'token', outbound: strict });
      await expect(api.get('Basic/zipped')).rejects.toMatchObject({ failure: 'unavailable' });
    }
    expect(server.requests).toEqual([]);
    await strict.close();
  });
});

describe('DI-15: size and deadline', () => {
  test('a compressed answer is read', async () => {
    expect((await outbound.request(new URL('/gzip', server.origin))).text).toBe('{"ok":true}');
  });

  test('just under 1 MB is read', async () => {
    expect((await outbound.request(new URL('/fits', server.origin))).text.length).toBeGreaterThan(999_000);
  });

  test.for(['/big', '/gzip-bomb', '/deflate-bomb', '/br-bomb', '/error-bomb'])(
    '%s is cut off at 1 MB',
    async (path) => {
      expect(await failureOf(path)).toBe('too-large');
    },
  );

  test.for(['/silence', '/drip'])('%s ends at the deadline', async (path) => {
    expect(await failureOf(path, { deadlineMs: 200 })).toBe('timeout');
  });

  test('the default deadline is five seconds', { timeout: 12_000 }, async () => {
    expect(await failureOf('/drip')).toBe('timeout');
  });

  test('a connection that breaks during an answer is a failure, not a short answer', async () => {
    expect(await failureOf('/cut')).toBe('network');
  });

  test('FH-12: FHIR may be larger, up to 5 MB after decompression', async () => {
    const api = createFhirApi({ base: new URL('/fhir', server.origin), accessToken: 'token', outbound });
    expect(await api.get('Basic/zipped')).toMatchObject({ resourceType: 'Basic' });
    expect(await api.get('Basic/large')).toMatchObject({ resourceType: 'Basic' });
    await expect(api.get('Basic/huge')).rejects.toMatchObject({ failure: 'unexpected' });
    await expect(api.get('Basic/bomb')).rejects.toMatchObject({ failure: 'unexpected' });
  });
});

test('TL-06: a hundred calls to a host that does not answer do not delay another host', async () => {
  const other = await startServer((_request, response) => response.end('{}'));
  const hanging = Array.from({ length: 100 }, () => failureOf('/silence', { deadlineMs: 1_500 }));
  const finished: string[] = [];
  const slow = Promise.all(hanging).then(() => finished.push('hanging'));
  await outbound.request(new URL('/', other.origin)).then(() => finished.push('other'));
  await slow;
  expect(finished).toEqual(['other', 'hanging']);
  await other.close();
});

test('connections are reused', async () => {
  const own = await startServer((_request, response) => response.end('{}'));
  for (let call = 0; call < 20; call += 1) await outbound.request(new URL(own.origin));
  // The second call may start before the first connection is free again.
  expect(own.connections.length).toBeLessThanOrEqual(2);
  await own.close();
});
