/** The FHIR server returns only what the token's scopes and patient permit, in pages, as R4 JSON. */
import type { Bundle, CapabilityStatement } from 'fhir/r4.js';
import { fetch } from 'undici';
import { beforeAll, expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import { fhir, launch, startTinyApp } from './tiny-app.ts';

let token: unknown;
const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));
beforeAll(async () => {
  token = (await launch(sandbox, tiny)).body.access_token;
});

const tokenFor = async (scope: string, patient = 'pat-ada') =>
  (await launch(sandbox, tiny, patient, { scope })).body.access_token;

test('without a bearer token, or with an invented one, the answer is 401 (FH-01)', async () => {
  const none = await fhir(sandbox, undefined, 'Patient/pat-ada');
  const invented = await fhir(sandbox, 'invented', 'Patient/pat-ada');
  expect([none.status, invented.status]).toEqual([401, 401]);
  expect(none.headers.get('www-authenticate')).toMatch(/^Bearer/);
  expect(none.body.resourceType).toBe('OperationOutcome');
});

test.for([
  ['another patient', 'Patient/pat-ben', 403],
  ["another patient's request", 'ServiceRequest/ben-bed', 403],
  ["a search for another patient's requests", 'ServiceRequest?patient=pat-ben', 403],
  ['a search that names two patients', 'ServiceRequest?patient=pat-ada&subject=pat-ben', 403],
  ['a search without a patient (FH-13)', 'ServiceRequest?status=active', 400],
  ['an unsupported search parameter', 'ServiceRequest?patient=pat-ada&_sort=-authored', 400],
  ['an unsupported _revinclude', 'ServiceRequest?patient=pat-ada&_revinclude=Observation:focus', 400],
  ['an unsupported _include', 'ServiceRequest?patient=pat-ada&_include=ServiceRequest:subject', 400],
  ['all practitioners', 'Practitioner', 400],
  ['a type that is not served', 'Medication?patient=pat-ada', 404],
  ['an id that does not exist', 'Practitioner/nobody', 404],
  ['an invented page', '?_page=eyJ0eXBlIjoiUGF0aWVudCJ9', 400],
] as [string, string, number][])('refuses %s', async ([, path, status]) => {
  const answer = await fhir(sandbox, token, path);
  expect([answer.status, answer.body.resourceType]).toEqual([status, 'OperationOutcome']);
});

test('answers in JSON only (FH-04)', async () => {
  expect((await fhir(sandbox, token, 'Patient/pat-ada', { accept: 'application/fhir+xml' })).status).toBe(406);
  const { headers } = await fhir(sandbox, token, 'Patient/pat-ada');
  expect(headers.get('content-type')).toMatch(/^application\/fhir\+json/);
});

test.for([
  ['v1 read', 'launch patient/ServiceRequest.read', 200, 200],
  ['v2 rs', 'launch patient/ServiceRequest.rs', 200, 200],
  ['v2 r: no search', 'launch patient/ServiceRequest.r', 403, 200],
  ['v2 s: no read', 'launch patient/ServiceRequest.s', 200, 403],
  ['v1 write: neither (SCO-22)', 'launch patient/ServiceRequest.write', 403, 403],
  ['another type', 'launch patient/Observation.rs', 403, 403],
] as [string, string, number, number][])('enforces scopes: %s', async ([, scope, searching, reading]) => {
  const narrow = await tokenFor(scope);
  expect((await fhir(sandbox, narrow, 'ServiceRequest?patient=pat-ada')).status).toBe(searching);
  expect((await fhir(sandbox, narrow, 'ServiceRequest/ada-oxygen')).status).toBe(reading);
});

test('a v2 restriction shows only its category (SCO-16)', async () => {
  const narrow = await tokenFor('launch patient/ServiceRequest.rs?category=http://snomed.info/sct|103332005');
  const { body } = await fhir(sandbox, narrow, 'ServiceRequest?patient=pat-ada&_count=50');
  const categories = body.entry.map(
    (entry: { resource: { category: { text: string }[] } }) => entry.resource.category[0]?.text,
  );
  expect(new Set(categories)).toEqual(new Set(['Transport']));
});

test('fhirUser alone permits reading the user’s Practitioner, and no other', async () => {
  const narrow = await tokenFor('launch openid fhirUser');
  expect((await fhir(sandbox, narrow, 'Practitioner/prac-rivera')).status).toBe(200);
  expect((await fhir(sandbox, narrow, 'Practitioner/prac-osei')).status).toBe(403);
  expect((await fhir(sandbox, narrow, 'Patient/pat-ada')).status).toBe(403);
});

test('120 requests arrive in pages, none twice, with opaque links on the same origin (FH-09)', async () => {
  const many = await tokenFor('launch patient/*.rs', 'pat-many');
  const ids: unknown[] = [];
  let next: string | undefined = 'ServiceRequest?patient=pat-many&_count=50';
  let pages = 0;
  while (next !== undefined) {
    const bundle: Bundle = (await fhir(sandbox, many, next)).body;
    ids.push(...(bundle.entry ?? []).map((entry) => entry.resource?.id));
    next = bundle.link?.find((link) => link.relation === 'next')?.url;
    if (next !== undefined) expect(next.startsWith(`${sandbox.fhirBase}?_page=`)).toBe(true);
    pages += 1;
  }
  expect([pages, ids.length, new Set(ids).size]).toEqual([3, 120, 120]);
});

