/** A launch under way: what must be remembered between sending the browser to the EHR and its return. */
import { createHash } from 'node:crypto';
import type { FailedScope } from '#src/smart/scopes/fallback.ts';
import type { SmartConfiguration } from '#src/smart/smart-configuration.ts';
import type { LaunchKind } from './launch.ts';

/** Everything the callback needs, fixed at launch so that nothing can change under way (DI-06). */
export interface Transaction {
  kind: LaunchKind;
  organizationId: string;
  connectionVersion: number;
  /** The EHR's `iss` as sent; of a standalone launch, as registered. */
  fhirBase: string;
  configuration: SmartConfiguration;
  clientId: string;
  redirectUri: string;
  scope: string;
  nonce: string;
  codeVerifier: string;
  assertionAlg: 'RS384' | 'ES384';
  /** The launch trace the callback continues. */
  traceId?: string;
  /** The EHR's one-time value, for the one further request a refusal of scopes may lead to; nowhere else (LA-04). */
  launch?: string;
  /** Only in that further request: what the one before it was refused with. There is never a third (ER-03). */
  answerTo?: Pick<FailedScope, 'failure'> & { shown: string | undefined };
}

/** What finishing a transaction gave; kept for a minute, so that a reloaded callback ends where the first one did. */
export interface Completion {
  launchId: string;
  secret: string;
}

/** `state` lives this long (AZ-08). */
export const TRANSACTION_LIFETIME_MS = 10 * 60_000;

/** The browser's half of a transaction: the `state` on the redirect and the secret in its cookie. */
export interface TransactionKey {
  state: string;
  secret: string;
}

/**
 * Where a transaction is stored: found only with the `state` *and* the browser's secret, so a stolen `state` opens
 * nothing and, unlike a lookup by `state` alone, spends nothing either (CB-03).
 */
export function transactionName({ state, secret }: TransactionKey): string {
  return `tx:${createHash('sha256').update(`${state}.${secret}`).digest('base64url')}`;
}
