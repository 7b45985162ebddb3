/** Refresh tokens rotate, a replay ends the whole family, and revoked tokens are refused. */
import { expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import { assertionType, type Changes, fhir, launch, post, startTinyApp } from './tiny-app.ts';

const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));

async function authenticated(path: 'token' | 'revoke' | 'introspect', form: Changes) {
  const url = `${sandbox.origin}/auth/${path}`;
  return post(url, { ...form, client_assertion_type: assertionType, client_assertion: await tiny.assertion(url) });
}

const refresh = (token: unknown) =>
  authenticated('token', { grant_type: 'refresh_token', refresh_token: String(token) });

test('a refresh answers with new tokens and the same patient (RF-03, LC-18)', async () => {
  const first = await launch(sandbox, tiny);
  const second = await refresh(first.body.refresh_token);
  expect(second.status).toBe(200);
  expect(second.body).toMatchObject({ patient: 'pat-ada', token_type: 'Bearer' });
  expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
  expect((await fhir(sandbox, second.body.access_token, 'Patient/pat-ada')).status).toBe(200);
});

test('a refresh token that is sent twice revokes the whole family (RF-04)', async () => {
  const first = await launch(sandbox, tiny);
  const second = await refresh(first.body.refresh_token);
  const replay = await refresh(first.body.refresh_token);
  const afterwards = await refresh(second.body.refresh_token);
  expect([replay.status, replay.body.error]).toEqual([400, 'invalid_grant']);
  expect(afterwards.body.error).toBe('invalid_grant');
  expect((await fhir(sandbox, second.body.access_token, 'Patient/pat-ada')).status).toBe(401);
});

test.for([
  ['online_access', 'launch openid online_access', true],
  ['offline_access', 'launch openid offline_access', true],
  ['neither', 'launch openid fhirUser', false],
] as [string, string, boolean][])(
  'with %s granted a refresh token is given or not (SCO-11)',
  async ([, scope, given]) => {
    const { body } = await launch(sandbox, tiny, 'pat-ada', { scope });
    expect(body.scope).toBe(scope);
    expect('refresh_token' in body).toBe(given);
  },
);

test('a revoked refresh token ends its access token as well (RV-02)', async () => {
  const { body } = await launch(sandbox, tiny);
  const revoked = await authenticated('revoke', {
    token: String(body.refresh_token),
    token_type_hint: 'refresh_token',
  });
  expect(revoked.status).toBe(200);
  expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  expect((await fhir(sandbox, body.access_token, 'Patient/pat-ada')).status).toBe(401);
});

test('revoking needs an assertion for this very endpoint (CAJ-13)', async () => {
  const { body } = await launch(sandbox, tiny);
  const assertion = await tiny.assertion(`${sandbox.origin}/auth/token`);
  const form = { token: String(body.refresh_token), client_assertion_type: assertionType, client_assertion: assertion };
  expect((await post(`${sandbox.origin}/auth/revoke`, form)).status).toBe(401);
});

test('introspection gives scope and patient of an active token, and nothing of an inactive one (RV-06)', async () => {
  const { body } = await launch(sandbox, tiny);
  const live = await authenticated('introspect', { token: String(body.access_token) });
  const dead = await authenticated('introspect', { token: 'never-issued' });
  expect(live.body).toMatchObject({ active: true, client_id: 'tiny-app', patient: 'pat-ada', scope: body.scope });
  expect(dead.body).toEqual({ active: false });
});

test('an access token expires by the sandbox clock', async () => {
  let late = 0;
  const own = await startSandbox({ app: tiny.app, now: () => new Date(Date.now() + late) });
  const { body } = await launch(own, tiny);
  expect((await fhir(own, body.access_token, 'Patient/pat-ada')).status).toBe(200);
  late = 3_700_000;
  expect((await fhir(own, body.access_token, 'Patient/pat-ada')).status).toBe(401);
  await own.close();
});
