/** Step 6: where the access token is sent and, above all, where it is not (FH-01..07, FH-12). */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { isUnder } from '#src/smart/fhir/base-url-guard.ts';
import { FhirError, type FhirFailure, isRefusal } from '#src/smart/fhir/fhir-error.ts';
import { createFhirApi } from '#src/smart/step-6-fhir-api.ts';
import { flood, type Script, startEvil, startStubEhr } from '#test/helpers/servers/stub-ehr.ts';
import { useStarted } from '#test/helpers/started.ts';
import { refusalOfKind } from './refusals.ts';

const TOKEN = 'token.canary~1';
const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8'] });
const ehr = useStarted(startStubEhr);
const evil = useStarted(startEvil);
beforeEach(() => ehr.reset());
afterAll(async () => {
  expect(evil.requests).toEqual([]);
  await outbound.close();
});

const api = (base = ehr.fhirBase) => createFhirApi({ base: new URL(base), accessToken: TOKEN, outbound });
const refusal = (promise: Promise<unknown>) => refusalOfKind(promise, FhirError);

test.for(['/fhir', '/fhir/'])('FH-01, FH-04: reads under %s with a bearer header and nothing else', async (path) => {
  const patient = await api(`${ehr.origin}${path}`).get('Patient/pat-1?_format=json&x=a%7Cb');
  expect(patient).toMatchObject({ resourceType: 'Patient', id: 'pat-1' });
  const [request] = ehr.requests;
  expect(request?.path).toBe('/fhir/Patient/pat-1?_format=json&x=a%7Cb');
  expect(request?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, accept: 'application/fhir+json' });
  expect(request?.headers).not.toHaveProperty('cookie');
});

test('FH-09: a next link under the base is followed unchanged', async () => {
  ehr.on('requests', () => ({ body: { resourceType: 'Bundle', page: 2 } }));
  expect(await api().get(`${ehr.fhirBase}/ServiceRequest?page=2&_id=a,b`)).toMatchObject({ page: 2 });
  expect(ehr.requests[0]?.path).toBe('/fhir/ServiceRequest?page=2&_id=a,b');
});

test.for<[string, () => string]>([
  ['another host', () => `${evil.origin}/fhir/Patient/1`],
  ['another host without a scheme', () => `//${new URL(evil.origin).host}/fhir/Patient/1`],
  ['another port', () => `http://127.0.0.1:1/fhir/Patient/1`],
  ['another scheme', () => `${ehr.fhirBase.replace('http:', 'https:')}/Patient/1`],
  ['another path', () => `${ehr.origin}/other/Patient/1`],
  ['a longer name', () => `${ehr.origin}/fhir-admin/Patient/1`],
  ['a way up', () => '../admin/Patient/1'],
  ['an encoded way up', () => '%2e%2e/admin/Patient/1'],
  ['a way up in an absolute URL', () => `${ehr.fhirBase}/../admin`],
  ['userinfo', () => `${ehr.fhirBase.replace('//', '//user@')}/Patient/1`],
  ['a script', () => 'javascript:alert(1)'],
  ['a backslash host', () => `\\\\${new URL(evil.origin).host}\\x`],
])('FH-02: %s is not the FHIR server: nothing is sent', async ([, url]) => {
  const outcome = await api()
    .get(url())
    .catch((error: unknown) => error);
  if (outcome instanceof FhirError && outcome.failure === 'foreign-url') expect(ehr.requests).toEqual([]);
  // An address that a URL parser keeps below the base may be requested there, and nowhere else.
  else expect(ehr.requests.every(({ path }) => path.startsWith('/fhir/'))).toBe(true);
  expect(evil.requests).toEqual([]);
});

test.for([
  ['https://ehr.example/fhir', 'https://ehr.example/fhir/Patient/1', true],
  ['https://ehr.example/fhir', 'https://ehr.example/fhir', true],
  ['https://ehr.example/fhir/', 'https://ehr.example/fhir?x=1', true],
  ['https://ehr.example', 'https://ehr.example/Patient/1', true],
  ['https://ehr.example/fhir', 'https://ehr.example:443/fhir/x', true],
  ['https://ehr.example/fhir/a', 'https://ehr.example/fhir/ab/x', false],
  ['https://ehr.example/fhir', 'https://ehr.example/FHIR/x', false],
  ['https://ehr.example/fhir', 'https://user@ehr.example/fhir/x', false],
  ['https://ehr.example/fhir', 'https://ehr.example.evil/fhir/x', false],
] as const)('MT-03: at %s, %s is under it: %s', ([base, url, under]) => {
  expect(isUnder(new URL(base), new URL(url))).toBe(under);
});

