/** Every named fault changes only the step of the launch that it is named for, and nothing before it. */
import { fetch } from 'undici';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { authorizeFaults } from '#sandbox/faults/authorize.ts';
import { discoveryFaults } from '#sandbox/faults/discovery.ts';
import { fhirCreateFaults } from '#sandbox/faults/fhir-create.ts';
import { idTokenFaults } from '#sandbox/faults/id-token.ts';
import { openidFaults } from '#sandbox/faults/openid.ts';
import { scopeFaults } from '#sandbox/faults/scopes.ts';
import { tokenEndpointFaults } from '#sandbox/faults/token-endpoint.ts';
import { tokenResponseFaults } from '#sandbox/faults/token-response.ts';
import { type FaultName, faultCatalogue, faultNames } from '#sandbox/faults.ts';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import { authorizationRequest, authorize, fhir, launch, startTinyApp } from './tiny-app.ts';
import { play, type Section, sections, type Transcript } from './transcript.ts';

const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));
let sound: Transcript;

beforeAll(async () => {
  sound = await play(sandbox, tiny);
});

afterEach(() => sandbox.faults.clear());

/** The sections in which the first difference may be. */
function firstSections(name: FaultName): Section[] {
  if (name in discoveryFaults) return ['smart-configuration'];
  if (name in openidFaults) return ['openid-configuration', 'jwks', 'id-token'];
  if (name in authorizeFaults) return ['authorize', 'token'];
  if (name in scopeFaults) return ['authorize', 'token'];
  if (name in tokenEndpointFaults) return ['token', 'refresh', 'revoke'];
  // The transcript masks tokens, so the first difference is the hash of another one in the id_token's check.
  if (name === 'bad-access-token') return ['id-token'];
  if (name in tokenResponseFaults) return ['token', 'refresh'];
  if (name in idTokenFaults) return ['id-token'];
  return ['metadata', 'patient', 'practitioner', 'requests'];
}

const isSlow = (name: FaultName) => name.startsWith('slow-');
/** A launch creates and introspects nothing; new-request.test.ts and introspect.test.ts test these faults. */
const isOfCreate = (name: FaultName) => name in fhirCreateFaults || name.startsWith('introspection-');

/** Faults whose answers the tiny app cannot read. */
const UNREADABLE: FaultName[] = [
  'discovery-garbled',
  'discovery-proxy',
  'jwks-html',
  'token-garbled',
  'unreadable-id-token',
];

test.for(UNREADABLE)('%s gives an answer that the tiny app cannot read', async (name) => {
  sandbox.faults.set(name);
  await expect(play(sandbox, tiny)).rejects.toThrow();
});

test('an undisturbed launch always looks the same', async () => {
  expect(await play(sandbox, tiny)).toEqual(sound);
});

test('the catalogue has at least 24 faults, each with a description', () => {
  expect(faultNames.length).toBeGreaterThanOrEqual(24);
  expect(faultNames.filter((name) => faultCatalogue[name].description.length < 10)).toEqual([]);
});

test.for(faultNames.filter((name) => !isSlow(name) && !isOfCreate(name) && !UNREADABLE.includes(name)))(
  '%s affects the place in its name, and first there',
  async (name) => {
    sandbox.faults.set(name);
    const disturbed = await play(sandbox, tiny);
    const changed = sections.filter((section) => disturbed[section] !== sound[section]);
    expect(changed.length).toBeGreaterThan(0);
    expect(firstSections(name)).toContain(changed[0]);
  },
);

const slowTargets: [FaultName, string][] = [
  ['slow-discovery', '/fhir/r4/.well-known/smart-configuration'],
  ['slow-jwks', '/auth/jwks'],
  ['slow-fhir', '/fhir/r4/Patient/pat-ada'],
  ['slow-requests', '/fhir/r4/ServiceRequest?patient=pat-ada'],
];

test.for(slowTargets)('%s delays the answer, and closing the sandbox ends the request', async ([name, path]) => {
  const own = await startSandbox({ app: tiny.app });
  own.faults.set(name, 600_000);
  const held = fetch(`${own.origin}${path}`).then(
    (response) => response.status,
    () => 'cut off',
  );
  while (own.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await own.close();
  expect(await held).toBe('cut off');
});

test('slow-token delays the correct answer', async () => {
  sandbox.faults.set('slow-token', 20);
  expect((await launch(sandbox, tiny)).status).toBe(200);
});

test('a fault set for two times switches itself off after them', async () => {
  sandbox.faults.set('fhir-429', 5, { times: 2 });
  const statuses: number[] = [];
  for (const _ of [1, 2, 3]) statuses.push((await fhir(sandbox, 'x', 'Patient/pat-ada')).status);
  expect(statuses).toEqual([429, 429, 401]);
  expect(sandbox.faults.active()).toEqual([]);
});

test('two sandboxes in one process do not share faults, launches or tokens', async () => {
  const other = await startSandbox({ app: tiny.app });
  sandbox.faults.set('token-500');
  const there = await launch(other, tiny);
  sandbox.faults.clear();
  expect(there.status).toBe(200);
  expect((await fhir(sandbox, there.body.access_token, 'Patient/pat-ada')).status).toBe(401);
  await other.close();
});

test("discovery-endpoint-query insists on the endpoint's own query (AZ-13)", async () => {
  sandbox.faults.set('discovery-endpoint-query');
  const lost = await authorize(sandbox, authorizationRequest(sandbox, tiny).parameters);
  const kept = await authorize(sandbox, { tenant: 'a', ...authorizationRequest(sandbox, tiny).parameters });
  expect([lost.answer.get('error'), kept.answer.has('code')]).toEqual(['invalid_request', true]);
});

test('the FHIR server enforces a narrowed grant too', async () => {
  sandbox.faults.set('narrowed-scope');
  const { body } = await launch(sandbox, tiny);
  expect(String(body.scope).split(' ')).toContain('patient/Patient.read');
  expect((await fhir(sandbox, body.access_token, 'Patient/pat-ada')).status).toBe(200);
  expect((await fhir(sandbox, body.access_token, 'ServiceRequest?patient=pat-ada')).status).toBe(403);
});

test('foreign-resource adds a request of another patient', async () => {
  const { body } = await launch(sandbox, tiny);
  sandbox.faults.set('foreign-resource');
  const searched = await fhir(sandbox, body.access_token, 'ServiceRequest?patient=pat-ada');
  expect(searched.body.entry[0].resource.subject.reference).toBe('Patient/pat-ben');
});
