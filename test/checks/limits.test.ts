/**
 * What the checks may call and how long they take: a launch's guard, whatever the server does (REG-07, TL-01, TL-04).
 */
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createConnectionProbe } from '#src/adapters/ehr-http/tls-probe.ts';
import { checkCatalogue } from '#src/checks/rows/catalogue.ts';
import { makeCertificates } from '#test/helpers/servers/certificates.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { answerNames } from '#test/helpers/servers/name-servers.ts';
import { type StubEhr, startEvil, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { createCheckup, idsOf, LOOPBACK, row } from './checkup.ts';

describe('SSRF: checks call only addresses that a launch may call', () => {
  let stub: StubEhr;
  let port: string;
  const strict = createCheckup({}, []);
  beforeAll(async () => {
    stub = await startStubEhr();
    port = new URL(stub.origin).port;
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(async () => {
    await strict.close();
    await stub.close();
  });

  test.for([
    ['loopback', 'http://127.0.0.1:PORT/fhir'],
    ['loopback by name', 'http://localhost:PORT/fhir'],
    ['loopback over https', 'https://127.0.0.1:PORT/fhir'],
    ['loopback as one number', 'http://2130706433:PORT/fhir'],
    ['loopback in octal', 'http://0177.0.0.1:PORT/fhir'],
    ['all interfaces', 'http://0.0.0.0:PORT/fhir'],
    ['IPv6 loopback', 'http://[::1]:PORT/fhir'],
    ['IPv4 in IPv6', 'http://[::ffff:127.0.0.1]:PORT/fhir'],
    ['IPv4 in IPv6, over https', 'https://[::ffff:7f00:1]:PORT/fhir'],
    ['a metadata service', 'http://169.254.169.254/latest'],
    ['a metadata service over https', 'https://169.254.169.254/latest'],
    ['private networks', 'https://10.1.2.3/fhir'],
    ['a private IPv6 network', 'https://[fd00::1]/fhir'],
    ['an odd port', 'https://127.0.0.1:22/fhir'],
    ['a user name before the real host', 'https://ehr.example@127.0.0.1:PORT/fhir'],
    ['another scheme', 'file:///etc/passwd'],
  ] as const)('%s', async ([, address]) => {
    const finished = await strict.run(address.replace('PORT', port));
    expect(finished.summary.hardFailures).toEqual(['dns']);
    expect(finished.summary.discovered).toBeUndefined();
    expect(stub.requests).toEqual([]);
  });

  test('a host whose DNS answers a public address first and loopback afterwards', async () => {
    let asked = 0;
    // Each connection asks twice: about IPv4 addresses and IPv6 ones.
    answerNames(() => {
      asked += 1;
      return [asked <= 2 ? '93.184.215.14' : '127.0.0.1'];
    });
    const finished = await strict.run(`https://rebind.example:${port}/fhir`);
    expect(asked).toBeGreaterThan(2);
    expect(row(finished, 'dns').verdict).toBe('pass');
    expect(row(finished, 'port').found).toContain('private or reserved address');
    expect(stub.requests).toEqual([]);
  });

  test('redirects and foreign documents lead to no request to another host', async () => {
    const evil = await startEvil();
    const open = createCheckup();
    const routes = ['smart-configuration', 'metadata', 'openid-configuration', 'jwks'];
    for (const route of routes)
      stub.on(route, () => ({ status: 302, headers: { location: `${evil.origin}/x` }, body: {} }));
    expect((await open.run(stub.fhirBase)).summary.hardFailures).toContain('guide-smart-configuration');
    for (const route of routes.slice(0, 2)) {
      stub.reset();
      stub.on(route, () => ({ status: 302, headers: { location: `${evil.origin}/x` }, body: {} }));
      await open.run(stub.fhirBase);
    }
    stub.reset();
    stub.change('smart-configuration', {
      token_endpoint: `${evil.origin}/token`,
      authorization_endpoint: `${evil.origin}/a`,
    });
    const finished = await open.run(stub.fhirBase);
    expect(row(finished, 'endpoints-hosts').verdict).toBe('failure');
    expect(evil.requests).toEqual([]);
    stub.reset();
    await open.close();
    await evil.close();
  });

  test('no call carries a credential or cookie (DI-17)', async () => {
    const open = createCheckup();
    stub.reset();
    await open.run(stub.fhirBase);
    expect(stub.requests.length).toBeGreaterThan(3);
    const named = stub.requests.flatMap(({ headers }) => Object.keys(headers));
    expect(named.filter((name) => /authorization|cookie|dpop/i.test(name))).toEqual([]);
    stub.reset();
    await open.close();
  });
});

describe('a server that does not answer', () => {
  test('the run ends with a row for every check, and the failures say that the server did not answer', async () => {
    const server = await startServer(() => {});
    const checkup = createCheckup({ limits: { callMs: 300, overallMs: 500 } });
    const finished = await checkup.run(`${server.origin}/fhir`);
    await checkup.close();
    await server.close();
    expect(finished.results.map(({ id }) => id)).toEqual(checkCatalogue.map(({ id }) => id));
    expect(row(finished, 'guide-smart-configuration')).toMatchObject({ verdict: 'failure' });
    expect(row(finished, 'guide-smart-configuration').found).toContain('no answer within the deadline');
    expect(finished.summary.hardFailures).toContain('guide-smart-configuration');
  });

  test('the deadline of the whole run ends calls before their own deadline', async () => {
    const server = await startServer(() => {});
    const checkup = createCheckup({ limits: { callMs: 60_000, overallMs: 200 } });
    const finished = await checkup.run(`${server.origin}/fhir`);
    expect(row(finished, 'guide-smart-configuration').found).toContain('within the time for all checks');
    // One cause has one row.
    expect(idsOf(finished, 'failure')).toEqual(['guide-smart-configuration']);
    expect(row(finished, 'guide-jwks').found).toContain('not checked: see “1.');
    expect(idsOf(finished, 'pass')).toContain('dns');
    await checkup.close();
    await server.close();
  });
});

describe('TLS', () => {
  const certificates = makeCertificates();
  const trusted = tls.getCACertificates('default');
  beforeAll(() => tls.setDefaultCACertificates([...trusted, certificates.authority]));
  afterAll(() => tls.setDefaultCACertificates(trusted));
  const { good, expired, wrongName, selfSigned } = certificates;
  const old = { ...good, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

  const overTls = async (options: tls.TlsOptions | undefined, clock = () => new Date()) => {
    const server = await startServer((_request, response) => response.end('{}'), options);
    const outbound = createOutbound({ production: true, allowPrivate: LOOPBACK });
    const checkup = createCheckup({ outbound, probe: createConnectionProbe(LOOPBACK), clock });
    const finished = await checkup.run(`https://localhost:${server.port}/fhir`);
    await outbound.close();
    await checkup.close();
    await server.close();
    return { finished, requests: server.requests };
  };

  test('a valid certificate passes every row, and its last day is named', async () => {
    const far = await overTls(good, () => new Date(Date.now() - 60 * 86_400_000));
    expect(['tls-chain', 'tls-name', 'tls-version', 'tls-expiry'].map((id) => row(far.finished, id).verdict)).toEqual(
      Array.from({ length: 4 }, () => 'pass'),
    );
    expect(row(far.finished, 'tls-version').found).toBe('TLSv1.3');
    expect(row((await overTls(good)).finished, 'tls-expiry')).toMatchObject({ verdict: 'warning' });
  });

  test.for([0, 199.5, 200.25, 1_234.567, 4_999.9, 6_000.5])('a handshake of %d ms is read', async (tookMs) => {
    const server = await startServer((_request, response) => response.end('{}'), selfSigned);
    const now = vi
      .spyOn(performance, 'now')
      .mockReturnValueOnce(1_000.125)
      .mockReturnValueOnce(1_000.125 + tookMs);
    const probe = createConnectionProbe(LOOPBACK);
    const url = new URL(`https://localhost:${server.port}`);
    const found = await probe.handshake(url, { deadlineMs: 5_000, allowPrivate: [] });
    now.mockRestore();
    expect(found).toMatchObject({ ok: true, found: { chainProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    await server.close();
  });

  test.for([
    ['an expired certificate', expired, 'tls-chain', 'expired on'],
    ['a self-signed certificate', selfSigned, 'tls-chain', 'self-signed'],
    ['a certificate for another name', wrongName, 'tls-name', 'ehr.example'],
    ['TLS 1.1 only', old, 'tls-version', 'TLSv1.1'],
    ['plain http on an https port', undefined, 'tls-version', 'does not speak TLS'],
  ] as const)('%s fails its row, and no request is sent', async ([, options, id, found]) => {
    const { finished, requests } = await overTls(options);
    expect(idsOf(finished, 'failure')).toEqual([id]);
    expect(row(finished, id)).toMatchObject({ verdict: 'failure', owner: 'EHR team' });
    expect(row(finished, id).found).toContain(found);
    expect(requests).toEqual([]);
  });
});