const createdElsewhere: Script = () => ({ status: 201, headers: { location: `${evil.origin}/x` } });

describe('answers', () => {
  const answer =
    (status: number, body: unknown, headers: Record<string, string> = {}): Script =>
    () => ({ status, body, headers });
  const fhir = { 'content-type': 'application/fhir+json' };
  const cases: [string, Script, string][] = [
    ...[301, 302, 303, 307, 308].map((status): [string, Script, string] => [
      `FH-03: a redirect with ${status}`,
      () => ({ status, headers: { location: `${evil.origin}/fhir/Patient/pat-1` } }),
      'unavailable',
    ]),
    ['FH-02: 201 with a Location elsewhere', createdElsewhere, 'foreign-url'],
    ['FH-05: 401', answer(401, {}, fhir), 'unauthorized'],
    ['FH-06: 403', answer(403, {}, fhir), 'refused'],
    ['FH-07: 404', answer(404, {}, fhir), 'not-found'],
    ['FH-07: 410', answer(410, {}, fhir), 'not-found'],
    ['FH-07: 429 with a long Retry-After', answer(429, {}, { ...fhir, 'retry-after': '3600' }), 'throttled'],
    ['FH-07: 503 with a date', answer(503, {}, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }), 'unavailable'],
    ['FH-07: 500', answer(500, {}, fhir), 'unavailable'],
    ['FH-07: 400', answer(400, {}, fhir), 'unexpected'],
    ['FH-04: a login page', answer(200, '<html>', { 'content-type': 'text/html' }), 'unexpected'],
    ['FH-04: XML', answer(200, '<Patient/>', { 'content-type': 'application/fhir+xml' }), 'unexpected'],
    ['FH-04: half a resource', answer(200, '{"resourceType":"Pa', fhir), 'unexpected'],
    ['FH-04: JSON without resourceType', answer(200, { id: 'pat-1' }, fhir), 'unexpected'],
    ['FH-04: a list', answer(200, [], fhir), 'unexpected'],
    ['FH-04: null', answer(200, 'null', fhir), 'unexpected'],
    ['FH-04: 204', answer(204, undefined), 'unexpected'],
    ['a broken connection', (_request, response) => (response.destroy(), 'answered'), 'unavailable'],
  ];
  test.for(cases)('%s', async ([, script, failure]) => {
    ehr.on('patient', script);
    const error = await refusal(api().get('Patient/pat-1'));
    expect(error.failure).toBe(failure);
    expect(ehr.requests).toHaveLength(1);
    // fhirclient's errors quote URL and body, which are clinical.
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toMatch(/pat-1|127\.0\.0\.1/);
  });
});

describe('FH-07: with a short Retry-After', () => {
  test.for([429, 503])('(%d) a read is repeated once', async (status) => {
    let calls = 0;
    ehr.on('patient', (request) => {
      calls += 1;
      return calls === 1 ? { status, body: {}, headers: { 'retry-after': '0' } } : ehr.standard(request);
    });
    expect(await api().get('Patient/pat-1')).toMatchObject({ id: 'pat-1' });
    expect(ehr.requests).toHaveLength(2);
  });

  test('a read is repeated once and not twice', async () => {
    ehr.on('patient', () => ({ status: 503, body: {}, headers: { 'retry-after': '0' } }));
    expect((await refusal(api().get('Patient/pat-1'))).failure).toBe('unavailable');
    expect(ehr.requests).toHaveLength(2);
  });

  test('FH-07: after a 429 without Retry-After a read is repeated once within two seconds, and not twice', async () => {
    ehr.on('patient', () => ({ status: 429, body: {} }));
    expect((await refusal(api().get('Patient/pat-1'))).failure).toBe('throttled');
    expect(ehr.requests).toHaveLength(2);
  });

  test('a POST is never repeated', async () => {
    ehr.on('/fhir', () => ({ status: 503, body: {}, headers: { 'retry-after': '0' } }));
    expect((await refusal(api().batch({ resourceType: 'Bundle' }))).failure).toBe('unavailable');
    expect(ehr.requests).toHaveLength(1);
  });
});

