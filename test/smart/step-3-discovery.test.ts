/** Step 3: discovery at a real HTTP server that answers as no sandbox would (DI-01..02, DI-15..25). */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { AppError } from '#src/errors.ts';
import { assertR4, discover } from '#src/smart/step-3-discovery.ts';
import { type Script, startEvil, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { useStarted } from '#test/helpers/started.ts';
import { refusalOfKind } from './refusals.ts';

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
const CONFIGURATION = 'smart-configuration';
const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
const ehr = useStarted(startStubEhr);
const evil = useStarted(startEvil);
beforeEach(() => ehr.reset());
afterAll(async () => {
  expect(evil.requests).toEqual([]);
  await outbound.close();
});

const discoverAt = (fhirBaseUrl = ehr.fhirBase) => discover({ fhirBaseUrl, allowedHosts: [] }, outbound);
const refusal = () => refusalOfKind(discoverAt(), AppError);

test('a server that does not say its version in time holds a launch up for three seconds at most', async () => {
  ehr.on('metadata', () => new Promise(() => undefined));
  const began = Date.now();
  await assertR4({ fhirBaseUrl: ehr.fhirBase }, outbound);
  expect(Date.now() - began).toBeLessThan(4_000);
});

const statement = (origin: string, rest: unknown[] = []) => ({
  resourceType: 'CapabilityStatement',
  rest: [
    ...rest,
    {
      mode: 'server',
      security: {
        extension: [
          {
            url: OAUTH_URIS,
            extension: [
              { url: 'token', valueUri: `${origin}/old/token` },
              { url: 'authorize', valueUri: `${origin}/old/authorize` },
            ],
          },
        ],
      },
    },
  ],
});

test.for([
  ['with a path', '/fhir', '/fhir/.well-known/smart-configuration'],
  ['with a trailing slash', '/fhir/', '/fhir/.well-known/smart-configuration'],
  ['with a long path', '/a/b%2Fc/r4', '/a/b%2Fc/r4/.well-known/smart-configuration'],
  ['without a path', '', '/.well-known/smart-configuration'],
  ['without a path, with a slash', '/', '/.well-known/smart-configuration'],
] as const)('DI-01: appends to a base %s', async ([, path, expected]) => {
  ehr.on(expected, async (request) => ehr.standard({ ...request, route: CONFIGURATION }));
  await discoverAt(`${ehr.origin}${path}`);
  expect(ehr.requests.map(({ path: sent }) => sent)).toEqual([expected]);
});

test('DI-01, DI-17: accepts JSON, and sends no credential, cookie or product name', async () => {
  await discoverAt();
  const [request] = ehr.requests;
  expect(request?.headers['accept']).toBe('application/json');
  const names = Object.keys(request?.headers ?? {}).toSorted();
  expect(names).toEqual(['accept', 'accept-encoding', 'connection', 'host']);
});

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Script =>
  () => ({ status, body, headers });

describe('refuses', () => {
  test.for([
    ['DI-02: a portal page', answer(200, '<!doctype html>', { 'content-type': 'text/html' }), 'discovery.invalid'],
    ['DI-02: a list', answer(200, '[]'), 'discovery.invalid'],
    ['DI-02: null', answer(200, 'null'), 'discovery.invalid'],
    ['DI-02: nothing', answer(200, ''), 'discovery.invalid'],
    ['DI-02: half a document', answer(200, '{"authorization_endpoint":"htt'), 'discovery.invalid'],
    ['DI-02: 204', answer(204, undefined), 'discovery.invalid'],
    ['DI-02: 201', answer(201, { token_endpoint: '/a', authorization_endpoint: '/b' }), 'discovery.invalid'],
    ['DI-02: 401', answer(401, {}), 'discovery.invalid'],
    ['DI-02: 403', answer(403, {}), 'discovery.invalid'],
    ['DI-19: 500', answer(500, {}), 'discovery.unavailable'],
    ['DI-19: 503', answer(503, {}), 'discovery.unavailable'],
    ['DI-19: 429', answer(429, {}), 'discovery.unavailable'],
    ['a broken connection', (_request, response) => (response.destroy(), 'answered'), 'discovery.unavailable'],
  ] as [string, Script, string][])('%s, without falling back (DI-19)', async ([, script, code]) => {
    ehr.on(CONFIGURATION, script);
    ehr.on('metadata', answer(200, statement(evil.origin)));
    expect((await refusal()).code).toBe(code);
    expect(ehr.requests).toHaveLength(1);
  });

  test.for([301, 302, 303, 307, 308])('DI-16: a redirect with %d, which is not followed', async (status) => {
    ehr.on(CONFIGURATION, answer(status, '', { location: `${evil.origin}/smart` }));
    expect((await refusal()).code).toBe('discovery.invalid');
    expect(ehr.requests).toHaveLength(1);
  });

  test('DI-02: does not quote the answer', async () => {
    ehr.on(CONFIGURATION, answer(200, 'CANARY-7f3a', { 'content-type': 'text/CANARY-TYPE' }));
    const error = await refusal();
    expect(`${error.message} ${String(error.cause)}`).not.toContain('CANARY-7f3a');
  });

  test('an address outside the allowed networks', async () => {
    const strict = createOutbound({ production: false, allowPrivate: [] });
    const ehrToRefuse = { fhirBaseUrl: ehr.fhirBase, allowedHosts: [] };
    await expect(discover(ehrToRefuse, strict)).rejects.toMatchObject({ code: 'discovery.endpoint-refused' });
    await strict.close();
    expect(ehr.requests).toEqual([]);
  });

  test('a host without a listener', async () => {
    await expect(discoverAt('http://127.0.0.1:1/fhir')).rejects.toMatchObject({ code: 'discovery.unavailable' });
  });
});

describe('DI-24: accepts', () => {
  const standard = () => `"authorization_endpoint":"${ehr.origin}/a","token_endpoint":"${ehr.origin}/t"`;
  test.for([
    ['nesting where a list is expected', () => `{"capabilities":${'['.repeat(60)}${']'.repeat(60)},${standard()}}`],
    [
      'a thousand unknown members',
      () => `{${Array.from({ length: 1_000 }, (_, n) => `"x${n}":${n}`).join()},${standard()}}`,
    ],
  ] as const)('%s', async ([, body]) => {
    ehr.on(CONFIGURATION, answer(200, body()));
    expect((await discoverAt()).configuration.tokenEndpoint).toBe(`${ehr.origin}/t`);
  });

  test('bytes that are not UTF-8', async () => {
    ehr.on(CONFIGURATION, answer(200, Buffer.from([0x7b, 0xff, 0xfe, 0x00])));
    expect((await refusal()).code).toBe('discovery.invalid');
  });
});

test.for([
  ['DI-13: five minutes when nothing is said', {}, 300_000],
  ['DI-13: as the server says', { 'cache-control': 'max-age=60' }, 60_000],
  ['DI-13: an hour at most', { 'cache-control': 'max-age=86400' }, 3_600_000],
  ['DI-13: not at all', { 'cache-control': 'no-store' }, 0],
  ['DI-25: whatever the case of the name', { 'CaChE-cOnTrOl': 'MAX-AGE=60' }, 60_000],
] as const)('%s', async ([, headers, freshForMs]) => {
  ehr.on(CONFIGURATION, async (request) => ({ ...(await ehr.standard(request)), headers }));
  expect((await discoverAt()).freshForMs).toBe(freshForMs);
});

test('DI-15: a compressed document of normal size is read', async () => {
  ehr.on(CONFIGURATION, async (request) => ({
    body: gzipSync(JSON.stringify((await ehr.standard(request)).body)),
    headers: { 'content-encoding': 'gzip' },
  }));
  expect((await discoverAt()).configuration.tokenEndpoint).toBe(`${ehr.origin}/auth/token`);
});

describe('DI-18: only if the document does not exist', () => {
  test.for([404, 410])('(%d) the CapabilityStatement names the endpoints', async (status) => {
    ehr.on(CONFIGURATION, answer(status, {}));
    ehr.on('metadata', answer(200, statement(ehr.origin, [{ mode: 'client' }])));
    const { configuration } = await discoverAt();
    expect(configuration.authorizationEndpoint).toBe(`${ehr.origin}/old/authorize`);
    expect(configuration.tokenEndpoint).toBe(`${ehr.origin}/old/token`);
    expect(ehr.seen('metadata')[0]?.headers['accept']).toBe('application/fhir+json');
  });

  test('DI-22: with both documents the CapabilityStatement is not read', async () => {
    ehr.on('metadata', answer(200, statement(evil.origin)));
    expect((await discoverAt()).configuration.tokenEndpoint).toBe(`${ehr.origin}/auth/token`);
    expect(ehr.seen('metadata')).toEqual([]);
  });

  test.for([
    ['DI-21: no extension', answer(200, { resourceType: 'CapabilityStatement', rest: [] }), 'discovery.invalid'],
    ['DI-21: no statement either', answer(404, {}), 'discovery.invalid'],
    ['a portal page', answer(200, '<html>'), 'discovery.invalid'],
    ['a failing server', answer(500, {}), 'discovery.unavailable'],
  ] as [string, Script, string][])('%s is a refusal', async ([, script, code]) => {
    ehr.on(CONFIGURATION, answer(404, {}));
    ehr.on('metadata', script);
    expect((await refusal()).code).toBe(code);
  });

  test('DI-05: its endpoints are checked by the same rules', async () => {
    ehr.on(CONFIGURATION, answer(404, {}));
    ehr.on('metadata', answer(200, statement(evil.origin)));
    expect((await refusal()).code).toBe('discovery.endpoint-refused');
  });
});
