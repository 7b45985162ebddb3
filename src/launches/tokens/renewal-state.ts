/** What a launch's token needs: over, due for renewal, being renewed, or put off. */
import { AppError } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { needsRefresh } from '#src/smart/step-7-refresh.ts';

/**
 * A claim older than this belongs to an instance that died with the refresh token spent (RF-15). No refresh takes longer:
 * a turn in the EHR's bulkhead and its budget 5 s, the token request 5 s, {@link LONGEST_PROOF_MS}, and 2 s to store it.
 */
const CLAIM_LIFETIME_MS = 20_000;
/** Keys that take longer count as unavailable; see {@link CLAIM_LIFETIME_MS}. */
export const LONGEST_PROOF_MS = 4_000;
/** The first pause after a failed refresh. */
export const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long to wait after so many failures: longer each time, at a random moment (RF-07). */
export function pauseBefore(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
}

/** Is the access token over for certain? Without a known expiry only a 401 can say. */
export function isTokenExpired({ tokens }: Launch, now: Date): boolean {
  return tokens.expiresAt !== undefined && Date.parse(tokens.expiresAt) <= now.getTime();
}

/** Can the launch's token be used as it is, without renewing it, when no user is there (RF-13)? */
export function isUsableAsIs(launch: Launch, now: Date): boolean {
  return launch.refresh?.kind !== 'unproven' && !isTokenExpired(launch, now);
}

/**
 * Is there a refresh token, and is it time to use it, for its own sake or to show the EHR that the user is active (RF-05)?
 *
 * @param marginSeconds the organization's `refreshMarginSeconds`, as it is now.
 */
export function isDue({ tokens }: Launch, marginSeconds: number, now: Date): boolean {
  const { refreshToken, expiresAt, activeUntil } = tokens;
  const issuedAt = new Date(tokens.issuedAt);
  const ends = [expiresAt, activeUntil].filter((end) => end !== undefined).map((end) => new Date(end));
  return (
    refreshToken !== undefined && ends.some((end) => needsRefresh({ issuedAt, expiresAt: end }, marginSeconds, now))
  );
}

/** Is no refresh under way, and no pause? */
export function isFree({ refresh }: Launch, now: Date): boolean {
  if (refresh?.kind === 'under-way') return now.getTime() - Date.parse(refresh.since) > CLAIM_LIFETIME_MS;
  return refresh === undefined || Date.parse(refresh.until) <= now.getTime();
}

/**
 * The page for a token that is over while the EHR cannot renew it, with when to come back.
 *
 * @param failure of the refresh, where it has just failed: its rule says whose job it is.
 */
export function unavailable({ refresh }: Launch, now: Date, failure?: AppError): AppError {
  const isWaiting = refresh?.kind === 'put-off' || refresh?.kind === 'unproven';
  const waitMs = isWaiting ? Date.parse(refresh.until) - now.getTime() : FIRST_PAUSE_MS;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const why = failure ? `: ${failure.message}` : '';
  return new AppError('refresh.unavailable', `the token has expired and cannot be renewed yet${why}`, {
    rule: failure?.rule ?? 'refresh.put-off',
    seen: failure?.seen ?? {},
    retryAfterSeconds,
  });
}
