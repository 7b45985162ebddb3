/** One refresh of a launch's token: claimed, sent, judged and stored, or put off; never twice with one refresh token. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '#src/adapters/clock.ts';
import type { Log } from '#src/adapters/log.ts';
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Outbound } from '#src/adapters/outbound.ts';
import { AppError } from '#src/errors.ts';
import type { KeyRing } from '#src/keys/key-ring.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { IssuerKeys } from '#src/smart/issuer-keys.ts';
import type { TokenResponse } from '#src/smart/step-5-access-token.ts';
import { assertSameContext, isPassingFailure, refreshTokens } from '#src/smart/step-7-refresh.ts';
import { tokensOf } from './complete-launch.ts';
import type { Launch } from './launch.ts';
import type { LaunchStore, OpenedLaunch } from './launch-store.ts';
import { areKeysAway, assertSameUser, withoutProof } from './refresh-proof.ts';
import { isFree, isTokenExpired, pauseBefore, unavailable } from './refresh-state.ts';
import type { Revoker } from './revoker.ts';
import type { StoreRetries } from './store-retries.ts';

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
  retries: Pick<StoreRetries, 'insist'>;
}

const SAVE_ATTEMPTS = 3;
const WAIT_STEP_MS = 50;
const LONGEST_WAIT_MS = 8_000;
/** The owner of a stale claim may be alive and still storing its result: this long before the launch is given up. */
const STALE_CLAIM_GRACE_MS = 2_000;

/**
 * Claims the refresh token by replacing the record with one that no longer has it, so that no other request and no
 * restart can send it again (RF-04, RF-15); whoever comes second waits for the first. The claim is lock, fencing token
 * and deadline in one: only the record that was claimed can be replaced by the result, and an old claim is not waited for.
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
  const { launches, metrics, clock } = dependencies;
  const { launch } = opened;
  const { refreshToken } = launch.tokens;
  if (refreshToken === undefined) return waitForOther(dependencies, opened);
  const claimed = await claim(dependencies, opened);
  if (!claimed) return waitForOther(dependencies, opened);
  try {
    const next = await exchange(dependencies, launch, refreshToken, organization);
    if (!(await save(dependencies, claimed, next, organization))) {
      // Signed out meanwhile: nobody else knows of these tokens.
      dependencies.revoker.revoke(next, organization);
      throw new AppError('session.missing', 'the launch ended while its token was renewed');
    }
    if (next.refresh?.kind === 'unproven') throw unavailable(next, clock());
    metrics.refreshes.inc({ outcome: 'renewed', organization: organization.id });
    return next;
  } catch (error) {
    const outcome = error instanceof AppError ? error.code : 'server.unexpected';
    metrics.refreshes.inc({ outcome, organization: organization.id });
    if (isPassingFailure(error)) return putOff(dependencies, claimed, launch, error);
    // The record may still be saved, or is left without its refresh token: never a second use of it.
    if (error instanceof AppError && KEPT.has(error.code)) throw error;
    await launches.end([launch.id]);
    throw new AppError('session.expired', 'the token could not be renewed', { cause: error });
  }
}

/** With these the launch goes on. */
const KEPT = new Set(['store.unavailable', 'refresh.unavailable']);

/**
 * @returns undefined when somebody else was first.
 * @throws AppError 'store.unavailable'. Nobody knows then whether it was done, but nothing was sent: it is taken back.
 */
