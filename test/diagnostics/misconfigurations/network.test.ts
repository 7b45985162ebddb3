/** Launches and checks that stop on the way: certificates, proxies, ports, and bodies that arrive broken. */

import { createServer, Socket } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeCertificates } from '#test/helpers/servers/certificates.ts';
import { type Meddling, page } from '#test/helpers/servers/gateway.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { answerNames } from '#test/helpers/servers/name-servers.ts';
import { expectRow, expectSaid } from './seeding/expectations.ts';
import { useSeededWorld } from './seeding/seeded-world.ts';
import {
  CONFIGURATION,
  GUIDE,
  half,
  iss,
  KEYS,
  members,
  NO_CERTIFICATE,
  OPENID,
  PATIENT,
  type Seed,
  TOKEN,
} from './seeding/seeds.ts';

const { checkWith, launchesSay, launchWith } = useSeededWorld();

const encoded = (coding: string): Meddling => ({
  path: TOKEN,
  answer: (answer) =>
    answer.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding }).end('{"access_token":1}'),
});

launchesSay('discovery', [
  ['a smart-configuration of 12 MB', 'discovery-huge', 'network.too-large'],
  [
    'a proxy that wants a sign-in',
    { fault: ['discovery-proxy', 407] },
    'network.proxy-sign-in',
    { check: GUIDE, found: /407/ },
  ],
  ['a document that is not compressed as it says', 'discovery-garbled', 'network.garbled', { check: GUIDE }],
  [
    'nginx that wants a client certificate for documents',
    page(CONFIGURATION, 400, 'text/html', NO_CERTIFICATE),
    'tls.client-certificate',
    { check: GUIDE },
  ],
  [
    'a server of plain http',
    { sandbox: { origin: (port) => `https://localhost:${port}` } },
    'tls.plain-http',
    { check: 'tls-version' },
  ],
]);

launchesSay('discovery', [
  [
    'plain http to a port for https, in nginx’s words',
    page(CONFIGURATION, 400, 'text/html', 'The plain HTTP request was sent to HTTPS port'),
    'tls.http-url',
    { says: /with https/, check: GUIDE },
  ],
]);

launchesSay('token', [
  [
    'a gateway that passes requests on without TLS, in Go’s words',
    page(TOKEN, 400, 'text/plain', 'Client sent an HTTP request to an HTTPS server.'),
    'tls.http-sent',
    { check: 'token-endpoint' },
  ],
  ['a token response that is not compressed as it says', 'token-garbled', 'network.garbled'],
  [
    'a token endpoint where nothing listens',
    {
      fault: ['discovery-foreign-token-endpoint', 'http://localhost:1/token'],
      settings: { allowedHosts: ['localhost:1'] },
    },
    'network.refused',
  ],
  [
    'a proxy that wants a sign-in before the token endpoint',
    page(TOKEN, 407),
    'network.proxy-sign-in',
    { check: 'token-endpoint' },
  ],
  [
    'nginx that wants a client certificate for tokens',
    page(TOKEN, 400, 'text/html', NO_CERTIFICATE),
    'tls.client-certificate',
    /signed assertions/,
  ],
  [
    'a connection that is reset',
    { path: TOKEN, answer: ({ socket }) => void (socket instanceof Socket && socket.resetAndDestroy()) },
    'network.reset',
    { says: /inspects TLS/, check: 'token-endpoint' },
  ],
  ['brotli that is none', encoded('br'), 'network.garbled'],
  ['zstd that is none', encoded('zstd'), 'network.garbled'],
]);

launchesSay('id-token', [
  [
    'a key set on a closed port',
    { fault: ['oidc-members', '{"jwks_uri":"http://localhost:1/jwks"}'] },
    'network.refused',
  ],
  [
    'a key set in the EHR’s own network',
    { fault: ['oidc-members', '{"jwks_uri":"https://10.1.2.3/jwks"}'] },
    'network.private-endpoint',
    { check: 'guide-jwks' },
  ],
  [
    'a proxy that wants a sign-in before the key set',
    page(KEYS, 407),
    'network.proxy-sign-in',
    { check: 'guide-jwks' },
  ],
  ['a proxy before the OpenID document', page(OPENID, 407), 'network.proxy-sign-in', { check: 'guide-issuer' }],
  [
    'IIS that wants a client certificate for keys',
    page(KEYS, 403, 'text/html', '<h2>403.7 - Forbidden: Client certificate required</h2>'),
    'tls.client-certificate',
  ],
]);

launchesSay('patient', [
  [
    'a connection that breaks off',
    half(PATIENT),
    'network.broken-off',
    { says: /before the answer was complete/, shown: /patient/ },
  ],
  ['a proxy that wants a sign-in before FHIR', page(PATIENT, 407), 'network.proxy-sign-in'],
]);

