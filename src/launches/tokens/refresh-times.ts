/** The renewal state of a launch's token: expired, due, being renewed, or postponed. */
import { AppError } from '#src/errors.ts';
import type { Launch } from '#src/launches/session/launch.ts';
import { needsRefresh } from '#src/smart/step-7-refresh.ts';

/** A refresh is shorter (waits 5 s, sends 5 s, proof, stores 2 s), so the owner of an older claim has died (RF-15). */
const CLAIM_LIFETIME_MS = 20_000;
/** Keys that take longer to fetch count as unavailable; see {@link CLAIM_LIFETIME_MS}. */
export const LONGEST_PROOF_MS = 4_000;
export const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** A page waits this long for a refresh by another request, and looks this often. */
export const LONGEST_WAIT_MS = 8_000;
export const WAIT_STEP_MS = 50;
/** How long to wait before a launch with a stale claim ends, because its owner may still be storing the result. */
export const STALE_CLAIM_GRACE_MS = 2_000;

/** The pause after a number of failures; it grows with each and is random (RF-07). */
export function pauseBefore(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2);
}

/** Has the access token certainly expired? If its expiry is unknown, only a 401 can tell. */
export function isTokenExpired({ tokens }: Launch, now: Date): boolean {
  return tokens.expiresAt !== undefined && Date.parse(tokens.expiresAt) <= now.getTime();
}

/** Can the token be used without a renewal, because no user is active (RF-13)? */
export function isUsableAsIs(launch: Launch, now: Date): boolean {
  return launch.refresh?.kind !== 'unproven' && !isTokenExpired(launch, now);
}

/** Is a refresh possible and due, to get a new token or to tell the EHR that the user is active (RF-05)? */
export function isDue({ tokens }: Launch, marginSeconds: number, now: Date): boolean {
  const { refreshToken, expiresAt, activeUntil } = tokens;
  const issuedAt = new Date(tokens.issuedAt);
  const ends = [expiresAt, activeUntil].filter((end) => end !== undefined).map((end) => new Date(end));
  return (
    refreshToken !== undefined && ends.some((end) => needsRefresh({ issuedAt, expiresAt: end }, marginSeconds, now))
  );
}

/** May a refresh start now: is none in progress, and no pause? */
export function isFree({ refresh }: Launch, now: Date): boolean {
  if (refresh?.kind === 'under-way') return now.getTime() - Date.parse(refresh.since) > CLAIM_LIFETIME_MS;
  return refresh === undefined || Date.parse(refresh.until) <= now.getTime();
}

/** Refusals that may pass: of a gateway or an address, or the EHR is busy, cannot reach our JWKS, or has a node with a wrong clock. */
const MAY_PASS =
  /^(?:network\..*|token\.(?:busy|throttled|not-there|forbidden)|client\.(?:jwks-unreachable|assertion-\w+))$/;

/** Does the EHR refuse the app, and not only for the moment? */
export function isLasting({ code, rule }: AppError): boolean {
  return (code === 'token.invalid-client' || code === 'token.refused') && !MAY_PASS.test(rule ?? '');
}

/** The error for an expired token that cannot be renewed now. @param failure of the refresh; its rule decides. */
export function unavailable({ refresh }: Launch, now: Date, failure?: AppError): AppError {
  const isWaiting = refresh?.kind === 'put-off' || refresh?.kind === 'unproven';
  const waitMs = isWaiting ? Date.parse(refresh.until) - now.getTime() : FIRST_PAUSE_MS;
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const why = failure ? `: ${failure.message}` : '';
  const isRefused = failure ? isLasting(failure) : refresh?.kind === 'put-off' && refresh.isRefused;
  const code = isRefused ? 'refresh.refused' : 'refresh.unavailable';
  return new AppError(code, `the token has expired and cannot be renewed yet${why}`, {
    rule: failure?.rule ?? 'refresh.put-off',
    seen: failure?.seen ?? {},
    retryAfterSeconds,
  });
}