async function claim(
  { launches, clock, retries }: RefreshDependencies,
  opened: OpenedLaunch,
): Promise<OpenedLaunch | undefined> {
  const { launch } = opened;
  const refresh = { kind: 'under-way', since: clock().toISOString(), claim: randomUUID() } as const;
  try {
    return await launches.replace(opened, {
      ...launch,
      tokens: { ...launch.tokens, refreshToken: undefined },
      refresh,
    });
  } catch (error) {
    const takeBack = async () => {
      const latest = await launches.reopen(launch.id);
      const held = latest?.launch.refresh;
      if (latest && held?.kind === 'under-way' && held.claim === refresh.claim) await launches.replace(latest, launch);
    };
    retries.insist(takeBack, () => undefined);
    throw error;
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
      tellsActivity: launch.tokens.activeUntil !== undefined,
      now: clock(),
    },
    outbound.forOrganization(organization),
  );
  const next = renewed(launch, token, refreshToken, clock());
  try {
    assertSameContext(token.members, launch.context);
    if (token.idToken !== undefined && organization.refreshIdToken !== 'ignore')
      await assertSameUser({ issuerKeys }, next, organization, token.idToken);
    return next;
  } catch (error) {
    // The refresh token is spent: what came for it is kept until the keys say whose it is.
    if (areKeysAway(error) && typeof token.idToken === 'string') return withoutProof(next, token.idToken);
    revoker.revoke(next, organization);
    throw error;
  }
}

/**
 * Stores the renewed tokens before anybody uses them (RF-03), more than once where the store was away, and then on behind
 * the visitor's back.
 */
async function save(
  { launches, retries, revoker }: RefreshDependencies,
  claimed: OpenedLaunch,
  next: Launch,
  organization: Organization,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other
      return await store(launches, claimed, next);
    } catch (error) {
      if (attempt < SAVE_ATTEMPTS) continue;
      const giveBack = () => revoker.revoke(next, organization);
      const storeLater = async () => {
        if (!(await store(launches, claimed, next))) giveBack();
      };
      retries.insist(storeLater, giveBack);
      throw error;
    }
  }
}

/** @returns false when the record has ended or is another's. */
async function store(launches: LaunchStore, claimed: OpenedLaunch, next: Launch): Promise<boolean> {
  if (await launches.replace(claimed, next)) return true;
  // An attempt that was not answered may have been done.
  const latest = await launches.reopen(next.id);
  return latest?.launch.tokens.accessToken === next.tokens.accessToken;
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
  { launches, clock, log, retries }: RefreshDependencies,
  claimed: OpenedLaunch,
  launch: Launch,
  error: AppError,
): Promise<Launch> {
  const now = clock();
  const failures = (launch.refresh?.kind === 'put-off' ? launch.refresh.failures : 0) + 1;
  const pauseMs = Math.max(pauseBefore(failures), (error.retryAfterSeconds ?? 0) * 1_000);
  const until = new Date(now.getTime() + pauseMs).toISOString();
  const restored: Launch = { ...launch, refresh: { kind: 'put-off', until, failures } };
  const restore = async () => void (await launches.replace(claimed, restored));
  await restore().catch((away: unknown) => {
    retries.insist(restore, () => undefined);
    throw away;
  });
  log.warn({ err: error, organizationId: launch.organizationId, failures }, 'refresh.put-off');
  if (isTokenExpired(launch, now)) throw unavailable(restored, now);
  return restored;
}

/** Another request has the refresh token: its result is ours too. */
async function waitForOther({ launches, clock }: RefreshDependencies, opened: OpenedLaunch): Promise<Launch> {
  const began = Date.now();
  while (Date.now() < began + LONGEST_WAIT_MS) {
    // oxlint-disable-next-line no-await-in-loop -- waiting is what this loop is for
    const latest = await launches.reopen(opened.launch.id);
    if (!latest) throw new AppError('session.expired', 'the launch ended while its token was renewed');
    const { launch } = latest;
    const now = clock();
    const isUnderWay = launch.refresh?.kind === 'under-way' && !isFree(launch, now);
    if (launch.refresh?.kind === 'unproven') throw unavailable(launch, now);
    const isNewer = launch.tokens.accessToken !== opened.launch.tokens.accessToken;
    if (!isUnderWay && (isNewer || !isTokenExpired(launch, now))) return launch;
    if (!isUnderWay && launch.tokens.refreshToken !== undefined) throw unavailable(launch, now);
    const isStaleClaim = launch.refresh?.kind === 'under-way';
    if (!isUnderWay && !(isStaleClaim && Date.now() < began + STALE_CLAIM_GRACE_MS)) {
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
