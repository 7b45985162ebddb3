/** Decides which requests need action by the clinician, and the default order of the list. */
import { PRESSING } from '#src/requests/list/reading-order.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { WAITING } from '#src/requests/progress/next-step.ts';

/** It is the clinician's turn, also at a closed one whose provider goes on; or it is open, and overdue or without news. */
export function needsAction({ status, next, still }: RequestRow): boolean {
  return next.isAction || (status.group === 'open' && (status.isOverdue || still !== undefined));
}

/**
 * Open before closed; then what needs action, and what is urgent and not accepted yet: an urgent order of today stands
 * above last week's overdue routine ones. Then by urgency; then the newest activity.
 */
export function byAttention(a: RequestRow, b: RequestRow): number {
  const turnOf = (row: RequestRow) => Number(!needsAction(row));
  return rankOf(a) - rankOf(b) || pressingRank(a) - pressingRank(b) || turnOf(a) - turnOf(b) || newest(a, b);
}

/** The urgency of a request: STAT comes first. Routine, closed and on hold come last. */
export function pressingRank({ priority, status }: RequestRow): number {
  const rank = PRESSING.indexOf(priority?.level ?? '');
  const presses = status.group === 'open' && status.icon !== 'hold' && rank >= 0;
  return presses ? rank : PRESSING.length;
}

function rankOf(row: RequestRow): number {
  if (row.status.group === 'closed') return 2;
  const isUnanswered = WAITING.has(row.status.icon) && pressingRank(row) < PRESSING.length;
  return needsAction(row) || isUnanswered ? 0 : 1;
}

/** Requests without a readable date come last among their equals. */
function newest(a: RequestRow, b: RequestRow): number {
  return (b.movedMs ?? Number.MIN_SAFE_INTEGER) - (a.movedMs ?? Number.MIN_SAFE_INTEGER);
}
