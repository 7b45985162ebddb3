/** When an open launch will end without another visit, and when its page warns of that. */

import type { Launch } from './launch.ts';
import { IDLE_LIMIT_MS } from './launch-life.ts';

/** When a launch ends without another visit, and whether a visit postpones that. */
export interface Closing {
  at: Date;
  /** Whether a visit postpones it; the absolute limit and the end of a token cannot be postponed. */
  canStay: boolean;
  warnAt: Date;
}

const WARNING_MS = 5 * 60_000;
/** In a short launch, the warning takes at most this share of the time. */
const LONGEST_WARNING_SHARE = 1 / 5;

/** @param idleLeftMs the remaining lifetime of the record without a visit. */
export function closingOf(
  { startedAt, endsAt }: Pick<Launch, 'startedAt' | 'endsAt'>,
  idleLeftMs: number,
  now: Date,
): Closing {
  const limit = Date.parse(endsAt);
  const idleEnd = now.getTime() + idleLeftMs;
  const canStay = idleEnd < limit;
  const at = Math.min(idleEnd, limit);
  const lastsMs = canStay ? IDLE_LIMIT_MS : limit - Date.parse(startedAt);
  return { at: new Date(at), canStay, warnAt: new Date(at - Math.min(WARNING_MS, lastsMs * LONGEST_WARNING_SHARE)) };
}
