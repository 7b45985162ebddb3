/** Step 4: the code. SMART App Launch 2.2.0, "Obtain authorization code"; RFC 6749, 7636, 9207; rules AZ and CB. */
import { hash, randomBytes } from 'node:crypto';
import { randomSecret } from '#src/adapters/random.ts';
import { AppError } from '#src/errors.ts';
import { authorizationError, ruleOfLostState } from './authorization-refusal.ts';
import type { SmartConfiguration } from './documents/smart-configuration.ts';
import { wordsOfErrorUri } from './fhir/error-uri.ts';

/** The secrets of one authorization request: 256 random bits each, used once (AZ-07, AZ-11, AZ-12). */
export type AttemptSecrets = ReturnType<typeof createAttemptSecrets>;

/** Makes fresh secrets for one authorization request. */
export function createAttemptSecrets() {
  return { state: randomSecret(), nonce: randomSecret(), codeVerifier: randomSecret() };
}

/** The parameters of the authorization request; `launch` is absent in a standalone launch. */
export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  scope: string;
  /** The FHIR base as the EHR wrote it in `iss` (AZ-04). */
  aud: string;
  launch?: string;
}

export type AuthorizationRedirect =
  | { method: 'GET'; url: string; sent: URLSearchParams }
  | { method: 'POST'; action: string; fields: Record<string, string> };

/** Longer URLs fail in some proxies and servers. */
const LONGEST_URL = 2_000;

/** By GET, or POST if offered and the URL would be long (AZ-13, AZ-14). PKCE is always S256 (DI-07). */
export function authorizationRedirect(
  configuration: SmartConfiguration,
  request: AuthorizationRequest,
  secrets: AttemptSecrets,
): AuthorizationRedirect {
  const fields = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: secrets.state,
    aud: request.aud,
    ...(request.launch === undefined ? {} : { launch: request.launch }),
    nonce: secrets.nonce,
    code_challenge: hash('sha256', secrets.codeVerifier, 'base64url'),
    code_challenge_method: 'S256',
  };
  const url = new URL(configuration.authorizationEndpoint);
  // An endpoint keeps a query of its own, but each of our parameters occurs only once (AZ-17).
  const own = [...url.searchParams].filter(([name]) => !Object.hasOwn(fields, name));
  const sent = new URLSearchParams([...own, ...Object.entries(fields)]);
  // Every server decodes %20, but not every server decodes '+' as a space. A literal '+' is already %2B here.
  url.search = sent.toString().replaceAll('+', '%20');
  const tooLong = url.href.length > LONGEST_URL;
  if (!tooLong || !configuration.capabilities.includes('authorize-post')) return { method: 'GET', url: url.href, sent };
  url.search = new URLSearchParams(own).toString();
  return { method: 'POST', action: url.href, fields };
}

declare const validated: unique symbol;

/** A valid authorization response with exactly one usable `code`. Only this file can make one. */
export interface ValidatedCallback {
  readonly [validated]: true;
  readonly code: string;
}

/** Makes an invalid code for the key proof: a server that accepts our key refuses only the code. */
export function inventedCallback(): ValidatedCallback {
  return { code: `key-proof-${randomBytes(16).toString('base64url')}` } as ValidatedCallback;
}

/** The parameters of the callback; `state` is read, but nothing is checked yet. */
export interface CallbackParameters {
  state: string;
  code: string | undefined;
  error: string | undefined;
  errorDescription: string | undefined;
  iss: string | undefined;
}

const LONGEST_STATE = 128;
const LONGEST_VALUE = 16_384;

/** Unknown parameters are ignored (CB-09); `state` comes first (CB-01, CB-02, CB-08). @throws 'callback.invalid' */
export function readCallback(query: URLSearchParams): CallbackParameters {
  const state = once(query, 'state');
  if (!state || state.length > LONGEST_STATE) {
    const detail = 'state is missing, repeated or too long';
    throw new AppError('callback.invalid', detail, ruleOfLostState(query));
  }
  return {
    state,
    code: once(query, 'code'),
    error: once(query, 'error'),
    errorDescription:
      [once(query, 'error_description'), wordsOfErrorUri(once(query, 'error_uri'))].filter(Boolean).join(' ') ||
      undefined,
    iss: once(query, 'iss'),
  };
}

function once(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw malformed(`${name} is repeated`);
  if ((values[0]?.length ?? 0) > LONGEST_VALUE) throw malformed(`${name} is too long`);
  return values[0];
}

/**
 * Judges a response whose `state` is this browser's. `iss` comes first, so that no other server's answer counts (RFC
 * 9207; CB-11, MT-04). @throws AppError 'callback.…' or 'authorization.…'
 */
export function judgeCallback(
  callback: CallbackParameters,
  expected: { issuers: readonly string[]; issuerPromised: boolean },
): ValidatedCallback {
  if (callback.iss === undefined && expected.issuerPromised) {
    const rule = 'callback.iss-missing';
    throw new AppError('callback.wrong-issuer', 'iss is missing although the server promises it', rule);
  }
  if (callback.iss !== undefined && !expected.issuers.includes(callback.iss)) {
    const facts = { rule: 'callback.other-iss', seen: { 'expected issuers': expected.issuers } } as const;
    throw new AppError('callback.wrong-issuer', 'iss is not the issuer of this launch', facts);
  }
  if (callback.error !== undefined && callback.code !== undefined) throw malformed('code and error came together');
  if (callback.error !== undefined) throw authorizationError(callback.error, callback.errorDescription);
  if (!callback.code) throw malformed('neither code nor error came');
  return { code: callback.code } as ValidatedCallback;
}

function malformed(detail: string): AppError {
  return new AppError('callback.invalid', detail, 'callback.malformed');
}
