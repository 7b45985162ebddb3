/** Checks that the id_token of a refresh names the same user. While the keys are unavailable, the check waits. */
import type { Clock } from '#src/adapters/clock.ts';
import { TimeoutError, within } from '#src/adapters/deadline.ts';
import { idTokenFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import { AppError } from '#src/errors.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { keysAt } from '#src/smart/documents/issuer-keys.ts';
import type { IssuerKeys } from '#src/smart/id-token/issuer-key-cache.ts';
import { verifyIdToken } from '#src/smart/id-token/verify.ts';
import { renewalError, seeing } from './final-refresh-error.ts';
import { FIRST_PAUSE_MS, LONGEST_PROOF_MS, pauseBefore, unavailable } from './refresh-times.ts';

export interface IdTokenDependencies {
  launches: LaunchStore;
  issuerKeys: IssuerKeys;
  clock: Clock;
  endings: LaunchEndings;
}

/** Were the issuer's keys unavailable, so that the token could not be checked (ID-22)? */
export function areKeysUnavailable(error: unknown): error is AppError {
  return error instanceof AppError && KEYS_UNAVAILABLE.has(error.code);
}

const KEYS_UNAVAILABLE = new Set(['identity.keys-unavailable', 'identity.keys-timeout']);

/**
 * The same issuer, `sub` and audience; nonce and `auth_time` absent or the launch's (RF-10, OIDC Core 12.2).
 * @param idToken untrusted. @throws AppError 'refresh.identity-refused', 'identity.…'
 */
export async function assertSameUser(
  { issuerKeys }: Pick<IdTokenDependencies, 'issuerKeys'>,
  launch: Launch,
  organization: Organization,
  idToken: unknown,
): Promise<void> {
  const { clientId, jwksUri, isGivenByHand = false } = launch.authorizationServer;
  const { iss, sub } = launch.user;
  const now = new Date(launch.tokens.issuedAt);
  const identity = await verifyIdToken(idToken, {
    expectedIssuers: [{ issuer: iss, ...keysAt(jwksUri, isGivenByHand), organization }],
    clientId,
    nonce: launch.nonce,
    nonceRequired: false,
    audienceRequired: organization.refreshIdToken !== 'missing-aud',
    accessToken: launch.tokens.accessToken,
    now,
    keys: issuerKeys,
  }).catch(seeing(idTokenFacts(idToken, [iss], now)));
  const refused = (other: string) =>
    new AppError('refresh.identity-refused', `the refreshed id_token is of another ${other}`, 'refresh.other-user');
  if (identity.sub !== sub) throw refused('user');
  const { authTime = launch.authTime } = identity;
  if (launch.authTime !== undefined && authTime !== launch.authTime) throw refused('sign-in');
}

/** Before the claim of the refresh token expires (RF-15). @throws also AppError 'identity.keys-timeout'. */
export async function assertSameUserWithin(...given: Parameters<typeof assertSameUser>): Promise<void> {
  await within(LONGEST_PROOF_MS, assertSameUser(...given)).catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error;
    throw new AppError('identity.keys-timeout', 'the keys took too long for a refresh', { cause: error });
  });
}

/** The renewed launch, which is not used before its id_token is verified. */
export function asUnproven(launch: Launch, idToken: string): Launch {
  const until = new Date(Date.parse(launch.tokens.issuedAt) + FIRST_PAUSE_MS).toISOString();
  return { ...launch, refresh: { kind: 'unproven', idToken, until, failures: 1 } };
}

/** @throws AppError 'refresh.unavailable' without keys; 'refresh.identity-refused' if invalid: the launch ends. */
export async function verifyLater(
  dependencies: IdTokenDependencies,
  opened: OpenedLaunch,
  organization: Organization,
): Promise<Launch> {
  const { launches, endings, clock } = dependencies;
  const { launch } = opened;
  if (launch.refresh?.kind !== 'unproven') return launch;
  const { idToken, failures } = launch.refresh;
  const proven: Launch = { ...launch, refresh: undefined };
  try {
    await assertSameUser(dependencies, launch, organization, idToken);
  } catch (error) {
    if (areKeysUnavailable(error)) {
      const now = clock();
      const until = new Date(now.getTime() + pauseBefore(failures + 1)).toISOString();
      const later: Launch = { ...launch, refresh: { kind: 'unproven', idToken, until, failures: failures + 1 } };
      await launches.replace(opened, later);
      throw unavailable(later, now);
    }
    await endings.end([launch.id], 'refresh-identity', organization, { actor: 'system' });
    throw renewalError(error);
  }
  if (await launches.replace(opened, proven)) return proven;
  const latest = await launches.reopen(launch.id);
  if (!latest) throw new AppError('session.missing', 'the launch ended while its token was verified');
  if (latest.launch.refresh?.kind === 'unproven') throw unavailable(latest.launch, clock());
  return latest.launch;
}
