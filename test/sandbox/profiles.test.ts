/** Every vendor profile completes a launch, in that vendor's own way. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import {
  assertionType,
  authorizationRequest,
  authorize,
  fhir,
  launch,
  obtainCode,
  post,
  startTinyApp,
  type TinyApp,
  tokenRequest,
} from './tiny-app.ts';

let tiny: TinyApp;

beforeAll(async () => {
  tiny = await startTinyApp('RS384');
});

afterAll(() => tiny.close());

async function inProfile<T>(profile: VendorProfileName, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ app: tiny.app, profile });
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

const isProfile = (name: string): name is VendorProfileName => Object.hasOwn(profiles, name);

/** helseid-like wants other assertions than SMART's; it has a test of its own. */
const names = Object.keys(profiles)
  .filter(isProfile)
  .filter((name) => name !== 'helseid-like');
const enumerated = 'launch openid fhirUser profile online_access patient/Patient.read patient/ServiceRequest.read';

test.for(names)('%s: a launch with enumerated scopes reaches the patient and the requests', async (name) => {
  await inProfile(name, async (sandbox) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
    expect(body.patient).toBe('pat-ada');
    expect((await fhir(sandbox, body.access_token, 'Patient/pat-ada')).status).toBe(200);
    expect((await fhir(sandbox, body.access_token, 'ServiceRequest?patient=pat-ada')).status).toBe(200);
  });
});

const issuers: [VendorProfileName, (sandbox: Sandbox) => string, number][] = [
  ['generic', (sandbox) => `${sandbox.origin}/auth`, 200],
  ['oracle-like', (sandbox) => `${sandbox.origin}/tenants/ec2458f2/oidc/idsps/ec2458f2/`, 404],
  ['meditech-like', (sandbox) => `${sandbox.origin}/auth/`, 200],
  ['ecw-like', (sandbox) => `${sandbox.origin}/auth`, 404],
  ['nextgen-enterprise-like', (sandbox) => sandbox.fhirBase, 404],
];

test.for(issuers)('%s: where the id_token says it comes from', async ([name, issuer, document]) => {
  await inProfile(name, async (sandbox) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
    expect(decodeJwt(String(body.id_token)).iss).toBe(issuer(sandbox));
    const openid = `${sandbox.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    expect((await fhir(sandbox, undefined, openid)).status).toBe(document);
  });
});

test('oracle-like: wildcards and launch/patient are trimmed in silence, tokens live 570 seconds', async () => {
  await inProfile('oracle-like', async (sandbox) => {
    const scope = 'launch launch/patient openid patient/*.read patient/Patient.read';
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope });
    expect(body).toMatchObject({ scope: 'launch openid patient/Patient.read', expires_in: 570 });
  });
});

test('epic-like: no revocation endpoint, five scopes, and no iss on the redirect', async () => {
  await inProfile('epic-like', async (sandbox) => {
    const { body } = await fhir(sandbox, undefined, '.well-known/smart-configuration');
    const { answer } = await authorize(sandbox, authorizationRequest(sandbox, tiny).parameters);
    expect(body.scopes_supported).toHaveLength(5);
    expect('revocation_endpoint' in body).toBe(false);
    expect(answer.has('iss')).toBe(false);
    expect((await post(`${sandbox.origin}/auth/revoke`, { token: 'x' })).status).toBe(404);
  });
});

test('nextgen-office-like: a refresh must name client_id', async () => {
  await inProfile('nextgen-office-like', async (sandbox) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
    const url = `${sandbox.origin}/auth/token`;
    const form = {
      grant_type: 'refresh_token',
      refresh_token: String(body.refresh_token),
      client_assertion_type: assertionType,
    };
    const without = await post(url, { ...form, client_assertion: await tiny.assertion(url) });
    const named = await post(url, { ...form, client_id: 'tiny-app', client_assertion: await tiny.assertion(url) });
    expect([without.status, named.status]).toEqual([400, 200]);
  });
});

test('nextgen-enterprise-like: no _include, and only the search parameters it lists', async () => {
  await inProfile('nextgen-enterprise-like', async (sandbox) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
    const asked = ['_include=ServiceRequest:requester', 'status=active'];
    const answers = await Promise.all(
      asked.map((more) => fhir(sandbox, body.access_token, `ServiceRequest?patient=pat-ada&${more}`)),
    );
    expect(answers.map((answer) => answer.status)).toEqual([400, 400]);
  });
});

test('helseid-like: only an assertion for the issuer, typed client-authentication+jwt (CAJ-03)', async () => {
  await inProfile('helseid-like', async (sandbox) => {
    const request = await tokenRequest(sandbox, tiny, await obtainCode(sandbox, tiny));
    const assertion = await tiny.assertion(sandbox.issuer, {}, { typ: 'client-authentication+jwt' });
    const usual = await post(`${sandbox.origin}/auth/token`, request);
    const special = await post(`${sandbox.origin}/auth/token`, { ...request, client_assertion: assertion });
    expect([usual.status, special.status]).toEqual([401, 200]);
  });
});
