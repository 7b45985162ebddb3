/** A launch under way: what must be remembered between sending the browser to the EHR and its return. */
import { createHash } from 'node:crypto';
import type { Sealer } from '#src/adapters/seal.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import type { FailedScope } from '#src/smart/scopes/fallback.ts';
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

/** The launch that a transaction becomes: its id, and the secret of its cookie. */
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

/**
 * The launch that a transaction becomes follows from the browser's half of it and our secrets. So nothing has to be
 * stored for a reloaded callback to end where the first one did, and the launch is as hard to guess as that half.
 *
 * @returns under every secret, the current one first: another instance may have made it under an older one.
 */
export function completionsOf(
  { state, secret }: TransactionKey,
  { fingerprints }: Pick<Sealer, 'fingerprints'>,
): readonly [Completion, ...Completion[]] {
  const ids = fingerprints(`launch id of ${state}.${secret}`);
  const secrets = fingerprints(`launch secret of ${state}.${secret}`);
  const completion = (at: number) => ({ launchId: (ids[at] ?? '').slice(0, 22), secret: secrets[at] ?? '' });
  return [completion(0), ...ids.slice(1).map((_, at) => completion(at + 1))];
}
