/** One refresh of a launch's token: claimed, sent, judged and stored, or put off; never twice with one refresh token. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Outbound } from '#src/adapters/outbound.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { verifyIdToken } from '#src/smart/id-token.ts';
import type { IssuerKeys } from '#src/smart/issuer-keys.ts';
import type { TokenResponse } from '#src/smart/step-5-access-token.ts';
import { assertSameContext, isPassingFailure, refreshTokens } from '#src/smart/step-7-refresh.ts';
import { tokensOf } from './complete-launch.ts';
import type { Launch } from './launch.ts';
import type { LaunchStore, OpenedLaunch } from './launch-store.ts';
import { FIRST_PAUSE_MS, isFree, isTokenExpired, unavailable } from './refresh-state.ts';
import type { Revoker } from './revoker.ts';

/** What renewing needs of the outside. */
export interface RefreshDependencies {
  launches: LaunchStore;
  keyRing: KeyRing;
  issuerKeys: IssuerKeys;
  outbound: Outbound;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  revoker: Pick<Revoker, 'revoke'>;
}

const SAVE_ATTEMPTS = 3;
const WAIT_STEP_MS = 50;
const LONGEST_WAIT_MS = 8_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Claims the refresh token by replacing the record with one that no longer has it, so that no other request and no
 * restart can send it again (RF-04, RF-15); whoever comes second waits for the first.
 *
 * @param opened as it was when the refresh became due; a record that has changed since is another request's.
 * @throws AppError 'session.expired' or 'session.missing' when the launch is over, 'refresh.unavailable' or
 *   'store.unavailable' when it is not and there is no good token now.
 */
export async function refreshOnce(
  dependencies: RefreshDependencies,
  opened: OpenedLaunch,
  organization: Organization,
): Promise<Launch> {
  const { launches, clock, metrics } = dependencies;
  const { launch } = opened;
  const { refreshToken } = launch.tokens;
  if (refreshToken === undefined) return waitForOther(dependencies, opened);
  const claimed = await launches.replace(opened, {
    ...launch,
    tokens: { ...launch.tokens, refreshToken: undefined },
    refresh: { kind: 'under-way', since: clock().toISOString() },
  });
  if (!claimed) return waitForOther(dependencies, opened);
  try {
    const next = await exchange(dependencies, launch, refreshToken, organization);
    if (!(await save(launches, claimed, next))) {
      // Signed out meanwhile: nobody else knows of these tokens.
      dependencies.revoker.revoke(next, organization.privateNetworks);
      throw new AppError('session.missing', 'the launch ended while its token was renewed');
    }
    metrics.refreshes.inc({ outcome: 'renewed' });
    return next;
  } catch (error) {
    metrics.refreshes.inc({ outcome: error instanceof AppError ? error.code : 'server.unexpected' });
    if (isPassingFailure(error)) return putOff(dependencies, claimed, launch, error);
    // The record may still be saved, or is left without its refresh token: never a second use of it.
    if (error instanceof AppError && error.code === 'store.unavailable') throw error;
    await launches.end([launch.id]);
    throw new AppError('session.expired', 'the token could not be renewed', { cause: error });
  }
}

async function exchange(
  { keyRing, outbound, issuerKeys, clock, revoker }: RefreshDependencies,
  launch: Launch,
  refreshToken: string,
  organization: Organization,
): Promise<Launch> {
  const { tokenEndpoint, clientId, audience, assertionAlg, assertionType = 'JWT' } = launch.authorizationServer;
  const token = await refreshTokens(
    {
      tokenEndpoint,
      clientId,
      refreshToken,
      audience,
      key: keyRing.signingKey(assertionAlg),
      assertionType,
      clientIdInBody: organization.clientIdInTokenBody,
      allowPrivate: organization.privateNetworks,
      now: clock(),
    },
    outbound,
  );
  try {
    await assertSameLaunch({ issuerKeys, clock }, launch, organization, token);
  } catch (error) {
    revoker.revoke({ authorizationServer: launch.authorizationServer, tokens: token }, organization.privateNetworks);
    throw error;
  }
  return renewed(launch, token, refreshToken, clock());
}

