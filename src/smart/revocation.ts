/** Revokes tokens when a launch ends. RFC 7009; SMART App Launch 2.2.0, `revocation_endpoint`; RV-02..05, CAJ-13. */
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { type ClientCredentials, clientAssertion, formRequest } from './client-authentication.ts';

export interface Revocation extends ClientCredentials {
  revocationEndpoint: string;
  token: string;
  hint: 'refresh_token' | 'access_token';
}

export type RevocationAnswer =
  /** Revoked, or unknown to the server: both are success (RV-03). */
  { kind: 'revoked' } | { kind: 'later'; afterSeconds: number } | { kind: 'refused'; reason: string };

const DEFAULT_PAUSE_SECONDS = 30;

/** Asks the server to revoke one token. Never throws: the launch has already ended, whatever the EHR answers. */
export async function revokeToken(revocation: Revocation, outbound: EhrClient): Promise<RevocationAnswer> {
  const { revocationEndpoint, token, hint } = revocation;
  try {
    const assertion = await clientAssertion(revocation);
    const response = await outbound.request(new URL(revocationEndpoint), {
      ...formRequest(new URLSearchParams({ token, token_type_hint: hint, ...assertion })),
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
