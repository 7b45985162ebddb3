/** Step 5: exchange the code, once. SMART App Launch 2.2.0, "Obtain access token"; RFC 6749 4.1.3, 5; rules TK. */

import type { EhrClient, OutboundResponse } from '#src/adapters/ehr-http/client.ts';
import { isUnsent, OutboundError } from '#src/adapters/ehr-http/error.ts';
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { AppError, type ErrorCode } from '#src/errors.ts';
import { type ClientCredentials, clientAssertion, formRequest } from './client-authentication.ts';
import type { ValidatedCallback } from './step-4-authorization-code.ts';
import { readTokenResponse, type TokenResponse } from './token-response.ts';

/** The input of the exchange beside a validated callback. All of it was fixed when the launch began. */
export interface CodeExchange extends ClientCredentials {
  tokenEndpoint: string;
  redirectUri: string;
  codeVerifier: string;
  /** Only for servers that need it; by default `client_id` is left out (TK-04). */
  clientIdInBody: boolean;
}

/** In one request: a code is never sent twice (TK-08). @throws AppError 'token.…' or 'connection.untrusted' */
export async function exchangeCode(
  callback: ValidatedCallback,
  exchange: CodeExchange,
  outbound: EhrClient,
): Promise<TokenResponse> {
  const assertion = await clientAssertion(exchange);
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: callback.code,
    redirect_uri: exchange.redirectUri,
    code_verifier: exchange.codeVerifier,
    ...(exchange.clientIdInBody ? { client_id: exchange.clientId } : {}),
    ...assertion,
  });
  return readTokenResponse(await postGrant(exchange, body, outbound), exchange.now);
}

/** Posts a grant once; no redirect (TK-01, TK-05..07). @throws AppError 'token.…' or 'connection.untrusted' */
export async function postGrant(
  exchange: { tokenEndpoint: string },
  body: URLSearchParams,
  outbound: Pick<EhrClient, 'request'>,
): Promise<OutboundResponse> {
  try {
    return await outbound.request(new URL(exchange.tokenEndpoint), {
      ...formRequest(body),
      kind: 'token',
      isProvoked: body.get('grant_type') === 'authorization_code',
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const failed = ruleOfFailure(error, 'endpoint');
    const rule = failed === 'network.late' ? 'token.late' : failed;
    throw new AppError(CODE_BY_FAILURE[error.failure], error.message, { rule, cause: error, ...error.retry });
  }
}

const CODE_BY_FAILURE = {
  timeout: 'token.timeout',
  'address-refused': 'discovery.endpoint-refused',
  'too-large': 'token.invalid',
  tls: 'connection.untrusted',
  network: 'token.unavailable',
  busy: 'token.unavailable',
  'circuit-open': 'token.unavailable',
} as const satisfies Record<OutboundError['failure'], ErrorCode>;

/** Did a token request fail before it was sent, so that its code can still be exchanged (TK-08)? */
export function isGrantUnused(error: unknown): boolean {
  return error instanceof AppError && error.code === 'token.unavailable' && isUnsent(error.cause);
}