test.for([
  ['another service than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'network.garbled'],
  ['nothing, and hangs up', '', 'network.broken-off'],
] as const)('a port that answers with %s', async ([, greeting, rule]) => {
  const server = createServer((socket) => void socket.on('error', () => {}).end(greeting));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/fhir`;
  const seed: Seed = { settings: { fhirBaseUrl: base }, launch: (url) => url.searchParams.set('iss', base) };
  const said = await launchWith(seed);
  server.close();
  expectSaid(said, 'discovery', rule);
});

test('a token endpoint of plain http on a port for https', async () => {
  const server = await startServer((_request, response) => void response.end('{}'));
  const host = `localhost:${server.port}`;
  const seed: Seed = { ...members({ token_endpoint: `https://${host}/token` }), settings: { allowedHosts: [host] } };
  expectSaid(await launchWith(seed), 'token', 'tls.plain-http');
  expectRow((await checkWith(seed)).open, 'token-endpoint', 'tls.plain-http');
  await server.close();
});

describe('the network path to the server', () => {
  const certificates = makeCertificates();
  const trusted = tls.getCACertificates('default');
  beforeAll(() => tls.setDefaultCACertificates([...trusted, certificates.authority]));
  afterAll(() => tls.setDefaultCACertificates(trusted));
  const { good, expired, notYetValid, selfSigned, wrongName, ofHospital, inspected, withoutIntermediate, weak } =
    certificates;
  const ciphers = 'DEFAULT@SECLEVEL=0';
  const nowhere = 'tls.no-known-authority';

  test.for([
    ['an expired certificate', expired, 'tls-chain', 'tls.expired', 'tls.expired'],
    ['a certificate of tomorrow', notYetValid, 'tls-chain', 'tls.not-yet-valid', 'tls.not-yet-valid'],
    ['a self-signed certificate', selfSigned, 'tls-chain', 'tls.self-signed', 'tls.self-signed'],
    ['a certificate for another name', wrongName, 'tls-name', 'tls.wrong-name', 'tls.wrong-name'],
    ['a weak key', { ...weak, ciphers }, GUIDE, 'tls.weak', 'tls.weak'],
    ['a certificate of the hospital’s own authority', ofHospital, 'tls-chain', 'tls.unknown-authority', nowhere],
    ['a proxy that inspects TLS', inspected, 'tls-chain', 'tls.inspected', 'tls.inspected'],
    ['mutual TLS', { ...good, requestCert: true }, 'tls-version', 'tls.client-certificate', 'tls.client-certificate'],
    [
      'mutual TLS 1.2',
      { ...good, requestCert: true, maxVersion: 'TLSv1.2' },
      'tls-version',
      'tls.client-certificate',
      'tls.client-certificate',
    ],
    [
      'no cipher in common',
      { ...good, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
      'tls-version',
      'tls.handshake',
      'tls.handshake',
    ],
    [
      'TLS 1.1',
      { ...good, ciphers, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
      'tls-version',
      'tls.version',
      'tls.version',
    ],
    ['no intermediate certificate', withoutIntermediate, 'tls-chain', 'tls.incomplete-chain', 'tls.incomplete-chain'],
  ] as const)('%s', async ([, certificate, row, rule, ruleOfLaunch]) => {
    const seed = { sandbox: { tls: certificate } };
    const { open } = await checkWith(seed);
    expectRow(
      open.filter(({ id }) => id !== 'port'),
      row,
      rule,
    );
    expectSaid(await launchWith(seed), 'discovery', ruleOfLaunch);
  });

  test('the inspector names who issued a certificate that is not trusted', async () => {
    const said = await launchWith({ sandbox: { tls: inspected } });
    expect(said.page).toContain('Example Health SSL Inspection CA');
  });

  test('a host with IPv6 addresses only is named so before a launch meets it', async () => {
    answerNames(() => ['2606:4700:4700::1111']);
    const { open } = await checkWith({ settings: { fhirBaseUrl: 'https://six.example/fhir' } });
    vi.restoreAllMocks();
    expect(open.find(({ id }) => id === 'dns')).toMatchObject({
      verdict: 'warning',
      found: expect.stringMatching(/IPv6 addresses only/),
    });
  });

  test('an intermediate certificate that expired is not said of the server’s own', async () => {
    const { open } = await checkWith({ sandbox: { tls: certificates.expiredIntermediate } });
    expect(open.find(({ id }) => id === 'tls-chain')?.found).toMatch(/, an intermediate certificate\. /);
  });

  test('a server that is down is one failure, and a launch names the same cause', async () => {
    const seed: Seed = { launch: (url) => url.searchParams.set('iss', 'http://localhost:1/fhir') };
    const settings = { fhirBaseUrl: 'http://localhost:1/fhir' };
    const { open } = await checkWith({ settings });
    expect(open).toHaveLength(1);
    expectRow(open, GUIDE, 'network.refused');
    const said = await launchWith({ ...seed, settings });
    expectSaid(said, 'discovery', 'network.refused');
    expect(said.shown).not.toContain('Wait a moment');
  });

  test('a host that the EHR itself names as iss is no misspelling of ours', async () => {
    answerNames(() => 'ENOTFOUND');
    const fhirBaseUrl = 'https://inside.example/fhir';
    const said = await launchWith({ settings: { fhirBaseUrl }, launch: iss(() => fhirBaseUrl) });
    vi.restoreAllMocks();
    expectSaid(said, 'discovery', 'network.unknown-endpoint-name');
  });

  test('a server that accepts the connection and answers late is not reported as a firewall', async () => {
    const seed: Seed = { fault: ['slow-discovery', 60_000] };
    const { open } = await checkWith(seed);
    expectRow(open, GUIDE, 'network.late');
    expectSaid(await launchWith(seed), 'discovery', 'network.late');
  });
});
