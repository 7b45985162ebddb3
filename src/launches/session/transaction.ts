/** A transaction: what the app stores from sending the browser to the EHR until its return. */
import { hash } from 'node:crypto';
import type { Sealer } from '#src/adapters/seal.ts';
import type { SmartConfiguration } from '#src/smart/documents/smart-configuration.ts';
import type { FailedScope } from '#src/smart/scopes/after-refusal.ts';
import type { LaunchKind } from './launch.ts';

/** Everything the callback needs, fixed when the launch begins (DI-06). */
export interface Transaction {
  kind: LaunchKind;
  organizationId: string;
  connectionVersion: number;
  /** The EHR's `iss` as sent; in a standalone launch, the registered FHIR base. */
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
  /** The EHR's one-time value, kept only for the second request after a refusal of scopes (LA-04). */
  launch?: string;
  /** Only in that second request: the refusal of the first. There is never a third (ER-03). */
  answerTo?: Pick<FailedScope, 'failure'> & { shown: string | undefined };
}

/** The launch that a transaction becomes: its id, and the secret of its cookie. */
export interface Completion {
  launchId: string;
  secret: string;
}

/** The browser's half of a transaction: the `state` on the redirect and the secret in its cookie. */
export interface TransactionKey {
  state: string;
  secret: string;
}

/** It needs `state` *and* the browser's secret, so a stolen `state` opens nothing and consumes nothing (CB-03). */
export function transactionName({ state, secret }: TransactionKey): string {
  return `tx:${hash('sha256', `${state}.${secret}`, 'base64url')}`;
}

/** A reloaded callback finds the launch by them without stored data. @returns one per secret, the current one first. */
export function completionsOf(
  { state, secret }: TransactionKey,
  { fingerprints }: Pick<Sealer, 'fingerprints'>,
): readonly [Completion, ...Completion[]] {
  const [first, ...others] = fingerprints(`launch secret of ${state}.${secret}`);
  return [completionOf(first), ...others.map(completionOf)];
}

/** The id is public; it reveals nothing of the secret, which has 256 bits. */
function completionOf(secret: string): Completion {
  return { launchId: hash('sha256', `launch id of ${secret}`, 'base64url').slice(0, 22), secret };
}