/** The same patient and encounter, and the same user where an id_token came again (LC-18, RF-10). */
async function assertSameLaunch(
  { issuerKeys, clock }: Pick<RefreshDependencies, 'issuerKeys' | 'clock'>,
  launch: Launch,
  organization: Organization,
  token: TokenResponse,
): Promise<void> {
  assertSameContext(token.members, launch.context);
  if (token.idToken === undefined || organization.refreshIdToken === 'ignore') return;
  const { clientId, jwksUri } = launch.authorizationServer;
  const issuer = { issuer: launch.user.iss, fallbackJwksUri: jwksUri, allowPrivate: organization.privateNetworks };
  const identity = await verifyIdToken(token.idToken, {
    expectedIssuers: [issuer],
    clientId,
    nonce: launch.nonce,
    nonceRequired: false,
    accessToken: token.accessToken,
    now: clock(),
    keys: issuerKeys,
  });
  if (identity.sub !== launch.user.sub)
    throw new AppError('session.expired', 'the refreshed id_token is of another user');
}

/**
 * Stores the renewed tokens before anybody uses them, more than once where the store was away: an attempt that was not
 * answered may have been done.
 */
async function save(launches: LaunchStore, claimed: OpenedLaunch, next: Launch): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      if (await launches.replace(claimed, next)) return true;
      // oxlint-disable-next-line no-await-in-loop
      const latest = await launches.reopen(next.id);
      return latest?.launch.tokens.accessToken === next.tokens.accessToken;
    } catch (error) {
      if (attempt === SAVE_ATTEMPTS) throw error;
    }
  }
}

/** RF-03: a new refresh token replaces the old, none keeps it. RF-09: less takes effect, more does not. */
function renewed(launch: Launch, token: TokenResponse, oldRefreshToken: string, now: Date): Launch {
  const tokens = tokensOf(token, now);
  return {
    ...launch,
    tokens: { ...tokens, refreshToken: tokens.refreshToken ?? oldRefreshToken },
    ...(token.scope === undefined ? {} : { narrowedScope: token.scope }),
    refresh: undefined,
    refreshedAt: now.toISOString(),
  };
}

/** RF-07: the refresh token goes back into the record, and the next try waits, longer each time, at a random moment. */
async function putOff(
  { launches, clock, log }: RefreshDependencies,
  claimed: OpenedLaunch,
  launch: Launch,
  error: AppError,
): Promise<Launch> {
  const now = clock();
  const failures = (launch.refresh?.kind === 'put-off' ? launch.refresh.failures : 0) + 1;
  const backOffMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
  const pauseMs = Math.max(backOffMs, (error.retryAfterSeconds ?? 0) * 1_000);
  const until = new Date(now.getTime() + pauseMs).toISOString();
  const restored: Launch = { ...launch, refresh: { kind: 'put-off', until, failures } };
  await launches.replace(claimed, restored);
  log.warn({ err: error, organizationId: launch.organizationId, failures }, 'refresh.put-off');
  if (isTokenExpired(launch, now)) throw unavailable(restored, now);
  return restored;
}

/** Another request has the refresh token: its result is ours too. */
async function waitForOther({ launches, clock }: RefreshDependencies, opened: OpenedLaunch): Promise<Launch> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  while (Date.now() < deadline) {
    // oxlint-disable-next-line no-await-in-loop -- waiting is what this loop is for
    const latest = await launches.reopen(opened.launch.id);
    if (!latest) throw new AppError('session.expired', 'the launch ended while its token was renewed');
    const { launch } = latest;
    const now = clock();
    const isUnderWay = launch.refresh?.kind === 'under-way' && !isFree(launch, now);
    const isNewer = launch.tokens.accessToken !== opened.launch.tokens.accessToken;
    if (!isUnderWay && (isNewer || !isTokenExpired(launch, now))) return launch;
    if (!isUnderWay && launch.tokens.refreshToken !== undefined) throw unavailable(launch, now);
    if (!isUnderWay) {
      // oxlint-disable-next-line no-await-in-loop -- and out
      await launches.end([launch.id]);
      throw new AppError('session.expired', 'the token has expired and there is no refresh token');
    }
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
  }
  throw new AppError('refresh.unavailable', 'another request did not finish renewing the token', {
    retryAfterSeconds: 2,
  });
}