describe('FH-05: a token that the server refuses', () => {
  const withRenewal = (renew: (refused: string) => Promise<string | undefined>) =>
    createFhirApi({ base: new URL(ehr.fhirBase), accessToken: TOKEN, outbound, renew });

  test('is renewed once, and the read is repeated once', async () => {
    const refused: string[] = [];
    ehr.on('patient', (request) =>
      request.headers['authorization'] === 'Bearer fresh' ? ehr.standard(request) : { status: 401, body: {} },
    );
    const renewing = withRenewal(async (token) => (refused.push(token), 'fresh'));
    expect(await renewing.get('Patient/pat-1')).toMatchObject({ id: 'pat-1' });
    await renewing.get('Patient/pat-1');
    expect(refused).toEqual([TOKEN]);
    expect(ehr.requests).toHaveLength(3);
  });

  test.for([
    ['refused again', 'fresh', 2],
    ['not renewable', undefined, 1],
  ] as const)('and is %s ends the read', async ([, renewed, requests]) => {
    ehr.on('patient', () => ({ status: 401, body: {} }));
    expect((await refusal(withRenewal(async () => renewed).get('Patient/pat-1'))).failure).toBe('unauthorized');
    expect(ehr.requests).toHaveLength(requests);
  });

  test('FH-06: after a 403 the token is not renewed', async () => {
    ehr.on('patient', () => ({ status: 403, body: {} }));
    const renewing = withRenewal(() => Promise.reject(new Error('asked')));
    expect((await refusal(renewing.get('Patient/pat-1'))).failure).toBe('refused');
  });
});

test.for<[string, unknown, string[]]>([
  [
    'an outcome',
    { issue: [{ severity: 'error', code: 'forbidden' }, { code: 'business-rule' }] },
    ['forbidden', 'business-rule'],
  ],
  ['one code twice', { issue: [{ code: 'invalid' }, { code: 'invalid' }] }, ['invalid']],
  ['one lone issue', { issue: { code: 'throttled' } }, ['throttled']],
  ['codes that are not FHIR’s', { issue: [{ code: 'Ada Moreno' }, { code: 7 }, null, 'x'] }, []],
  ['no issue', {}, []],
])('FH-08: a refusal with %s gives its issue codes only', async ([, outcome, issues]) => {
  const text = { details: { text: 'Ada Moreno' }, diagnostics: 'Ada Moreno, born 1958' };
  const body = { resourceType: 'OperationOutcome', text, ...(outcome as object) };
  for (const [method, call] of [
    ['GET', () => api().get('ServiceRequest?patient=pat-1')],
    ['POST', () => api().create({ resourceType: 'ServiceRequest' })],
  ] as const) {
    ehr.on('requests', (request) => ({ status: request.method === method ? 403 : 200, body }));
    // oxlint-disable-next-line no-await-in-loop -- one stub, one call after the other
    const error = await refusal(call());
    expect([error.status, error.issues]).toEqual([403, issues]);
    expect(error.message).toBe(`FHIR call failed: refused (${['403', ...issues].join(', ')})`);
  }
});

test('a batch is posted to the base as FHIR JSON', async () => {
  ehr.on('/fhir', () => ({ body: { resourceType: 'Bundle', type: 'batch-response' } }));
  expect(await api().batch({ resourceType: 'Bundle', type: 'batch' })).toMatchObject({ type: 'batch-response' });
  const [request] = ehr.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/fhir', body: '{"resourceType":"Bundle","type":"batch"}' });
  expect(request?.headers['content-type']).toBe('application/fhir+json');
});

