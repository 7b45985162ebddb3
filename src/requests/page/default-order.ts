/** Which requests need the clinician, and the order in which a list without another order shows them. */
import { PRESSING } from '#src/requests/list/reading-order.ts';
import type { RequestRow } from '#src/requests/list/row.ts';

/** It is open, and it is the clinician's turn, or it is late, or nothing has been heard of it for too long. */
export function needsAction({ status, next, still }: RequestRow): boolean {
  return status.group === 'open' && (next.isAction || status.isOverdue || still !== undefined);
}

/** Open before closed, what needs action before the rest, then the pressing ones, then the newest activity. */
export function byAttention(a: RequestRow, b: RequestRow): number {
  return rankOf(a) - rankOf(b) || pressingRank(a) - pressingRank(b) || newest(a, b);
}

/** STAT first, routine last; what is closed or on hold does not press. */
export function pressingRank({ priority, status }: RequestRow): number {
  const rank = PRESSING.indexOf(priority?.level ?? '');
  const presses = status.group === 'open' && status.icon !== 'hold' && rank >= 0;
  return presses ? rank : PRESSING.length;
}

function rankOf(row: RequestRow): number {
  if (row.status.group === 'closed') return 2;
  return needsAction(row) ? 0 : 1;
}

/** Requests without a readable date come last among their equals. */
function newest(a: RequestRow, b: RequestRow): number {
  return (b.movedMs ?? Number.MIN_SAFE_INTEGER) - (a.movedMs ?? Number.MIN_SAFE_INTEGER);
}
