/** TL-01: a server whose TLS cannot be trusted never sees an HTTP request, let alone a token. */
import type { ServerOptions } from 'node:https';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOutbound, type Outbound } from '#src/adapters/ehr-http/client.ts';
import { createFhirApi } from '#src/smart/step-6-fhir-api.ts';
import { makeCertificates } from '#test/helpers/servers/certificates.ts';
import { startServer, type TestServer } from '#test/helpers/servers/listener.ts';

const certificates = makeCertificates();
const { good, expired, wrongName, selfSigned } = certificates;
/** OpenSSL refuses old TLS unless its security level is lowered. */
const oldTls = (version: 'TLSv1' | 'TLSv1.1'): ServerOptions => ({
  ...good,
  minVersion: version,
  maxVersion: version,
  ciphers: 'DEFAULT:@SECLEVEL=0',
});

const untrusted: [string, ServerOptions][] = [
  ['an expired certificate', expired],
  ['a certificate for another name', wrongName],
  ['a certificate signed by itself', selfSigned],
  ['TLS 1.0 only', oldTls('TLSv1')],
  ['TLS 1.1 only', oldTls('TLSv1.1')],
];

let outbound: Outbound;
const trustedBefore = tls.getCACertificates('default');
beforeAll(() => {
  tls.setDefaultCACertificates([...trustedBefore, certificates.authority]);
  outbound = createOutbound({ production: true, allowPrivate: ['127.0.0.0/8', '::1/128'] });
});
afterAll(async () => {
  await outbound.close();
  tls.setDefaultCACertificates(trustedBefore);
});

/** Runs a server for one test. */
async function withServer(options: ServerOptions | undefined, use: (server: TestServer) => Promise<void>) {
  const server = await startServer((_request, response) => {
    response.setHeader('content-type', 'application/fhir+json').end('{"resourceType":"Basic"}');
  }, options);
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

test.for([
  ['TLS 1.3', {}],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
] as const)('a good certificate on %s is accepted', ([, options]) =>
  withServer({ ...good, ...options }, async (server) => {
    expect((await outbound.request(new URL(server.origin))).status).toBe(200);
  }),
);

describe.for(untrusted)('%s', ([, options]) => {
  test('is refused before a request is sent', () =>
    withServer(options, async (server) => {
      const call = outbound.request(new URL('/token', server.origin), { method: 'POST', body: 'code=secret' });
      await expect(call).rejects.toMatchObject({ failure: 'tls' });
      expect(server.requests).toEqual([]);
      expect(server.connections.length).toBeGreaterThan(0);
    }));

  test('is refused for FHIR calls before the token is sent', () =>
    withServer(options, async (server) => {
      const api = createFhirApi({ base: new URL('/fhir', server.origin), accessToken: 'secret', outbound });
      await expect(api.get('Basic/1')).rejects.toMatchObject({ failure: 'unavailable' });
      expect(server.requests).toEqual([]);
    }));
});

test('plain http behind an https URL is refused', () =>
  withServer(undefined, async (server) => {
    const call = outbound.request(new URL(`https://localhost:${server.port}/`));
    await expect(call).rejects.toMatchObject({ failure: 'tls' });
    expect(server.requests).toEqual([]);
  }));

test('a connection opened ahead is checked like any other', () =>
  withServer(wrongName, async (server) => {
    const url = new URL(server.origin);
    outbound.warm({ protocol: url, fhir: url });
    await server.connected(2);
    await expect(outbound.request(url)).rejects.toMatchObject({ failure: 'tls' });
    expect(server.requests).toEqual([]);
  }));
