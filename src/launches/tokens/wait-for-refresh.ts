/** Waits for the request that holds a launch's refresh token, as long as that may still be running (RF-04, RF-15). */
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '#src/adapters/clock.ts';
import { AppError } from '#src/errors.ts';
import type { LaunchEndings } from '#src/launches/ending/end-launches.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import type { OpenedLaunch } from '#src/launches/session/launch-record.ts';
import type { LaunchStore } from '#src/launches/session/store.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { isFree, isTokenExpired, unavailable } from './renewal-state.ts';

const WAIT_STEP_MS = 50;
const LONGEST_WAIT_MS = 8_000;
/** How long to wait before a launch with a stale claim ends, because its owner may still be storing the result. */
const STALE_CLAIM_GRACE_MS = 2_000;

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
    if (!latest) {
      throw new AppError('session.expired', 'the launch ended while its token was renewed', 'refresh.refused');
    }
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
