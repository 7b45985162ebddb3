/** A transcript of one launch, section by section, with all random values replaced, so that a fault's changes show. */
import { createHash } from 'node:crypto';
import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import type { Sandbox } from '#sandbox/sandbox.ts';
import {
  assertionType,
  authorizationRequest,
  authorize,
  type Changes,
  fhir,
  post,
  type TinyApp,
  tokenRequest,
} from './tiny-app.ts';

/** In the order of a launch. */
export const sections = [
  'smart-configuration',
  'openid-configuration',
  'jwks',
  'metadata',
  'authorize',
  'token',
  'id-token',
  'patient',
  'practitioner',
  'requests',
  'refresh',
  'revoke',
] as const;

export type Section = (typeof sections)[number];

export type Transcript = Record<Section, string>;

const short = (answer: { status: number; text: string; headers: { get(name: string): string | null } }) =>
  JSON.stringify([
    answer.status,
    answer.headers.get('location'),
    createHash('sha256').update(answer.text).digest('hex'),
  ]);

const hours = (seconds: unknown) => Math.round((Number(seconds) - Date.now() / 1000) / 3600);

async function idTokenSection(token: unknown, nonce: string, accessToken: unknown, keySet: string): Promise<string> {
  if (typeof token !== 'string') return 'none';
  const claims = decodeJwt(token);
  const keys: JSONWebKeySet = JSON.parse(keySet);
  const verified = await compactVerify(token, createLocalJWKSet(keys)).then(
    () => true,
    () => false,
  );
  const hash = createHash('sha256').update(String(accessToken)).digest().subarray(0, 16).toString('base64url');
  const seen = {
    nonce: claims.nonce === undefined ? 'absent' : claims.nonce === nonce,
    atHash: claims.at_hash === hash,
  };
  const times = { iat: hours(claims.iat), exp: hours(claims.exp) };
  return JSON.stringify([decodeProtectedHeader(token), { ...claims, ...seen, ...times, at_hash: '' }, verified]);
}

function tokenSection({ status, body, text, headers }: Awaited<ReturnType<typeof post>>): string {
  if (status !== 200 || Object.keys(body).length === 0) return short({ status, text, headers });
  const scrubbed = ['access_token', 'refresh_token', 'id_token'].filter((name) => typeof body[name] === 'string');
  return JSON.stringify([status, { ...body, ...Object.fromEntries(scrubbed.map((name) => [name, '(given)'])) }]);
}

async function authenticated(sandbox: Sandbox, tiny: TinyApp, path: string, form: Changes) {
  const url = `${sandbox.origin}/auth/${path}`;
  return post(url, { ...form, client_assertion_type: assertionType, client_assertion: await tiny.assertion(url) });
}

/** Makes one launch of Ada's chart with fixed addresses and records the answers. */
export async function play(sandbox: Sandbox, tiny: TinyApp): Promise<Transcript> {
  const { origin, fhirBase } = sandbox;
  const get = (url: string) => fhir(sandbox, undefined, url);
  const smart = await get(`${fhirBase}/.well-known/smart-configuration`);
  const openid = await get(`${origin}/auth/.well-known/openid-configuration`);
  const metadata = await get(`${fhirBase}/metadata`);
  const { verifier, parameters } = authorizationRequest(sandbox, tiny);
  const { status, answer } = await authorize(sandbox, parameters);
  const seen = [...answer].map(([name, value]) => [
    name,
    name === 'code' || value === parameters[name] ? '(right)' : value,
  ]);
  const nonce = parameters.nonce ?? '';
  const hand = { code: answer.get('code') ?? '', verifier, nonce };
  const token = await post(`${origin}/auth/token`, await tokenRequest(sandbox, tiny, hand));
  const jwks = await get(`${origin}/auth/jwks`);
  const bearer = token.body.access_token;
  const patient = await fhir(sandbox, bearer, 'Patient/pat-ada');
  const practitioner = await fhir(sandbox, bearer, 'Practitioner/prac-rivera');
  const requests = await fhir(sandbox, bearer, 'ServiceRequest?patient=pat-ada&_count=5');
  const whole = await fhir(sandbox, bearer, 'ServiceRequest?patient=pat-ada&_count=500');
  const refreshing = { grant_type: 'refresh_token', refresh_token: String(token.body.refresh_token) };
  const refreshed = await authenticated(sandbox, tiny, 'token', refreshing);
  const revoked = await authenticated(sandbox, tiny, 'revoke', { token: String(refreshed.body.refresh_token) });
  return {
    'smart-configuration': short(smart),
    'openid-configuration': short(openid),
    jwks: short(jwks),
    metadata: short(metadata),
    authorize: JSON.stringify([status, seen]),
    token: tokenSection(token),
    'id-token': await idTokenSection(
      token.body.id_token,
      nonce,
      bearer,
      jwks.status === 200 ? jwks.text : '{"keys":[]}',
    ),
    patient: short(patient),
    practitioner: short(practitioner),
    requests: `${short(requests)} ${whole.status}`,
    refresh: tokenSection(refreshed),
    revoke: short(revoked),
  };
}
