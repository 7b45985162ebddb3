/**
 * Giving tokens back when a launch ends.
 *
 * RFC 7009; SMART App Launch 2.2.0, `revocation_endpoint`; rules RV-02..05, CAJ-13.
 */
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { type AssertionKey, type AssertionType, clientAssertion } from './client-authentication.ts';

/** One token to give back. */
export interface Revocation {
  revocationEndpoint: string;
  clientId: string;
  key: AssertionKey;
  assertionType: AssertionType;
  /** The assertion's one audience: the revocation endpoint, or the issuer where the server wants that (CAJ-13). */
  audience: string;
  token: string;
  hint: 'refresh_token' | 'access_token';
  now: Date;
}

/** How the server took it. */
export type RevocationAnswer =
  /** Gone, or never known: both are success (RV-03). */
  { kind: 'revoked' } | { kind: 'later'; afterSeconds: number } | { kind: 'refused'; reason: string };

const DEFAULT_PAUSE_SECONDS = 30;

/**
 * Asks the server to forget one token. Never throws: a launch has ended here whatever the EHR says.
 */
export async function revokeToken(revocation: Revocation, outbound: EhrClient): Promise<RevocationAnswer> {
  const { revocationEndpoint, token, hint } = revocation;
  try {
    const assertion = await clientAssertion(revocation);
    const response = await outbound.request(new URL(revocationEndpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ token, token_type_hint: hint, ...assertion }).toString(),
      kind: 'revocation',
    });
    if (response.status === 200) return { kind: 'revoked' };
    if (response.status !== 503 && response.status !== 429)
      return { kind: 'refused', reason: `status ${response.status}` };
    const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
    return { kind: 'later', afterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : DEFAULT_PAUSE_SECONDS };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const { failure: reason, retryAfterSeconds: afterSeconds } = error;
    return afterSeconds === undefined ? { kind: 'refused', reason } : { kind: 'later', afterSeconds };
  }
}
