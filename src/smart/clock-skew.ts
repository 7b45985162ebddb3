/** How far the clocks of the EHR and of this service may differ. */

/** An id_token or an introspected token that is off by no more is accepted. */
export const ACCEPTED_SKEW_SECONDS = 60;

/** A server with a wrong clock takes an assertion for expired or not yet valid, so the hint appears well before that. */
export const NOTEWORTHY_SKEW_SECONDS = 30;

/** Such as `45 s ahead of`: how the first clock is to the second; undefined when they agree well enough. Milliseconds. */
export function clockDifference(first: number, second: number): string | undefined {
  const skewSeconds = Math.round((first - second) / 1_000);
  if (!(Math.abs(skewSeconds) >= NOTEWORTHY_SKEW_SECONDS)) return undefined;
  return `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'}`;
}
