/**
 * The authorization endpoint refuses every request that SMART App Launch forbids; only a valid one spends the launch.
 */
import { expect, test } from 'vitest';
import { startSandbox } from '#sandbox/sandbox.ts';
import { useStarted } from '#test/helpers/started.ts';
import { authorizationRequest, authorize, type Changes, encode, post, startTinyApp } from './tiny-app.ts';

const tiny = useStarted(() => startTinyApp());
const sandbox = useStarted(() => startSandbox({ app: tiny.app }));

const refusals: [string, Changes, string][] = [
  ['no PKCE challenge (RFC 7636)', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  ['the plain PKCE method (AZ-10)', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge that is no SHA-256 (AZ-09)', { code_challenge: 'short' }, 'invalid_request'],
  ['no aud (AZ-04)', { aud: undefined }, 'invalid_request'],
  ['the aud of another server (AZ-04)', { aud: 'https://elsewhere.example/fhir' }, 'invalid_request'],
  ['no launch value (AZ-05)', { launch: undefined }, 'invalid_request'],
  ['an invented launch value (AZ-05)', { launch: 'invented' }, 'invalid_request'],
  ['no state (AZ-06)', { state: undefined }, 'invalid_request'],
  ['a guessable state (AZ-07)', { state: '12345' }, 'invalid_request'],
  ['no nonce beside openid (AZ-12)', { nonce: undefined }, 'invalid_request'],
  ['max_age (AZ-16)', { max_age: '60' }, 'invalid_request'],
  ['claims (AZ-16)', { claims: '{}' }, 'invalid_request'],
  ['an unknown parameter (AZ-16)', { foo: 'bar' }, 'invalid_request'],
  ['response_mode fragment (AZ-22)', { response_mode: 'fragment' }, 'invalid_request'],
  ['launch/patient without launch (SCO-07)', { scope: 'launch/patient openid fhirUser' }, 'invalid_scope'],
  ['a scope twice (SCO-13)', { scope: 'launch openid openid' }, 'invalid_scope'],
  ['two spaces between scopes (SCO-13)', { scope: 'launch  openid' }, 'invalid_scope'],
  ['a system scope (SCO-25)', { scope: 'launch openid system/*.read' }, 'invalid_scope'],
  ['letters out of order (SCO-01)', { scope: 'launch openid patient/Observation.sr' }, 'invalid_scope'],
  [
    'a v1 scope with a v2 restriction (SCO-05)',
    { scope: 'launch openid patient/Observation.read?category=x' },
    'invalid_scope',
  ],
  ['the implicit flow (AZ-01)', { response_type: 'token' }, 'unsupported_response_type'],
];

test.for(refusals)('refuses %s', async ([, change, error]) => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  const { location } = await authorize(sandbox, { ...parameters, ...change });
  const answer = new URL((location ?? '').replace('#', '?')).searchParams;
  expect(location).toMatch(tiny.app.redirectUri);
  expect(answer.get('error')).toBe(error);
  expect(answer.get('code')).toBeNull();
});

test.for([
  ['another client_id (AZ-02)', { client_id: 'somebody-else' }],
  ['a redirect_uri that was not registered (AZ-03)', { redirect_uri: 'https://elsewhere.example/callback' }],
] as [string, Changes][])('never redirects for %s', async ([, change]) => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  const { status, location } = await authorize(sandbox, { ...parameters, ...change });
  expect(status).toBe(400);
  expect(location).toBeNull();
});

test('refuses a parameter sent twice (AZ-17)', async () => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  const query = encode(parameters);
  query.append('aud', sandbox.fhirBase);
  const response = await fetch(`${sandbox.origin}/auth/authorize?${query}`, { redirect: 'manual' });
  expect(response.headers.get('location')).toContain('error=invalid_request');
});

test('a launch value works once; a refused request does not spend it (AZ-05)', async () => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  await authorize(sandbox, { ...parameters, aud: 'https://elsewhere.example/fhir' });
  const first = await authorize(sandbox, parameters);
  const second = await authorize(sandbox, parameters);
  expect(first.answer.get('code')).toBeTruthy();
  expect(second.answer.get('error')).toBe('invalid_request');
});

test('answers with code, state and iss, and sets no cookie (RFC 9207)', async () => {
  const { parameters } = authorizationRequest(sandbox, tiny);
  const { status, answer, response } = await authorize(sandbox, parameters);
  expect(status).toBe(303);
  expect([...answer.keys()].toSorted()).toEqual(['code', 'iss', 'state']);
  expect(answer.get('state')).toBe(parameters.state);
  expect(answer.get('iss')).toBe(sandbox.issuer);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('takes the request by POST, with nothing in the query (AZ-14)', async () => {
  const good = await post(`${sandbox.origin}/auth/authorize`, authorizationRequest(sandbox, tiny).parameters);
  const mixed = await post(`${sandbox.origin}/auth/authorize?aud=x`, authorizationRequest(sandbox, tiny).parameters);
  expect(good.headers.get('location')).toContain('code=');
  expect(mixed.headers.get('location')).toContain('error=invalid_request');
});

test('a launch URL keeps the query the app registered, and carries iss and launch (LA-01)', () => {
  const url = new URL(sandbox.launch('pat-ada'));
  expect(url.searchParams.get('orgId')).toBe('a');
  expect(url.searchParams.get('iss')).toBe(sandbox.fhirBase);
  expect(url.searchParams.get('launch')).toMatch(/\.a\+b\/%25=&c$/);
});