test("a next link of one patient is refused with another patient's token", async () => {
  const many = await tokenFor('launch patient/*.rs', 'pat-many');
  const { body } = await fhir(sandbox, many, 'ServiceRequest?patient=pat-many');
  const next = body.link.find((link: { relation: string }) => link.relation === 'next').url;
  expect((await fhir(sandbox, token, next)).status).toBe(403);
});

test('searches filter, and include the people named by the requests', async () => {
  const filtered = await fhir(sandbox, token, 'ServiceRequest?patient=Patient/pat-ada&status=draft,on-hold');
  const byId = await fhir(sandbox, token, 'Organization?_id=org-swift,org-comfort');
  const query = 'ServiceRequest?patient=pat-ada&_include=ServiceRequest:requester&_include=ServiceRequest:performer';
  const { body } = await fhir(sandbox, token, query);
  const included = body.entry.filter((entry: { search: { mode: string } }) => entry.search.mode === 'include');
  expect(filtered.body.total).toBe(2);
  expect(byId.body.total).toBe(2);
  expect(included.map((entry: { resource: { id: string } }) => entry.resource.id)).toContain('org-comfort');
});

test.for([
  ['launch patient/*.rs', ['task-ada-transport', 'task-ada-rehab', 'task-ada-oxygen']],
  ['launch patient/ServiceRequest.rs', []],
] as const)('with %s the Tasks about the requests that come along are %j', async ([scope, ids]) => {
  const query = 'ServiceRequest?patient=pat-ada&_count=50&_revinclude=Task:focus';
  const { body } = await fhir(sandbox, await tokenFor(scope, 'pat-ada'), query);
  const along = body.entry.filter((entry: { search: { mode: string } }) => entry.search.mode === 'include');
  expect(along.map((entry: { resource: { id: string } }) => entry.resource.id)).toEqual(ids);
});

test('a batch of reads succeeds and fails entry by entry', async () => {
  const entry = ['Organization/org-swift', 'Patient/pat-ben', 'Practitioner/nobody'].map((url) => ({
    request: { method: 'GET', url },
  }));
  const response = await fetch(sandbox.fhirBase, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${String(token)}`,
      'content-type': 'application/fhir+json',
      accept: 'application/fhir+json',
    },
    body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }),
  });
  const bundle: unknown = await response.json();
  expect(bundle).toMatchObject({
    type: 'batch-response',
    entry: [{ response: { status: '200 OK' } }, { response: { status: '403' } }, { response: { status: '404' } }],
  });
});

test('a batch that is no JSON, no batch, or too long is refused', async () => {
  const entry = Array.from({ length: 21 }, () => ({ request: { method: 'GET', url: 'Patient/pat-ada' } }));
  const bodies = ['{"resourceType":', '[]', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry })];
  const statuses = bodies.map(async (body) => {
    const headers = { authorization: `Bearer ${String(token)}`, 'content-type': 'application/fhir+json' };
    return (await fetch(sandbox.fhirBase, { method: 'POST', headers, body })).status;
  });
  expect(await Promise.all(statuses)).toEqual([400, 400, 400]);
});

test('only a ServiceRequest can be written', async () => {
  const response = await fetch(`${sandbox.fhirBase}/Patient`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(405);
});

const order = {
  resourceType: 'ServiceRequest',
  identifier: [{ system: 'https://app.example/requests', value: '1' }],
  status: 'active',
  intent: 'order',
  code: { text: 'Wheelchair' },
  subject: { reference: 'Patient/pat-ada' },
};

test.for([
  ['with the scope', 'launch patient/ServiceRequest.c', {}, 201],
  ['with the v1 scope', 'launch patient/ServiceRequest.write', {}, 201],
  ['with reading alone (SCO-22)', 'launch patient/ServiceRequest.read', {}, 403],
  ['for another patient', 'launch patient/ServiceRequest.c', { subject: { reference: 'Patient/pat-ben' } }, 403],
  ['without an identifier', 'launch patient/ServiceRequest.c', { identifier: undefined }, 422],
  ['with an id of the app', 'launch patient/ServiceRequest.c', { id: 'mine' }, 422],
] as [string, string, object, number][])('FHIR create %s: %d', async ([, scope, change, status]) => {
  const bearer = await tokenFor(scope);
  const headers = { authorization: `Bearer ${String(bearer)}`, 'content-type': 'application/fhir+json' };
  const body = JSON.stringify({ ...order, ...change });
  expect((await fetch(`${sandbox.fhirBase}/ServiceRequest`, { method: 'POST', headers, body })).status).toBe(status);
});

test('the CapabilityStatement is public and names the OAuth endpoints (DI-18)', async () => {
  const { status, body } = await fhir(sandbox, undefined, 'metadata');
  const statement: CapabilityStatement = body;
  const uris = statement.rest?.[0]?.security?.extension?.[0]?.extension?.map((one) => one.valueUri);
  expect(status).toBe(200);
  expect(uris).toEqual([`${sandbox.origin}/auth/authorize`, `${sandbox.origin}/auth/token`]);
});
