/**
 * A minimal SMART app: a key set on loopback and the three requests of a launch, of which a test can change every part.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { fetch } from 'undici';
import type { Sandbox, SandboxApp } from '#sandbox/sandbox.ts';

export type Changes = Record<string, string | undefined>;

export interface TinyApp {
  app: SandboxApp;
  /** The requests of the EHR to the JWKS URL. */
  seen: IncomingMessage[];
  /** A client assertion for `aud`. Claims and header can be replaced; undefined removes a member. */
  assertion(aud: string, claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export const clientId = 'tiny-app';

export const random = (): string => randomBytes(32).toString('base64url');

/** @param alg RS384 or ES384 (quicker to make). */
export async function startTinyApp(alg: 'RS384' | 'ES384' = 'ES384'): Promise<TinyApp> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'tiny-1', alg, use: 'sig' }];
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    seen,
    app: {
      launchUrl: `${origin}/launch?orgId=a`,
      redirectUri: `${origin}/callback`,
      jwksUrl: `${origin}/jwks`,
      clientId,
    },
    assertion: (aud, claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: clientId, sub: clientId, iat: now, exp: now + 120, jti: random() };
      return new SignJWT(Object.assign({ aud }, usual, claims))
        .setProtectedHeader({ alg, typ: 'JWT', kid: 'tiny-1', ...header })
        .sign(privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const fullScope = 'launch launch/patient patient/*.read openid fhirUser profile online_access';

/** A correct authorization request for a fresh launch of `patient`. */
export function authorizationRequest(sandbox: Sandbox, tiny: TinyApp, patient = 'pat-ada') {
  const verifier = random();
  const value = new URL(sandbox.launch(patient)).searchParams.get('launch') ?? '';
  const parameters: Changes = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: tiny.app.redirectUri,
    launch: value,
    scope: fullScope,
    state: random(),
    aud: sandbox.fhirBase,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: random(),
  };
  return { verifier, parameters };
}

/** undefined members are left out. */
export function encode(parameters: Changes): URLSearchParams {
  const entries = Object.entries(parameters);
  return new URLSearchParams(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The answer of the authorization endpoint, with the parameters of its redirect, which is not followed. */
export async function authorize(sandbox: Sandbox, parameters: Changes) {
  const url = `${sandbox.origin}/auth/authorize?${encode(parameters)}`;
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  await response.arrayBuffer();
  return { status: response.status, location, answer: new URL(location ?? 'about:blank').searchParams, response };
}

/** POSTs a form to an endpoint of the authorization server. */
export async function post(url: string, form: Changes, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body: encode(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: Record<string, unknown> = isJson ? JSON.parse(text) : {};
  return { status: response.status, body, text, headers: response.headers };
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface CodeInHand {
  code: string;
  verifier: string;
  nonce: string;
}

/** Authorizes correctly and returns the code without using it. */
export async function obtainCode(
  sandbox: Sandbox,
  tiny: TinyApp,
  patient = 'pat-ada',
  changes: Changes = {},
): Promise<CodeInHand> {
  const { verifier, parameters } = authorizationRequest(sandbox, tiny, patient);
  const asked = { ...parameters, ...changes };
  // Without openid, a nonce has no meaning, and this server refuses it.
  if (!asked.scope?.split(' ').includes('openid')) asked.nonce = undefined;
  const { answer } = await authorize(sandbox, asked);
  return { code: answer.get('code') ?? '', verifier, nonce: parameters.nonce ?? '' };
}

/** The token request for a code, correct unless changed. */
export async function tokenRequest(sandbox: Sandbox, tiny: TinyApp, hand: CodeInHand): Promise<Changes> {
  return {
    grant_type: 'authorization_code',
    code: hand.code,
    redirect_uri: tiny.app.redirectUri,
    code_verifier: hand.verifier,
    client_assertion_type: assertionType,
    client_assertion: await tiny.assertion(`${sandbox.origin}/auth/token`),
  };
}

/** Makes a whole launch and returns the token endpoint's answer. */
export async function launch(sandbox: Sandbox, tiny: TinyApp, patient = 'pat-ada', changes: Changes = {}) {
  const hand = await obtainCode(sandbox, tiny, patient, changes);
  const answer = await post(`${sandbox.origin}/auth/token`, await tokenRequest(sandbox, tiny, hand));
  return { ...answer, nonce: hand.nonce };
}

/** GETs a path below the FHIR base with a bearer token. */
export async function fhir(sandbox: Sandbox, token: unknown, path: string, headers: Record<string, string> = {}) {
  const url = path.startsWith('http') ? path : `${sandbox.fhirBase}/${path}`;
  const response = await fetch(url, {
    headers: {
      accept: 'application/fhir+json',
      ...(typeof token === 'string' && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body = isJson && text.endsWith('}') ? JSON.parse(text) : {};
  return { status: response.status, body, text, headers: response.headers };
}
