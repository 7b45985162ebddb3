/** How long a read waits before its only retry. */
import { responseOf } from './fhir-error.ts';

const LONGEST_RETRY_AFTER_MS = 2_000;

/** FH-07: the pause in ms before a GET's one retry after 429, or 503 with a short Retry-After; undefined for none. */
export function retryPause(error: unknown): number | undefined {
  const response = responseOf(error);
  if (!response || ![429, 503].includes(response.status)) return undefined;
  const asked = response.headers.get('retry-after');
  // The random part keeps calls that were refused together from returning together.
  if (asked === null && response.status === 429) return LONGEST_RETRY_AFTER_MS * (0.2 + 0.8 * Math.random());
  const seconds = Number(asked ?? 'none');
  if (!Number.isFinite(seconds) || seconds < 0) return undefined;
  return seconds * 1_000 <= LONGEST_RETRY_AFTER_MS ? seconds * 1_000 : undefined;
}
