/** Every vendor profile completes a launch as that vendor does. */
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import { type Sandbox, startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import {
  assertionType,
  authorizationRequest,
  authorize,
  fhir,
  launch,
  obtainCode,
  post,
  startTinyApp,
  tokenRequest,
} from './tiny-app.ts';

const tiny = useStarted(() => startTinyApp('RS384'));

async function inProfile<T>(profile: VendorProfileName, use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ app: tiny.app, profile });
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

const isProfile = (name: string): name is VendorProfileName => Object.hasOwn(profiles, name);

/** helseid-like requires other assertions than SMART's, and has its own test. */
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
  ['nextgen-office-like', (sandbox) => `${sandbox.origin}/auth/realms/office`, 200],
  ['athenahealth-like', ({ origin }) => `${origin.replace('localhost', '127.0.0.1')}/auth`, 200],
  ['veradigm-like', ({ origin }) => `${origin.replace('localhost', '127.0.0.1')}/auth`, 404],
  ['ereferral-like', ({ origin }) => `${origin}/auth`, 404],
];

test.for(issuers)('%s: the issuer of the id_token', async ([name, issuer, document]) => {
  await inProfile(name, async (sandbox) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
    expect(decodeJwt(String(body.id_token)).iss).toBe(issuer(sandbox));
    const openid = `${sandbox.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    expect((await fhir(sandbox, undefined, openid)).status).toBe(document);
  });
});

test('oracle-like: wildcards and launch/patient are dropped silently, and tokens live 570 seconds', async () => {
  await inProfile('oracle-like', async (sandbox) => {
    const scope = 'launch launch/patient openid patient/*.read patient/Patient.read';
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope });
    expect(body).toMatchObject({ scope: 'launch openid patient/Patient.read', expires_in: 570 });
  });
});

test('athenahealth-like: endpoints and issuer on two hosts, each with the keys, and a restricted frame', async () => {
  await inProfile('athenahealth-like', async (sandbox) => {
    const { body } = await fhir(sandbox, undefined, '.well-known/smart-configuration');
    const openid = await fhir(sandbox, undefined, `${sandbox.issuer}/.well-known/openid-configuration`);
    expect(new URL(String(body.token_endpoint)).hostname).toBe('localhost');
    expect(new URL(String(openid.body.jwks_uri)).hostname).toBe('127.0.0.1');
    expect('scopes_supported' in body).toBe(false);
    const keys = await Promise.all(
      [body, openid.body].map(({ jwks_uri }) => fhir(sandbox, undefined, String(jwks_uri))),
    );
    expect(keys.map(({ status }) => status)).toEqual([200, 200]);
    const chart = await fetch(`${sandbox.chartUrl}/pat-ada`);
    const frame = /<iframe[^>]* sandbox="([^"]*)"/.exec(await chart.text())?.[1]?.split(' ');
    expect(frame).toContain('allow-scripts');
    expect(frame).not.toContain('allow-top-navigation');
    expect(frame).not.toContain('allow-storage-access-by-user-activation');
  });
});

test('veradigm-like: a method list under another name, without private_key_jwt, beside the capability', async () => {
  await inProfile('veradigm-like', async (sandbox) => {
    const { body } = await fhir(sandbox, undefined, '.well-known/smart-configuration');
    expect('token_endpoint_auth_methods_supported' in body).toBe(false);
    expect(body.token_endpoint_auth_methods).not.toContain('private_key_jwt');
    expect(body.capabilities).toContain('client-confidential-asymmetric');
  });
});

test('ereferral-like: no document is published, and the key set is at the given URL', async () => {
  await inProfile('ereferral-like', async (sandbox) => {
    const documents = ['metadata', '.well-known/smart-configuration', '.well-known/openid-configuration'];
    const answers = documents.map((path) => fhir(sandbox, undefined, path));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await fhir(sandbox, undefined, `${sandbox.origin}/auth/jwks`)).body['keys']).toHaveLength(1);
  });
});

test('ecw-like: XML unless the request accepts JSON', async () => {
  await inProfile('ecw-like', async ({ fhirBase }) => {
    const typeFor = async (accept: string) =>
      (await fetch(`${fhirBase}/.well-known/smart-configuration`, { headers: { accept } })).headers.get('content-type');
    expect(await typeFor('*/*')).toContain('application/xml');
    expect(await typeFor('application/json')).toContain('application/json');
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

test('oracle-like: only a refresh with active_at counts as activity, and idle launches end', async () => {
  let late = 0;
  const sandbox = await startSandbox({ app: tiny.app, profile: 'oracle-like', now: () => new Date(Date.now() + late) });
  const url = `${sandbox.origin}/auth/token`;
  const refresh = async (token: unknown, form: Record<string, string> = {}) => {
    const client = { client_assertion_type: assertionType, client_assertion: await tiny.assertion(url) };
    return post(url, { grant_type: 'refresh_token', refresh_token: String(token), ...client, ...form });
  };
  const first = await launch(sandbox, tiny, 'pat-ada', { scope: enumerated });
  expect(first.body.active_ttl).toBe(1_200);
  late = 600_000;
  const silent = await refresh(first.body.refresh_token, { active_at: '-5' });
  expect(silent.body.active_ttl).toBeLessThanOrEqual(600);
  const active = await refresh(silent.body.refresh_token, { active_at: '100' });
  expect(active.body.active_ttl).toBeGreaterThan(1_090);
  late = 1_900_000;
  const idle = await refresh(active.body.refresh_token, { active_at: '0' });
  expect([idle.status, idle.body.error]).toEqual([400, 'invalid_grant']);
  await sandbox.close();
});
