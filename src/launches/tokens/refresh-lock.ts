/** Locks a launch's record during a refresh: claims it before the token is sent, then replaces or restores it. */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '#src/adapters/clock.ts';
import type { Adapters } from '#src/adapters.ts';
import { AppError } from '#src/errors.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { StoreRetries } from '#src/launches/session/store-retries.ts';
import type { Organization } from '#src/organizations/organization.ts';
import {
  isFree,
  isLasting,
  isTokenExpired,
  LONGEST_WAIT_MS,
  pauseBefore,
  STALE_CLAIM_GRACE_MS,
  unavailable,
  WAIT_STEP_MS,
} from './refresh-times.ts';

export interface RefreshLockDependencies extends Pick<Adapters, 'clock' | 'log'> {
  launches: LaunchStore;
  retries: Pick<StoreRetries, 'insist'>;
}

/** A refresh token that only this request has. */
export interface RefreshClaim {
  launch: Launch;
  refreshToken: string;
  /** The record without the refresh token; the result can replace only this record. */
  claimed: OpenedLaunch;
}

/**
 * Replaces the record with one that no longer has the refresh token, so that no other request and no restart can send
 * it again (RF-04, RF-15). The claim is lock, fencing token and deadline in one.
 * @returns undefined when there is no refresh token or another request was first.
 * @throws AppError 'store.unavailable'; then nothing was sent, and a claim that was made nevertheless is undone.
 */
export async function claimRefresh(
  dependencies: RefreshLockDependencies,
  opened: OpenedLaunch,
): Promise<RefreshClaim | undefined> {
  const { launches, clock } = dependencies;
  const { launch } = opened;
  const { refreshToken } = launch.tokens;
  if (refreshToken === undefined) return undefined;
  const tokens = { ...launch.tokens, refreshToken: undefined };
  const refresh = { kind: 'under-way', since: clock().toISOString() } as const;
  const claimed = await launches.claim(opened, { ...launch, tokens, refresh });
  if (claimed) return { launch, refreshToken, claimed };
  const latest = await launches.reopen(launch.id);
  // Another request may have changed another part of the record, such as the clinician.
  const isStillDue = latest?.launch.tokens.accessToken === launch.tokens.accessToken && isFree(latest.launch, clock());
  return isStillDue ? claimRefresh(dependencies, latest) : undefined;
}

/** Before the tokens are used (RF-03). @returns false if the record has ended. @throws AppError 'store.unavailable' */
export async function saveRenewed(
  { launches, retries }: RefreshLockDependencies,
  { claimed }: RefreshClaim,
  next: Launch,
  revokeRenewed: () => void,
): Promise<boolean> {
  try {
    return await store(launches, claimed, next);
  } catch (error) {
    const storeLater = async () => {
      if (!(await store(launches, claimed, next))) revokeRenewed();
    };
    retries.insist(storeLater, revokeRenewed);
    throw error;
  }
}

async function store(launches: LaunchStore, claimed: OpenedLaunch, next: Launch): Promise<boolean> {
  if (await launches.replace(claimed, next)) return true;
  // An unanswered attempt may have succeeded.
  const latest = await launches.reopen(next.id);
  return latest?.launch.tokens.accessToken === next.tokens.accessToken;
}

/** RF-07, RV-02: after a random pause that grows. @throws AppError 'refresh.unavailable', 'session.missing' if over */
export async function putOff(
  { launches, clock, log, retries }: RefreshLockDependencies,
  { launch, claimed }: RefreshClaim,
  error: AppError,
  revokeHeld: () => void,
): Promise<Launch> {
  const now = clock();
  const failures = (launch.refresh?.kind === 'put-off' ? launch.refresh.failures : 0) + 1;
  const pauseMs = Math.max(pauseBefore(failures), (error.retryAfterSeconds ?? 0) * 1_000);
  const until = new Date(now.getTime() + pauseMs).toISOString();
  const restored: Launch = { ...launch, refresh: { kind: 'put-off', until, failures, isRefused: isLasting(error) } };
  const restore = async () => {
    // An unanswered attempt may have succeeded.
    const isOpen = (await launches.replace(claimed, restored)) ?? (await launches.reopen(launch.id));
    if (!isOpen) revokeHeld();
    return isOpen !== undefined;
  };
  const isOpen = await restore().catch((away: unknown) => {
    retries.insist(restore);
    throw away;
  });
  if (!isOpen) throw new AppError('session.missing', 'the launch ended while its token was renewed');
  log.warn({ err: error, organizationId: launch.organizationId, failures }, 'refresh.put-off');
  if (isTokenExpired(launch, now)) throw unavailable(restored, now, error);
  return restored;
}

/** @returns the launch with the other request's token, or its own. @throws 'session.expired', 'refresh.unavailable' */
export async function waitForOther(
  { launches, endings, clock }: { launches: Pick<LaunchStore, 'reopen'>; endings: LaunchEndings; clock: Clock },
  opened: OpenedLaunch,
  organization: Organization,
): Promise<Launch> {
  const began = Date.now();
  /* oxlint-disable no-await-in-loop -- waiting is what this loop is for */
  while (Date.now() < began + LONGEST_WAIT_MS) {
    const latest = await launches.reopen(opened.launch.id);
    if (!latest) throw new AppError('session.expired', 'the launch ended while its token was renewed');
    const { launch } = latest;
    const now = clock();
    if (launch.refresh?.kind === 'unproven') throw unavailable(launch, now);
    const isClaimed = launch.refresh?.kind === 'under-way';
    if (!isClaimed || isFree(launch, now)) {
      const isNewer = launch.tokens.accessToken !== opened.launch.tokens.accessToken;
      if (isNewer || !isTokenExpired(launch, now)) return launch;
      if (launch.tokens.refreshToken !== undefined) throw unavailable(launch, now);
      if (!isClaimed || Date.now() >= began + STALE_CLAIM_GRACE_MS) {
        await endings.end([launch.id], 'refresh-lost', organization, { actor: 'system' });
        throw new AppError('session.expired', 'the token has expired and there is no refresh token', 'refresh.none');
      }
    }
    await setTimeout(WAIT_STEP_MS);
  }
  /* oxlint-enable no-await-in-loop */
  throw new AppError('refresh.unavailable', 'another request did not finish renewing the token', {
    retryAfterSeconds: 2,
  });
}
