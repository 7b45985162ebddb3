/** How far the clocks of the EHR and of this service may differ. */

/** An id_token or an introspected token that is off by no more is accepted. */
export const ACCEPTED_SKEW_SECONDS = 60;

/** A server with a wrong clock takes an assertion for expired or not yet valid, so the hint appears well before that. */
export const NOTEWORTHY_SKEW_SECONDS = 30;
