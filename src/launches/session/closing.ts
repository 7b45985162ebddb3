/** When an open launch will end, and from when on its user is warned. */
import { IDLE_LIMIT_MS, type Launch } from './launch.ts';

/** When a launch closes without a further visit, and what a visit changes about it. */
export interface Closing {
  at: Date;
  /** Whether a visit puts it off; nothing puts off the absolute limit and the end of a token. */
  canStay: boolean;
  /** From this instant on the visitor is warned. */
  warnAt: Date;
}

const WARNING_MS = 5 * 60_000;
/** Of a launch that is shorter than half an hour, no more than this part is spent on the warning. */
const LONGEST_WARNING_SHARE = 1 / 5;

/** @param idleLeftMs how long the record would still be kept without a visit. */
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
