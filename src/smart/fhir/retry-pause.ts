/** How long a read waits before its one more try. */
import { responseOf } from './fhir-error.ts';

const LONGEST_RETRY_AFTER_MS = 2_000;

/**
 * FH-07: one more try of a GET when the server asks for it and is soon done, or is too busy to say when.
 *
 * @returns ms; undefined where the read is not tried again.
 */
export function retryPause(error: unknown): number | undefined {
  const response = responseOf(error);
  if (!response || ![429, 503].includes(response.status)) return undefined;
  const asked = response.headers.get('retry-after');
  // At a random moment, so that calls refused together do not come back together.
  if (asked === null && response.status === 429) return LONGEST_RETRY_AFTER_MS * (0.2 + 0.8 * Math.random());
  const seconds = Number(asked ?? 'none');
  if (!Number.isFinite(seconds) || seconds < 0) return undefined;
  return seconds * 1_000 <= LONGEST_RETRY_AFTER_MS ? seconds * 1_000 : undefined;
}
