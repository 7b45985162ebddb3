/** Standalone launches at the mock EHR: no chart, so the user signs in, picks a patient or cancels, once. */
import { fetch } from 'undici';
import { expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import {
  authorizationRequest,
  authorize,
  type Changes,
  encode,
  fhir,
  post,
  startTinyApp,
  tokenRequest,
} from './tiny-app.ts';

let now = Date.now();
const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app, now: () => new Date(now) }));

const scope = 'launch/patient launch/encounter openid fhirUser patient/*.read';
const request = (changes: Changes = {}): { verifier: string; parameters: Changes } => {
  const { verifier, parameters } = authorizationRequest(sandbox, tiny);
  return { verifier, parameters: { ...parameters, launch: undefined, scope, ...changes } };
};
async function open(parameters: Changes) {
  const response = await fetch(`${sandbox.origin}/auth/authorize?${encode(parameters)}`, { redirect: 'manual' });
  const text = await response.text();
  return { response, text, form: /name="form" value="([^"]+)"/.exec(text)?.[1] };
}
/** Posts the form and returns the request that it resumes. */
const submit = async (form: Changes) => {
  const { status, headers } = await post(`${sandbox.origin}/auth/sign-in`, {
    user: 'prac-osei',
    patient: 'pat-ben',
    action: 'continue',
    ...form,
  });
  return { status, resumed: new URL(headers.get('location') ?? 'about:blank').searchParams };
};
const resume = (parameters: URLSearchParams) => authorize(sandbox, Object.fromEntries(parameters));
async function tokenFor(parameters: Changes, verifier: string, choice: Changes = {}) {
  const { form } = await open(parameters);
  const { answer } = await resume((await submit({ form, ...choice })).resumed);
  const hand = { code: answer.get('code') ?? '', verifier, nonce: '' };
  return post(`${sandbox.origin}/auth/token`, await tokenRequest(sandbox, tiny, hand));
}

test('the first answer is a sign-in page with users and patients, without redirect and cookie', async () => {
  const { response, text, form } = await open(request().parameters);
  expect([response.status, response.headers.get('location'), response.headers.getSetCookie()]).toEqual([200, null, []]);
  expect(form).toMatch(/^[\w-]{32}$/);
  expect(text).toContain('Sign in to St. Elsewhere');
  expect(text).toContain('SYNTHETIC DATA');
  expect(text).toMatch(/value="pat-ben"[^]*Okafor, Ben/);
  expect(text).toContain('<option value="prac-osei">Kwame Osei, RN</option>');
  expect(text).not.toContain('<script>alert');
});

test('the token is for the picked user and patient, without need_patient_banner', async () => {
  const { verifier, parameters } = request();
  const { body } = await tokenFor(parameters, verifier);
  expect(body).toMatchObject({ patient: 'pat-ben', scope });
  expect(body).not.toHaveProperty('need_patient_banner');
  expect((await fhir(sandbox, body['access_token'], 'Patient/pat-ben')).status).toBe(200);
  expect((await fhir(sandbox, body['access_token'], 'Patient/pat-ada')).status).toBe(403);
  expect((await fhir(sandbox, body['access_token'], 'Practitioner/prac-osei')).status).toBe(200);
});

test('launch/encounter brings the patient’s current stay, and only when it is asked for', async () => {
  const withIt = request();
  const without = request({ scope: scope.replace(' launch/encounter', '') });
  const choice = { patient: 'pat-ada' };
  expect((await tokenFor(withIt.parameters, withIt.verifier, choice)).body['encounter']).toMatch(/^enc-/);
  expect((await tokenFor(without.parameters, without.verifier, choice)).body).not.toHaveProperty('encounter');
});

test('authorize works by POST as well (AZ-14)', async () => {
  const { parameters } = request();
  const { text } = await post(`${sandbox.origin}/auth/authorize`, parameters);
  const form = /name="form" value="([^"]+)"/.exec(text)?.[1];
  const { answer } = await resume((await submit({ form })).resumed);
  expect(answer.get('code')).toBeTruthy();
});

test('without launch/patient there is no patient to pick, and none in the token or for the FHIR server', async () => {
  const { verifier, parameters } = request({ scope: 'openid fhirUser patient/*.read user/*.read' });
  expect((await open(parameters)).text).not.toContain('pat-ben');
  const { body } = await tokenFor(parameters, verifier);
  expect(body['access_token']).toBeTruthy();
  expect(body).not.toHaveProperty('patient');
  for (const path of ['Patient/pat-ben', 'ServiceRequest?patient=pat-ben', 'ServiceRequest', 'Patient'])
    expect([path, (await fhir(sandbox, body['access_token'], path)).body['resourceType']]).not.toEqual([
      path,
      'Patient',
    ]);
  const { body: all } = await fhir(sandbox, body['access_token'], 'Patient');
  expect(all['total'] ?? 0).toBe(0);
});

test('cancelling is access_denied with state and iss', async () => {
  const { parameters } = request();
  const { form } = await open(parameters);
  const { answer } = await resume((await submit({ form, action: 'cancel', patient: undefined })).resumed);
  expect(Object.fromEntries(answer)).toMatchObject({
    error: 'access_denied',
    state: parameters['state'],
    iss: sandbox.issuer,
  });
  expect(answer.get('code')).toBeNull();
});

test.for<[string, Changes, string]>([
  ['bare launch without a launch value (SCO-08)', { scope: `launch ${scope}` }, 'invalid_request'],
  ['an invented sign-in', { signed_in: 'invented' }, 'invalid_request'],
  ['another aud (AZ-04)', { aud: 'https://elsewhere.example/fhir' }, 'invalid_request'],
  ['no PKCE challenge', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['a system scope (SCO-25)', { scope: `${scope} system/*.read` }, 'invalid_scope'],
])('refuses %s before the sign-in page', async ([, change, error]) => {
  const { response } = await open(request(change).parameters);
  expect(new URL(response.headers.get('location') ?? '').searchParams.get('error')).toBe(error);
});

test('a launch value and a sign-in cannot be combined', async () => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  const { answer } = await authorize(sandbox, { ...parameters, signed_in: 'x' });
  expect(answer.get('error')).toBe('invalid_request');
});

test('form and answer work once, and only for the request they belong to', async () => {
  const mine = request().parameters;
  const { form } = await open(mine);
  const { resumed } = await submit({ form });
  expect((await submit({ form })).status).toBe(400);
  const other = await authorize(sandbox, { ...request().parameters, signed_in: resumed.get('signed_in') ?? '' });
  expect(other.answer.get('error')).toBe('invalid_request');
  // The try with another request has spent it.
  expect((await resume(resumed)).answer.get('error')).toBe('invalid_request');

  const again = await submit({ form: (await open(mine)).form });
  expect((await resume(again.resumed)).answer.get('code')).toBeTruthy();
  expect((await resume(again.resumed)).answer.get('error')).toBe('invalid_request');
});

test.for<[string, Changes]>([
  ['an unknown user', { user: 'nobody' }],
  ['an unknown patient', { patient: 'pat-nobody' }],
  ['no action', { action: undefined }],
  ['another form', { form: 'invented' }],
])('the sign-in page refuses %s', async ([, change]) => {
  const { form } = await open(request().parameters);
  expect((await submit({ form, ...change })).status).toBe(400);
});

test('a sign-in page left open too long has expired', async () => {
  const { form } = await open(request().parameters);
  now += 11 * 60_000;
  expect((await submit({ form })).status).toBe(400);
});