describe('FH-17: a create', () => {
  const REQUEST = { resourceType: 'ServiceRequest', status: 'active' };
  const TEXT = JSON.stringify(REQUEST);
  const json = { 'content-type': 'application/fhir+json' };
  const zipped = { ...json, 'content-encoding': 'gzip' };
  const portal = { 'content-type': 'text/html; charset=utf-8' };

  test('is posted as FHIR JSON with a bearer header', async () => {
    ehr.on('requests', () => ({ status: 201, body: REQUEST }));
    await api().create(REQUEST);
    const [request] = ehr.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/fhir/ServiceRequest', body: TEXT });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      accept: json['content-type'],
      'content-type': json['content-type'],
    });
  });

  const createdHere: Script = () => ({
    status: 201,
    headers: { ...json, location: `${ehr.fhirBase}/ServiceRequest/1` },
  });
  const breaks: Script = (_request, response) => {
    response.writeHead(201, { ...json, 'content-length': '1000' });
    response.write('{', () => response.destroy());
    return 'answered';
  };
  const answers: [string, number, unknown, Script][] = [
    ['an empty 201 with a Location', 201, undefined, createdHere],
    ['an empty 201 with a Location elsewhere', 201, undefined, createdElsewhere],
    ['201 with half a resource', 201, undefined, () => ({ status: 201, headers: json, body: '{"resourceType":"Serv' })],
    ['201 with a web page', 201, '<html>', () => ({ status: 201, headers: portal, body: '<html>' })],
    ['201 with 12 MB', 201, undefined, (_request, response) => flood(response, 12e6, 201)],
    ['201 and a connection that breaks', 201, undefined, breaks],
    ['201 with bytes that are no gzip', 201, undefined, () => ({ status: 201, headers: zipped, body: 'no gzip' })],
    ['201 with zipped JSON', 201, REQUEST, () => ({ status: 201, headers: zipped, body: gzipSync(TEXT) })],
    ['200', 200, REQUEST, () => ({ status: 200, headers: json, body: REQUEST })],
    ['200 as plain text', 200, REQUEST, () => ({ headers: { 'content-type': 'text/plain' }, body: TEXT })],
    ['200 after a byte order mark', 200, REQUEST, () => ({ headers: json, body: `\uFEFF${TEXT}` })],
    ["200 with a portal's web page", 200, '<html>', () => ({ headers: portal, body: '<html>' })],
    ['202', 202, undefined, () => ({ status: 202 })],
    ['204', 204, undefined, () => ({ status: 204 })],
  ];
  test.for(answers)(
    'answered with %s is reported as such, without a further request',
    async ([, status, body, script]) => {
      ehr.on('requests', script);
      expect(await api().create(REQUEST)).toMatchObject({ status, body });
      expect(ehr.requests.map(({ method }) => method)).toEqual(['POST']);
    },
  );

  const undone: [string, Script, FhirFailure, boolean][] = [
    ['401', () => ({ status: 401 }), 'unauthorized', true],
    ['403', () => ({ status: 403 }), 'refused', true],
    ['404', () => ({ status: 404 }), 'not-found', true],
    ['422', () => ({ status: 422 }), 'unexpected', true],
    ['429', () => ({ status: 429, headers: { 'retry-after': '0' } }), 'throttled', true],
    ['408', () => ({ status: 408 }), 'unexpected', false],
    ['503', () => ({ status: 503, headers: { 'retry-after': '0' } }), 'unavailable', false],
    ['307', () => ({ status: 307, headers: { location: `${evil.origin}/x` } }), 'unexpected', false],
    ['a broken connection', (_request, response) => (response.destroy(), 'answered'), 'unavailable', false],
  ];
  test.for(undone)('%s: sent once; %s, certainly not done: %s', async ([, script, failure, isCertain]) => {
    ehr.on('requests', script);
    const error = await refusal(api().create(REQUEST));
    expect([error.failure, isRefusal(error)]).toEqual([failure, isCertain]);
    expect(ehr.requests).toHaveLength(1);
  });

  test.for([
    ['is posted again with a newer token', 'fresh', 2],
    ['is not posted again without one', undefined, 1],
  ] as const)('FH-05: refused for its token, it %s', async ([, renewed, posts]) => {
    const renewing = createFhirApi({
      base: new URL(ehr.fhirBase),
      accessToken: TOKEN,
      outbound,
      renew: async () => renewed,
    });
    ehr.on('requests', ({ headers }) => ({ status: headers['authorization'] === 'Bearer fresh' ? 201 : 401 }));
    const end = await renewing.create(REQUEST).catch((error: FhirError) => error.failure);
    expect(end).toEqual(renewed ? expect.objectContaining({ status: 201 }) : 'unauthorized');
    expect(ehr.requests).toHaveLength(posts);
  });
});
